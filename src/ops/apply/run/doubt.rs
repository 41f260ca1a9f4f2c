//! What only a list can settle.

use std::time::Duration;

use tokio::time::Instant;

use crate::plan::Change;
use crate::plan::outcome::{Failure, Outcome, is_wanted, obstacle};
use crate::resource::Resource;

/// A create whose answer was lost is held to have come to nothing only if no list has shown it for this long.
const SEEN_WITHIN: Duration = Duration::from_secs(6);
/// A change that only a list can settle, one that began after this moment.
pub(super) struct Doubt {
    pub(super) at: usize,
    pub(super) since: Instant,
    pub(super) failure: Failure,
    /// Whether it is sent again if nothing came of it, and after which pause.
    pub(super) again: bool,
    pub(super) pause: Duration,
    /// Whether the try took as long as a request may.
    pub(super) long: bool,
}

/// What a list says of a change that is in doubt.
pub(super) enum Judged {
    Settled(Outcome),
    /// A later list may show more.
    NotYet,
    /// The planned version is live: nothing of it was written.
    Nothing,
}

pub(super) fn judge(change: &Change, live: Option<&Resource>, lost: bool, doubt: &Doubt, read: Instant) -> Judged {
    if is_wanted(change, live) {
        return Judged::Settled(if lost { Outcome::Applied } else { Outcome::Unchanged });
    }
    match obstacle(change, live) {
        Some(outcome) => Judged::Settled(outcome),
        None if lost && change.action.makes() && read < doubt.since + SEEN_WITHIN => Judged::NotYet,
        None => Judged::Nothing,
    }
}

/// The planned version is live, and the change is not sent again.
pub(super) fn came_to_nothing(doubt: Doubt, lost: bool) -> Outcome {
    if lost && doubt.long {
        return Outcome::Unanswered(doubt.failure.and("the list does not show it, and it may still arrive"));
    }
    Outcome::Failed(doubt.failure.and("the list shows that nothing came of it"))
}

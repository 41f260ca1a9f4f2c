//! What was written, held against lists: those read beside the writes, and one at the end.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::{BETWEEN_LISTS, Run};
use crate::arm::error::ArmError;
use crate::arm::pages::AtOnce;
use crate::ops::apply::{by_key, find};
use crate::plan::outcome::{Outcome, is_wanted, settle};
use crate::resource::Resource;

/// How often the list at the end is read, once a second, while it does not show what was written yet: something new may
/// take 5 s to be seen.
const CONFIRMATIONS: u32 = 7;

type Listing<'a> = BoxFuture<'a, Result<Vec<Resource>, ArmError>>;

impl Run<'_> {
    /// What the list shows that was read beside the writes, read no further than they need.
    pub(super) async fn shown(
        &self,
        mut list: Listing<'_>,
        mut pages: UnboundedReceiver<Vec<Resource>>,
    ) -> Option<Vec<Resource>> {
        let mut shown = Vec::new();
        loop {
            while let Ok(page) = pages.try_recv() {
                shown.extend(page);
            }
            if self.is_confirmed(&shown) {
                return Some(shown);
            }
            tokio::select! {
                whole = &mut list => return whole.ok(),
                Some(page) = pages.recv() => shown.extend(page),
            }
        }
    }

    /// Whether resources that were listed after their writes show all that was written.
    fn is_confirmed(&self, shown: &[Resource]) -> bool {
        let shown = by_key(shown);
        let is_shown = |at: usize| is_wanted(&self.plan.changes[at], find(&shown, &self.plan.changes[at]));
        let written = |outcome: &Outcome| matches!(outcome, Outcome::Applied | Outcome::Existed);
        // A deletion is never concluded from a list that was read meanwhile.
        let is_settled = |at: usize| self.plan.changes[at].after.is_some() && is_shown(at);
        self.outcomes.iter().all(|(&at, outcome)| !written(outcome) || is_settled(at))
    }

    /// One list at the end: what was written must be there. `early` is what one shows that was read beside the writes.
    pub(super) async fn finish(&mut self, early: Option<&[Resource]>) {
        if self.is_confirmed(early.unwrap_or_default()) {
            return;
        }
        for attempt in 1..=CONFIRMATIONS {
            let live = match self.shared.list(self.connection, &self.types, &|_| Arc::new(AtOnce)).await {
                (_, Ok(live)) => live,
                (_, Err(why)) => {
                    self.failure.get_or_insert(format!("the list at the end could not be read: {why}"));
                    return;
                }
            };
            let live = by_key(&live);
            let last = attempt == CONFIRMATIONS;
            let mut settled = true;
            for (&at, outcome) in &mut self.outcomes {
                let change = &self.plan.changes[at];
                settled &= settle(change, outcome, find(&live, change), last);
            }
            if settled {
                return;
            }
            sleep(BETWEEN_LISTS).await;
        }
    }
}

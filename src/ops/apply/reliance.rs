//! What a change relies on among the others of its plan.

use std::collections::BTreeMap;

use crate::plan::outcome::Outcome;
use crate::plan::replace::replacement;
use crate::plan::{Change, WorkspacePlan, watchlists};

/// Why a change can't be written now: it relies on one that did not come about. Metadata names the rule that it is about,
/// and would lie of one that could not be written.
pub(super) fn unmet(plan: &WorkspacePlan, at: usize, outcomes: &BTreeMap<usize, Outcome>) -> Option<String> {
    let change = &plan.changes[at];
    if let Some(why) = watchlists::unmet(plan, change, outcomes) {
        return Some(why);
    }
    if let Some(new) = replacement(plan, change)
        && !outcomes.get(&new).is_some_and(Outcome::is_good)
    {
        return Some("what takes its place was not made".to_owned());
    }
    let (resource, name) = parent(change)?;
    let of_parent = |change: &Change| {
        change.resource.eq_ignore_ascii_case(&resource) && change.resource_name.eq_ignore_ascii_case(&name)
    };
    let mut known = outcomes.iter().filter(|(at, _)| of_parent(&plan.changes[**at]));
    let met = known.all(|(_, outcome)| outcome.is_good());
    (!met).then(|| "what it belongs to was not written".to_owned())
}

/// Type and name of the resource that one belongs to, by its `parentId`.
fn parent(change: &Change) -> Option<(String, String)> {
    let id = change.after.as_ref()?.get("properties")?.get("parentId")?.as_str()?;
    let mut parts = id.rsplit('/');
    let name = parts.next()?.to_owned();
    Some((parts.next()?.to_owned(), name))
}

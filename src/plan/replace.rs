//! A rule whose kind became another.
//!
//! The service takes no other kind under one name (ContentOps' notes; azurerm deletes and creates), and refuses a name for
//! some 24 hours after it was deleted. So the rule goes on under a name of its own for each change of kind. The name follows
//! from the one before it: whoever plans next finds the rule there, whether anybody wrote the name down or not.

use uuid::Uuid;

use super::body::{Live, bare};
use super::exclusions::Finding;
use super::fields::{Judgement, Sides, judged};
use super::ownership::{OnDrift, Ownership};
use super::suppressions::collect;
use super::{Action, Change, Verdict, WorkspacePlan, finding};
use crate::diagnostic::Code;
use crate::resource::{Kind, Resource, ResourceType};

/// How many changes of kind are followed.
const FOLLOWED: usize = 32;

/// The name that a rule goes on under once its kind became `kind`.
pub fn successor(name: &str, kind: &Kind) -> String {
    let text = format!("palisade:{}:{}", name.to_ascii_lowercase(), kind.word());
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

/// The names that a rule may live under after its kind changed, the latest last; its own name first.
pub fn lineage(name: &str) -> Vec<String> {
    let chain = |first: Kind| {
        let second = if first == Kind::Nrt { Kind::Scheduled } else { Kind::Nrt };
        let kinds = [first, second].into_iter().cycle();
        let names = kinds.scan(name.to_owned(), |name, kind| {
            *name = successor(name, &kind);
            Some(name.clone())
        });
        names.take(FOLLOWED).collect::<Vec<_>>()
    };
    let [one, other] = [Kind::Scheduled, Kind::Nrt].map(chain);
    let later = one.into_iter().zip(other).flat_map(|(one, other)| [one, other]);
    std::iter::once(name.to_owned()).chain(later).collect()
}

/// Whether a name can be that of a rule whose kind changed.
pub fn may_succeed(name: &str) -> bool {
    Uuid::parse_str(name).is_ok_and(|id| id.get_version_num() == 5)
}

/// What differs between the live rule and the one that is to take its place.
pub(super) fn differences(old: &Live<'_>, desired: &Resource) -> Judgement {
    let resource_type = desired.resource_type;
    let (wanted, _) = bare(resource_type, &desired.properties);
    judged(Sides { resource_type, base: old.standing.base(), live: &old.properties, desired: &wanted })
}

/// The fields of a rule that is to be deleted for its successor, which hold an edit that would go with it.
pub(super) fn edits(judgement: &Judgement, ownership: &Ownership) -> Vec<String> {
    if ownership.on_drift == Some(OnDrift::Overwrite) {
        return Vec::new();
    }
    let edited = |verdict| matches!(verdict, Verdict::Drift | Verdict::Conflict | Verdict::Unknown);
    let fields = judgement.fields.iter().filter(|one| edited(one.field.verdict));
    fields.map(|one| one.field.path.clone()).collect()
}

/// The deletions that a replacement ends with: more than one after a run that ended between its writes.
pub fn deletions<'p>(plan: &'p WorkspacePlan, change: &'p Change) -> impl Iterator<Item = &'p Change> {
    let of = move |other: &&Change| {
        change.action == Action::Replace && other.action == Action::Delete && is_rule(other) && other.id == change.id
    };
    plan.changes.iter().filter(of)
}

/// What takes the place of a rule that is deleted, by its place in the plan.
pub fn replacement(plan: &WorkspacePlan, change: &Change) -> Option<usize> {
    let by = |other: &Change| other.action == Action::Replace && is_rule(other) && other.id == change.id;
    plan.changes.iter().position(by).filter(|_| change.action == Action::Delete && is_rule(change))
}

/// Whether a change is a deletion of a rule that goes on under another name.
pub fn gives_way(plan: &WorkspacePlan, change: &Change) -> bool {
    change.action == Action::Delete && plan.changes.iter().any(|other| succeeds(other, change))
}

/// Whether a rule goes on as `other` where `change` deletes it under the name that it had.
pub(super) fn succeeds(other: &Change, change: &Change) -> bool {
    let goes_on = !matches!(other.action, Action::Delete | Action::Blocked) && other.refusal.is_none();
    is_rule(other) && is_rule(change) && other.id.eq_ignore_ascii_case(&change.id) && goes_on
}

/// Automation rules of others that name a rule which is deleted for its successor: they do nothing for that one.
pub fn left_behind(plan: &WorkspacePlan, live: &[Resource]) -> Vec<Finding> {
    let automation = ResourceType::AutomationRules;
    let is_ours = |one: &Resource| {
        let same = |change: &Change| change.resource_name.eq_ignore_ascii_case(&one.name);
        plan.changes.iter().any(|change| change.resource_type() == Some(automation) && same(change))
    };
    let others: Vec<(&Resource, Vec<String>)> = live
        .iter()
        .filter(|one| one.resource_type == automation && !is_ours(one))
        .map(|one| {
            let mut names = Vec::new();
            one.properties.values().for_each(|value| collect(value, &mut names));
            (one, names)
        })
        .collect();
    let told = plan.changes.iter().filter(|change| gives_way(plan, change)).filter_map(|change| {
        let old = change.resource_name.to_ascii_lowercase();
        let left = others.iter().filter(|(_, names)| names.contains(&old));
        let left: Vec<&str> = left.map(|(one, _)| one.display_name()).collect();
        let why = format!(
            "automation rules that this project does not manage are for the live rule {}, and do nothing for what takes \
             its place: {}",
            change.resource_name,
            left.join(", ")
        );
        (!left.is_empty()).then(|| finding(Code::AutomationLeft, change, why))
    });
    told.collect()
}

fn is_rule(change: &Change) -> bool {
    change.resource_type() == Some(ResourceType::AlertRules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_each_other() {
        let names = lineage("6D4CFDF4-90b5-4a1d-8a52-3c9e3ff1a000");
        assert_eq!(names.len(), 1 + 2 * FOLLOWED);
        let nrt = successor("6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000", &Kind::Nrt);
        // Names that were given once must be found by every later version.
        assert_eq!(nrt, "323013e8-e430-599f-9a43-5ac71259eb56");
        let back = successor(&nrt, &Kind::Scheduled);
        let place = |name: &str| names.iter().position(|one| one == name);
        assert_eq!((place(&nrt), place(&back)), (Some(2), Some(4)));
        assert!(names[1..].iter().all(|name| may_succeed(name)) && !may_succeed(&names[0]) && !may_succeed("x"));
    }
}

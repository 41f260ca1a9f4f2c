//! What carries the project's mark and is not wanted any more: reported, disabled or deleted. Nothing else ever is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::body::{Live, Written, bare, updated};
use super::metadata::{MarkWrite, owners};
use super::ownership::{Ownership, Standing};
use super::refusal::Refusal;
use super::replace;
use super::{Action, Change, FieldChange, Left, Summary, Verdict, WorkspacePlan};
use crate::resource::fields::at;
use crate::resource::{Resource, ResourceType};

/// What becomes of a rule that left the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fate {
    /// It stays and is reported.
    #[default]
    Stays,
    /// `--prune`
    Deleted,
    /// `--retire`: it stays and is disabled.
    Disabled,
}

/// How resources leave a project.
pub struct Departures<'a> {
    pub rules: Fate,
    /// Whether an automation rule is deleted with its suppression. There deletion is the safe direction.
    pub with_suppressions: bool,
    /// Why nothing is deleted at all, as when a file of the project can't be read.
    pub hindrance: Option<String>,
    /// Why a resource has not left the project although nobody wants it here.
    pub stays: &'a dyn Fn(&Resource) -> Option<String>,
    /// Live rules, by name in lower case, whose kind became another: the id of the rule, and the name it goes on under.
    pub replaced: &'a BTreeMap<String, Successor>,
}

/// What takes the place of a rule whose kind became another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// The rule's id in the project.
    pub id: String,
    pub resource_name: String,
}

impl Successor {
    fn key(&self) -> (ResourceType, String) {
        (ResourceType::AlertRules, self.resource_name.to_ascii_lowercase())
    }
}

/// Adds to a plan what becomes of the resources that left the project.
pub fn depart(plan: &mut WorkspacePlan, live: &[Resource], ownership: &Ownership, departures: &Departures<'_>) {
    let wanted: BTreeSet<(ResourceType, String)> = plan
        .changes
        .iter()
        .filter_map(|change| Some((change.resource_type()?, change.resource_name.to_ascii_lowercase())))
        .collect();
    let mut gone: Vec<&Resource> = live.iter().filter(|one| leaves(one) && !wanted.contains(&one.key())).collect();
    gone.sort_by_key(|one| one.key());
    let owners = owners(live);
    for resource in gone {
        let one = Live::of(resource, owners.get(&resource.key()), ownership);
        if !matches!(one.standing, Standing::Ours(_)) {
            continue;
        }
        let is_replaced = departures.replaced.contains_key(&resource.name.to_ascii_lowercase());
        if resource.resource_type == ResourceType::AlertRules && !is_replaced {
            plan.unmanaged = plan.unmanaged.saturating_sub(1);
        }
        let successor = departures.replaced.get(&resource.name.to_ascii_lowercase());
        if let Some(successor) = successor.filter(|_| resource.resource_type == ResourceType::AlertRules) {
            let new = live.iter().find(|new| new.key() == successor.key());
            give_way(plan, &one, successor, new, ownership);
            continue;
        }
        match decide(&one, departures) {
            Err(reason) => plan.left.push(left(resource, reason)),
            Ok(Fate::Disabled) => plan.changes.push(disabling(&one, ownership)),
            Ok(_) => {
                let mark = one.unmark(ownership).filter(|mark| !goes_already(plan, mark));
                let why = match resource.resource_type {
                    ResourceType::AutomationRules => "no suppression that is in force here wants it any more",
                    _ => "it left the project",
                };
                plan.changes.push(Change { mark, ..change(resource, Action::Delete, why) });
            }
        }
    }
    plan.summary = Summary::of(&plan.changes);
}

/// A rule whose kind became another is deleted once its successor is there: neither is ever missing.
///
/// `new` is the successor where it lives already, as after a run that ended between the two writes.
fn give_way(
    plan: &mut WorkspacePlan,
    old: &Live<'_>,
    successor: &Successor,
    new: Option<&Resource>,
    ownership: &Ownership,
) {
    let of = |change: &&Change| change.resource_name.eq_ignore_ascii_case(&successor.resource_name);
    let goes_on = |change: &&Change| change.action != Action::Blocked && change.refusal.is_none();
    let Some(goes_on) = plan.changes.iter().find(of).filter(goes_on) else {
        let why = format!("{} takes its place once nothing speaks against that one", successor.resource_name);
        return plan.left.push(left(old.resource, why));
    };
    let made = goes_on.after.as_ref().and_then(|after| after.get("properties")?.as_object());
    let made = made.map(|properties| Resource { properties: properties.clone(), ..old.resource.clone() });
    let judgement = new.or(made.as_ref()).map(|new| replace::differences(old, new));
    let edits = judgement.as_ref().map_or_else(Vec::new, |judgement| replace::edits(judgement, ownership));
    if !edits.is_empty() {
        let why = format!(
            "{} takes its place, and it was edited out of band ({}): take the edits into the files, or say --on-drift \
             overwrite",
            successor.resource_name,
            edits.join(", ")
        );
        let fields = judgement.into_iter().flat_map(|judgement| judgement.fields).map(|one| one.field);
        let fields = fields.filter(|field| edits.contains(&field.path)).collect();
        let (id, refusal) = (successor.id.clone(), Some(Refusal::Conflict));
        return plan.changes.push(Change { id, refusal, fields, ..change(old.resource, Action::Blocked, &why) });
    }
    let mark = old.unmark(ownership).filter(|mark| !goes_already(plan, mark));
    let (id, why) = (successor.id.clone(), format!("{} takes its place", successor.resource_name));
    plan.changes.push(Change { id, mark, ..change(old.resource, Action::Delete, &why) });
}

fn left(resource: &Resource, reason: String) -> Left {
    Left {
        resource: resource.resource_type.segment().to_owned(),
        name: resource.display_name().to_owned(),
        resource_name: resource.name.clone(),
        reason,
    }
}

/// Whether a plan deletes that metadata for itself.
fn goes_already(plan: &WorkspacePlan, mark: &MarkWrite) -> bool {
    let metadata = ResourceType::Metadata;
    let same = |change: &Change| change.resource_name.eq_ignore_ascii_case(&mark.resource_name);
    plan.changes.iter().any(|change| change.resource_type() == Some(metadata) && same(change))
}

/// Metadata goes with what it is about.
fn leaves(resource: &Resource) -> bool {
    matches!(resource.resource_type, ResourceType::AlertRules | ResourceType::AutomationRules)
}

/// What is done, or why nothing is.
fn decide(live: &Live<'_>, departures: &Departures<'_>) -> Result<Fate, String> {
    if let Some(why) = (departures.stays)(live.resource) {
        return Err(why);
    }
    let fate = match live.resource.resource_type {
        ResourceType::AutomationRules if departures.with_suppressions => Fate::Deleted,
        ResourceType::AutomationRules => Fate::Stays,
        _ => departures.rules,
    };
    match (fate, &departures.hindrance) {
        (Fate::Stays, _) if live.resource.resource_type == ResourceType::AutomationRules => {
            Err("its suppression is gone: without --keep-suppressions it is deleted".to_owned())
        }
        (Fate::Stays | Fate::Disabled, _) if at(&live.properties, "enabled") == Some(&json!(false)) => {
            Err("it left the project and is disabled: --prune deletes it".to_owned())
        }
        (Fate::Stays, _) => Err("it left the project: --prune deletes it, --retire disables it".to_owned()),
        (_, Some(why)) => Err(format!("it is not deleted: {why}")),
        (fate, None) => Ok(fate),
    }
}

fn change(resource: &Resource, action: Action, reason: &str) -> Change {
    Change {
        resource: resource.resource_type.segment().to_owned(),
        id: resource.name.clone(),
        name: resource.display_name().to_owned(),
        resource_name: resource.name.clone(),
        action,
        refusal: None,
        reason: reason.to_owned(),
        etag: resource.etag.clone(),
        before: Some(resource.whole()),
        after: None,
        fields: Vec::new(),
        kept: Vec::new(),
        mark: None,
        modified: None,
        modified_by: None,
    }
}

/// The reason of a change that disables.
pub const RETIRED: &str = "it left the project, and is disabled in place of being deleted";

fn disabling(live: &Live<'_>, ownership: &Ownership) -> Change {
    let mut change = change(live.resource, Action::Update, RETIRED);
    let before = at(&live.properties, "enabled").cloned().unwrap_or(json!(true));
    let Written { body, mark } = disabled(live, ownership);
    (change.after, change.mark) = (Some(body), mark);
    change.fields.push(FieldChange {
        path: "enabled".to_owned(),
        before,
        after: json!(false),
        verdict: Verdict::Pending,
        ignored: None,
    });
    change
}

/// The write that disables a live rule and changes nothing else of it.
pub fn disabled(live: &Live<'_>, ownership: &Ownership) -> Written {
    let (mut properties, _) = bare(live.resource.resource_type, &live.resource.properties);
    properties.insert("enabled".to_owned(), json!(false));
    let desired = Resource { properties, ..live.resource.clone() };
    updated(live, &desired, &[], ownership)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

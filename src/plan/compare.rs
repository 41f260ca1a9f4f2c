//! One workspace's live resources against its desired ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::verdict::{Base, judge};
use super::{Action, Change, FieldChange, Summary, WorkspacePlan};
use crate::resource::live::body;
use crate::resource::normalize::merge;
use crate::resource::{Kind, Resource, ResourceType, normalize};

/// A resource as the project wants it in a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// The document's id in the project.
    pub id: String,
    pub resource: Resource,
    /// Why it can't be deployed here: it is neither changed nor created, its live version stays.
    pub blocked: Option<String>,
}

/// Where the comparison takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub workspace: String,
    pub resource_id: String,
    pub cloud: String,
}

/// Compares every desired resource with its live one. Names are one if they differ in case alone.
///
/// Live alert rules that nobody desires are counted; whatever nobody desires is left alone.
pub fn compare(place: Place, live: &[Resource], mut desired: Vec<Desired>) -> WorkspacePlan {
    let by_key: BTreeMap<(ResourceType, String), &Resource> = live.iter().map(|one| (one.key(), one)).collect();
    desired.sort_by_key(|one| (shown(one.resource.resource_type), one.id.to_ascii_lowercase()));
    let mut unmanaged = by_key.clone();
    let changes: Vec<Change> = desired
        .into_iter()
        .map(|desired| {
            let key = desired.resource.key();
            unmanaged.remove(&key);
            change(desired, by_key.get(&key).copied())
        })
        .collect();
    let Place { workspace, resource_id, cloud } = place;
    let summary = Summary::of(&changes);
    WorkspacePlan {
        workspace,
        resource_id,
        cloud,
        changes,
        unmanaged: unmanaged.keys().filter(|(of, _)| *of == ResourceType::AlertRules).count(),
        exclusions: Vec::new(),
        findings: Vec::new(),
        summary,
    }
}

/// A plan begins with what people look for: the rules.
fn shown(resource_type: ResourceType) -> (bool, ResourceType) {
    (resource_type != ResourceType::AlertRules, resource_type)
}

fn change(desired: Desired, live: Option<&Resource>) -> Change {
    let Desired { id, resource, blocked } = desired;
    let mut change = Change {
        resource: resource.resource_type.segment().to_owned(),
        id,
        name: resource.display_name().to_owned(),
        resource_name: live.map_or(&resource.name, |live| &live.name).clone(),
        action: Action::Noop,
        reason: String::new(),
        etag: live.and_then(|live| live.etag.clone()),
        before: None,
        after: None,
        fields: Vec::new(),
    };
    if let Some(why) = blocked.or_else(|| live.and_then(|live| kind_change(&resource, live))) {
        change.action = Action::Blocked;
        change.reason = why;
        return change;
    }
    let Some(live) = live else {
        change.action = Action::Create;
        change.reason = "not in the workspace".to_owned();
        change.after = Some(resource.body());
        return change;
    };
    change.fields = differences(live, &resource);
    if change.fields.is_empty() {
        change.reason = "as it should be".to_owned();
        return change;
    }
    let n = change.fields.len();
    change.action = Action::Update;
    change.reason = format!("{n} field{} differ{}", if n == 1 { "" } else { "s" }, if n == 1 { "s" } else { "" });
    change.before = Some(live.whole());
    change.after = Some(updated(live, &resource));
    change
}

/// The body that makes a live resource the desired one, and keeps what we don't model.
pub fn updated(live: &Resource, desired: &Resource) -> Value {
    body(live.kind.as_ref(), merge(live.resource_type, &live.properties, &desired.properties))
}

/// The service refuses another kind under one name (ContentOps' notes; azurerm recreates).
fn kind_change(desired: &Resource, live: &Resource) -> Option<String> {
    let word = |resource: &Resource| resource.kind.as_ref().map_or("", Kind::word).to_owned();
    (desired.kind != live.kind).then(|| {
        format!(
            "the live rule is of kind {}, and the service can't make it {}: give the rule a new id",
            word(live),
            word(desired)
        )
    })
}

fn differences(live: &Resource, desired: &Resource) -> Vec<FieldChange> {
    let (live, desired) =
        (normalize(live.resource_type, &live.properties), normalize(desired.resource_type, &desired.properties));
    let mut fields = Vec::new();
    for ((field, live), (_, desired)) in live.iter().zip(desired.iter()) {
        if field.only_if_written && desired.is_none() {
            continue;
        }
        if let Some(verdict) = judge(Base::Unknown, live, desired) {
            fields.push(FieldChange {
                path: field.path.to_owned(),
                before: live.cloned().unwrap_or(Value::Null),
                after: desired.cloned().unwrap_or(Value::Null),
                verdict,
            });
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::AlertRule;

    fn rule(name: &str, kind: Kind, properties: Value) -> Resource {
        let properties = properties.as_object().cloned().unwrap_or_default();
        AlertRule { name: name.to_owned(), kind, etag: Some("\"e\"".to_owned()), properties }.into()
    }

    fn plan(live: &[Resource], desired: &Resource) -> WorkspacePlan {
        let place = Place { workspace: "w".into(), resource_id: "/r".into(), cloud: "emulator".into() };
        let desired = Desired { id: desired.name.clone(), resource: desired.clone(), blocked: None };
        compare(place, live, vec![desired])
    }

    #[test]
    fn a_rule_against_itself_is_no_change() {
        let one = rule("a", Kind::Scheduled, json!({"displayName": "A", "query": "T"}));
        let plan = plan(std::slice::from_ref(&one), &one);
        assert_eq!(plan.changes[0].action, Action::Noop);
        assert_eq!((plan.changes[0].before.as_ref(), plan.unmanaged), (None, 0));
    }

    #[test]
    fn names_are_one_whatever_their_case_and_the_live_spelling_stays() {
        let live = rule("ABC", Kind::Nrt, json!({"displayName": "A", "new": 1}));
        let desired = rule("abc", Kind::Nrt, json!({"displayName": "B"}));
        let plan = plan(&[live], &desired);
        let change = &plan.changes[0];
        assert_eq!((change.action, change.resource_name.as_str()), (Action::Update, "ABC"));
        assert_eq!(change.after, Some(json!({"kind": "NRT", "properties": {"displayName": "B", "new": 1}})));
        assert_eq!(change.fields.len(), 1);
        assert_eq!(change.fields[0].verdict, super::super::Verdict::Unknown);
    }

    #[test]
    fn another_kind_is_blocked_and_strangers_are_counted() {
        let fusion = rule("BuiltInFusion", Kind::Other("Fusion".into()), json!({}));
        let live = rule("a", Kind::Scheduled, json!({}));
        let plan = plan(&[fusion, live], &rule("a", Kind::Nrt, json!({})));
        assert_eq!((plan.changes[0].action, plan.unmanaged), (Action::Blocked, 1));
        assert_eq!(plan.summary.blocked, 1);
    }
}

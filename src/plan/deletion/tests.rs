use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::plan::body::created;
use crate::plan::compare::{Place, Seen, compare};
use crate::resource::{AlertRule, Kind};

fn ownership(project: &str) -> Ownership {
    Ownership { project: project.into(), ..Ownership::default() }
}

/// A live rule that a project applied.
fn live(name: &str, project: Option<&str>) -> Resource {
    let properties = json!({"displayName": name, "enabled": true, "query": "T", "severity": "Low"});
    let properties = properties.as_object().cloned().unwrap();
    let rule = AlertRule { name: name.into(), kind: Kind::Nrt, etag: Some("\"e\"".into()), properties };
    let mut resource = Resource::from(rule);
    if let Some(project) = project {
        let written = created(&resource, None, &ownership(project));
        resource.properties = written.body["properties"].as_object().cloned().unwrap();
    }
    resource
}

fn planned(live: &[Resource], departures: &Departures<'_>) -> WorkspacePlan {
    let place = Place { workspace: "w".into(), resource_id: "/r".into(), cloud: "emulator".into() };
    let seen = Seen { live, ..Seen::default() };
    let mut plan = compare(place, &seen, Vec::new(), &ownership("soc"));
    depart(&mut plan, live, &ownership("soc"), departures);
    plan
}

fn departures(rules: Fate) -> Departures<'static> {
    static NONE: BTreeMap<String, Successor> = BTreeMap::new();
    Departures { rules, with_suppressions: true, hindrance: None, stays: &|_| None, replaced: &NONE }
}

#[test]
fn only_what_is_ours_leaves_and_only_if_somebody_says_so() {
    let all = [live("a", Some("soc")), live("b", Some("other")), live("c", None)];
    let plan = planned(&all, &departures(Fate::Stays));
    assert_eq!((plan.changes.len(), plan.unmanaged), (0, 2));
    assert_eq!(plan.left[0].resource_name, "a");
    let plan = planned(&all, &departures(Fate::Deleted));
    let [delete] = plan.changes.as_slice() else { panic!("{:?}", plan.changes) };
    assert_eq!((delete.action, delete.resource_name.as_str(), &delete.after), (Action::Delete, "a", &None));
    assert_eq!((delete.etag.as_deref(), plan.summary.delete, plan.unmanaged), (Some("\"e\""), 1, 2));
}

#[test]
fn a_hindrance_or_a_document_keeps_it() {
    let all = [live("a", Some("soc"))];
    let hindered = Departures { hindrance: Some("x.yaml can't be read".into()), ..departures(Fate::Deleted) };
    let plan = planned(&all, &hindered);
    assert_eq!((plan.changes.len(), plan.left[0].reason.contains("x.yaml")), (0, true));
    let named = Departures { stays: &|_| Some("its document is faulty".into()), ..departures(Fate::Deleted) };
    let plan = planned(&all, &named);
    assert_eq!((plan.changes.len(), plan.left[0].reason.as_str()), (0, "its document is faulty"));
}

#[test]
fn a_retired_rule_is_disabled_once_and_stays_ours() {
    let mut rule = live("a", Some("soc"));
    let plan = planned(std::slice::from_ref(&rule), &departures(Fate::Disabled));
    let [retire] = plan.changes.as_slice() else { panic!("{:?}", plan.changes) };
    let after = retire.after.as_ref().unwrap();
    assert_eq!(after["properties"]["enabled"], json!(false));
    assert_eq!((after["kind"].clone(), after["properties"]["severity"].clone()), (json!("NRT"), json!("Low")));
    rule.properties = after["properties"].as_object().cloned().unwrap();
    let plan = planned(std::slice::from_ref(&rule), &departures(Fate::Disabled));
    assert_eq!((plan.changes.len(), plan.left.len()), (0, 1));
    let plan = planned(&[rule], &departures(Fate::Deleted));
    assert_eq!((plan.changes[0].action, Value::Null), (Action::Delete, json!(plan.changes[0].after)));
}

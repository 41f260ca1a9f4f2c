use serde_json::{Value, json};

use super::*;
use crate::plan::fields::digests;
use crate::plan::mark::digests::UNMODELLED;
use crate::plan::ownership::{Adopt, OnDrift};
use crate::resource::{AlertRule, Properties};

const BASE: &str = r#"{"displayName": "A", "description": "Finds it.", "severity": "Medium", "enabled": true,
    "query": "T\n| take 1", "tactics": ["Impact"]}"#;

fn map(value: Value) -> Properties {
    value.as_object().cloned().unwrap_or_default()
}

fn rule(name: &str, kind: Kind, properties: Value) -> Resource {
    AlertRule { name: name.to_owned(), kind, etag: Some("\"e\"".to_owned()), properties: map(properties) }.into()
}

/// The base with some properties otherwise; null takes one away.
fn with(edits: Value) -> Value {
    let mut properties: Properties = serde_json::from_str(BASE).unwrap();
    properties.extend(map(edits));
    properties.retain(|_, value| !value.is_null());
    Value::Object(properties)
}

fn soc() -> Ownership {
    Ownership { project: "soc".into(), ..Ownership::default() }
}

/// The live rule right after the base was applied, then edited.
fn applied(edits: Value) -> Resource {
    let body = created(&rule("a", Kind::Scheduled, with(json!({}))), &soc());
    let mut live = rule("a", Kind::Scheduled, body["properties"].clone());
    let marked = live.properties["query"].as_str().unwrap().to_owned();
    live.properties.extend(map(edits));
    if let Some(query) = live.properties["query"].as_str().filter(|query| !query.contains("palisade/")) {
        live.properties["query"] = json!(format!("{}\n{query}", marked.lines().next().unwrap()));
    }
    live
}

fn plan(live: &[Resource], desired: Resource, ownership: &Ownership) -> WorkspacePlan {
    let place = Place { workspace: "w".into(), resource_id: "/r".into(), cloud: "emulator".into() };
    let desired = Desired { id: desired.name.clone(), resource: desired, blocked: None };
    compare(place, &Seen { live, ..Seen::default() }, vec![desired], ownership)
}

fn change(live: &Resource, edits: Value, ownership: &Ownership) -> Change {
    let desired = rule("a", Kind::Scheduled, with(edits));
    plan(std::slice::from_ref(live), desired, ownership).changes.remove(0)
}

fn told(change: &Change) -> Vec<(&str, Verdict)> {
    change.fields.iter().map(|field| (field.path.as_str(), field.verdict)).collect()
}

/// Sends what a change would write.
fn written(change: &Change) -> Resource {
    assert!(change.action.writes(), "{change:?}");
    rule("a", Kind::Scheduled, change.after.as_ref().unwrap()["properties"].clone())
}

#[test]
fn what_was_applied_is_no_change() {
    let change = change(&applied(json!({})), json!({}), &soc());
    assert_eq!((change.action, change.refusal, change.before, change.fields), (Action::Noop, None, None, vec![]));
}

#[test]
fn names_are_one_whatever_their_case_and_the_live_spelling_stays() {
    let mut live = applied(json!({"new": 1}));
    live.name = "A".to_owned();
    let change = change(&live, json!({"severity": "High"}), &soc());
    assert_eq!((change.action, change.resource_name.as_str()), (Action::Update, "A"));
    let written = written(&change);
    assert_eq!((&written.properties["new"], &written.properties["severity"]), (&json!(1), &json!("High")));
    assert!(written.properties["query"].as_str().unwrap().starts_with("// palisade/1 soc A "));
    assert_eq!(told(&change), [("severity", Verdict::Pending), (UNMODELLED, Verdict::Drift)]);
}

#[test]
fn another_kind_is_blocked_and_strangers_are_counted() {
    let fusion = rule("BuiltInFusion", Kind::Other("Fusion".into()), json!({}));
    let live = rule("a", Kind::Scheduled, json!({}));
    let plan = plan(&[fusion, live], rule("a", Kind::Nrt, json!({})), &soc());
    assert_eq!((plan.changes[0].action, plan.unmanaged), (Action::Blocked, 1));
    assert_eq!(plan.summary.blocked, 1);
}

#[test]
fn the_rows_of_the_table() {
    let (drift, both) = (json!({"description": "Theirs."}), json!({"description": "Ours."}));
    for (live, desired, action, refusal, verdict) in [
        (json!({}), both.clone(), Action::Update, None, Verdict::Pending),
        (drift.clone(), json!({}), Action::Noop, None, Verdict::Drift),
        (drift.clone(), both.clone(), Action::Blocked, Some(Refusal::Conflict), Verdict::Conflict),
        (both.clone(), both, Action::Adopt, None, Verdict::Same),
        (json!({"enabled": false}), json!({}), Action::Noop, Some(Refusal::Weakened), Verdict::Drift),
    ] {
        let change = change(&applied(live), desired, &soc());
        assert_eq!((change.action, change.refusal, change.fields[0].verdict), (action, refusal, verdict), "{change:?}");
    }
}

#[test]
fn drift_beside_a_pending_change_is_a_conflict_unless_told() {
    let live = applied(json!({"description": "Theirs."}));
    let edits = || json!({"severity": "High"});
    let verdicts = [("description", Verdict::Drift), ("severity", Verdict::Pending)];
    let change_under = |on_drift| change(&live, edits(), &Ownership { on_drift, ..soc() });
    let refused = change_under(None);
    assert_eq!((refused.action, refused.refusal), (Action::Blocked, Some(Refusal::Conflict)));
    assert_eq!(told(&refused), verdicts);
    assert_eq!(change_under(Some(OnDrift::Fail)).refusal, Some(Refusal::Drift));

    let kept = change_under(Some(OnDrift::Keep));
    assert_eq!((kept.action, kept.kept.as_slice()), (Action::Update, &["description".to_owned()][..]));
    let after = written(&kept);
    assert_eq!((&after.properties["description"], &after.properties["severity"]), (&json!("Theirs."), &json!("High")));
    // The digest of the kept field is the old one: it is drift still.
    let next = change(&after, edits(), &soc());
    assert_eq!((next.action, told(&next)), (Action::Noop, vec![("description", Verdict::Drift)]));

    let overwritten = written(&change_under(Some(OnDrift::Overwrite)));
    assert_eq!(overwritten.properties["description"], json!("Finds it."));
    assert_eq!(change(&overwritten, edits(), &soc()).action, Action::Noop);
}

#[test]
fn a_rule_without_mark_is_taken_over_only_if_it_is_equal_or_somebody_says_so() {
    let equal = rule("a", Kind::Scheduled, with(json!({})));
    let adopted = change(&equal, json!({}), &soc());
    assert_eq!((adopted.action, adopted.fields.len()), (Action::Adopt, 0));
    assert_eq!(change(&written(&adopted), json!({}), &soc()).action, Action::Noop);

    let other = rule("a", Kind::Scheduled, with(json!({"severity": "Low"})));
    let refused = change(&other, json!({}), &soc());
    assert_eq!((refused.action, refused.refusal), (Action::Blocked, Some(Refusal::Unmarked)));
    assert_eq!(told(&refused), [("severity", Verdict::Unknown)]);
    for adopt in [Adopt::All, Adopt::Named(vec!["a".into()])] {
        let taken = change(&other, json!({}), &Ownership { adopt, ..soc() });
        assert_eq!((taken.action, &written(&taken).properties["severity"]), (Action::Adopt, &json!("Medium")));
    }
}

#[test]
fn another_projects_rule_is_left_alone_and_a_former_name_is_ours() {
    let theirs = Ownership { project: "them".into(), ..Ownership::default() };
    let live = applied(json!({}));
    let refused = change(&live, json!({}), &theirs);
    assert_eq!((refused.action, refused.refusal), (Action::Blocked, Some(Refusal::SecondWriter)));
    let allowed = Ownership { allow: vec![Allowance::SecondWriter], ..theirs.clone() };
    let taken = written(&change(&live, json!({}), &allowed));
    assert_eq!(change(&taken, json!({}), &theirs).action, Action::Noop);
    let renamed = Ownership { formerly: vec!["soc".into()], ..theirs };
    assert_eq!(told(&change(&live, json!({"severity": "High"}), &renamed)), [("severity", Verdict::Pending)]);
}

#[test]
fn the_services_own_edits_are_health_and_go_with_the_next_write_of_the_query() {
    let live = applied(json!({
        "displayName": "AUTO DISABLED A", "description": "Finds it.\n\nThe table is gone.", "enabled": false,
    }));
    let told_by = |edits| plan(std::slice::from_ref(&live), rule("a", Kind::Scheduled, with(edits)), &soc());
    let mut still = told_by(json!({}));
    assert_eq!((still.changes[0].action, still.changes[0].fields.len()), (Action::Noop, 0));
    assert_eq!(still.findings.remove(0).code, "auto-disabled");

    let severity = written(&told_by(json!({"severity": "High"})).changes[0]);
    assert_eq!((&severity.properties["enabled"], &severity.properties["severity"]), (&json!(false), &json!("High")));
    assert_eq!(change(&severity, json!({"severity": "High"}), &soc()).action, Action::Noop);

    let query = &told_by(json!({"query": "U"})).changes[0];
    assert_eq!(
        query.fields.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(),
        ["displayName", "description", "enabled", "query"]
    );
    let query = written(query);
    assert_eq!((&query.properties["enabled"], &query.properties["displayName"]), (&json!(true), &json!("A")));
    assert_eq!(change(&query, json!({"query": "U"}), &soc()).action, Action::Noop);
}

#[test]
fn a_second_copy_is_not_made_in_silence() {
    for stranger in [json!({"displayName": " a"}), json!({"displayName": "B", "alertRuleTemplateName": "A"})] {
        let live = [rule("x", Kind::Scheduled, stranger)];
        let desired = || rule("a", Kind::Scheduled, with(json!({})));
        let refused = plan(&live, desired(), &soc()).changes.remove(0);
        assert_eq!((refused.action, refused.refusal), (Action::Blocked, Some(Refusal::Twin)));
        let allowed = plan(&live, desired(), &Ownership { allow: vec![Allowance::Twin], ..soc() });
        assert_eq!((allowed.changes[0].action, allowed.findings[0].code.as_str()), (Action::Create, "twin"));
    }
    let managed = applied(json!({}));
    let renamed = rule("b", Kind::Scheduled, with(json!({})));
    assert_eq!(plan(&[managed], renamed, &soc()).changes[0].action, Action::Create);
}

#[test]
fn fields_that_a_mark_did_not_know_were_unmodelled_then() {
    let live = applied(json!({}));
    let (bare_live, marks) = bare(ResourceType::AlertRules, &live.properties);
    let mark = marks[0].clone().unwrap();
    let sides =
        |desired| Sides { resource_type: ResourceType::AlertRules, base: Some(&mark), live: &bare_live, desired };
    // A kept field whose digest is not known stays unknown.
    let desired = map(with(json!({"severity": "High"})));
    let mut short = mark.clone();
    short.digests.fields[2] = None;
    let short = Sides { base: Some(&short), ..sides(&desired) };
    assert_eq!(digests(short, &bare_live, &["severity".to_owned()]).fields[2], None);
    assert_eq!(judged(short).fields[0].field.verdict, Verdict::Unknown);
}

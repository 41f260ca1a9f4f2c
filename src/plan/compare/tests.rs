use serde_json::{Value, json};

use super::*;
use crate::plan::fields::digests;
use crate::plan::ignore::{Ignore, Ignored};
use crate::plan::mark::digests::UNMODELLED;
use crate::plan::metadata::MarkWrite;
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
    let body = created(&rule("a", Kind::Scheduled, with(json!({}))), None, &soc()).body;
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
fn drift_that_a_document_lets_be_is_kept_and_is_in_nobodys_way() {
    let ignored = Ignored { reason: "Agreed".into(), expires: "2027-01-01T00:00:00Z".into() };
    let change_under = |live: Value, edits: Value, is_protected, on_drift, tampered: bool| {
        let entry = Ignore { fields: vec!["enabled".into(), "query".into()], ignored: ignored.clone() };
        let ignores = BTreeMap::from([("a".to_owned(), Ignores { entries: vec![entry], is_protected })]);
        let other_exclusions = tampered.then(|| "a".to_owned()).into_iter().collect();
        let live = [applied(live)];
        let seen = Seen { live: &live, ignores, other_exclusions, ..Seen::default() };
        let place = Place { workspace: "w".into(), resource_id: "/r".into(), cloud: "emulator".into() };
        let resource = rule("a", Kind::Scheduled, with(edits));
        let desired = Desired { id: "a".into(), resource, blocked: None };
        compare(place, &seen, vec![desired], &Ownership { on_drift, ..soc() }).changes.remove(0)
    };
    let (off, low) = (|| json!({"enabled": false}), || json!({"description": "Ours."}));
    for policy in [None, Some(OnDrift::Keep), Some(OnDrift::Overwrite), Some(OnDrift::Fail)] {
        let alone = change_under(off(), json!({}), false, policy, false);
        assert_eq!((alone.action, alone.refusal), (Action::Noop, None), "{policy:?}");
        assert_eq!((alone.fields[0].verdict, &alone.fields[0].ignored), (Verdict::Drift, &Some(ignored.clone())));
        let beside = change_under(off(), low(), false, policy, false);
        assert_eq!((beside.action, beside.kept.as_slice()), (Action::Update, &["enabled".to_owned()][..]));
        let after = written(&beside).properties;
        assert_eq!((&after["enabled"], &after["description"]), (&json!(false), &json!("Ours.")), "{policy:?}");
    }
    let refusal = |live, edits, is_protected, tampered| change_under(live, edits, is_protected, None, tampered).refusal;
    assert_eq!(refusal(off(), json!({}), true, false), Some(Refusal::Weakened), "a protected rule");
    assert_eq!(refusal(json!({"query": "U"}), json!({}), false, false), None);
    assert_eq!(refusal(json!({"query": "U"}), json!({}), false, true), Some(Refusal::Weakened), "its exclusions");
    assert_eq!(refusal(json!({"query": "U"}), json!({"query": "V"}), false, false), Some(Refusal::Conflict));
    let other = json!({"enabled": false, "severity": "High"});
    assert_eq!(refusal(other, low(), false, false), Some(Refusal::Conflict), "a field that no document lets be");
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

/// A query that leaves no room for its mark.
fn long() -> String {
    format!("T\n| where a == \"{}\"", "x".repeat(9_900))
}

/// The metadata that a write of a mark leaves.
fn metadata(write: &MarkWrite) -> Resource {
    let properties = write.after.as_ref().unwrap()["properties"].as_object().cloned().unwrap();
    let name = write.resource_name.clone();
    Resource { resource_type: ResourceType::Metadata, name, kind: None, etag: None, properties }
}

#[test]
fn a_query_without_room_has_its_mark_in_metadata() {
    let desired = |edits: Value| {
        let mut properties = map(with(json!({"query": long()})));
        properties.extend(map(edits));
        rule("a", Kind::Scheduled, Value::Object(properties))
    };
    let create = plan(&[], desired(json!({})), &soc()).changes.remove(0);
    let write = create.mark.clone().unwrap();
    assert_eq!((write.resource_name.as_str(), &write.before), ("analyticsrule-a", &None));
    let live = [written(&create), metadata(&write)];
    assert_eq!(live[0].properties["query"], json!(long()));
    let noop = plan(&live, desired(json!({})), &soc()).changes;
    assert_eq!((noop.len(), noop[0].action), (1, Action::Noop));

    let update = plan(&live, desired(json!({"severity": "High"})), &soc()).changes.remove(0);
    assert_eq!(told(&update), [("severity", Verdict::Pending)]);
    // The run ended between the two writes: the mark is older than the rule.
    let crashed = [written(&update), live[1].clone()];
    let next = plan(&crashed, desired(json!({"severity": "High"})), &soc()).changes.remove(0);
    assert_eq!((next.action, told(&next)), (Action::Adopt, vec![("severity", Verdict::Same)]));
    let settled = [written(&next), metadata(next.mark.as_ref().unwrap())];
    assert_eq!(plan(&settled, desired(json!({"severity": "High"})), &soc()).changes[0].action, Action::Noop);
    // It ended before the first mark was there at all.
    let next = plan(&live[..1], desired(json!({})), &soc()).changes.remove(0);
    assert_eq!((next.action, next.fields.len()), (Action::Adopt, 0));

    // Now there is room: the mark goes into the query, and the metadata goes.
    let short = plan(&live, desired(json!({"query": "T"})), &soc()).changes.remove(0);
    assert_eq!(
        short.mark.as_ref().map(|mark| (mark.resource_name.as_str(), &mark.after)),
        Some(("analyticsrule-a", &None))
    );
    let crashed = [written(&short), live[1].clone()];
    let next = plan(&crashed, desired(json!({"query": "T"})), &soc()).changes;
    let told: Vec<(&str, Action)> = next.iter().map(|one| (one.resource.as_str(), one.action)).collect();
    assert_eq!(told, [("alertRules", Action::Noop), ("metadata", Action::Delete)]);
}

fn closing(edits: Value) -> Resource {
    let mut properties = map(json!({"displayName": "Close", "order": 1, "actions": [], "triggeringLogic": {
        "isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created", "conditions": []}}));
    properties.extend(map(edits));
    let etag = Some("\"e\"".to_owned());
    Resource { resource_type: ResourceType::AutomationRules, name: "c".into(), kind: None, etag, properties }
}

#[test]
fn an_automation_rule_has_its_mark_in_metadata() {
    let create = plan(&[], closing(json!({})), &soc()).changes.remove(0);
    let mark = metadata(create.mark.as_ref().unwrap());
    assert_eq!(mark.name, "automationrule-c");
    let live = |edits: Value| [closing(edits), mark.clone()];
    let change = |live: &[Resource], edits: Value| plan(live, closing(edits), &soc()).changes.remove(0);
    let by = json!({"order": 2, "lastModifiedTimeUtc": "2026-11-24T09:00:00Z", "lastModifiedBy": {"email": "eve@contoso.example"}});
    let drift = change(&live(by), json!({}));
    assert_eq!((drift.action, told(&drift)), (Action::Noop, vec![("order", Verdict::Drift)]));
    assert_eq!(drift.modified_by.as_deref(), Some("eve@contoso.example"));
    assert_eq!(told(&change(&live(json!({})), json!({"order": 3}))), [("order", Verdict::Pending)]);
    assert_eq!(change(&live(json!({"order": 2})), json!({"order": 3})).refusal, Some(Refusal::Conflict));
    assert_eq!(change(&live(json!({"order": 3})), json!({"order": 3})).action, Action::Adopt);
    assert_eq!(change(&live(json!({}))[..1], json!({})).action, Action::Adopt);
    assert_eq!(change(&live(json!({}))[..1], json!({"order": 3})).refusal, Some(Refusal::Unmarked));
    // Deleted out of band: the mark that stayed tells.
    let again = change(&live(json!({}))[1..], json!({}));
    assert!(again.action == Action::Create && again.reason.starts_with("deleted out of band"), "{again:?}");
    // And with it gone from the files as well, nothing is left to mark.
    let rules = rule("a", Kind::Scheduled, with(json!({})));
    let orphan = plan(&live(json!({}))[1..], rules, &soc()).changes.remove(1);
    assert_eq!((orphan.action, orphan.resource_name.as_str()), (Action::Delete, "automationrule-c"));
}

#[test]
fn repositories_and_solutions_are_told_and_the_first_are_refused() {
    let of = |kind: &str| {
        let properties = json!({"parentId": "/x/alertRules/A", "source": {"kind": kind, "name": "R"}});
        let properties = map(properties);
        Resource { resource_type: ResourceType::Metadata, name: "m".into(), kind: None, etag: None, properties }
    };
    for (kind, ours) in
        [("SourceRepository", Some(Refusal::SecondWriter)), ("Solution", None), ("LocalWorkspace", None)]
    {
        let change = |live: Resource, edits| {
            let plan = plan(&[live, of(kind)], rule("a", Kind::Scheduled, with(edits)), &soc());
            (plan.changes[0].action, plan.changes[0].refusal, plan.findings.len())
        };
        let told = usize::from(kind != "LocalWorkspace");
        assert_eq!(change(applied(json!({})), json!({})), (Action::Noop, None, told));
        let (_, refusal, _) = change(applied(json!({})), json!({"severity": "High"}));
        assert_eq!(refusal, ours, "{kind}");
        let (_, refusal, _) = change(rule("a", Kind::Scheduled, with(json!({}))), json!({}));
        assert_eq!(refusal, (told == 1).then_some(Refusal::SecondWriter), "{kind}");
    }
}

/// What version 1 of the mark wrote for `closing`. It stays as it is: later versions must read it as this one does.
const AUTOMATION_RULE_V1: &str = "palisade/1 soc c prE0pgFXJnJ9NRAV0CWRYa_mAXZW_7cGIOK7NkqV20UhAekao1EeW3";

#[test]
fn a_mark_of_version_1_is_read_by_every_later_version() {
    let write = plan(&[], closing(json!({})), &soc()).changes.remove(0).mark.unwrap();
    assert_eq!(write.after.unwrap()["properties"]["customVersion"], AUTOMATION_RULE_V1);
    let properties = map(json!({"parentId": "/x/automationRules/c", "customVersion": AUTOMATION_RULE_V1}));
    let mark = Resource { resource_type: ResourceType::Metadata, name: "m".into(), kind: None, etag: None, properties };
    let change = |live| plan(&[closing(live), mark.clone()], closing(json!({})), &soc()).changes.remove(0);
    assert_eq!((change(json!({})).action, change(json!({})).reason.as_str()), (Action::Noop, "as it should be"));
    assert_eq!(told(&change(json!({"order": 2}))), [("order", Verdict::Drift)]);
}

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::plan::{Left, Summary};
use crate::resource::AlertRule;

/// A live rule: what is not given is that of an ordinary one.
fn body(n: usize, over: Value) -> Value {
    let mut properties = json!({
        "displayName": format!("Rule {n}"), "enabled": true, "severity": "Medium", "query": "SigninLogs", "tactics": ["Impact"],
        "entityMappings": [{"entityType": "Account"}, {"entityType": "IP"}],
    });
    for (key, value) in over.as_object().unwrap() {
        properties[key] = value.clone();
    }
    json!({"name": n.to_string(), "kind": "Scheduled", "properties": properties})
}

fn change(n: usize, action: Action, before: Option<Value>, after: Option<Value>) -> Change {
    Change {
        resource: "alertRules".into(),
        id: n.to_string(),
        name: format!("Rule {n}"),
        resource_name: n.to_string(),
        action,
        refusal: None,
        reason: String::new(),
        kept: Vec::new(),
        mark: None,
        modified: None,
        modified_by: None,
        etag: (action != Action::Create).then(|| "\"e\"".to_owned()),
        before,
        after,
        fields: Vec::new(),
    }
}

/// A plan of `n` live rules, of which some change. `turns` are laid over the ordinary rule.
fn plan(n: usize, turns: &[(usize, Option<Value>)]) -> (WorkspacePlan, Vec<Resource>) {
    let live = |n| body(n, json!({}));
    let changes: Vec<Change> = (0..n)
        .map(|at| match turns.iter().find(|(turned, _)| *turned == at) {
            None => change(at, Action::Noop, None, None),
            Some((_, None)) => change(at, Action::Delete, Some(live(at)), None),
            Some((_, Some(over))) => change(at, Action::Update, Some(live(at)), Some(body(at, over.clone()))),
        })
        .collect();
    let resources = (0..n).map(|at| Resource::from(AlertRule::from_arm(live(at)).unwrap())).collect();
    let plan = WorkspacePlan {
        workspace: "w".into(),
        resource_id: "/r".into(),
        cloud: "emulator".into(),
        suppressions: Vec::new(),
        summary: Summary::of(&changes),
        changes,
        unmanaged: 0,
        exclusions: Vec::new(),
        findings: Vec::new(),
        left: Vec::<Left>::new(),
    };
    (plan, resources)
}

fn ask(plan: &WorkspacePlan, live: &[Resource], limits: Limits) -> Vec<String> {
    let words = |query: &str| query.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let facts = Facts {
        limits,
        live: Some(live),
        tables: &words,
        is_protected: &|change| change.id == "0",
        widened: Vec::new(),
        owned: live.len(),
        desired: plan.changes.iter().filter(|change| change.action != Action::Delete).count(),
    };
    workspace(plan, &facts).into_iter().map(|trip| trip.code).collect()
}

fn codes(n: usize, turns: &[(usize, Option<Value>)]) -> Vec<String> {
    let (plan, live) = plan(n, turns);
    ask(&plan, &live, Limits::default())
}

fn turned(from: usize, to: usize, over: &Value) -> Vec<(usize, Option<Value>)> {
    (from..to).map(|n| (n, Some(over.clone()))).collect()
}

#[test]
fn every_guard_trips_and_its_neighbour_does_not() {
    let off = json!({"enabled": false});
    let low = json!({"severity": "Low"});
    let none: [&str; 0] = [];
    assert_eq!(codes(10, &turned(1, 4, &off)), ["blast-radius"]);
    assert_eq!(codes(10, &turned(1, 4, &low)), ["blast-radius"]);
    assert_eq!(codes(10, &[(1, None), (2, None), (3, None)]), ["blast-radius"]);
    assert_eq!(codes(10, &[(1, None), (2, Some(off.clone())), (3, Some(low.clone()))]), ["blast-radius"]);
    assert_eq!(codes(10, &turned(1, 3, &off)), none);
    assert_eq!(codes(9, &turned(1, 8, &off)), none);
    assert_eq!(codes(10, &turned(1, 10, &json!({"severity": "High"}))), none);
    assert_eq!(codes(4, &[(0, None)]), ["protected"]);
    assert_eq!(codes(4, &[(0, Some(off.clone()))]), ["protected"]);
    assert_eq!(codes(4, &[(0, Some(low))]), none);
    assert_eq!(codes(4, &[(1, Some(json!({"incidentConfiguration": {"createIncident": false}})))]), ["incidents-off"]);
    assert_eq!(codes(4, &[(1, Some(json!({"incidentConfiguration": {"createIncident": true}})))]), none);
    assert_eq!(codes(4, &[(1, Some(json!({"entityMappings": [{"entityType": "IP"}]})))]), ["mappings-lost"]);
    let more = json!({"entityMappings": [{"entityType": "IP"}, {"entityType": "Account"}, {"entityType": "Host"}]});
    assert_eq!(codes(4, &[(1, Some(more))]), none);
    assert_eq!(codes(2, &[(1, None)]), none);
    assert_eq!(codes(2, &[(1, None), (0, None)]), ["empty-project", "protected", "last-over-table", "last-of-tactic"]);
}

#[test]
fn coverage_counts_who_is_there_and_who_is_enabled() {
    let (mut with, mut live) = plan(3, &[(1, None)]);
    let set = |change: &mut Change, key: &str, value: Value| change.before.as_mut().unwrap()["properties"][key] = value;
    set(&mut with.changes[1], "query", json!("SigninLogs AuditLogs"));
    set(&mut with.changes[1], "tactics", json!(["Impact", "Persistence"]));
    assert_eq!(ask(&with, &live, Limits::default()), ["last-over-table", "last-of-tactic"]);
    // A rule of somebody else looks at both.
    let other = body(7, json!({"query": "AuditLogs", "tactics": ["Persistence"]}));
    live.push(AlertRule::from_arm(other).unwrap().into());
    assert_eq!(ask(&with, &live, Limits::default()), [""; 0]);
    live[3].properties.insert("enabled".into(), json!(false));
    assert_eq!(ask(&with, &live, Limits::default()), ["last-over-table", "last-of-tactic"]);
    // What was disabled before is no loss.
    set(&mut with.changes[1], "enabled", json!(false));
    assert_eq!(ask(&with, &live, Limits::default()), [""; 0]);
}

#[test]
fn a_quota_may_be_full_and_not_more() {
    let limits = Limits { scheduled: 3, ..Limits::default() };
    let (mut with, live) = plan(2, &[]);
    with.changes.push(change(5, Action::Create, None, Some(body(5, json!({})))));
    assert_eq!(ask(&with, &live, limits), [""; 0]);
    with.changes.push(change(6, Action::Create, None, Some(body(6, json!({})))));
    assert_eq!(ask(&with, &live, limits), ["rule-quota"]);
    with.changes[3].after.as_mut().unwrap()["properties"]["enabled"] = json!(false);
    assert_eq!(ask(&with, &live, limits), [""; 0]);
    // One too many that was there before is no reason to refuse something else.
    let (with, live) = plan(5, &[(1, Some(json!({"displayName": "x"})))]);
    assert_eq!(ask(&with, &live, limits), [""; 0]);
}

#[test]
fn automation_rules_have_a_quota_of_their_own() {
    let automation = |n: usize| {
        let raw = json!({"name": format!("a{n}"), "properties": {"displayName": format!("Closes {n}")}});
        Resource::from_arm(ResourceType::AutomationRules, raw).unwrap()
    };
    let turn = |n: usize, action: Action| {
        let whole = Some(automation(n).whole());
        let (before, after) = if action == Action::Create { (None, whole) } else { (whole, None) };
        Change { resource: "automationRules".into(), ..change(n, action, before, after) }
    };
    let (mut with, mut live) = plan(1, &[]);
    live.extend((0..511).map(automation));
    with.changes.push(turn(600, Action::Create));
    assert_eq!(ask(&with, &live, Limits::default()), [""; 0]);
    with.changes.push(turn(601, Action::Create));
    assert_eq!(ask(&with, &live, Limits::default()), ["rule-quota"]);
    with.changes.push(turn(0, Action::Delete));
    assert_eq!(ask(&with, &live, Limits::default()), [""; 0]);
}

#[test]
fn small_workspaces_are_one_fleet() {
    let plans = |n: usize, off: usize| -> Vec<WorkspacePlan> {
        (0..n).map(|at| plan(2, &turned(0, usize::from(at < off), &json!({"enabled": false}))).0).collect()
    };
    let codes = |plans: &[WorkspacePlan]| -> Vec<String> {
        fleet(plans, Limits::default()).into_iter().map(|trip| trip.code).collect()
    };
    assert_eq!(codes(&plans(20, 9)), [""; 0]);
    assert_eq!(codes(&plans(20, 10)), ["many-workspaces"]);
    assert_eq!(codes(&plans(5, 3)), ["blast-radius"]);
    assert_eq!(codes(&plans(4, 4)), [""; 0]);
}

#[test]
fn only_what_is_named_is_let_through_and_a_lock_never() {
    let (plan, live) = plan(10, &turned(0, 4, &json!({"enabled": false})));
    let words = |query: &str| BTreeSet::from([query.to_owned()]);
    let facts = Facts {
        limits: Limits::default(),
        live: Some(&live),
        tables: &words,
        is_protected: &|_| true,
        widened: vec![("x".into(), "hides more".into())],
        owned: 10,
        desired: 10,
    };
    let mut trips = workspace(&plan, &facts);
    allow(&mut trips, &[Code::BlastRadius, Code::Protected]);
    let refused: Vec<&str> = trips.iter().filter(|trip| !trip.allowed).map(|trip| trip.code.as_str()).collect();
    assert_eq!(refused, ["protected", "exclusion-widens"]);

    // Of a saved plan: what was told then is not told anew, but for a lock and for what became more.
    let told = |trips: &[Trip]| -> Vec<String> {
        untold(workspace(&plan, &facts), trips).into_iter().map(|trip| trip.code).collect()
    };
    assert_eq!(told(&trips), [""; 0]);
    trips.iter_mut().for_each(|trip| trip.allowed = true);
    assert_eq!(told(&trips), ["protected"]);
    trips.iter_mut().for_each(|trip| trip.names.truncate(1));
    assert_eq!(told(&trips), ["protected", "blast-radius"]);
    // Without a list of what lives there is no telling which rule is the last one.
    let (quotas, no_list) = (Limits { scheduled: 0, ..Limits::default() }, Facts { live: None, ..facts });
    let facts = Facts { limits: quotas, ..no_list };
    let codes: Vec<String> = workspace(&plan, &facts).into_iter().map(|trip| trip.code).collect();
    assert_eq!(codes, ["protected", "blast-radius", "exclusion-widens"]);
}

proptest! {
    /// Whatever a plan does, a share that reaches the threshold is refused, and one below it is not.
    #[test]
    fn no_share_passes_that_the_threshold_names(
        turns in prop::collection::vec(0..5_u8, 0..60), share in 1..=100_usize, of_at_least in 1..40_usize,
    ) {
        let turned: Vec<(usize, Option<Value>)> = turns
            .iter()
            .enumerate()
            .filter_map(|(n, turn)| match turn {
                1 => Some((n, None)),
                2 => Some((n, Some(json!({"enabled": false})))),
                3 => Some((n, Some(json!({"severity": "Informational"})))),
                4 => Some((n, Some(json!({"severity": "High"})))),
                _ => None,
            })
            .collect();
        let weak = turns.iter().filter(|turn| (1..=3).contains(*turn)).count();
        let n = turns.len();
        let (plan, live) = plan(n, &turned);
        let limits = Limits { share, of_at_least, ..Limits::default() };
        let tripped = ask(&plan, &live, limits).contains(&"blast-radius".to_owned());
        prop_assert_eq!(tripped, weak > 0 && n >= of_at_least && weak * 100 >= n * share);
    }
}

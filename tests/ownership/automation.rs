//! Automation rules, whose mark is a second write: every row of the table, and a run that ends between the two.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade::arm::transport::Transport as _;
use palisade::diagnostic::{Sources, Span};
use palisade::emulator::{Emulator, Options};
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::Connector;
use palisade::ops::place;
use palisade::ops::plan::Opened;
use palisade::ops::watch::{Silent, Watch};
use palisade::plan::compare::{Desired, Place, Seen, compare};
use palisade::plan::ownership::OnDrift;
use palisade::plan::{Action, Origin, Ownership, Plan, Refusal, Verdict, WorkspacePlan};
use palisade::resource::{Resource, ResourceType};
use palisade::workspace::Workspace;
use serde_json::{Value, json};

use super::Door;

const WORKSPACE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator/providers/Microsoft.OperationalInsights/workspaces/law";

struct Project {
    door: Door,
    ownership: Ownership,
}

fn closing(order: u64) -> Value {
    json!({
        "displayName": "Agreed test", "order": order,
        "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created",
            "expirationTimeUtc": "2027-01-01T00:00:00Z", "conditions": []},
        "actions": [{"order": 1, "actionType": "ModifyProperties",
            "actionConfiguration": {"status": "Closed", "classification": "BenignPositive",
                "classificationReason": "SuspiciousButExpected"}}],
    })
}

impl Project {
    fn new() -> Self {
        let door = Door(Emulator::in_memory(Options::default()));
        let ownership = Ownership { workspace_id: WORKSPACE.into(), project: "soc".into(), ..Ownership::default() };
        Self { door, ownership }
    }

    async fn plan(&self, desired: &[u64]) -> (WorkspacePlan, Opened) {
        let local = Workspace::local(Span::start_of(Sources::default().add("(local)", "")));
        let connection = self.door.connect(&local).unwrap();
        let live = place::live(&connection, &place::READ).await.unwrap();
        let desired = desired
            .iter()
            .map(|order| Desired {
                id: "agreed".into(),
                resource: Resource {
                    resource_type: ResourceType::AutomationRules,
                    name: "agreed".into(),
                    kind: None,
                    etag: None,
                    properties: closing(*order).as_object().cloned().unwrap(),
                },
                blocked: None,
            })
            .collect();
        let place = Place { workspace: "local".into(), resource_id: WORKSPACE.into(), cloud: "emulator".into() };
        let seen = Seen { live: &live, ..Seen::default() };
        (compare(place, &seen, desired, &self.ownership), Opened { connection, read: None })
    }

    /// Plans and applies; the outcomes, and the requests that write.
    async fn apply(&self, desired: &[u64]) -> (WorkspacePlan, Vec<&'static str>, Vec<String>) {
        let (plan, opened) = self.plan(desired).await;
        let origin = Origin { created: String::new(), project: "soc".into(), commit: None, inputs: String::new() };
        let whole = Plan::new(origin, vec![plan.clone()], Vec::new());
        let from = self.door.0.requests().len();
        let silent: Arc<dyn Watch> = Arc::new(Silent);
        let options = ApplyOptions { parallel: 10, all_or_nothing: false };
        let applied = apply(&whole, &[opened], options, &Stop::default(), &silent).await;
        let outcomes = applied[0].changes.iter().map(|done| done.outcome.name()).collect();
        let writes = self.door.requests(from).into_iter().filter(|line| !line.starts_with("GET")).collect();
        (plan, outcomes, writes)
    }

    /// Somebody writes, or deletes, by hand.
    async fn by_hand(&self, method: &str, path: &str, properties: Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(format!(
                "http://localhost{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}?api-version=2025-07-01-preview"
            ))
            .header("authorization", "Bearer emulator")
            .header("content-type", "application/json")
            .body(json!({"properties": properties}).to_string().into_bytes().into())
            .unwrap();
        let answer = self.door.0.send(request).await.unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
    }
}

fn one(plan: &WorkspacePlan) -> (Action, Option<Refusal>, BTreeMap<&str, Verdict>) {
    let [change] = plan.changes.as_slice() else { panic!("{:?}", plan.changes) };
    let fields = change.fields.iter().map(|field| (field.path.as_str(), field.verdict)).collect();
    (change.action, change.refusal, fields)
}

#[tokio::test]
async fn every_row_of_the_table() {
    let project = Project::new();
    let (_, outcomes, writes) = project.apply(&[1]).await;
    assert_eq!(
        (outcomes, writes),
        (vec!["applied"], vec!["PUT automationRules".to_owned(), "PUT metadata".to_owned()])
    );
    let (plan, outcomes, writes) = project.apply(&[1]).await;
    assert_eq!((one(&plan), outcomes.len(), writes.len()), ((Action::Noop, None, BTreeMap::new()), 0, 0));

    let (plan, ..) = project.apply(&[2]).await;
    assert_eq!(one(&plan), (Action::Update, None, BTreeMap::from([("order", Verdict::Pending)])));

    project.by_hand("PUT", "automationRules/agreed", closing(3)).await;
    let (plan, _, writes) = project.apply(&[2]).await;
    assert_eq!((one(&plan), writes.len()), ((Action::Noop, None, BTreeMap::from([("order", Verdict::Drift)])), 0));
    assert!(plan.changes[0].modified.is_some());
    let (plan, _, writes) = project.apply(&[4]).await;
    let conflict = (Action::Blocked, Some(Refusal::Conflict), BTreeMap::from([("order", Verdict::Conflict)]));
    assert_eq!((one(&plan), writes.len()), (conflict, 0));
    let (plan, _, writes) = project.apply(&[3]).await;
    assert_eq!((one(&plan).0, writes.len()), (Action::Adopt, 2));

    // It closes more, and for longer, than anybody reviewed.
    let mut longer = closing(3);
    longer["triggeringLogic"]["expirationTimeUtc"] = json!("2030-01-01T00:00:00Z");
    project.by_hand("PUT", "automationRules/agreed", longer).await;
    let (plan, ..) = project.apply(&[3]).await;
    assert_eq!(one(&plan).1, Some(Refusal::Weakened));
    let overwriting =
        Project { ownership: Ownership { on_drift: Some(OnDrift::Overwrite), ..project.ownership.clone() }, ..project };
    assert_eq!(overwriting.apply(&[3]).await.1, ["applied"]);
    assert_eq!(one(&overwriting.plan(&[3]).await.0).0, Action::Noop);
}

#[tokio::test]
async fn a_run_that_ends_between_the_two_writes_is_settled_by_the_next() {
    let project = Project::new();
    project.door.0.inject("PUT metadata/* nth=1 status=400".parse().unwrap());
    let (_, outcomes, _) = project.apply(&[1]).await;
    assert_eq!(outcomes, ["failed"]);
    let (plan, outcomes, _) = project.apply(&[1]).await;
    assert_eq!((one(&plan), outcomes), ((Action::Adopt, None, BTreeMap::new()), vec!["applied"]));
    assert_eq!(one(&project.plan(&[1]).await.0).0, Action::Noop);

    // The mark of an update: it is older than the rule, and what both say now is no edit of anybody.
    project.door.0.inject("PUT metadata/* nth=1 status=400".parse().unwrap());
    assert_eq!(project.apply(&[2]).await.1, ["failed"]);
    let (plan, ..) = project.apply(&[2]).await;
    assert_eq!(one(&plan), (Action::Adopt, None, BTreeMap::from([("order", Verdict::Same)])));
    assert_eq!(one(&project.plan(&[2]).await.0).0, Action::Noop);
}

#[tokio::test]
async fn without_a_mark_nobody_knows_and_without_a_rule_the_mark_goes() {
    let project = Project::new();
    project.by_hand("PUT", "automationRules/agreed", closing(7)).await;
    let (plan, _, writes) = project.apply(&[1]).await;
    let unmarked = (Action::Blocked, Some(Refusal::Unmarked), BTreeMap::from([("order", Verdict::Unknown)]));
    assert_eq!((one(&plan), writes.len()), (unmarked, 0));
    assert_eq!(project.apply(&[7]).await.1, ["applied"]);

    project.by_hand("DELETE", "automationRules/agreed", json!({})).await;
    let (plan, _) = project.plan(&[7]).await;
    assert_eq!(
        (one(&plan).0, plan.changes[0].reason.as_str()),
        (Action::Create, "deleted out of band: its mark is still there")
    );
    // Neither the workspace nor the files have it: its mark is left over.
    let (plan, outcomes, writes) = project.apply(&[]).await;
    assert_eq!((one(&plan).0, outcomes, writes), (Action::Delete, vec!["applied"], vec!["DELETE metadata".to_owned()]));
    assert_eq!(project.plan(&[]).await.0.changes, []);
}

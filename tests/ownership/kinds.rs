//! Random histories of a rule whose kind changes, with edits in the portal and runs that end between two writes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use palisade::arm::transport::Transport as _;
use palisade::diagnostic::{Sources, Span};
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::Connector;
use palisade::ops::ownership::Choices;
use palisade::ops::plan::{Planned, plan};
use palisade::ops::watch::{Silent, Watch};
use palisade::ops::{LoadOptions, load, place, plan_file};
use palisade::plan::ownership::OnDrift;
use palisade::plan::{Action, Origin, Plan};
use palisade::resource::{Kind, Resource, ResourceType};
use palisade::workspace::Workspace;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Door;
use palisade::emulator::{Emulator, Options};

const ID: &str = "11111111-1111-4111-8111-111111111111";

#[derive(Debug, Clone)]
enum Step {
    /// The files make it NRT, or Scheduled.
    Kind(bool),
    /// Somebody gives a live rule another description: the first, or the last, of those that there are.
    Portal(bool),
    /// The next request of that method to alert rules is refused.
    Fault(&'static str),
    Apply(Option<OnDrift>),
}

fn step() -> impl Strategy<Value = Step> {
    let policies = [None, None, Some(OnDrift::Keep), Some(OnDrift::Fail), Some(OnDrift::Overwrite)];
    prop_oneof![
        3 => any::<bool>().prop_map(Step::Kind),
        1 => any::<bool>().prop_map(Step::Portal),
        1 => prop::sample::select(vec!["PUT", "DELETE"]).prop_map(Step::Fault),
        4 => prop::sample::select(policies.to_vec()).prop_map(Step::Apply),
    ]
}

struct World {
    door: Door,
    folder: tempfile::TempDir,
    workspace: Workspace,
    edits: u32,
}

impl World {
    fn new() -> Self {
        let world = Self {
            door: Door(Emulator::in_memory(Options::default())),
            folder: tempfile::tempdir().unwrap(),
            workspace: Workspace::local(Span::start_of(Sources::default().add("(local)", ""))),
            edits: 0,
        };
        write(world.folder.path(), false);
        world
    }

    async fn plan(&self, on_drift: Option<OnDrift>) -> Planned {
        let loaded = load(self.folder.path(), &LoadOptions::default());
        assert_eq!(loaded.content.rules.len(), 1, "{:?}", loaded.problems);
        let origin = Origin { created: String::new(), project: "default".into(), commit: None, inputs: String::new() };
        let choices = Choices { on_drift, ..Choices::default() };
        let silent: Arc<dyn Watch> = Arc::new(Silent);
        plan(&loaded, std::slice::from_ref(&self.workspace), &self.door, origin, &choices, &silent).await
    }

    async fn apply(&self, on_drift: Option<OnDrift>) {
        let planned = self.plan(on_drift).await;
        let silent: Arc<dyn Watch> = Arc::new(Silent);
        let options = ApplyOptions { parallel: 10, all_or_nothing: false };
        apply(&planned.plan, &planned.places, options, &Stop::default(), &silent).await;
    }

    /// The live rules but Microsoft's own, in the order of names.
    async fn live(&self) -> Vec<Resource> {
        let connection = self.door.connect(&self.workspace).unwrap();
        let mut live = place::live(&connection, &[ResourceType::AlertRules]).await.unwrap();
        live.retain(|one| matches!(one.kind, Some(Kind::Scheduled | Kind::Nrt)));
        live
    }

    /// Edits a rule in the portal; its name, and what it says since.
    async fn edit(&mut self, last: bool) -> Option<(String, Value)> {
        let live = self.live().await;
        let mut one = if last { live.last() } else { live.first() }?.clone();
        self.edits += 1;
        let description = json!(format!("Edit {}.", self.edits));
        one.properties.insert("description".to_owned(), description.clone());
        let scope = &self.door.connect(&self.workspace).unwrap().requests.scope.resource_id();
        let path = format!("{scope}/providers/Microsoft.SecurityInsights/alertRules/{}", one.name);
        let request = http::Request::builder()
            .method("PUT")
            .uri(format!("http://localhost{path}?api-version=2025-07-01-preview"))
            .header("authorization", "Bearer emulator")
            .header("content-type", "application/json")
            .body(one.body().to_string().into_bytes().into())
            .unwrap();
        let answer = self.door.0.send(request).await.unwrap();
        // A fault that waits for a PUT may meet this one.
        answer.status().is_success().then_some((one.name, description))
    }
}

fn write(folder: &Path, nrt: bool) {
    let kind = if nrt {
        "kind: NRT\n"
    } else {
        "kind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n"
    };
    let text = format!(
        "id: {ID}\n{kind}name: Break-glass account\ndescription: Nobody should need it.\nseverity: High\n\
         query: SigninLogs | where UserPrincipalName == \"glass@contoso.example\"\n"
    );
    fs::write(folder.join("rule.yaml"), text).unwrap();
}

async fn live_through(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::new();
    world.apply(None).await;
    let (mut edited, mut nrt): (Option<(String, Value)>, bool) = (None, false);
    for step in &steps {
        match step {
            Step::Kind(now) => {
                nrt = *now;
                write(world.folder.path(), nrt);
            }
            Step::Portal(last) => edited = world.edit(*last).await.or(edited),
            Step::Fault(method) => {
                world.door.0.inject(format!("{method} alertRules/* nth=1 status=400").parse().unwrap());
            }
            Step::Apply(on_drift) => {
                world.apply(*on_drift).await;
                if *on_drift == Some(OnDrift::Overwrite) {
                    edited = None;
                }
            }
        }
        let live = world.live().await;
        prop_assert!(!live.is_empty(), "the detection is gone after {step:?}");
        if let Some((name, description)) = &edited {
            let kept = live.iter().find(|one| one.name == *name).map(|one| &one.properties["description"]);
            prop_assert_eq!(kept, Some(description), "an edit is gone after {:?}", step);
        }
    }
    // Faults that nothing met yet meet these.
    for _ in 0..=steps.len() {
        world.apply(Some(OnDrift::Overwrite)).await;
    }
    let live = world.live().await;
    let wanted = if nrt { Kind::Nrt } else { Kind::Scheduled };
    prop_assert_eq!(live.iter().map(|one| one.kind.clone().unwrap()).collect::<Vec<_>>(), [wanted]);
    let planned = world.plan(None).await;
    prop_assert_eq!((planned.plan.summary.writes(), planned.plan.summary.noop), (0, 1), "{:?}", planned.plan);
    Ok(())
}

/// Whoever writes a plan can seal it, so that the project is asked whether it would delete what the plan deletes.
#[tokio::test]
async fn no_saved_plan_deletes_a_rule_in_the_name_of_another() {
    let world = World::new();
    world.apply(None).await;
    write(world.folder.path(), true);
    let planned = world.plan(None).await.plan;
    let other = "22222222-2222-4222-8222-222222222222";
    let text = fs::read_to_string(world.folder.path().join("rule.yaml")).unwrap().replace(ID, other);
    fs::write(world.folder.path().join("other.yaml"), text).unwrap();
    let loaded = load(world.folder.path(), &LoadOptions::default());
    let outdated = |plan: &Plan| plan_file::outdated(plan, &loaded, std::slice::from_ref(&world.workspace));
    assert_eq!(outdated(&planned), Vec::<String>::new());
    let mut forged = planned;
    let deletion = forged.workspaces[0].changes.iter_mut().find(|change| change.action == Action::Delete).unwrap();
    deletion.resource_name = other.to_owned();
    deletion.before.as_mut().unwrap()["name"] = json!(deletion.resource_name);
    assert!(matches!(outdated(&forged).as_slice(), [why] if why.ends_with("the files want it by now")));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases / 10,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_kind_that_changes_loses_neither_the_detection_nor_an_edit(steps in prop::collection::vec(step(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live_through(steps))?;
    }
}

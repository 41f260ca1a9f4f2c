//! Row 22: of several workspaces one answers 403 to everything, and one is silent. The others finish.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use palisade::arm::endpoint::Endpoint;
use palisade::arm::request::RequestBuilder;
use palisade::arm::retry::{RetryPolicy, Retrying};
use palisade::arm::scope::WorkspaceScope;
use palisade::arm::transport::{Request, Sending, Transport, TransportError};
use palisade::emulator::{Emulator, Options};
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::{Connection, Connector};
use palisade::ops::ownership::Choices;
use palisade::ops::plan::{Planned, plan};
use palisade::ops::{LoadOptions, Loaded, load};
use palisade::plan::Origin;
use palisade::workspace::Workspace;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::process::{Project, id};
use crate::window::{DEADLINE, at_once, silent};
use crate::world::world;

const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";
const RULES: usize = 20;
/// A workspace's name in the project is that of the resource.
const NAMES: [&str; 4] = ["law-one", "law-two", "law-three", "law-four"];
const FORBIDDEN: &str = "law-two";
const SILENT: &str = "law-three";

/// Writes the workspaces and rules of a project.
fn write(folder: &Path, endpoint: &str, severity: &str) {
    for name in NAMES {
        let mut text = format!("kind: Workspace\nname: {name}\nsubscription: {SUBSCRIPTION}\nresourceGroup: rg\n");
        writeln!(text, "workspace: {name}\nendpoint: {endpoint}").unwrap();
        std::fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
    }
    for n in 0..RULES {
        let text = format!("id: {}\nname: Rule {n}\nkind: NRT\nseverity: {severity}\nquery: SecurityEvent\n", id(n));
        std::fs::write(folder.join(format!("r{n}.yaml")), text).unwrap();
    }
}

fn live(emulator: &Emulator, name: &str) -> Vec<Value> {
    let scope = WorkspaceScope::new(SUBSCRIPTION, "rg", name).unwrap();
    let rules = emulator.snapshot()[scope.resource_id().to_ascii_lowercase()]["alertRules"].clone();
    rules.as_object().into_iter().flatten().map(|(_, rule)| rule.clone()).collect()
}

/// As a process: while it reads, and while it writes a saved plan.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_forbids_everything_is_named_and_the_others_finish() {
    for saved in [false, true] {
        let world = world();
        let project = Project::new(&world, 0);
        std::fs::remove_file(project.path().join("w.yaml")).unwrap();
        write(project.path(), &world.door("http").requests.endpoint.to_string(), "Low");
        let plan = project.run(&["plan", "--all", "--quiet", "--out", "plan.json"]);
        assert_eq!(plan.exit, 0, "{plan:?}");
        world.inject(&format!("workspace={FORBIDDEN} status=403"));
        let run = match saved {
            true => project.run(&["apply", "plan.json"]),
            false => project.run(&["apply", "--all", "--auto-approve"]),
        };
        assert_eq!(run.exit, 1, "{run:?}");
        let told = format!("{}{}", run.stdout, run.stderr);
        let named = |line: &&str| line.contains(FORBIDDEN) && line.contains("403");
        assert!(told.lines().any(|line| named(&line)), "saved {saved}: {told}");
        for name in NAMES {
            let expected = if name == FORBIDDEN { 0 } else { RULES };
            assert_eq!(live(&world.emulator, name).len(), expected, "saved {saved}: {name}: {told}");
        }
        let writes = world.emulator.requests().iter().filter(|one| one.method == "PUT" && one.status == 403).count();
        assert!(writes <= if saved { RULES - 1 } else { 0 }, "saved {saved}: {writes} writes in vain");
        world.emulator.clear_faults();
        let again = project.run(&["apply", "--all", "--auto-approve", "--quiet"]);
        assert_eq!((again.exit, live(&world.emulator, FORBIDDEN).len()), (0, RULES), "{again:?}");
    }
}

/// Four workspaces of one emulator in this process, in virtual time.
#[derive(Clone)]
struct Fleet {
    emulator: Emulator,
    is_silent: Arc<AtomicBool>,
}

struct Way {
    fleet: Fleet,
    is_mute: bool,
}

impl Transport for Way {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            if self.is_mute && self.fleet.is_silent.load(Ordering::Relaxed) {
                sleep(DEADLINE).await;
                return Err(TransportError::Unanswered("nothing within 30 s".into()));
            }
            sleep(Duration::from_millis(100)).await;
            at_once(self.fleet.emulator.send(request))
        })
    }
}

impl Connector for Fleet {
    fn connect(&self, workspace: &Workspace) -> Result<Connection, String> {
        let name = &workspace.name.value;
        let scope = WorkspaceScope::new(SUBSCRIPTION, "rg", name).unwrap();
        let way = Way { fleet: self.clone(), is_mute: name == SILENT };
        Ok(Connection {
            transport: Arc::new(Retrying::new(way, RetryPolicy::default())),
            requests: RequestBuilder::new(Endpoint::parse("http://localhost", &[]).unwrap(), scope),
            cloud: "emulator".to_owned(),
            title: "the test's emulator".to_owned(),
            throttle: None,
        })
    }
}

impl Fleet {
    async fn plan(&self, loaded: &Loaded) -> Planned {
        let (created, commit, inputs) = ("2026-11-24T09:00:00Z".to_owned(), None, loaded.digest.clone());
        let origin = Origin { created, project: "default".to_owned(), commit, inputs };
        plan(loaded, &loaded.content.workspaces, self, origin, &Choices::default(), &silent()).await
    }
}

/// While it is read: three tries for its lists, all at once, and the others' plan is whole.
/// While it is written: whatever it costs, the others do not wait for it.
#[tokio::test(start_paused = true)]
async fn one_that_is_silent_is_named_and_the_others_finish() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "http://localhost", "Low");
    let loaded = load(folder.path(), &LoadOptions::default());
    let fleet = Fleet { emulator: Emulator::in_memory(Options::default()), is_silent: Arc::default() };
    let whole = fleet.plan(&loaded).await;
    assert_eq!((whole.failures.len(), whole.plan.summary.create), (0, NAMES.len() * RULES));

    fleet.is_silent.store(true, Ordering::Relaxed);
    let began = Instant::now();
    let planned = fleet.plan(&loaded).await;
    let took = began.elapsed();
    assert!(took >= DEADLINE * 3 && took < DEADLINE * 3 + Duration::from_secs(5), "{took:?}");
    let failed: Vec<&str> = planned.failures.iter().map(|one| one.workspace.as_str()).collect();
    assert_eq!((failed, planned.plan.workspaces.len()), (vec![SILENT], NAMES.len() - 1));
    assert!(planned.failures[0].why.contains("nothing within 30 s"), "{:?}", planned.failures);

    let mut places = whole.places;
    places.iter_mut().for_each(|place| place.read = None);
    let options = ApplyOptions { parallel: 10, all_or_nothing: false };
    let began = Instant::now();
    let (all, stop, watch) = (whole.plan, Stop::default(), silent());
    let run = async {
        let applied = apply(&all, &places, options, &stop, &watch).await;
        (applied, began.elapsed())
    };
    let others = async {
        sleep(Duration::from_secs(20)).await;
        NAMES.map(|name| live(&fleet.emulator, name).len())
    };
    let ((applied, took), others) = tokio::join!(run, others);
    assert_eq!(others, NAMES.map(|name| if name == SILENT { 0 } else { RULES }), "they wait for nobody");
    for (name, workspace) in all.workspaces.iter().map(|one| one.workspace.as_str()).zip(&applied) {
        let is_silent = name == SILENT;
        assert_eq!(workspace.failure.is_some(), is_silent, "{name}: {:?}", workspace.failure);
        assert!(workspace.changes.iter().all(|one| (one.outcome.name() == "applied") != is_silent), "{name}");
        assert_eq!(workspace.changes.len(), RULES, "each rule has an outcome");
    }
    assert!(took < DEADLINE * 4 + Duration::from_secs(10), "{took:?}");
}

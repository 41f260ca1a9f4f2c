//! Row 8 with a service that ignores `If-Match`, and row 6: the executor as it is, in this process and in virtual time,
//! so that minutes of slow answers cost nothing.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use palisade::arm::endpoint::Endpoint;
use palisade::arm::limited::Limited;
use palisade::arm::limiter::Limiter;
use palisade::arm::request::RequestBuilder;
use palisade::arm::retry::{RetryPolicy, Retrying};
use palisade::arm::transport::{Request, Sending, Transport, TransportError};
use palisade::diagnostic::{Sources, Span};
use palisade::emulator::faults::Edit;
use palisade::emulator::{Emulator, Options};
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::{Connection, Connector, Throttle};
use palisade::ops::ownership::Choices;
use palisade::ops::plan::{Planned, plan};
use palisade::ops::watch::{Silent, Watch};
use palisade::ops::{LoadOptions, Loaded, load};
use palisade::plan::Origin;
use palisade::plan::outcome::Done;
use palisade::workspace::Workspace;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::process::id;
use crate::world::workspace;

const RULES: usize = 60;
const PAGE: usize = 25;
/// As docs/under-fire.md promises.
const FRESH: Duration = Duration::from_secs(10);
/// For which a list that took long is still good.
const GRACE: Duration = Duration::from_secs(2);
/// A client's deadline for a request.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// What turning a timer costs in virtual time.
const TICK: Duration = Duration::from_millis(20);

/// How slow a service is, and which write of it gets no answer: before or after it was done.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    write: Duration,
    page: Duration,
    hangs: Option<(usize, bool)>,
}

/// The service, and what was sent to it.
struct Service {
    emulator: Emulator,
    pace: Mutex<Pace>,
    sent: Mutex<Vec<Sent>>,
}

/// A request that was answered.
#[derive(Debug)]
struct Sent {
    began: Instant,
    ended: Instant,
    /// The rule that it writes.
    puts: Option<String>,
    /// The rules that it shows.
    shows: Vec<String>,
}

struct Door(Arc<Service>);

impl Transport for Door {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            let (pace, began) = (*self.0.pace.lock().unwrap(), Instant::now());
            let is_write = request.method() == Method::PUT;
            let name = request.uri().path().rsplit('/').next().unwrap().to_owned();
            let hangs = pace.hangs.filter(|(n, _)| is_write && name == id(*n));
            sleep(if is_write { pace.write } else { pace.page }).await;
            let answer = match hangs {
                Some((_, false)) => None,
                _ => Some(at_once(self.0.emulator.send(request))?),
            };
            if hangs.is_some() {
                sleep(DEADLINE - pace.write).await;
            }
            let list: Value =
                answer.as_ref().and_then(|one| serde_json::from_slice(one.body()).ok()).unwrap_or_default();
            let shows = list["value"].as_array().into_iter().flatten();
            self.0.sent.lock().unwrap().push(Sent {
                began,
                ended: Instant::now(),
                puts: is_write.then_some(name),
                shows: shows.filter_map(|one| one["name"].as_str()).map(str::to_owned).collect(),
            });
            answer.filter(|_| hangs.is_none()).ok_or_else(|| TransportError::Unanswered("nothing within 30 s".into()))
        })
    }
}

impl Connector for Door {
    fn connect(&self, _: &Workspace) -> Result<Connection, String> {
        let limiter = Arc::<Limiter>::default();
        let limited = Limited::new(Self(Arc::clone(&self.0)), Arc::clone(&limiter), "p");
        Ok(Connection {
            transport: Arc::new(Retrying::new(limited, RetryPolicy::default())),
            requests: RequestBuilder::new(Endpoint::parse("http://localhost", &[]).unwrap(), workspace()),
            cloud: "emulator".to_owned(),
            title: "the test's emulator".to_owned(),
            throttle: Some(Throttle { limiter, principal: "p".into() }),
        })
    }
}

fn project(folder: &Path, rules: usize, severity: &str) -> Loaded {
    for n in 0..rules {
        let text = format!(
            "id: {}\nname: Rule {n}\nkind: Scheduled\nseverity: {severity}\nqueryFrequency: 1h\nqueryPeriod: 1h\n\
             triggerOperator: gt\ntriggerThreshold: 0\nquery: SecurityEvent\n",
            id(n)
        );
        std::fs::write(folder.join(format!("r{n}.yaml")), text).unwrap();
    }
    load(folder, &LoadOptions::default())
}

impl Door {
    fn new(check_etag: bool) -> Self {
        let emulator = Emulator::in_memory(Options { check_etag, page: PAGE, ..Options::default() });
        Self(Arc::new(Service { emulator, pace: Mutex::default(), sent: Mutex::default() }))
    }

    async fn plan(&self, loaded: &Loaded) -> Planned {
        let (created, commit, inputs) = ("2026-11-24T09:00:00Z".to_owned(), None, loaded.digest.clone());
        let origin = Origin { created, project: "default".to_owned(), commit, inputs };
        let local = Workspace::local(Span::start_of(Sources::default().add("(local)", "")));
        let planned = plan(loaded, &[local], self, origin, &Choices::default(), &silent()).await;
        assert_eq!(planned.failures, []);
        planned
    }

    /// Applies a plan, as one that was saved before: no list of its own is read yet.
    async fn apply(&self, mut planned: Planned, parallel: usize) -> Vec<Done> {
        planned.places[0].read = None;
        let options = ApplyOptions { parallel, all_or_nothing: false };
        let mut applied = apply(&planned.plan, &planned.places, options, &Stop::default(), &silent()).await;
        let applied = applied.remove(0);
        assert_eq!(applied.failure, None);
        applied.changes
    }

    fn live(&self, n: usize) -> Value {
        let key = workspace().resource_id().to_ascii_lowercase();
        self.0.emulator.snapshot()[key]["alertRules"][id(n)]["properties"].clone()
    }
}

/// Without a pause: the emulator commits on a thread of its own, and virtual time must not run on meanwhile.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(tokio::task::unconstrained(future))
}

pub(crate) fn silent() -> Arc<dyn Watch> {
    Arc::new(Silent)
}

fn outcome(done: &[Done], n: usize) -> &'static str {
    done.iter().find(|one| one.id == id(n)).unwrap().outcome.name()
}

/// The list that a write relied on: the last one that was answered before it and shows its rule.
fn relied_on<'a>(sent: &'a [Sent], put: &Sent) -> &'a Sent {
    let name = put.puts.as_ref().unwrap();
    let before = sent.iter().filter(|one| one.puts.is_none() && one.ended <= put.began && one.shows.contains(name));
    before.max_by_key(|one| one.began).expect("every write relies on a list")
}

/// How fast a service is, and how much is written at once: a run of 16 s to a minute and a half, so that lists grow old.
const PACES: [(usize, u64, u64); 5] =
    [(2, 1_000, 50), (10, 4_000, 100), (1, 700, 300), (4, 1_500, 2_000), (3, 900, 3_500)];

/// Both sides of the window. An edit that a list can show is left alone, though the service would let it be overwritten;
/// and no write begins with a list that is older than 10 s, so that no other edit can be lost.
#[tokio::test(start_paused = true)]
async fn no_write_relies_on_a_list_that_is_older_than_ten_seconds() {
    let (mut left_alone, mut lost) = (0, 0);
    for (parallel, write, page) in PACES {
        let (folder, door) = (tempfile::tempdir().unwrap(), Door::new(false));
        let planned = door.plan(&project(folder.path(), RULES, "Low")).await;
        door.apply(planned, 10).await;
        let planned = door.plan(&project(folder.path(), RULES, "High")).await;
        assert_eq!(planned.plan.summary.update, RULES);
        *door.0.pace.lock().unwrap() =
            Pace { write: Duration::from_millis(write), page: Duration::from_millis(page), hangs: None };
        door.0.sent.lock().unwrap().clear();
        let edited = async {
            sleep(Duration::from_secs(13)).await;
            for n in 0..RULES {
                let edit = json!({
                    "resource": format!("{}/providers/Microsoft.SecurityInsights/alertRules/{}", workspace().resource_id(), id(n)),
                    "set": {"enabled": false},
                });
                let edit: Edit = serde_json::from_value(edit).unwrap();
                at_once(door.0.emulator.edit(&edit)).unwrap();
            }
            Instant::now()
        };
        let (done, edited) = tokio::join!(door.apply(planned, parallel), edited);
        let sent = door.0.sent.lock().unwrap();
        let puts: Vec<&Sent> = sent.iter().filter(|one| one.puts.is_some()).collect();
        assert!(puts.len() >= 5, "{} writes", puts.len());
        for put in &puts {
            let list = relied_on(&sent, put);
            let age = put.began - list.began;
            // All pages of a list that took long are good for 2 s from its end.
            let slow = Duration::from_millis(page) * 3 + GRACE;
            assert!(age <= FRESH.max(slow) + TICK, "{parallel} {write} {page}: a list {age:?} old");
        }
        for n in 0..RULES {
            match puts.iter().find(|put| put.puts == Some(id(n))) {
                Some(put) if put.ended <= edited => {}
                Some(put) => {
                    // Lost to the service that ignores the etag: within the window, and no later.
                    let list = relied_on(&sent, put);
                    assert!(list.began <= edited, "{n}: its list showed the edit");
                    lost += 1;
                }
                None => {
                    assert_eq!(outcome(&done, n), "stale", "{n}");
                    let live = door.live(n);
                    assert_eq!((&live["enabled"], &live["severity"]), (&json!(false), &json!("Low")), "{n}");
                    left_alone += 1;
                }
            }
        }
    }
    assert!(left_alone > 50 && lost > 0, "{left_alone} left alone, {lost} overwritten within the window");
}

/// With a service that refuses a stale etag the same edits are all left alone.
#[tokio::test(start_paused = true)]
async fn a_service_that_checks_etags_leaves_no_window() {
    let (folder, door) = (tempfile::tempdir().unwrap(), Door::new(true));
    let planned = door.plan(&project(folder.path(), RULES, "Low")).await;
    door.apply(planned, 10).await;
    let planned = door.plan(&project(folder.path(), RULES, "High")).await;
    *door.0.pace.lock().unwrap() = Pace { write: Duration::from_secs(1), page: Duration::from_millis(50), hangs: None };
    let edited = async {
        sleep(Duration::from_secs(4)).await;
        for n in 0..RULES {
            let edit = json!({
                "resource": format!("{}/providers/Microsoft.SecurityInsights/alertRules/{}", workspace().resource_id(), id(n)),
                "set": {"enabled": false},
            });
            at_once(door.0.emulator.edit(&serde_json::from_value(edit).unwrap())).unwrap();
        }
    };
    let (done, ()) = tokio::join!(door.apply(planned, 4), edited);
    for n in 0..RULES {
        assert_eq!(door.live(n)["enabled"], false, "{n}: {}", outcome(&done, n));
    }
}

/// Row 6: one write without an answer takes its 30 s, and nobody else waits for it.
#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_costs_its_deadline_and_no_more() {
    for (is_done, expected) in [(false, "unknown"), (true, "applied")] {
        let (folder, door) = (tempfile::tempdir().unwrap(), Door::new(true));
        let planned = door.plan(&project(folder.path(), RULES, "Low")).await;
        let quick = Duration::from_millis(100);
        *door.0.pace.lock().unwrap() = Pace { write: quick, page: quick, hangs: Some((4, is_done)) };
        let began = Instant::now();
        let done = door.apply(planned, 10).await;
        let took = began.elapsed();
        assert!(took >= DEADLINE && took < DEADLINE + Duration::from_secs(10), "{took:?}");
        let others = (0..RULES).filter(|&n| n != 4);
        assert!(others.clone().all(|n| outcome(&done, n) == "applied"), "{done:?}");
        assert_eq!(outcome(&done, 4), expected);
        let sent = door.0.sent.lock().unwrap();
        let last = sent.iter().filter(|one| one.puts.as_ref().is_some_and(|name| *name != id(4)));
        assert!(last.map(|one| one.ended).max().unwrap() - began < Duration::from_secs(2), "the others went on");
        assert_eq!(sent.iter().filter(|one| one.puts == Some(id(4))).count(), 1, "it is never sent again blindly");
    }
}

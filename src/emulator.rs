//! Microsoft Sentinel behind Azure Resource Manager, as a program.
//!
//! It speaks raw JSON and follows rules of its own, taken from recorded traffic, Microsoft's swagger and
//! Microsoft's documentation. It names none of the product's models of a rule: sharing them would make it
//! agree with their misreadings.
//!
//! A request's way: `route` and `location` read the path, `principal` and `gate` the token, `call` and `draft` what is
//! asked for, `alert_rules` (or `resources`, for the types in `types`) decides on a `state`, `writer` makes the decision
//! durable and answers. What stands around Sentinel is read from the same state: `management`, `resource_graph`; tokens
//! come from `entra`. `exchange` leads a request there, past the [`faults`] that it meets. All but the server with its
//! TLS, the store, the reader of seeds, the writer's thread and the [`Emulator`] itself is pure: time and state are
//! arguments.
//!
//! What Azure does and the emulator does not: run a query (it is parsed and resolved instead), check a signature or a
//! grant, or know anything but what a workspace of Sentinel needs. Its messages are Azure's where those are known, and
//! ours elsewhere.

mod alert_rules;
mod answer;
pub mod audit;
mod call;
mod clock;
mod control;
mod course;
mod draft;
mod duration;
mod edited;
mod entra;
mod etag;
mod exchange;
mod facts;
pub mod faults;
mod fill;
mod filter;
mod fusion;
mod gate;
mod inventory;
mod limits;
mod location;
mod log;
mod management;
mod options;
mod origin;
mod owned;
mod page;
mod principal;
mod resource_graph;
mod resources;
mod route;
mod rule_query;
mod rule_view;
mod schema;
mod seed;
pub mod server;
mod state;
mod store;
mod tables;
mod throttle;
pub mod tls;
mod token;
mod torn;
mod trouble;
mod types;
mod version;
mod writer;

use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

pub use log::{Commit, Logged};
pub use options::{Options, Throttle, ThrottleError};
pub use seed::{SeedError, SeedText, Seeded};
pub use store::OpenError;

use crate::arm::transport::{Request, Sending, Transport};
use call::Write;
use clock::Clock;
use location::WorkspaceName;
use log::{Entry, Log};
use principal::Principal;
use store::Store;
use throttle::Buckets;
use trouble::Trouble;
use writer::{Published, Writer};

/// An emulated Azure: every workspace that a path names, in memory or kept in a file.
///
/// Clones are cheap and share the state. The file is closed when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Emulator(Arc<Shell>);

/// What clones share: the state, and all that touches a clock.
#[derive(Debug)]
struct Shell {
    options: Options,
    writer: Writer,
    published: Published,
    buckets: Mutex<Buckets>,
    log: Arc<Mutex<Log>>,
    /// The faults, and whether there are any: most requests need not look.
    trouble: Mutex<Trouble>,
    troubled: AtomicBool,
    /// Told when a fault is taken away.
    released: tokio::sync::Notify,
    started: Instant,
    clock: Clock,
}

impl Emulator {
    /// An emulator whose state ends with it.
    pub fn in_memory(options: Options) -> Self {
        Self::start(Store::in_memory(), state::State::default(), options)
    }

    /// An emulator whose state is kept in the file at `path`, made with its folders where it is missing.
    ///
    /// A write is answered when it is on the disk, so it survives the sudden end of the process.
    ///
    /// # Errors
    ///
    /// [`OpenError::Locked`] while another process has the file open; the lock is the operating system's and
    /// ends with its process.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let (store, state) = Store::open(path)?;
        Ok(Self::start(store, state, options))
    }

    fn start(store: Store, state: state::State, options: Options) -> Self {
        let (writer, published) = Writer::start(store, state, options.clone());
        Self(Arc::new(Shell {
            options,
            writer,
            published,
            buckets: Mutex::default(),
            log: Arc::default(),
            trouble: Mutex::default(),
            troubled: AtomicBool::new(false),
            released: tokio::sync::Notify::new(),
            started: Instant::now(),
            clock: Clock::default(),
        }))
    }

    /// The requests so far, oldest first; at most the last 65,536.
    pub fn requests(&self) -> Vec<Logged> {
        self.log().after(0, usize::MAX)
    }

    /// The requests after the one with this number, at most so many.
    pub fn requests_after(&self, number: u64, most: usize) -> Vec<Logged> {
        self.log().after(number, most)
    }

    /// Forgets every request so far. Their numbers do not come again.
    pub fn forget_requests(&self) {
        self.log().clear();
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state by workspace, without `BuiltInFusion`:
    /// `{"<workspace path in lower case>": {"alertRules": {"<name>": {…}}, "deleted": ["<name in lower case>"]}}`
    pub fn snapshot(&self) -> Value {
        self.0.published.get().snapshot()
    }

    /// Makes a workspace exist, which [`Options::strict`] asks for before any request to it.
    ///
    /// Making it again changes nothing.
    ///
    /// # Errors
    ///
    /// Where the state can't be written.
    pub async fn seed(&self, subscription: &str, group: &str, workspace: &str) -> io::Result<()> {
        let name = WorkspaceName {
            subscription: subscription.to_owned(),
            group: group.to_owned(),
            workspace: workspace.to_owned(),
        };
        let outcome = self.0.writer.write(Write::Begin(name), Principal::emulator(), self.now(), None).await;
        outcome.map(|_| ()).map_err(|error| io::Error::other(error.message))
    }

    /// Fills workspaces with what a seed describes: `docs/emulator.md` says how one is written. The texts are one seed.
    ///
    /// Doing it again changes nothing, and what a client wrote, changed or deleted since is left as it is.
    ///
    /// # Errors
    ///
    /// The first fault of the texts, with its place. Nothing is written then.
    pub async fn seed_from(&self, texts: &[SeedText]) -> Result<Seeded, SeedError> {
        self.sown(texts, None).await
    }

    /// The same, with what becomes durable noted in an entry of the log.
    async fn sown(&self, texts: &[SeedText], entry: Option<Entry>) -> Result<Seeded, SeedError> {
        let seed = seed::Seed::read(texts)?;
        let outcome = self.0.writer.write(Write::Seed(seed), Principal::emulator(), self.now(), entry).await;
        let answer = outcome.map_err(|error| SeedError {
            file: texts.first().map(|text| text.name.clone()).unwrap_or_default(),
            line: 0,
            column: 0,
            message: error.message,
            help: "see that the emulator's state can be written".to_owned(),
        })?;
        let counts: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let count = |name: &str| counts[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        let (workspaces, written, kept) = (count("workspaces"), count("written"), count("kept"));
        Ok(Seeded { workspaces, written, kept })
    }

    /// The same from a file, or a folder with all its `.yaml`, `.yml` and `.json` files.
    ///
    /// # Errors
    ///
    /// As [`Emulator::seed_from`], and where the files can't be read.
    pub async fn seed_path(&self, path: &Path) -> Result<Seeded, SeedError> {
        self.seed_from(&seed::files::read(path)?).await
    }

    /// How long the emulator has run, with what its clock was put forward.
    fn uptime(&self) -> Duration {
        self.0.started.elapsed().saturating_add(self.0.clock.waited())
    }
}

impl Transport for Emulator {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move { self.exchange(request).await.received().await })
    }
}

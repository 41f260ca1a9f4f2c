//! Microsoft Sentinel behind Azure Resource Manager, as a program.
//!
//! It speaks raw JSON and follows rules of its own, taken from recorded traffic, Microsoft's swagger and
//! Microsoft's documentation. It names none of the product's models of a rule: sharing them would make it
//! agree with their misreadings.
//!
//! A request's way: `route` and `location` read the path, `principal` and `gate` the token, `call` and `draft` what is
//! asked for, `alert_rules` (or `resources`, for the types in `types`) decides on a `state`, `writer` makes the decision
//! durable and answers. What stands around Sentinel is read from the same state: `management`, `resource_graph`; tokens
//! come from `entra`. All but the server with its TLS, the store, the writer's thread and the [`Emulator`] itself is
//! pure: time and state are arguments.
//!
//! What Azure does and the emulator does not: run a query (it is parsed and resolved instead), check a signature or a
//! grant, or know anything but what a workspace of Sentinel needs. Its messages are Azure's where those are known, and ours elsewhere.

mod alert_rules;
mod answer;
mod call;
mod draft;
mod duration;
mod entra;
mod etag;
mod facts;
mod fill;
mod filter;
mod fusion;
mod gate;
mod inventory;
mod limits;
mod location;
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
mod types;
mod version;
mod writer;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub use options::{Options, Throttle, ThrottleError};
pub use seed::{SeedError, SeedText, Seeded};
pub use store::OpenError;

use crate::arm::transport::{Request, Response, Sending, Transport};
use answer::{Answer, ArmError};
use call::{Call, LARGEST_BODY, Write, too_large};
use entra::Surroundings;
use inventory::Inventory;
use location::WorkspaceName;
use origin::origin;
use principal::{Caller, Principal};
use route::{Open, Route};
use store::Store;
use throttle::{Buckets, Class, Operation, Taken};
use writer::{Published, Writer};

/// Requests that the log keeps; older ones are forgotten.
const LOGGED: usize = 65_536;
const CORRELATION: &str = "x-ms-correlation-request-id";

/// One request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// `GET`, `PUT`, …
    pub method: String,
    /// The path as sent, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

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
    log: Mutex<VecDeque<Logged>>,
    started: Instant,
    /// How far the emulator's clock was put forward, in milliseconds.
    ahead: AtomicU64,
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
            log: Mutex::default(),
            started: Instant::now(),
            ahead: AtomicU64::new(0),
        }))
    }

    /// Answers a request whose URI is absolute.
    ///
    /// A token is read where there is one, and checked where the emulator is strict; only the server asks for one. A
    /// write that has reached the writer is done even if the returned future is dropped.
    pub async fn handle(&self, request: Request) -> Response {
        if !self.0.options.latency.is_zero() {
            tokio::time::sleep(self.0.options.latency).await;
        }
        let route = Route::of(request.uri().path());
        if let Ok(Route::Open(page)) = &route {
            let answer = self.open_page(page, &request).unwrap_or_else(Answer::from);
            return self.respond(&request, answer, None);
        }
        let caller = match self.caller(&request, route.as_ref().ok()) {
            Ok(caller) => caller,
            Err(error) => return self.refuse(&request, error),
        };
        let taken = self.take(&request, route.as_ref().ok(), &caller);
        let outcome = match (taken.retry_after, route) {
            (Some(_), _) => Err(taken.refusal()),
            (None, Err(error)) => Err(error),
            (None, Ok(route)) => self.outcome(&request, route, caller).await,
        };
        self.respond(&request, outcome.unwrap_or_else(Answer::from), Some(taken))
    }

    async fn outcome(&self, request: &Request, route: Route, caller: Caller) -> Result<Answer, ArmError> {
        let (now, options) = (self.now(), &self.0.options);
        if request.body().len() > LARGEST_BODY {
            return Err(too_large());
        }
        match route {
            Route::Insights(location) => match Call::of(request, location, options)? {
                Call::Read(read) => read.answer(&self.0.published.get(), request.uri(), now, options),
                Call::Write(write) => self.0.writer.write(*write, caller.by, now).await,
            },
            Route::Management(place) => {
                let state = self.0.published.get();
                let inventory = Inventory::new(&state, options.strict);
                management::answer(request, &place, inventory, &caller, options.page)
            }
            Route::ResourceGraph => {
                let state = self.0.published.get();
                resource_graph::answer(request, Inventory::new(&state, options.strict), &caller, now)
            }
            Route::Open(page) => self.open_page(&page, request),
        }
    }

    /// Answers a page that asks for no token.
    fn open_page(&self, page: &Open, request: &Request) -> Result<Answer, ArmError> {
        match page {
            Open::Endpoints => management::endpoints::answer(request),
            Open::Entra(page) => {
                let (strict, lifetime) = (self.0.options.strict, self.0.options.token_lifetime);
                let tenants = strict.then(|| Inventory::new(&self.0.published.get(), strict).tenants());
                page.answer(request, &Surroundings { tenants, now: self.now(), lifetime })
            }
        }
    }

    /// Who a request is from.
    fn caller(&self, request: &Request, route: Option<&Route>) -> Result<Caller, ArmError> {
        if !self.0.options.strict {
            return Ok(Caller::of(request.headers()));
        }
        let state = self.0.published.get();
        let subscription = route.and_then(Route::subscription);
        // A subscription that does not exist has no tenant to match: the answer will be that it does not exist.
        let subscription = subscription.and_then(|id| Inventory::new(&state, true).subscription(id).ok());
        gate::check(request.headers(), subscription.as_ref(), &origin(request.uri()), self.now())
    }

    /// Whether a path is answered without a token.
    fn is_open(path: &str) -> bool {
        matches!(Route::of(path), Ok(Route::Open(_)))
    }

    /// Answers a request that is not let in.
    fn refuse(&self, request: &Request, error: ArmError) -> Response {
        let tenant = match Route::of(request.uri().path()) {
            Ok(route) if error.status == StatusCode::UNAUTHORIZED => route.subscription().and_then(|id| {
                let state = self.0.published.get();
                Inventory::new(&state, false).subscription(id).ok().map(|subscription| subscription.tenant)
            }),
            _ => None,
        };
        let is_challenge = error.status == StatusCode::UNAUTHORIZED;
        let mut response = self.respond(request, error.into(), None);
        if is_challenge {
            let tenant = tenant.as_deref().unwrap_or("common");
            response.headers_mut().insert(WWW_AUTHENTICATE, gate::challenge(&origin(request.uri()), tenant));
        }
        response
    }

    /// The requests answered so far, oldest first; at most the last 65,536.
    pub fn requests(&self) -> Vec<Logged> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
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
        let outcome = self.0.writer.write(Write::Begin(name), Principal::emulator(), self.now()).await;
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
        let seed = seed::Seed::read(texts)?;
        let outcome = self.0.writer.write(Write::Seed(seed), Principal::emulator(), self.now()).await;
        let answer = outcome.map_err(|error| SeedError {
            file: texts.first().map(|text| text.name.clone()).unwrap_or_default(),
            line: 0,
            column: 0,
            message: error.message,
            help: "see that the emulator's state can be written".to_owned(),
        })?;
        let counts: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let count = |name: &str| counts[name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        Ok(Seeded { workspaces: count("workspaces"), written: count("written"), kept: count("kept") })
    }

    /// The same from a file, or a folder with all its `.yaml`, `.yml` and `.json` files.
    ///
    /// # Errors
    ///
    /// As [`Emulator::seed_from`], and where the files can't be read.
    pub async fn seed_path(&self, path: &Path) -> Result<Seeded, SeedError> {
        self.seed_from(&seed::files::read(path)?).await
    }

    /// Puts the emulator's clock forward, for tests of what time does. It starts at the system's time.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.ahead.fetch_add(millis, Ordering::Relaxed);
    }

    fn ahead(&self) -> Duration {
        Duration::from_millis(self.0.ahead.load(Ordering::Relaxed))
    }

    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.ahead()).unwrap_or(now)
    }

    fn take(&self, request: &Request, route: Option<&Route>, caller: &Caller) -> Taken {
        let of = Operation {
            class: Class::of(request.method(), route),
            subscription: route.and_then(Route::subscription).unwrap_or_default(),
            principal: &caller.by.object_id,
        };
        let at = self.0.started.elapsed().saturating_add(self.ahead());
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(self.0.options.throttle, &of, at)
    }

    /// Logs the answer and gives it the headers of Resource Manager; those of its limits where a bucket counted it.
    fn respond(&self, request: &Request, answer: Answer, taken: Option<Taken>) -> Response {
        let logged = Logged {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            status: answer.status.as_u16(),
        };
        let mut log = self.0.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOGGED {
            log.pop_front();
        }
        log.push_back(logged);
        drop(log);

        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.extend(answer.headers);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if answer.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        let own = unique();
        let correlation = request.headers().get(CORRELATION).unwrap_or(&own).clone();
        headers.insert(CORRELATION, correlation);
        headers.insert("x-ms-request-id", own);
        if let Some(taken) = taken {
            taken.tell(headers);
        }
        response
    }
}

impl Transport for Emulator {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move { Ok(self.handle(request).await) })
    }
}

fn unique() -> HeaderValue {
    // Hex digits and dashes always make a header.
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("0"))
}

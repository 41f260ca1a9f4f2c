//! Microsoft Sentinel behind Azure Resource Manager, as a program.
//!
//! It speaks raw JSON and follows rules of its own, taken from recorded traffic, Microsoft's swagger and
//! Microsoft's documentation. It names none of the product's models of a rule: sharing them would make it
//! agree with their misreadings.
//!
//! A request's way: `location` reads the path, `call` and `draft` what is asked for, `alert_rules` (or `resources`,
//! for the types in `types`) decides on a `state`, `writer` makes the decision durable and answers. All but the server with its TLS, the store, the writer's
//! thread and the [`Emulator`] itself is pure: time and state are arguments.
//!
//! What Azure does and the emulator does not: run the query of a rule, check tokens, or know anything outside of a
//! workspace's `Microsoft.SecurityInsights`. Its messages are Azure's where those are known, and ours elsewhere.

mod alert_rules;
mod answer;
mod call;
mod draft;
mod duration;
mod etag;
mod facts;
mod fill;
mod filter;
mod fusion;
mod limits;
mod location;
mod options;
mod page;
mod principal;
mod resources;
mod schema;
pub mod server;
mod state;
mod store;
mod tables;
mod throttle;
pub mod tls;
mod token;
mod types;
mod writer;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub use options::{Options, Throttle, ThrottleError};
pub use store::OpenError;

use crate::arm::transport::{Request, Response, Sending, Transport};
use answer::{Answer, ArmError};
use call::{Call, Write};
use location::{Location, WorkspaceName};
use principal::Principal;
use store::Store;
use throttle::{Buckets, Class, Taken};
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

    /// Answers a request whose URI is absolute; no token is asked for.
    ///
    /// A write that has reached the writer is done even if the returned future is dropped.
    pub async fn handle(&self, request: Request) -> Response {
        if !self.0.options.latency.is_zero() {
            tokio::time::sleep(self.0.options.latency).await;
        }
        let location = Location::of(request.uri().path());
        let taken = self.take(&request, location.as_ref().ok());
        let outcome = match (taken.retry_after, location) {
            (Some(_), _) => Err(throttled(Class::of(request.method()))),
            (None, Err(error)) => Err(error),
            (None, Ok(location)) => self.outcome(&request, location).await,
        };
        self.respond(&request, outcome.unwrap_or_else(Answer::from), taken)
    }

    async fn outcome(&self, request: &Request, location: Location) -> Result<Answer, ArmError> {
        match Call::of(request, location, &self.0.options)? {
            Call::Read(read) => read.answer(&self.0.published.get(), request.uri(), self.now(), &self.0.options),
            Call::Write(write) => self.0.writer.write(write, Principal::of(request.headers()), self.now()).await,
        }
    }

    /// Answers a request that the server would not let in.
    fn refuse(&self, request: &Request, error: ArmError) -> Response {
        let taken = Taken::untouched(Class::of(request.method()));
        self.respond(request, error.into(), taken)
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
        let outcome = self.0.writer.write(Write::Seed(name), Principal::emulator(), self.now()).await;
        outcome.map(|_| ()).map_err(|error| io::Error::other(error.message))
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

    fn take(&self, request: &Request, location: Option<&Location>) -> Taken {
        let subscription = location.map_or("", |location| location.workspace.subscription.as_str());
        let at = self.0.started.elapsed().saturating_add(self.ahead());
        let mut buckets = self.0.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(self.0.options.throttle, subscription, Class::of(request.method()), at)
    }

    /// Logs the answer and gives it the headers of Resource Manager.
    fn respond(&self, request: &Request, answer: Answer, taken: Taken) -> Response {
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
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if answer.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        let own = unique();
        let correlation = request.headers().get(CORRELATION).unwrap_or(&own).clone();
        headers.insert(CORRELATION, correlation);
        headers.insert("x-ms-request-id", own);
        rate(headers, Class::of(request.method()), taken);
        response
    }
}

impl Transport for Emulator {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move { Ok(self.handle(request).await) })
    }
}

fn rate(headers: &mut HeaderMap, class: Class, taken: Taken) {
    headers.insert(class.header(), HeaderValue::from(taken.remaining));
    if let Some(seconds) = taken.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn unique() -> HeaderValue {
    // Hex digits and dashes always make a header.
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("0"))
}

/// The message is the service's own, as third-party notes record it.
fn throttled(class: Class) -> ArmError {
    ArmError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        format!(
            "The request is being throttled as the limit has been reached for operation type - '{}'. For more \
             information, see - https://aka.ms/msdn-throttling",
            class.word()
        ),
    )
}

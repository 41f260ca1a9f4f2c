//! One bucket, as far as it is known from outside.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::arm::operation::Rate;
use crate::arm::transport::TransportError;
use crate::arm::window::Window;

/// Requests under way before the service has said anything.
pub const FIRST_WAVE: u64 = 10;

/// A 429 without `Retry-After` asks for this long: the documented header is in whole seconds.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// A longer one that is asked for is kept as this one; nobody waits even so long.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// Requests that would have to wait for longer are given back at once.
const PATIENCE: Duration = Duration::from_secs(600);

/// What is left of the rate after a 429.
const SLOWER: f64 = 0.7;

/// The least rate, as a share of the documented one.
const SLOWEST: f64 = 0.02;

/// What comes back of the rate with each good answer, as a share of the documented one.
const RECOVERY: f64 = 0.002;

/// A token bucket of the service's, seen from here. Requests pass one by one, in the order in which they came.
#[derive(Debug)]
pub struct Bucket {
    documented: Rate,
    state: Mutex<State>,
    /// Held by whoever is next.
    turn: tokio::sync::Mutex<()>,
    /// An answer came: what is next may pass by now.
    heard: Notify,
}

#[derive(Debug)]
struct State {
    known: Known,
    /// Requests that the service would take now, as far as we know.
    tokens: f64,
    /// When `tokens` was right.
    at: Instant,
    per_second: f64,
    /// The most that `tokens` may grow to.
    most: f64,
    paused_until: Option<Instant>,
    /// When a 429 last told that we are too fast.
    slowed: Option<Instant>,
    sent: u64,
    under_way: u64,
    waited: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    NoLimit,
    Counted,
}

/// A request that was let through. Dropped without an answer, it counts as lost.
#[derive(Debug)]
pub struct Ticket {
    bucket: Arc<Bucket>,
    number: u64,
    /// Requests under way when this one left: the service may have counted them before or after it.
    beside: u64,
    sent: Instant,
}

/// What an answer says of the throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The status was 429.
    pub throttled: bool,
    /// What is left.
    pub remaining: Option<u32>,
    /// How long to wait.
    pub retry_after: Option<Duration>,
}

impl Bucket {
    pub(super) fn new(documented: Rate) -> Self {
        let state = State {
            known: Known::Nothing,
            tokens: 0.0,
            at: Instant::now(),
            per_second: documented.per_second,
            most: documented.capacity,
            paused_until: None,
            slowed: None,
            sent: 0,
            under_way: 0,
            waited: Duration::ZERO,
        };
        Self { documented, state: Mutex::new(state), turn: tokio::sync::Mutex::default(), heard: Notify::new() }
    }

    /// Waits until the service would take one more request.
    ///
    /// # Errors
    ///
    /// The request's window closed first, or the service asks for more than 10 minutes of silence.
    pub async fn enter(self: &Arc<Self>, window: Option<&Window>) -> Result<Ticket, TransportError> {
        let _turn = Window::during(window, self.turn.lock()).await?;
        loop {
            if let Some(window) = window {
                window.check()?;
            }
            let heard = self.heard.notified();
            let wait = match self.lock().take(Instant::now()) {
                Ok((number, beside)) => {
                    return Ok(Ticket { bucket: Arc::clone(self), number, beside, sent: Instant::now() });
                }
                Err(wait) => wait,
            };
            if let Some(long) = wait.filter(|wait| *wait > PATIENCE) {
                return Err(TransportError::Late(format!("the service takes no more for {} s", long.as_secs())));
            }
            let began = Instant::now();
            let waiting = async {
                match wait {
                    None => heard.await,
                    Some(wait) => tokio::select! { () = sleep(wait) => {}, () = heard => {} },
                }
            };
            let gone_on = Window::during(window, waiting).await;
            if wait.is_some() {
                self.lock().waited += began.elapsed();
            }
            gone_on?;
        }
    }

    /// How long the service has asked for silence still; `None` if it does not.
    pub fn pause(&self) -> Option<Duration> {
        let until = self.lock().paused_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// How long whoever was next has waited for tokens or the end of a pause, in all.
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// The answer came.
    pub fn answered(self, said: Said) {
        self.bucket.lock().learn(&self, said, self.bucket.documented);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.bucket.lock().under_way -= 1;
        self.bucket.heard.notify_waiters();
    }
}

impl State {
    /// Lets one through: its number, and how many are under way beside it. Otherwise how long to wait; `None` is until
    /// an answer comes.
    fn take(&mut self, now: Instant) -> Result<(u64, u64), Option<Duration>> {
        if let Some(until) = self.paused_until {
            if now < until {
                return Err(Some(until - now));
            }
            self.paused_until = None;
        }
        match self.known {
            Known::Nothing if self.under_way >= FIRST_WAVE => return Err(None),
            Known::Nothing | Known::NoLimit => {}
            Known::Counted => {
                self.refill(now);
                if self.tokens < 1.0 {
                    // A little more than is missing: rounding must not bring it back for nothing.
                    let missing = (1.0 - self.tokens) / self.per_second + 0.001;
                    return Err(Some(Duration::from_secs_f64(missing).min(PATIENCE)));
                }
                self.tokens -= 1.0;
            }
        }
        self.sent += 1;
        self.under_way += 1;
        Ok((self.sent, self.under_way - 1))
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.most);
        self.at = now;
    }

    fn learn(&mut self, ticket: &Ticket, said: Said, documented: Rate) {
        let now = Instant::now();
        self.refill(now);
        if said.throttled {
            self.slow_down(ticket, said.retry_after, now, documented);
            return;
        }
        self.per_second = (self.per_second + documented.per_second * RECOVERY).min(documented.per_second);
        let Some(remaining) = said.remaining.map(f64::from) else {
            if self.known == Known::Nothing {
                self.known = Known::NoLimit;
            }
            return;
        };
        // Of those that were under way with it the service may have counted all or none.
        let beside = (ticket.beside + (self.sent - ticket.number)) as f64;
        let least = remaining - beside;
        let most = remaining + 1.0 + now.saturating_duration_since(ticket.sent).as_secs_f64() * self.per_second;
        self.tokens = if self.known == Known::Counted { self.tokens.max(least).min(most) } else { least };
        self.most = self.most.max(remaining + 1.0);
        self.known = Known::Counted;
    }

    fn slow_down(&mut self, ticket: &Ticket, asked: Option<Duration>, now: Instant, documented: Rate) {
        // Many that left together are turned away together: that is one sign, not many. And the first one of all only
        // tells that there is a bucket.
        if self.slowed.is_none_or(|slowed| ticket.sent > slowed) {
            if self.known == Known::Counted {
                self.per_second = (self.per_second * SLOWER).max(documented.per_second * SLOWEST);
            }
            self.slowed = Some(now);
        }
        let until = now + asked.unwrap_or(SHORTEST_PAUSE).min(LONGEST_PAUSE);
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
        self.known = Known::Counted;
        self.tokens = self.tokens.min(0.0);
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;

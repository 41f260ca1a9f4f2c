//! Sending again, where that can do no harm.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::{Instant, sleep};

use super::journal::Attempts;
use super::retry_after::retry_after;
use super::transport::{Request, Response, Sending, Transport, TransportError};
use super::window::Window;

/// How often and how long a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// From the first try to the beginning of the last one. A pause that would pass it is not begun: a recorded
    /// `Retry-After` of ARM's is 42 s, so a minute in all, azure_core's default, is too short.
    pub elapsed: Duration,
    /// How often a request goes out at most while the service only says "later" (429, 503).
    pub tries: u32,
    /// How often it goes out at most against faults (no connection, no answer, 5xx): they are short, or stay.
    pub faults: u32,
    /// How long tries that got no answer may have lasted in all before none follows: three of 30 s. A workspace that is
    /// silent would hold a whole run for six of them.
    pub silence: Duration,
    /// The first pause of our own; each is twice the one before.
    pub first_pause: Duration,
    /// The longest pause of our own. One that the service asks for is not cut.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            elapsed: Duration::from_secs(600),
            tries: 20,
            faults: 6,
            silence: Duration::from_secs(75),
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// A transport that tries again.
///
/// | what came | a read (GET, HEAD) | a write (PUT, DELETE, …) |
/// |---|---|---|
/// | no connection | again | again: nothing was sent |
/// | 429, 503 | again, after `Retry-After` | again: the service did not take the request |
/// | 408, 500, 502, 504 | again | returned: the write may have happened |
/// | no answer | again, until 75 s were spent in silence | returned, for the same reason |
/// | no token, refused | returned | returned |
///
/// A pause that would end after the request's [`Window`] is not begun: what came is returned, and the caller decides
/// with newer knowledge.
///
/// A write that may have happened is the caller's to settle, by reading the live state; repeated blindly, it
/// could undo what somebody else wrote in between, or meet its own new etag and call itself stale.
#[derive(Debug, Clone)]
pub struct Retrying<T> {
    inner: T,
    policy: RetryPolicy,
}

impl<T> Retrying<T> {
    /// Wraps a transport that sends each request once.
    pub fn new(inner: T, policy: RetryPolicy) -> Self {
        Self { inner, policy }
    }
}

impl<T: Transport> Transport for Retrying<T> {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            let began = Instant::now();
            let read_only = matches!(*request.method(), Method::GET | Method::HEAD);
            let window = Window::of(&request);
            let mut tries = 0;
            let mut unanswered = Duration::ZERO;
            loop {
                let mut again = request.clone();
                again.extensions_mut().insert(Attempts(Attempts::of(&request) + tries));
                let sent = Instant::now();
                let outcome = self.inner.send(again).await;
                tries += 1;
                if matches!(outcome, Err(TransportError::Unanswered(_))) {
                    unanswered = unanswered.saturating_add(sent.elapsed());
                    if unanswered >= self.policy.silence {
                        return outcome;
                    }
                }
                let Some(pause) = self.policy.pause(&outcome, read_only, tries) else {
                    return outcome;
                };
                let fits = window.as_ref().is_none_or(|window| window.holds(pause));
                if !fits || began.elapsed().saturating_add(pause) > self.policy.elapsed {
                    return outcome;
                }
                // A write that could not begin within its window is the caller's to prove anew.
                if Window::during(window.as_ref(), sleep(pause)).await.is_err() {
                    return outcome;
                }
            }
        })
    }
}

impl RetryPolicy {
    /// How long to wait before the next try, or nothing if this was the last one.
    fn pause(&self, outcome: &Result<Response, TransportError>, read_only: bool, tries: u32) -> Option<Duration> {
        let (limit, asked) = match outcome {
            Ok(response) => {
                let limit = match response.status() {
                    StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => self.tries,
                    StatusCode::REQUEST_TIMEOUT
                    | StatusCode::INTERNAL_SERVER_ERROR
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::GATEWAY_TIMEOUT
                        if read_only =>
                    {
                        self.faults
                    }
                    _ => return None,
                };
                (limit, retry_after(response.headers()))
            }
            Err(TransportError::Connect(_)) => (self.faults, None),
            Err(TransportError::Unanswered(_)) if read_only => (self.faults, None),
            Err(TransportError::Unanswered(_)) => return None,
            Err(TransportError::Credential(_) | TransportError::Refused(_) | TransportError::Late(_)) => return None,
        };
        if tries >= limit {
            return None;
        }
        let own =
            self.first_pause.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1))).min(self.longest_pause);
        // Many writers are turned away together: they must not come back together.
        let apart = own.mul_f64(fraction() / 4.0);
        Some(asked.unwrap_or_default().max(own).saturating_add(apart))
    }
}

/// A number from 0 to 1, another one each time.
fn fraction() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;

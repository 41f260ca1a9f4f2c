//! One token, kept until it is nearly spent, and asked for once however many wait for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::AuthError;
use super::bearer::Bearer;
use super::credential::MakeCredential;
use super::login::Login;
use super::redact::told;
use crate::arm::cloud::Cloud;

/// A token is renewed this long before it ends.
const MARGIN: Duration = Duration::from_secs(300);

/// A new token is used for at least this long. Where our clock is wrong it may seem to be spent at birth; the
/// service decides, by its 401.
const SHORTEST_USE: Duration = Duration::from_secs(60);

/// How long a credential may take. Azure CLI starts slowly, and may itself wait for the network.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tokens of one principal for one cloud's ARM.
pub struct TokenSource {
    login: Login,
    cloud: Cloud,
    make: Arc<MakeCredential>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credential: Option<Arc<dyn TokenCredential>>,
    held: Option<Held>,
    failed: Option<(Instant, AuthError)>,
}

/// A token, and when it is to be renewed and ends by the monotonic clock, which nobody sets.
struct Held {
    bearer: Bearer,
    renew: Instant,
    end: Instant,
}

impl TokenSource {
    pub(super) fn new(login: Login, cloud: Cloud, make: Arc<MakeCredential>) -> Self {
        Self { login, cloud, make, state: Mutex::default() }
    }

    /// Who asks, for people: no secret is in it.
    pub fn principal(&self) -> String {
        self.login.principal()
    }

    /// The token, from the credential only if there is none or it ends within 5 minutes. While one caller asks,
    /// the others wait and share what comes, a failure too.
    ///
    /// # Errors
    ///
    /// The credential gave none, and none that still holds is at hand.
    pub async fn token(&self) -> Result<Bearer, AuthError> {
        let arrived = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(held) = state.held.as_ref().filter(|held| Instant::now() < held.renew) {
            return Ok(held.bearer.clone());
        }
        self.ask(&mut state, arrived).await
    }

    /// Another token than one that the service has turned away with 401. The credential is made anew, since
    /// azure_identity's own caches would give the same token again.
    ///
    /// # Errors
    ///
    /// The credential gave none.
    pub async fn renewed(&self, refused: &Bearer) -> Result<Bearer, AuthError> {
        let arrived = Instant::now();
        let mut state = self.state.lock().await;
        match &state.held {
            Some(held) if held.bearer != *refused => return Ok(held.bearer.clone()),
            _ => {
                state.held = None;
                state.credential = None;
            }
        }
        self.ask(&mut state, arrived).await
    }

    async fn ask(&self, state: &mut State, arrived: Instant) -> Result<Bearer, AuthError> {
        // Whoever waited here while another failed shares the failure: a hundred tries of `az` help nobody.
        if let Some((_, error)) = state.failed.as_ref().filter(|(when, _)| *when >= arrived) {
            return Err(error.clone());
        }
        match self.fetch(state).await {
            Ok(held) => {
                let bearer = held.bearer.clone();
                state.held = Some(held);
                state.failed = None;
                Ok(bearer)
            }
            Err(error) => {
                let now = Instant::now();
                if let Some(held) = state.held.as_mut().filter(|held| now < held.end) {
                    held.renew = now + SHORTEST_USE;
                    return Ok(held.bearer.clone());
                }
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    async fn fetch(&self, state: &mut State) -> Result<Held, AuthError> {
        let method = self.login.method();
        let credential = match &state.credential {
            Some(credential) => Arc::clone(credential),
            None => Arc::clone(state.credential.insert((self.make)(&self.login, self.cloud)?)),
        };
        let scope = self.cloud.token_scope();
        match timeout(PATIENCE, credential.get_token(&[&scope], None)).await {
            Ok(Ok(token)) => Ok(Held::from(&token)),
            Ok(Err(why)) => Err(AuthError::Denied { method, why: told(&why) }),
            Err(_) => Err(AuthError::TimedOut { method, seconds: PATIENCE.as_secs() }),
        }
    }
}

impl From<&AccessToken> for Held {
    fn from(token: &AccessToken) -> Self {
        let now = Instant::now();
        let life = Duration::try_from(token.expires_on - OffsetDateTime::now_utc()).unwrap_or_default();
        Self {
            bearer: Bearer::new(token.token.secret()),
            renew: now + life.saturating_sub(MARGIN).max(SHORTEST_USE),
            end: now + life.max(SHORTEST_USE),
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("principal", &self.principal()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "token_source_tests.rs"]
mod tests;

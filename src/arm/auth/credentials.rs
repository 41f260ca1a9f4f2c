//! One source of tokens for each principal and audience, whoever asks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::AuthError;
use super::credential::{MakeCredential, credential};
use super::login::{AuthSpec, Environment, Login};
use super::token_source::TokenSource;
use crate::arm::client::HttpClients;

/// The credentials of one run, shared by all of its workspaces: two hundred workspaces behind one principal ask
/// for one token.
#[derive(Clone)]
pub struct Credentials {
    make: Arc<MakeCredential>,
    sources: Arc<Mutex<BTreeMap<String, Arc<TokenSource>>>>,
}

impl Credentials {
    /// Credentials whose requests go through these clients.
    pub fn new(clients: HttpClients) -> Self {
        Self::with(Arc::new(move |login, cloud| credential(login, cloud, &clients)))
    }

    /// Credentials made in another way.
    pub fn with(make: Arc<MakeCredential>) -> Self {
        Self { make, sources: Arc::default() }
    }

    /// The source for a workspace: the one that others with the same principal, cloud and audience have. Nothing
    /// is asked for yet.
    ///
    /// # Errors
    ///
    /// What [`Login::choose`] says.
    pub fn source(&self, spec: &AuthSpec, env: Environment<'_>) -> Result<Arc<TokenSource>, AuthError> {
        let login = Login::choose(spec, env)?;
        let key = format!("{} {}", spec.cloud, login.principal());
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let source =
            sources.entry(key).or_insert_with(|| Arc::new(TokenSource::new(login, spec.cloud, Arc::clone(&self.make))));
        Ok(Arc::clone(source))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

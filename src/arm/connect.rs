//! From a workspace's endpoint and login to a transport.

use super::auth::login::{AuthSpec, Environment};
use super::auth::{AuthError, Credentials};
use super::azure::AzureTransport;
use super::client::{ClientError, HttpClients};
use super::endpoint::Endpoint;

/// Why there is no transport. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// No login can be made of the workspace and the environment.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// No HTTP client can be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The endpoint is neither loopback nor https.
    #[error("`{0}` gets no token: it is neither on loopback nor https")]
    Endpoint(String),
}

/// A transport to an endpoint, which opens its first connection, and asks for its first token, when it is used.
///
/// On loopback no credential is looked for: `spec` and `env` are not read. It sends each request once; wrap it
/// in [`Retrying`](super::retry::Retrying).
///
/// # Errors
///
/// See [`ConnectError`].
pub fn connect(
    endpoint: Endpoint,
    spec: &AuthSpec,
    env: Environment<'_>,
    credentials: &Credentials,
    clients: &HttpClients,
) -> Result<AzureTransport, ConnectError> {
    let name = endpoint.to_string();
    let transport = if endpoint.is_loopback() {
        AzureTransport::to_loopback(endpoint, clients)?
    } else {
        AzureTransport::to_azure(endpoint, credentials.source(spec, env)?, clients)?
    };
    transport.ok_or(ConnectError::Endpoint(name))
}

//! The HTTP clients: TLS, roots, proxies.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};

use super::auth::redact::told;
use super::cloud::Cloud;
use super::endpoint::Endpoint;

/// A connection, its TLS handshake included, is open within this time or counts as failed before sending.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a busy HTTP/2 connection is asked whether it lives, and how long it has to say so.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The clients of one run, each made when it is first needed and then shared with its open connections.
///
/// They trust the system's roots, by rustls-platform-verifier, and a CA of the user's beside them; they honour
/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, but for loopback; they follow no redirect.
#[derive(Clone)]
pub struct HttpClients(Arc<Clients>);

struct Clients {
    roots: Vec<Certificate>,
    internet: OnceLock<Client>,
    loopback: OnceLock<Client>,
    plain: OnceLock<Client>,
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The CA file's text is no certificate in PEM.
    #[error("the CA file holds no certificate that can be read: {0}")]
    Ca(String),
    /// TLS can't be set up: no system roots, or a certificate that can't be a root.
    #[error("no HTTPS client: {0}")]
    Tls(String),
}

impl HttpClients {
    /// Clients that trust these certificates, in PEM, beside the system's.
    ///
    /// # Errors
    ///
    /// The text holds no certificate.
    pub fn new(ca_pem: Option<&[u8]>) -> Result<Self, ClientError> {
        // Another part of the process may have installed its own: then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = match ca_pem {
            None => Vec::new(),
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(|why| ClientError::Ca(told(&why)))?,
        };
        if ca_pem.is_some() && roots.is_empty() {
            return Err(ClientError::Ca("it has no `BEGIN CERTIFICATE`".to_owned()));
        }
        Ok(Self(Arc::new(Clients {
            roots,
            internet: OnceLock::new(),
            loopback: OnceLock::new(),
            plain: OnceLock::new(),
        })))
    }

    /// The client for an endpoint.
    pub(super) fn for_endpoint(&self, endpoint: &Endpoint) -> Result<Client, ClientError> {
        match (endpoint.is_loopback(), endpoint.is_https()) {
            (false, _) => self.internet(),
            (true, true) => made(&self.0.loopback, || builder().no_proxy().tls_certs_merge(self.0.roots.clone())),
            (true, false) => self.plain(),
        }
    }

    /// What azure_identity asks Entra ID with.
    pub(super) fn for_tokens(&self, cloud: Cloud) -> Result<ClientOptions, ClientError> {
        Ok(options(self.internet()?, Some(cloud)))
    }

    /// What azure_identity asks this machine's own identity service with: over http, never through a proxy.
    pub(super) fn for_this_machine(&self) -> Result<ClientOptions, ClientError> {
        Ok(options(self.plain()?, None))
    }

    fn internet(&self) -> Result<Client, ClientError> {
        made(&self.0.internet, || builder().tls_certs_merge(self.0.roots.clone()))
    }

    /// For http alone: it reads no roots, which takes milliseconds and fails where a system has none.
    fn plain(&self) -> Result<Client, ClientError> {
        made(&self.0.plain, || builder().no_proxy().tls_certs_only([]))
    }
}

impl fmt::Debug for HttpClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClients").field("extra_roots", &self.0.roots.len()).finish_non_exhaustive()
    }
}

fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        // A connection that died without a word is noticed, rather than given to one request after another.
        .http2_keep_alive_interval(KEEP_ALIVE)
        .http2_keep_alive_timeout(KEEP_ALIVE)
}

fn made(slot: &OnceLock<Client>, build: impl FnOnce() -> ClientBuilder) -> Result<Client, ClientError> {
    if let Some(client) = slot.get() {
        return Ok(client.clone());
    }
    let client = build().build().map_err(|why| ClientError::Tls(told(&why)))?;
    Ok(slot.get_or_init(|| client).clone())
}

/// A token endpoint that is down is said to be down within half a minute.
fn options(client: Client, cloud: Option<Cloud>) -> ClientOptions {
    let retry = ExponentialRetryOptions {
        max_retries: 4,
        max_total_elapsed: azure_core::time::Duration::seconds(30),
        ..Default::default()
    };
    ClientOptions {
        transport: Some(Transport::new(Arc::new(client))),
        retry: RetryOptions::exponential(retry),
        cloud: cloud.map(|cloud| Arc::new(cloud.authority())),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_holds_a_certificate() {
        assert!(HttpClients::new(None).is_ok());
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            assert!(HttpClients::new(Some(pem.as_bytes())).is_err(), "{pem}");
        }
    }
}

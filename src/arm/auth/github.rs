//! The assertion of a GitHub Actions job, which Entra ID takes for a secret.
//!
//! GitHub's documentation, "OpenID Connect reference": a GET of `ACTIONS_ID_TOKEN_REQUEST_URL` with
//! `&audience=`, authorised by `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, answers `{"value": "<jwt>"}`.

use std::fmt;

use azure_core::credentials::Secret;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{ACCEPT, AUTHORIZATION};
use azure_core::http::{ClientMethodOptions, ClientOptions, Method, Pipeline, PipelineSendOptions, Request};
use azure_identity::ClientAssertion;
use serde::Deserialize;
use url::Url;

/// The audience that a federated credential of Entra ID expects.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Asks GitHub for an assertion each time that Entra ID wants one: it lives for minutes.
pub struct GithubAssertion {
    request: Url,
    token: Secret,
    pipeline: Pipeline,
}

impl GithubAssertion {
    /// An assertion for Entra ID from the job's own address and token.
    pub fn new(mut request: Url, token: Secret, options: ClientOptions) -> Self {
        request.query_pairs_mut().append_pair("audience", AUDIENCE);
        let pipeline = Pipeline::new(
            Some(env!("CARGO_PKG_NAME")),
            Some(env!("CARGO_PKG_VERSION")),
            options,
            Vec::new(),
            Vec::new(),
            None,
        );
        Self { request, token, pipeline }
    }
}

impl fmt::Debug for GithubAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GithubAssertion").finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Issued {
    value: Secret,
}

#[async_trait::async_trait]
impl ClientAssertion for GithubAssertion {
    async fn secret(&self, options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let mut request = Request::new(self.request.clone(), Method::Get);
        request.insert_header(AUTHORIZATION, format!("Bearer {}", self.token.secret()));
        request.insert_header(ACCEPT, "application/json");
        let options = options.unwrap_or_default();
        let unchecked = PipelineSendOptions { skip_checks: true, ..Default::default() };
        let response = self.pipeline.send(&options.context, &mut request, Some(unchecked)).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(Error::with_message(
                ErrorKind::Credential,
                format!("GitHub answered {status} when asked for the job's OIDC token"),
            ));
        }
        // A parser's error could quote the token, so it is not passed on.
        let issued: Issued = response
            .into_body()
            .json()
            .map_err(|_| Error::with_message(ErrorKind::Credential, "GitHub's answer holds no OIDC token"))?;
        Ok(issued.value.secret().to_owned())
    }
}

#[cfg(test)]
#[path = "github_tests.rs"]
mod tests;

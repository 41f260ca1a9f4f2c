//! ARM over HTTP: one try of one request, with its token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::error::ErrorKind;
use azure_core::http::headers::{AUTHORIZATION, USER_AGENT};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{
    self as azure, ClientOptions, Context, Pipeline, PipelineSendOptions, RawResponse, RetryOptions,
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::{Instant, timeout};
use url::Url;

use super::auth::redact::told;
use super::auth::{AuthError, Bearer, TokenSource};
use super::client::{ClientError, HttpClients};
use super::endpoint::Endpoint;
use super::journal::{self, Before};
use super::transport::{Request, Response, Sending, Transport, TransportError};

/// From the first byte sent to the last one received.
const DEADLINE: Duration = Duration::from_secs(30);

/// Sends requests to one endpoint over azure_core's pipeline. It sends each once: see
/// [`Retrying`](super::retry::Retrying).
///
/// Only a 401 is answered with a second try, with a new token: the service did not look at the request.
#[derive(Debug, Clone)]
pub struct AzureTransport {
    endpoint: Endpoint,
    identity: Identity,
    pipeline: Pipeline,
    deadline: Duration,
}

/// Who the requests are from.
#[derive(Debug, Clone)]
enum Identity {
    /// Nobody: the fixed token, which is worth nothing.
    Emulator,
    /// A principal of Entra ID.
    Entra(Arc<TokenSource>),
}

impl AzureTransport {
    /// To Azure, or to a host that the user trusts; `None` if the endpoint is on loopback, which gets no real
    /// token.
    ///
    /// # Errors
    ///
    /// TLS can't be set up.
    pub fn to_azure(
        endpoint: Endpoint,
        source: Arc<TokenSource>,
        clients: &HttpClients,
    ) -> Result<Option<Self>, ClientError> {
        if endpoint.is_loopback() || !endpoint.is_https() {
            return Ok(None);
        }
        Self::new(endpoint, Identity::Entra(source), clients).map(Some)
    }

    /// To a server on this machine, with the fixed token `emulator`; `None` if the endpoint is elsewhere.
    ///
    /// # Errors
    ///
    /// TLS can't be set up.
    pub fn to_loopback(endpoint: Endpoint, clients: &HttpClients) -> Result<Option<Self>, ClientError> {
        if !endpoint.is_loopback() {
            return Ok(None);
        }
        Self::new(endpoint, Identity::Emulator, clients).map(Some)
    }

    fn new(endpoint: Endpoint, identity: Identity, clients: &HttpClients) -> Result<Self, ClientError> {
        let options = ClientOptions {
            transport: Some(azure::Transport::new(Arc::new(clients.for_endpoint(&endpoint)?))),
            retry: RetryOptions::none(),
            ..Default::default()
        };
        let stamp: Arc<dyn Policy> = Arc::new(Stamp);
        let pipeline = Pipeline::new(
            Some(env!("CARGO_PKG_NAME")),
            Some(env!("CARGO_PKG_VERSION")),
            options,
            Vec::new(),
            vec![stamp],
            None,
        );
        Ok(Self { endpoint, identity, pipeline, deadline: DEADLINE })
    }

    /// The same with another deadline for a try than 30 s.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Who the requests are from: ARM throttles each principal by itself. No secret is in it.
    pub fn principal(&self) -> String {
        match &self.identity {
            Identity::Emulator => "emulator".to_owned(),
            Identity::Entra(source) => source.principal(),
        }
    }

    async fn authorized(&self, request: &Request) -> Result<Response, TransportError> {
        let source = match &self.identity {
            Identity::Emulator => return self.once(request, Bearer::emulator()).await,
            Identity::Entra(source) => source,
        };
        let bearer = source.token().await.map_err(no_token)?;
        let began = Instant::now();
        let response = self.once(request, bearer.clone()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let renewed = source.renewed(&bearer).await.map_err(no_token)?;
        if renewed == bearer {
            return Ok(response);
        }
        let before = Before { status: 401, correlation_id: journal::correlation_id(&response), took: began.elapsed() };
        let mut response = self.once(request, renewed).await?;
        response.extensions_mut().insert(before);
        Ok(response)
    }

    async fn once(&self, request: &Request, bearer: Bearer) -> Result<Response, TransportError> {
        let mut sent = to_azure(request)?;
        let context = Context::new().with_value(bearer);
        let unchecked = PipelineSendOptions { skip_checks: true, ..Default::default() };
        match timeout(self.deadline, self.pipeline.send(&context, &mut sent, Some(unchecked))).await {
            Ok(Ok(answer)) => from_azure(answer),
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(TransportError::Unanswered(format!("nothing within {:?}", self.deadline))),
        }
    }
}

impl Transport for AzureTransport {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            if !self.endpoint.holds(request.uri()) {
                let host = request.uri().host().unwrap_or_default();
                return Err(TransportError::Refused(format!("`{host}` is not {}", self.endpoint)));
            }
            self.authorized(&request).await
        })
    }
}

/// Sets what every try carries: the token of its context, and our name over azure_core's.
struct Stamp;

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stamp")
    }
}

#[async_trait::async_trait]
impl Policy for Stamp {
    async fn send(&self, context: &Context, request: &mut azure::Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        if let Some(bearer) = context.value::<Bearer>() {
            request.insert_header(AUTHORIZATION, bearer.header());
        }
        request.insert_header(USER_AGENT, concat!("palisade/", env!("CARGO_PKG_VERSION")));
        match next.split_first() {
            Some((following, rest)) => following.send(context, request, rest).await,
            None => Err(azure_core::Error::with_message(ErrorKind::Other, "a pipeline without a transport")),
        }
    }
}

fn to_azure(request: &Request) -> Result<azure::Request, TransportError> {
    let refused = |why: String| TransportError::Refused(why);
    let url = Url::parse(&request.uri().to_string()).map_err(|why| refused(why.to_string()))?;
    let method = match *request.method() {
        Method::GET => azure::Method::Get,
        Method::HEAD => azure::Method::Head,
        Method::PUT => azure::Method::Put,
        Method::POST => azure::Method::Post,
        Method::PATCH => azure::Method::Patch,
        Method::DELETE => azure::Method::Delete,
        ref other => return Err(refused(format!("{other} is no method of ARM's"))),
    };
    let mut sent = azure::Request::new(url, method);
    for (name, value) in request.headers() {
        let value = value.to_str().map_err(|_| refused(format!("the header {name} is not text")))?;
        sent.insert_header(name.as_str().to_owned(), value.to_owned());
    }
    sent.set_body(request.body().clone());
    Ok(sent)
}

fn from_azure(answer: RawResponse) -> Result<Response, TransportError> {
    let (status, headers, body) = answer.deconstruct();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(u16::from(status))
        .map_err(|_| TransportError::Unanswered("an answer without a status".to_owned()))?;
    for (name, value) in headers.iter() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

fn no_token(why: AuthError) -> TransportError {
    TransportError::Credential(why.to_string())
}

/// Whether the request had left when it failed.
fn failed(error: &azure_core::Error) -> TransportError {
    let why = told(error);
    match error.kind() {
        // A server that can't prove its name is not the one that we want, however often it is asked.
        ErrorKind::Connection if has_bad_certificate(error) => TransportError::Refused(why),
        ErrorKind::Connection => TransportError::Connect(why),
        // What the pipeline refuses to send, or can't write as a request.
        ErrorKind::Other | ErrorKind::Credential => TransportError::Refused(why),
        _ => TransportError::Unanswered(why),
    }
}

fn has_bad_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    // An `io::Error` is no source of itself, but of what it wraps.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|inner| has_bad_certificate(inner)) || error.source().is_some_and(has_bad_certificate)
}

#[cfg(test)]
#[path = "azure_tests.rs"]
mod tests;

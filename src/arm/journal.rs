//! What was sent, told to whoever keeps it: no header, no body, no token.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::transport::{Request, Response, Sending, Transport};

/// One try of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The workspace's name in the project.
    pub workspace: String,
    /// The verb.
    pub method: Method,
    /// The path of the address.
    pub path: String,
    /// The answer's status; none where no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub error: Option<String>,
    /// From sending to the end of the answer.
    pub took: Duration,
    /// What Microsoft's support asks for.
    pub correlation_id: Option<String>,
    /// 1 for the first try of a request.
    pub attempt: u32,
}

/// Keeps entries.
pub trait Journal: Send + Sync {
    /// One try has ended.
    fn note(&self, entry: &Entry);
}

/// How often a request was sent before. It travels in the request's extensions, and counts on from there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts(pub u32);

impl Attempts {
    /// Of a request.
    pub fn of(request: &Request) -> u32 {
        request.extensions().get::<Self>().map_or(0, |before| before.0)
    }
}

/// Tries that an answer cost before it came: with a token that was turned away.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) status: u16,
    pub(super) correlation_id: Option<String>,
    pub(super) took: Duration,
}

/// A transport whose every try is told.
#[derive(Clone)]
pub struct Journaled<T> {
    inner: T,
    journal: Arc<dyn Journal>,
    workspace: String,
}

impl<T> Journaled<T> {
    /// Wraps a transport that sends each request once, to this workspace.
    pub fn new(inner: T, journal: Arc<dyn Journal>, workspace: impl Into<String>) -> Self {
        Self { inner, journal, workspace: workspace.into() }
    }
}

impl<T: Transport> Transport for Journaled<T> {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            let mut entry = Entry {
                workspace: self.workspace.clone(),
                method: request.method().clone(),
                path: request.uri().path().to_owned(),
                status: None,
                error: None,
                took: Duration::ZERO,
                correlation_id: None,
                attempt: Attempts::of(&request) + 1,
            };
            let began = Instant::now();
            let outcome = self.inner.send(request).await;
            let mut took = began.elapsed();
            match &outcome {
                Ok(answer) => {
                    if let Some(before) = answer.extensions().get::<Before>() {
                        let Before { status, correlation_id, took: first } = before.clone();
                        took = took.saturating_sub(first);
                        self.journal.note(&Entry {
                            status: Some(status),
                            correlation_id,
                            took: first,
                            ..entry.clone()
                        });
                    }
                    entry.status = Some(answer.status().as_u16());
                    entry.correlation_id = correlation_id(answer);
                }
                Err(why) => entry.error = Some(why.to_string()),
            }
            self.journal.note(&Entry { took, ..entry });
            outcome
        })
    }
}

/// `x-ms-correlation-request-id`, else `x-ms-request-id`.
pub(super) fn correlation_id(answer: &Response) -> Option<String> {
    let header = |name| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
    header("x-ms-correlation-request-id").or_else(|| header("x-ms-request-id"))
}

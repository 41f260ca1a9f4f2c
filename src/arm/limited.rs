//! A transport that sends no more than the service takes.

use std::sync::Arc;

use http::StatusCode;

use super::limiter::{Limiter, bucket, remaining};
use super::operation::Operation;
use super::retry_after::retry_after;
use super::transport::{Request, Response, Sending, Transport};
use super::window::Window;

/// Waits before each try until the limiter lets it through, and tells the limiter what the answer says.
#[derive(Debug, Clone)]
pub struct Limited<T> {
    inner: T,
    limiter: Arc<Limiter>,
    principal: Arc<str>,
}

impl<T> Limited<T> {
    /// Wraps a transport that sends each request once, from this principal.
    pub fn new(inner: T, limiter: Arc<Limiter>, principal: impl Into<Arc<str>>) -> Self {
        Self { inner, limiter, principal: principal.into() }
    }
}

impl<T: Transport> Transport for Limited<T> {
    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(async move {
            let bucket = self.limiter.bucket(&Operation::of(&request, &self.principal));
            let window = Window::of(&request);
            let ticket = bucket.enter(window.as_ref()).await?;
            let outcome = self.inner.send(request).await;
            if let Ok(answer) = &outcome {
                ticket.answered(said(answer));
            }
            outcome
        })
    }
}

fn said(answer: &Response) -> bucket::Said {
    bucket::Said {
        throttled: answer.status() == StatusCode::TOO_MANY_REQUESTS,
        remaining: remaining(answer.headers()),
        retry_after: retry_after(answer.headers()),
    }
}

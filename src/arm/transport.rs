//! The one door to the network: a request goes in, an answer comes out.
//!
//! Requests are absolute (`https://management.azure.com/subscriptions/...?api-version=...`) and carry no
//! credential: whoever implements [`Transport`] adds the token, retries and times out.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

/// An ARM request with its whole body.
pub type Request = http::Request<Bytes>;

/// An ARM answer with its whole body.
pub type Response = http::Response<Bytes>;

/// What a transport's `send` returns.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Carries requests to a workspace: Azure, a server on loopback, or the emulator in this process.
pub trait Transport: Send + Sync {
    /// Sends one request and waits for its whole answer.
    ///
    /// Any HTTP status is an `Ok`: an `Err` means that no answer came.
    fn send(&self, request: Request) -> Sending<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> Sending<'_> {
        (**self).send(request)
    }
}

/// Why no answer came.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransportError {
    /// The credential gave no token. Nothing was sent.
    #[error("no token: {0}")]
    Credential(String),
    /// The connection failed before the request was sent: nothing happened at the service.
    #[error("no connection: {0}")]
    Connect(String),
    /// The request was sent, and its answer lost: what happened at the service is unknown.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// The request may not leave: its host is not the one this transport was made for.
    #[error("refused to send: {0}")]
    Refused(String),
    /// The request did not begin: its [window](super::window::Window) was closed, or the throttle leaves no hope. No
    /// try of it was taken by the service.
    #[error("not sent: {0}")]
    Late(String),
}

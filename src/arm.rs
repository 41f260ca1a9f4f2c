//! The one door to the network: Azure Resource Manager (ARM) as requests, answers and what carries them.
//!
//! A request is plain data ([`Request`]), built by a pure function of [`RequestBuilder`]. It goes through a
//! [`Transport`], which adds the token; nobody else opens a socket or sees a credential:
//!
//! ```text
//! RequestBuilder -> Request -> Retrying -> Limited -> AzureTransport -> https://management.azure.com
//!                                 |           |             `- TokenSource (one token a principal and audience)
//!                                 |           `- Limiter (one a run, a bucket a subscription, principal and class)
//!                                 `- one try at a time below here: a fake fits anywhere, and a journal
//! ```
//!
//! What holds here, whoever calls:
//!
//! * A real token goes to one scheme, host and port: those of the [`Endpoint`]. A request or a `nextLink` to
//!   any other place is refused before a token is asked for; a redirect is an answer and is never followed.
//! * Tokens and secrets are in no `Debug`, `Display`, log or error text.
//! * A write whose answer was lost is never sent again from here: [`ArmError::outcome_unknown`] says so, and the
//!   caller reads the live state.
//! * What the service said is kept: an answer that is not understood is an error with its raw text.
//!
//! This module names no other module of the crate; bodies are [`serde_json::Value`].

pub mod answer;
pub mod auth;
pub mod azure;
pub mod client;
pub mod cloud;
pub mod connect;
pub mod endpoint;
pub mod error;
pub mod journal;
pub mod limited;
pub mod limiter;
pub mod operation;
pub mod pages;
pub mod request;
pub mod resource_type;
pub mod retry;
pub mod retry_after;
pub mod scope;
mod segment;
#[cfg(test)]
mod test_server;
pub mod transport;
pub mod window;

pub use auth::{AuthError, AuthMethod, AuthSpec, Credentials};
pub use azure::AzureTransport;
pub use client::{ClientError, HttpClients};
pub use cloud::Cloud;
pub use connect::{ConnectError, connect};
pub use endpoint::{Endpoint, EndpointError};
pub use error::{ArmError, StatusError};
pub use journal::{Journal, Journaled};
pub use limited::Limited;
pub use limiter::Limiter;
pub use operation::{Operation, OperationClass};
pub use pages::{PageLimits, list_all};
pub use request::{RequestBuilder, RequestError};
pub use resource_type::{ApiVersions, ResourceType};
pub use retry::{RetryPolicy, Retrying};
pub use scope::{ScopeError, WorkspaceScope};
pub use transport::{Request, Response, Transport, TransportError};
pub use window::{Stop, Window};

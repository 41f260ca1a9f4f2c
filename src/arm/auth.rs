//! Who we are to Azure: which credential, and one token of it for all who need it.
//!
//! [`AuthSpec`] and the environment choose a [`Login`] (pure), a [`Login`] becomes a credential of azure_identity,
//! and [`Credentials`] keeps one [`TokenSource`] for each principal and audience.

pub mod bearer;
pub mod cli;
pub mod credential;
pub mod credentials;
pub mod github;
pub mod login;
pub mod method;
pub mod redact;
pub mod token_source;

pub use bearer::Bearer;
pub use credential::{MakeCredential, credential};
pub use credentials::Credentials;
pub use login::{AuthSpec, Environment, Login};
pub use method::AuthMethod;
pub use token_source::TokenSource;

/// Why there is no token. No text in it holds a token or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Something that the method needs is neither in the workspace nor in the environment.
    #[error("{method}: {what} is not set; the environment may give it as {variables}")]
    Missing {
        /// The method that needs it.
        method: AuthMethod,
        /// What it is (`a client id`).
        what: &'static str,
        /// The variables that were looked for, in order.
        variables: String,
    },
    /// A value can't be used.
    #[error("{method}: {why}")]
    Unusable {
        /// The method that was given it.
        method: AuthMethod,
        /// What is wrong with it.
        why: String,
    },
    /// The credential was asked and gave none.
    #[error("{method}: {why}")]
    Denied {
        /// The method that was tried.
        method: AuthMethod,
        /// What it said.
        why: String,
    },
    /// The credential was asked and did not answer.
    #[error("{method}: no token within {seconds} s")]
    TimedOut {
        /// The method that was tried.
        method: AuthMethod,
        /// How long we waited.
        seconds: u64,
    },
}

//! Entra ID's refusals: `{error, error_description, error_codes, …}`.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::emulator::answer::Answer;

/// Why no token is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    /// The word of OAuth 2.0, such as `invalid_client`.
    pub(super) error: &'static str,
    /// The number of Entra ID, as in `AADSTS90002`.
    pub(super) code: u32,
    message: String,
}

impl Refusal {
    /// 400 with a code and words that Microsoft documents ("Microsoft Entra authentication and authorization error
    /// codes").
    pub(super) fn new(error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, code, message: message.into() }
    }

    /// A tenant that does not exist.
    pub(super) fn tenant(name: &str) -> Self {
        let message = format!(
            "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        );
        Self::new("invalid_request", 90_002, message)
    }

    /// A parameter that is missing.
    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new("invalid_request", 900_144, message)
    }

    /// No secret and no assertion.
    pub(super) fn client() -> Self {
        let message =
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned();
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", code: 7_000_218, message }
    }

    pub(super) fn answer(&self, now: Timestamp) -> Answer {
        let Self { status, error, code, message } = self;
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let time = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"
            ),
            "error_codes": [code], "timestamp": time, "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
        });
        Answer::new(*status, body.to_string())
    }
}

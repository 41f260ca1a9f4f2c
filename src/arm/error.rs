//! What goes wrong between us and ARM, and what ARM says of it.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::journal::correlation_id;
use super::retry_after::retry_after;
use super::transport::{Response, TransportError};

/// How much of an answer's raw text an error keeps, in bytes.
const RAW_LIMIT: usize = 2048;

/// Why a request brought no resource.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ArmError {
    /// ARM answered, and it was not a success.
    #[error("{0}")]
    Status(Box<StatusError>),
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not what its documentation says. The raw text is kept, up to 2 KB.
    #[error("an answer was not understood: {why}")]
    Decode {
        /// What is wrong with it.
        why: String,
        /// The beginning of the answer.
        raw: String,
    },
    /// A list's next page is elsewhere: no token goes there.
    #[error("the next page of a list is refused: {why}")]
    HostileNextLink {
        /// The link, up to 2 KB.
        link: String,
        /// What is wrong with it.
        why: String,
    },
    /// A list's next page is one that was read before.
    #[error("a list's pages go round in a circle")]
    Cycle {
        /// The link that came twice.
        link: String,
    },
    /// A list does not end.
    #[error("a list has more than {limit} pages")]
    TooManyPages {
        /// How many were read.
        limit: usize,
    },
    /// Lists were read one after the other, and no two were equal.
    #[error("the workspace changed during the read: of {times} lists no two in a row were equal; plan again")]
    KeepsChanging {
        /// How many were read.
        times: usize,
    },
    /// One resource came twice, in two versions: the list is of no single moment.
    #[error("the workspace changed during the read: {id} came in two versions")]
    ChangedDuringRead {
        /// The resource's ARM id.
        id: String,
    },
}

/// An answer of ARM's that is not a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusError {
    /// The HTTP status.
    pub status: u16,
    /// ARM's code (`BadRequest`, `Conflict`), or the status's name where the body holds none.
    pub code: String,
    /// ARM's message with the messages of its details, or the raw text where the body is of no known shape.
    pub message: String,
    /// The beginning of the body as it came, up to 2 KB.
    pub raw: String,
    /// What Microsoft's support asks for: `x-ms-correlation-request-id`, else `x-ms-request-id`.
    pub correlation_id: Option<String>,
    /// How long to wait, if the answer says so.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl ArmError {
    /// Reads an answer that is not a success.
    pub fn from_response(response: &Response) -> Self {
        let raw = raw_text(response.body());
        let status = response.status();
        let said = serde_json::from_slice::<Value>(response.body()).ok().and_then(|body| Said::read(&body));
        let name = || status.canonical_reason().unwrap_or("Unknown").replace(' ', "");
        let (code, message) = match said {
            Some(said) => (said.code.unwrap_or_else(name), said.message),
            None => (name(), raw.clone()),
        };
        Self::Status(Box::new(StatusError {
            status: status.as_u16(),
            code,
            message,
            raw,
            correlation_id: correlation_id(response),
            retry_after: retry_after(response.headers()),
        }))
    }

    /// An answer of another shape than expected.
    pub(super) fn decode(why: impl Into<String>, body: &[u8]) -> Self {
        Self::Decode { why: why.into(), raw: raw_text(body) }
    }

    /// The HTTP status, where one came.
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// ARM's answer, where this is one.
    pub fn answer(&self) -> Option<&StatusError> {
        match self {
            Self::Status(answer) => Some(answer),
            _ => None,
        }
    }

    /// Whether the resource has another version than the one that was sent: 412, or 409 with "Etag does not
    /// match", which is what the service has answered to a stale etag in the body.
    pub fn is_stale(&self) -> bool {
        match self.status() {
            Some(412) => true,
            Some(409) => self.says("etag does not match"),
            _ => false,
        }
    }

    /// Whether the name was used by a rule that was deleted a short while ago (400 or 409; about a day).
    pub fn is_recently_deleted(&self) -> bool {
        matches!(self.status(), Some(400 | 409)) && self.says("was recently deleted")
    }

    /// Whether there is no such resource.
    pub fn is_missing(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the credential was turned away: 401 or 403.
    pub fn is_denied(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether a write may have happened all the same: its answer was lost, or a gateway lost it for us (408,
    /// 500, 502, 504). Only the live state can tell.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Transport(TransportError::Unanswered(_)) | Self::Decode { .. } => true,
            Self::Status(answer) => matches!(answer.status, 408 | 500 | 502 | 504),
            _ => false,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.answer().is_some_and(|answer| answer.message.to_lowercase().contains(words))
    }
}

/// The beginning of a body as text.
pub(super) fn raw_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..RAW_LIMIT).unwrap_or(body)).into_owned();
    if body.len() > RAW_LIMIT { format!("{text}…") } else { text }
}

/// A code and a message out of one of the shapes that ARM's front and its providers answer in.
struct Said {
    code: Option<String>,
    message: String,
}

impl Said {
    /// `{"error": {"code", "message", "details"}}`, `{"error": "code", "error_description"}` (Entra ID),
    /// `{"odata.error": {"code", "message": {"value"}}}`, or `{"code" | "Code", "message" | "Message"}`.
    fn read(body: &Value) -> Option<Self> {
        let error = member(body, &["error", "odata.error"]).unwrap_or(body);
        if let Value::String(code) = error {
            let message = member(body, &["error_description", "message"]).and_then(Value::as_str);
            return Some(Self { code: Some(code.clone()), message: message.unwrap_or_default().to_owned() });
        }
        let code = member(error, &["code"]).and_then(Value::as_str).map(str::to_owned);
        let mut messages = Vec::new();
        collect(error, &mut messages, 0);
        if code.is_none() && messages.is_empty() {
            return None;
        }
        Some(Self { code, message: messages.join("; ") })
    }
}

/// The messages of an error and of its details, outermost first, each once.
fn collect(error: &Value, messages: &mut Vec<String>, depth: usize) {
    const DEEPEST: usize = 5;
    let message = member(error, &["message"]).and_then(|message| match message {
        Value::String(text) => Some(text.as_str()),
        // OData wraps the text with its language.
        other => other.get("value").and_then(Value::as_str),
    });
    if let Some(text) = message.map(str::trim).filter(|text| !text.is_empty())
        && !messages.iter().any(|known| known.contains(text))
    {
        messages.push(text.to_owned());
    }
    if depth < DEEPEST
        && let Some(Value::Array(details)) = member(error, &["details"])
    {
        details.iter().for_each(|detail| collect(detail, messages, depth + 1));
    }
}

/// The first of these members, whatever the case of its name.
fn member<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let object = value.as_object()?;
    names.iter().find_map(|name| {
        object.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null()).map(|(_, value)| value)
    })
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;

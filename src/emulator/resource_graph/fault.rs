//! Why a query has no answer, in Resource Graph's shape.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::emulator::answer::Answer;
use crate::kql::Span;

/// One fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: &'static str,
    pub(super) message: String,
    span: Span,
}

impl Fault {
    /// What no service reads.
    pub(super) fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self { code: "ParserFailure", message: message.into(), span }
    }

    /// A name that is not there, or a use that is not possible.
    pub(super) fn meaning(span: Span, message: impl Into<String>) -> Self {
        Self { code: "InvalidQuery", message: message.into(), span }
    }

    /// What Resource Graph may well take, and the emulator does not.
    pub(super) fn unsupported(span: Span, what: impl std::fmt::Display) -> Self {
        Self { code: "InvalidQueryLanguage", message: format!("Not supported by the emulator: {what}."), span }
    }

    /// The answer: 400, with the place as Resource Graph has it, lines from 1 and characters from 0.
    pub(super) fn answer(&self, query: &str, now: Timestamp) -> Answer {
        let before = query.get(..self.span.start as usize).unwrap_or(query);
        let line = before.matches('\n').count() + 1;
        let character = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let token: String = self.span.text(query).chars().take(100).collect();
        let mut detail = json!({
            "code": self.code, "message": self.message, "line": line, "characterPositionInLine": character,
        });
        if !token.is_empty() {
            detail["token"] = Value::String(token);
        }
        let body = json!({"error": {
            "code": "BadRequest",
            "message": format!(
                "Please provide below info when asking for support: timestamp = {now}, correlationId = {}.",
                Uuid::new_v4()
            ),
            "details": [
                {
                    "code": "InvalidQuery",
                    "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph \
                                service and fix the error before retrying.",
                },
                detail,
            ],
        }});
        Answer::new(StatusCode::BAD_REQUEST, body.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_place() {
        let query = "resources\n| wehre x";
        let answer = Fault::syntax(Span::new(12, 17), "no").answer(query, Timestamp::UNIX_EPOCH);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let detail = &body["error"]["details"][1];
        assert_eq!(
            detail,
            &json!({
                "code": "ParserFailure", "message": "no", "line": 2, "characterPositionInLine": 2, "token": "wehre",
            })
        );
    }
}

//! The body of a PUT, read and checked as far as it can be without the workspace.

use serde_json::{Map, Value};

use super::answer::ArmError;
use super::options::Options;
use super::{limits, owned, rule_query, schema};

/// Kinds with rules of their own here. The service reads names of kinds without case.
const KINDS: [&str; 6] =
    ["Scheduled", "NRT", "MicrosoftSecurityIncidentCreation", "Fusion", "MLBehaviorAnalytics", "ThreatIntelligence"];

/// A body that may become a rule.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) kind: String,
    /// The version that the client believes to replace.
    pub(super) etag: Option<String>,
    pub(super) enabled: bool,
    /// The body as sent.
    pub(super) body: Map<String, Value>,
}

impl Draft {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// 400 for what is no JSON object with `kind` and `properties`, or not valid for its kind.
    pub(super) fn read(body: &[u8], options: &Options) -> Result<Self, ArmError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            let message = format!("The request content was invalid and could not be deserialized: '{error}'.");
            ArmError { code: "InvalidRequestContent", ..ArmError::bad_request(message) }
        })?;
        let Value::Object(body) = value else {
            let message = "The request content was invalid: a JSON object is expected.";
            return Err(ArmError { code: "InvalidRequestContent", ..ArmError::bad_request(message) });
        };
        let kind = match body.get("kind") {
            Some(Value::String(kind)) if !kind.is_empty() => kind,
            None | Some(Value::Null) => {
                return Err(ArmError::bad_request("Required property 'kind' not found"));
            }
            Some(other) => {
                return Err(ArmError::invalid("kind", format_args!("{other} is not a kind of alert rule.")));
            }
        };
        let kind = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind)).map_or(kind.as_str(), |known| known);
        let properties = match body.get("properties") {
            Some(Value::Object(properties)) => properties,
            None | Some(Value::Null) => {
                return Err(ArmError::bad_request("Required property 'properties' not found"));
            }
            Some(_) => return Err(ArmError::invalid("properties", "an object is expected.")),
        };
        if owned::is_owned(kind) {
            owned::check(kind, properties)?;
        }
        schema::check(kind, properties)?;
        if options.limits {
            limits::check_rule(kind, properties)?;
        }
        let etag = match body.get("etag") {
            None | Some(Value::Null) => None,
            Some(Value::String(etag)) => Some(etag.clone()).filter(|etag| !etag.is_empty()),
            Some(other) => {
                return Err(ArmError::invalid("etag", format_args!("{other} is not a string.")));
            }
        };
        let enabled = properties.get("enabled").and_then(Value::as_bool).unwrap_or(false);
        if enabled && options.queries && runs_query(kind) {
            rule_query::check_syntax(properties.get("query").and_then(Value::as_str).unwrap_or_default())?;
        }
        Ok(Self { kind: kind.to_owned(), etag, enabled, body })
    }
}

/// Whether rules of this kind run a query of their own.
pub(super) fn runs_query(kind: &str) -> bool {
    matches!(kind, "Scheduled" | "NRT")
}

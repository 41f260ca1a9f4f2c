//! An alert rule of `Microsoft.SecurityInsights`, with its properties as the service gave them.

use serde_json::{Map, Value, json};

/// A rule's `properties`, whole: what we model and what we don't.
pub type Properties = Map<String, Value>;

/// The kind of an alert rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Scheduled,
    Nrt,
    /// Fusion, machine learning, and kinds that were not invented yet: listed, never touched.
    Other(String),
}

impl Kind {
    /// Reads ARM's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "Scheduled" => Self::Scheduled,
            "NRT" => Self::Nrt,
            other => Self::Other(other.to_owned()),
        }
    }

    /// ARM's word.
    pub fn word(&self) -> &str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Nrt => "NRT",
            Self::Other(other) => other,
        }
    }
}

/// One alert rule, live or desired.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    /// The resource's name, unique in a workspace whatever its case.
    pub name: String,
    pub kind: Kind,
    /// Changes with every write; only live rules have one. Quotes are part of it (recorded traffic).
    pub etag: Option<String>,
    pub properties: Properties,
}

/// Why an item of a list is not what the list is of: its noun and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} without `{1}`")]
pub struct ResourceError(pub &'static str, pub &'static str);

impl AlertRule {
    /// Reads what the service answered.
    ///
    /// # Errors
    /// If it has no name, kind or properties: every recorded rule has all three.
    pub fn from_arm(mut raw: Value) -> Result<Self, ResourceError> {
        let text = |key: &'static str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("name").ok_or(ResourceError("rule", "name"))?;
        let kind = Kind::parse(&text("kind").ok_or(ResourceError("rule", "kind"))?);
        let etag = text("etag").filter(|etag| !etag.is_empty());
        match raw.get_mut("properties").map(Value::take) {
            Some(Value::Object(properties)) => Ok(Self { name, kind, etag, properties }),
            _ => Err(ResourceError("rule", "properties")),
        }
    }

    /// The body of a PUT, without an etag.
    pub fn body(&self) -> Value {
        json!({"kind": self.kind.word(), "properties": self.properties})
    }

    /// The same of a rule that is needed no more.
    pub fn into_body(self) -> Value {
        let mut body = Properties::from_iter([("kind".to_owned(), json!(self.kind.word()))]);
        body.insert("properties".to_owned(), Value::Object(self.properties));
        Value::Object(body)
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        self.properties.get("displayName").and_then(Value::as_str).unwrap_or(&self.name)
    }
}

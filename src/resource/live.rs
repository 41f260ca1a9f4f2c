//! One resource of any type that plans are made of, live or desired.

use serde_json::{Map, Value, json};

use super::alert_rule::{AlertRule, Kind, Properties, ResourceError};
use super::resource_type::ResourceType;

/// A resource, with its properties as the service gave them or as the project wants them.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    pub resource_type: ResourceType,
    /// The resource's name, unique in its collection whatever its case.
    pub name: String,
    /// Alert rules alone have one.
    pub kind: Option<Kind>,
    /// Changes with every write; only live resources have one, and metadata never (recorded traffic).
    pub etag: Option<String>,
    pub properties: Properties,
}

impl Resource {
    /// Reads an item of a type's list, or the answer to a write.
    ///
    /// # Errors
    /// If it has no name or properties, or is an alert rule without kind: every recorded one has them.
    pub fn from_arm(resource_type: ResourceType, mut raw: Value) -> Result<Self, ResourceError> {
        if resource_type == ResourceType::AlertRules {
            return AlertRule::from_arm(raw).map(Self::from);
        }
        let text = |key: &'static str| raw.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("name").ok_or(ResourceError(resource_type.noun(), "name"))?;
        let etag = text("etag").filter(|etag| !etag.is_empty());
        match raw.get_mut("properties").map(Value::take) {
            Some(Value::Object(properties)) => Ok(Self { resource_type, name, kind: None, etag, properties }),
            _ => Err(ResourceError(resource_type.noun(), "properties")),
        }
    }

    /// The body of a PUT, without an etag.
    pub fn body(&self) -> Value {
        body(self.kind.as_ref(), self.properties.clone())
    }

    /// The whole of it, as a plan keeps it.
    pub fn whole(&self) -> Value {
        let mut whole = Map::new();
        whole.insert("name".to_owned(), json!(self.name));
        whole.insert("etag".to_owned(), json!(self.etag));
        if let Value::Object(body) = self.body() {
            whole.extend(body);
        }
        Value::Object(whole)
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        self.properties.get("displayName").and_then(Value::as_str).unwrap_or(&self.name)
    }

    /// Who wrote it last, where the service tells: automation rules alone have it (recorded traffic).
    pub fn last_modified_by(&self) -> Option<String> {
        let by = self.properties.get("lastModifiedBy")?;
        let text = |key: &str| by.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        ["userPrincipalName", "email", "name", "objectId"].iter().find_map(|key| text(key)).map(str::to_owned)
    }

    /// Under what it is found: names are one if they differ in case alone.
    pub fn key(&self) -> (ResourceType, String) {
        (self.resource_type, self.name.to_ascii_lowercase())
    }
}

/// The body of a PUT of some properties.
pub fn body(kind: Option<&Kind>, properties: Properties) -> Value {
    match kind {
        Some(kind) => json!({"kind": kind.word(), "properties": properties}),
        None => json!({"properties": properties}),
    }
}

impl From<AlertRule> for Resource {
    fn from(rule: AlertRule) -> Self {
        let AlertRule { name, kind, etag, properties } = rule;
        Self { resource_type: ResourceType::AlertRules, name, kind: Some(kind), etag, properties }
    }
}

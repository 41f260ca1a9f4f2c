//! Changes that somebody else makes: a person in the portal, another tool, or the service itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::spec::FaultError;

/// Whoever works in the portal, where nobody is named.
const PERSON: &str = "portal@palisade.example";
/// The service itself.
const SERVICE: &str = "Microsoft Sentinel";

/// What the service puts before the name of a rule that it disables, and a blank (Microsoft's "Troubleshooting
/// analytics rules": the words `AUTO DISABLED` come first in the name, the reason is added to the description, the
/// rule is disabled). The form of the reason is published nowhere: here it is the description's last paragraph.
const AUTO_DISABLED: &str = "AUTO DISABLED ";
/// What Defender keeps at the very start of a description, for rules in and out of its correlation (Microsoft's
/// "Alert correlation and incident merging"; the settings of rules write the same).
const MARKERS: [&str; 2] = ["#INC_CORR#", "#DONT_CORR#"];

/// A change of one resource by somebody else, which makes a new version with an etag and a time of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Edit {
    /// `alertRules/<name>`, in the workspace of the request that meets the fault, or a whole ARM id.
    pub resource: String,
    /// Who makes it; by default a person in the portal, or the service for what only the service does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Properties that are set, as in a JSON merge patch: null takes one away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<Map<String, Value>>,
    /// The whole body of a resource, made or replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub put: Option<Map<String, Value>>,
    /// Whether the resource is deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub delete: bool,
    /// The reason for which the service disables the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_disable: Option<String>,
    /// The marker that Defender puts at the start of the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
    /// As a fault on a later page of a list: the list goes on by position, so that a deletion before that position
    /// hides a rule from its reader, and an insertion shows one twice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub torn: bool,
}

/// Whether a rule's alerts take part in Defender's correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Correlation {
    /// `#INC_CORR#`
    Include,
    /// `#DONT_CORR#`
    Exclude,
    /// No marker.
    Default,
}

/// What an edit leaves.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator) enum Left {
    Body(Map<String, Value>),
    Nothing,
}

impl Edit {
    /// Whether it is one change of one resource.
    pub(in crate::emulator) fn check(&self) -> Result<(), FaultError> {
        let named = [
            self.set.is_some(),
            self.put.is_some(),
            self.delete,
            self.auto_disable.is_some(),
            self.correlation.is_some(),
        ];
        if named.iter().filter(|named| **named).count() != 1 {
            return Err(FaultError::new("`edit` does one thing: set, put, delete, autoDisable or correlation"));
        }
        let segments: Vec<&str> = self.resource.trim_start_matches('/').split('/').collect();
        if segments.len() % 2 == 1 || segments.iter().any(|segment| segment.is_empty()) {
            let why = format!("`edit`: `{}` is no resource; give `alertRules/<name>` or an ARM id", self.resource);
            return Err(FaultError::new(why));
        }
        Ok(())
    }

    /// The path of the resource; `workspace` is the path of the one that is meant where the edit names none.
    pub(in crate::emulator) fn path(&self, workspace: Option<&str>) -> Result<String, FaultError> {
        match workspace {
            _ if self.resource.starts_with('/') => Ok(self.resource.clone()),
            Some(workspace) => Ok(format!("{workspace}/providers/Microsoft.SecurityInsights/{}", self.resource)),
            None => {
                Err(FaultError::new(format!("`edit`: `{}` names no workspace; give the whole ARM id", self.resource)))
            }
        }
    }

    /// Who makes it.
    pub(in crate::emulator) fn by(&self) -> &str {
        let own = if self.auto_disable.is_some() || self.correlation.is_some() { SERVICE } else { PERSON };
        self.by.as_deref().unwrap_or(own)
    }

    /// What it leaves of the resource as it is; `None` if there must be one and is none.
    pub(in crate::emulator) fn left(&self, current: Option<Value>) -> Option<Left> {
        if let Some(body) = &self.put {
            return Some(Left::Body(body.clone()));
        }
        let Value::Object(mut body) = current? else { return None };
        if self.delete {
            return Some(Left::Nothing);
        }
        body.remove("etag");
        let properties = body.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
        if let Some(set) = &self.set {
            merge(properties, set);
        }
        let text = |properties: &Map<String, Value>, key: &str| {
            properties.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if let Some(reason) = &self.auto_disable {
            let (name, description) = (text(properties, "displayName"), text(properties, "description"));
            let name = name.strip_prefix(AUTO_DISABLED).unwrap_or(&name);
            let paragraph = if description.is_empty() { "" } else { "\n\n" };
            properties.insert("displayName".to_owned(), json!(format!("{AUTO_DISABLED}{name}")));
            properties.insert("description".to_owned(), json!(format!("{description}{paragraph}{reason}")));
            properties.insert("enabled".to_owned(), json!(false));
        }
        if let Some(correlation) = self.correlation {
            let description = text(properties, "description");
            let bare = MARKERS.iter().find_map(|marker| description.strip_prefix(marker)).unwrap_or(&description);
            let marker = match correlation {
                Correlation::Include => MARKERS[0],
                Correlation::Exclude => MARKERS[1],
                Correlation::Default => "",
            };
            properties.insert("description".to_owned(), json!(format!("{marker}{bare}")));
        }
        Some(Left::Body(body))
    }
}

/// JSON merge patch, RFC 7396.
fn merge(whole: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (whole.get_mut(name), value) {
            (_, Value::Null) => {
                whole.remove(name);
            }
            (Some(Value::Object(own)), Value::Object(over)) => merge(own, over),
            _ => {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn properties(edit: Value, of: Value) -> Value {
        let mut edit: Edit = serde_json::from_value(edit).unwrap();
        edit.resource = "alertRules/a".to_owned();
        edit.check().unwrap();
        match edit.left(Some(json!({"etag": "\"1\"", "properties": of}))).unwrap() {
            Left::Body(body) => {
                assert_eq!(body.get("etag"), None, "an edit sets no condition");
                body["properties"].clone()
            }
            Left::Nothing => json!("deleted"),
        }
    }

    #[test]
    fn properties_are_merged() {
        let set = json!({"set": {"severity": "Low", "a": {"b": 1}, "gone": null}});
        let of = json!({"severity": "High", "a": {"b": 0, "c": 2}, "gone": 1, "kept": true});
        assert_eq!(properties(set, of), json!({"severity": "Low", "a": {"b": 1, "c": 2}, "kept": true}));
    }

    #[test]
    fn a_rule_that_the_service_disables_tells_so() {
        let disable = json!({"autoDisable": "The table is gone."});
        let once = properties(disable.clone(), json!({"displayName": "A", "description": "Old.", "enabled": true}));
        let expected = json!({"displayName": "AUTO DISABLED A", "description": "Old.\n\nThe table is gone.",
                              "enabled": false});
        assert_eq!(once, expected);
        assert_eq!(properties(disable, once)["displayName"], "AUTO DISABLED A");
    }

    #[test]
    fn a_marker_stands_at_the_start_and_is_alone() {
        let marked = |correlation: &str, of: &str| {
            properties(json!({"correlation": correlation}), json!({"description": of}))["description"].clone()
        };
        assert_eq!(marked("exclude", "Text"), "#DONT_CORR#Text");
        assert_eq!(marked("include", "#DONT_CORR#Text"), "#INC_CORR#Text");
        assert_eq!(marked("default", "#INC_CORR#Text"), "Text");
    }

    #[test]
    fn only_a_put_needs_nothing_before_it() {
        let edit = |edit: Value| serde_json::from_value::<Edit>(edit).unwrap();
        assert_eq!(edit(json!({"resource": "alertRules/a", "delete": true})).left(None), None);
        assert!(edit(json!({"resource": "alertRules/a", "put": {"kind": "NRT"}})).left(None).is_some());
    }

    #[test]
    fn whoever_edits_has_a_name() {
        let edit: Edit = serde_json::from_value(json!({"resource": "alertRules/a", "delete": true})).unwrap();
        assert_eq!(edit.by(), PERSON);
        assert_eq!(Edit { auto_disable: Some(String::new()), ..edit.clone() }.by(), SERVICE);
        assert_eq!(Edit { by: Some("alice".into()), ..edit }.by(), "alice");
    }
}

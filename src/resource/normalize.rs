//! Both sides of a comparison pass through here, and what comes out is compared byte for byte.

use serde_json::{Value, json};

use super::alert_rule::Properties;
use super::duration::{canonical, seconds};
use super::fields::{self, Field, Shape, at, put, read_only, remove};
use super::resource_type::ResourceType;

/// A resource's modelled fields in one spelling, in the order of [`fields::of`]. `None` is absent.
#[derive(Debug, Clone)]
pub struct Normal {
    fields: &'static [Field],
    values: Vec<Option<Value>>,
}

impl PartialEq for Normal {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Normal {
    /// Each field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, Option<&Value>)> {
        self.fields.iter().zip(self.values.iter().map(Option::as_ref))
    }
}

/// Brings properties of a type into the one spelling that [`fields::of`] describes.
pub fn normalize(resource_type: ResourceType, properties: &Properties) -> Normal {
    under(fields::of(resource_type), properties)
}

/// The same with a table of fields that may be an older one.
pub fn under(fields: &'static [Field], properties: &Properties) -> Normal {
    Normal { fields, values: fields.iter().map(|field| spell(field, at(properties, field.path))).collect() }
}

/// The properties that a table does not model, without what the service alone writes and without empty members: newer
/// api-versions add keys that are null.
pub fn unmodelled(resource_type: ResourceType, fields: &[Field], properties: &Properties) -> Properties {
    let mut rest = properties.clone();
    for name in read_only(resource_type) {
        rest.remove(*name);
    }
    for field in fields {
        remove(&mut rest, field.path);
    }
    rest.into_iter().filter_map(|(key, value)| Some((key, filled(value)?))).collect()
}

/// A value without null and empty members; `None` if nothing is left.
fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(map) => {
            let map: Properties = map.into_iter().filter_map(|(key, value)| Some((key, filled(value)?))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        Value::Array(items) if items.is_empty() => None,
        other => Some(other),
    }
}

fn spell(field: &Field, value: Option<&Value>) -> Option<Value> {
    let Some(value) = value else { return field.absent.value() };
    let spelled = match (field.shape, value) {
        (Shape::Block, Value::String(text)) => json!(text.replace("\r\n", "\n").trim()),
        (Shape::Duration, Value::String(text)) => match seconds(text).and_then(|s| u64::try_from(s).ok()) {
            Some(seconds) => json!(canonical(seconds)),
            None => value.clone(),
        },
        (Shape::Instant, Value::String(text)) => match text.parse::<jiff::Timestamp>() {
            Ok(instant) => json!(instant.to_string()),
            Err(_) => value.clone(),
        },
        (Shape::Set, Value::Array(items)) => {
            let mut items = items.clone();
            items.sort_by_key(Value::to_string);
            items.dedup();
            Value::Array(items)
        }
        (Shape::Tree, value) => bare(value),
        _ => value.clone(),
    };
    let empty = match &spelled {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if empty { field.absent.value() } else { Some(spelled) }
}

/// A nested value without null members, ARM ids in lower case (recorded: ids come back in other cases).
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), bare(value))).collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        Value::String(text) if text.starts_with("/subscriptions/") => json!(text.to_ascii_lowercase()),
        other => other.clone(),
    }
}

/// Lays desired properties over live ones: every modelled field as desired, everything else as it lives.
///
/// A modelled field that is not desired is taken away, unless it is one that is left alone when nobody wrote it.
/// Read-only properties are left out, so that the result is the body of a PUT.
pub fn merge(resource_type: ResourceType, live: &Properties, desired: &Properties) -> Properties {
    let mut merged = live.clone();
    for name in read_only(resource_type) {
        merged.remove(*name);
    }
    for field in fields::of(resource_type) {
        match at(desired, field.path) {
            Some(value) => put(&mut merged, field.path, value.clone()),
            None if field.only_if_written => {}
            None => remove(&mut merged, field.path),
        }
    }
    if resource_type == ResourceType::AlertRules && at(&merged, "alertRuleTemplateName").is_none() {
        remove(&mut merged, "templateVersion");
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: ResourceType = ResourceType::AlertRules;

    fn properties(value: Value) -> Properties {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_the_service_fills_in_is_no_difference() {
        let sent = properties(json!({
            "displayName": "A", "queryFrequency": "PT24H", "query": " T\r\n| take 1\n", "tactics": ["Impact", "Discovery"],
            "incidentConfiguration": {"createIncident": true, "groupingConfiguration": {
                "enabled": false, "reopenClosedIncident": false, "lookbackDuration": "PT5H", "matchingMethod": "AllEntities"}},
        }));
        let live = properties(json!({
            "displayName": "A", "queryFrequency": "P1D", "query": "T\n| take 1", "tactics": ["Discovery", "Impact"],
            "description": null, "alertRuleTemplateName": null, "techniques": null, "entityMappings": [],
            "sentinelEntitiesMappings": null, "customDetails": {}, "lastModifiedUtc": "2026-03-25T07:45:17.671388Z",
            "alertDetailsOverride": {"alertDescriptionFormat": null}, "suppressionEnabled": false,
        }));
        assert_eq!(normalize(RULES, &sent), normalize(RULES, &live));
    }

    #[test]
    fn case_and_blanks_inside_are_differences() {
        let with = |query: &str| normalize(RULES, &properties(json!({"query": query})));
        assert_ne!(with("T | where a == 'x'"), with("T | where a == 'X'"));
        assert_ne!(with("T // a\n| take 1"), with("T // a | take 1"));
    }

    #[test]
    fn merge_keeps_what_we_do_not_model() {
        let live = properties(json!({
            "displayName": "A", "customDetails": {"k": "v"}, "alertRuleTemplateName": "t", "startTimeUtc": "2026-01-01T00:00:00Z",
            "notInventedYet": {"deep": [1]}, "lastModifiedUtc": "x",
            "incidentConfiguration": {"createIncident": true, "alsoNew": 7},
        }));
        let desired = properties(json!({"displayName": "B", "incidentConfiguration": {"createIncident": false}}));
        assert_eq!(
            Value::Object(merge(RULES, &live, &desired)),
            json!({
                "displayName": "B", "alertRuleTemplateName": "t", "startTimeUtc": "2026-01-01T00:00:00Z",
                "notInventedYet": {"deep": [1]}, "incidentConfiguration": {"createIncident": false, "alsoNew": 7},
            })
        );
    }

    #[test]
    fn merge_of_itself_is_itself() {
        let live = properties(json!({"displayName": "A", "tactics": ["Impact"], "x": {"y": 1}}));
        assert_eq!(merge(RULES, &live, &live), live);
    }

    #[test]
    fn an_automation_rule_as_recorded_is_what_was_sent() {
        let sent = properties(json!({
            "displayName": "A", "order": 1, "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents",
                "triggersWhen": "Created", "conditions": [{"conditionType": "Property", "conditionProperties": {
                    "propertyName": "IncidentRelatedAnalyticRuleIds", "operator": "Contains",
                    "propertyValues": ["/subscriptions/S/resourceGroups/r/alertRules/a"]}}]},
            "actions": [{"order": 1, "actionType": "ModifyProperties", "actionConfiguration": {"status": "Closed"}}],
        }));
        let live = properties(json!({
            "displayName": "A", "order": 1, "createdTimeUtc": "2026-03-25T07:45:17Z", "triggeringLogic": {
                "isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created", "expirationTimeUtc": null,
                "conditions": [{"conditionProperties": {"operator": "Contains",
                    "propertyName": "IncidentRelatedAnalyticRuleIds",
                    "propertyValues": ["/subscriptions/s/resourcegroups/r/AlertRules/a"]}, "conditionType": "Property"}]},
            "actions": [{"actionConfiguration": {"status": "Closed", "severity": null, "owner": null, "labels": null},
                "actionType": "ModifyProperties", "order": 1}],
        }));
        let rules = ResourceType::AutomationRules;
        assert_eq!(normalize(rules, &sent), normalize(rules, &live));
        assert_eq!(merge(rules, &live, &sent), sent);
    }
}

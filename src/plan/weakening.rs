//! Edits out of band after which a workspace detects less.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::resource::ResourceType;

const SEVERITIES: [&str; 4] = ["Informational", "Low", "Medium", "High"];

/// Whether a live value detects less than the wanted one. Values are normalised; null is absent.
///
/// An automation rule closes incidents: one that reaches further, or lives longer, than the files say weakens. Of
/// changed conditions nobody can tell, so they count.
pub fn weakens(resource_type: ResourceType, path: &str, live: &Value, wanted: &Value) -> bool {
    let off = |one: &Value| *one == Value::Bool(false);
    match (resource_type, path) {
        (ResourceType::AlertRules, "enabled" | "incidentConfiguration.createIncident") => off(live) && !off(wanted),
        (ResourceType::AlertRules, "severity") => {
            let rank = |value: &Value| SEVERITIES.iter().position(|word| value.as_str() == Some(word));
            rank(live) < rank(wanted)
        }
        (ResourceType::AlertRules, "entityMappings") => !identifiers(wanted).is_subset(&identifiers(live)),
        (ResourceType::AlertRules, "sentinelEntitiesMappings") => !items(wanted).is_subset(&items(live)),
        (ResourceType::AutomationRules, "triggeringLogic.conditions") => true,
        (ResourceType::AutomationRules, "triggeringLogic.expirationTimeUtc") => {
            let instant = |value: &Value| value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            match (instant(live), instant(wanted)) {
                (Some(live), Some(wanted)) => live > wanted,
                (None, Some(_)) => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// What entities are mapped by, as pairs of type and identifier. From which column is another question.
fn identifiers(mappings: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mappings = mappings.as_array().into_iter().flatten();
    mappings
        .flat_map(|mapping| {
            let fields = mapping.get("fieldMappings").and_then(Value::as_array).into_iter().flatten();
            fields.map(|field| (text(mapping, "entityType"), text(field, "identifier"))).collect::<Vec<_>>()
        })
        .collect()
}

fn items(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(Value::to_string).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn less_is_weaker_and_more_is_not() {
        let mapping = |of: &[&str]| {
            let fields: Vec<Value> = of.iter().map(|id| json!({"identifier": id, "columnName": id})).collect();
            json!([{"entityType": "Account", "fieldMappings": fields}])
        };
        let rule = |path, live, wanted| weakens(ResourceType::AlertRules, path, &live, &wanted);
        for (path, less, more) in [
            ("enabled", json!(false), json!(true)),
            ("severity", json!("Low"), json!("High")),
            ("incidentConfiguration.createIncident", json!(false), json!(true)),
            ("entityMappings", mapping(&["Name"]), mapping(&["Name", "Sid"])),
            ("entityMappings", Value::Null, mapping(&["Name"])),
            ("sentinelEntitiesMappings", Value::Null, json!([{"columnName": "E"}])),
        ] {
            assert!(rule(path, less.clone(), more.clone()), "{path}");
            assert!(!rule(path, more, less), "{path}");
        }
        assert!(!rule("triggerThreshold", json!(9), json!(1)));
        let until =
            |live, wanted| weakens(ResourceType::AutomationRules, "triggeringLogic.expirationTimeUtc", &live, &wanted);
        assert!(until(Value::Null, json!("2026-12-01T00:00:00Z")));
        assert!(until(json!("2026-12-02T00:00:00Z"), json!("2026-12-01T00:00:00Z")));
        assert!(!until(json!("2026-11-02T00:00:00Z"), json!("2026-12-01T00:00:00Z")));
    }
}

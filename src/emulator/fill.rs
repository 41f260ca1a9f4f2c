//! What the service adds to a rule that it stores: envelope, nulls, defaults.
//!
//! After recorded traffic of 2022-06 and 2026-03. Whatever is not named here is kept as it was sent.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

const GROUP_BY: [&str; 3] = ["groupByEntities", "groupByAlertDetails", "groupByCustomDetails"];

/// The type of every alert rule, as the service spells it.
pub(super) const ALERT_RULE: &str = "Microsoft.SecurityInsights/alertRules";

/// What only the service decides of a rule.
pub(super) struct Envelope<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) etag: &'a str,
    pub(super) now: Timestamp,
}

/// Makes the stored resource of the body of a PUT.
pub(super) fn resource(mut body: Map<String, Value>, envelope: &Envelope<'_>) -> Value {
    let mut properties = match body.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    match envelope.kind {
        "Scheduled" | "NRT" => query_rule(&mut properties),
        "MicrosoftSecurityIncidentCreation" => nulls(
            &mut properties,
            &[
                "severitiesFilter",
                "displayNamesFilter",
                "displayNamesExcludeFilter",
                "description",
                "alertRuleTemplateName",
            ],
        ),
        _ => {}
    }
    properties.insert("lastModifiedUtc".to_owned(), Value::String(timestamp(envelope.now)));
    let own = [
        ("id", envelope.id),
        ("name", envelope.name),
        ("type", ALERT_RULE),
        ("kind", envelope.kind),
        ("etag", envelope.etag),
    ];
    for (key, value) in own {
        body.insert(key.to_owned(), Value::String(value.to_owned()));
    }
    body.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(body)
}

fn query_rule(properties: &mut Map<String, Value>) {
    nulls(properties, &["tactics", "description", "alertRuleTemplateName"]);
    let incident = properties.entry("incidentConfiguration").or_insert(Value::Null);
    if incident.is_null() {
        *incident = json!({"createIncident": true, "groupingConfiguration": null});
    }
    if let Value::Object(incident) = incident {
        grouping(incident.entry("groupingConfiguration").or_insert(Value::Null));
    }
    if let Some(Value::Object(details)) = properties.get_mut("alertDetailsOverride") {
        let members =
            ["alertDisplayNameFormat", "alertDescriptionFormat", "alertTacticsColumnName", "alertSeverityColumnName"];
        nulls(details, &members);
    }
}

fn grouping(grouping: &mut Value) {
    if grouping.is_null() {
        *grouping = json!({
            "enabled": false,
            "reopenClosedIncident": false,
            "lookbackDuration": "PT5H",
            "matchingMethod": "AllEntities",
        });
    }
    if let Value::Object(grouping) = grouping {
        nulls(grouping, &GROUP_BY);
    }
}

fn nulls(object: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        object.entry(*key).or_insert(Value::Null);
    }
}

/// UTC with at most seven digits of a second's fraction, trailing zeros cut: `2026-03-25T07:45:17.671388Z`.
pub(super) fn timestamp(at: Timestamp) -> String {
    let seconds = at.strftime("%Y-%m-%dT%H:%M:%S");
    let fraction = format!("{:07}", at.subsec_nanosecond() / 100);
    match fraction.trim_end_matches('0') {
        "" => format!("{seconds}Z"),
        digits => format!("{seconds}.{digits}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_seven_digits_at_most() {
        for (at, shown) in [
            ("2026-03-25T07:45:17.671388Z", "2026-03-25T07:45:17.671388Z"),
            ("2026-03-25T07:45:17.123456789Z", "2026-03-25T07:45:17.1234567Z"),
            ("2026-03-25T07:45:17.000Z", "2026-03-25T07:45:17Z"),
        ] {
            assert_eq!(at.parse().ok().map(timestamp).as_deref(), Some(shown));
        }
    }
}

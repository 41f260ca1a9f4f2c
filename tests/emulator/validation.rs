//! What is refused, and that a refusal changes nothing.

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{get, nrt, put, request, rules, scheduled, send, url, with};

/// Puts a rule that must be refused, and returns the message.
async fn refused(body: &Value) -> String {
    let emulator = Emulator::in_memory(Options::default());
    let reply = put(&emulator, "r", body).await;
    assert_eq!(emulator.snapshot(), json!({}), "nothing was stored");
    reply.refused(400, "BadRequest").to_owned()
}

#[tokio::test]
async fn required_properties_must_be_there() {
    let common = ["displayName", "enabled", "severity", "query", "suppressionDuration", "suppressionEnabled"];
    let schedule = ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];
    for name in common.iter().chain(&schedule) {
        let message = refused(&with(scheduled("R"), name, Value::Null)).await;
        assert_eq!(message, format!("Required property '{name}' not found"));
    }
    for name in common {
        let message = refused(&with(nrt("R"), name, Value::Null)).await;
        assert_eq!(message, format!("Required property '{name}' not found"));
    }
    assert_eq!(refused(&json!({"properties": {}})).await, "Required property 'kind' not found");
    assert_eq!(refused(&json!({"kind": "Scheduled"})).await, "Required property 'properties' not found");
    let mut null = scheduled("R");
    null["properties"]["severity"] = Value::Null;
    assert_eq!(refused(&null).await, "Required property 'severity' not found");
}

#[tokio::test]
async fn values_must_have_their_form() {
    let grouping = |key: &str, value: Value| {
        let mut grouping = json!({
            "enabled": true, "reopenClosedIncident": false, "lookbackDuration": "PT5H", "matchingMethod": "AnyAlert",
        });
        grouping[key] = value;
        json!({"createIncident": true, "groupingConfiguration": grouping})
    };
    for (property, value) in [
        ("severity", json!("Critical")),
        ("severity", json!("high")),
        ("triggerOperator", json!("gt")),
        ("triggerThreshold", json!(-1)),
        ("triggerThreshold", json!("0")),
        ("triggerThreshold", json!(1.5)),
        ("triggerThreshold", json!(4_294_967_296_u64)),
        ("enabled", json!("true")),
        ("queryFrequency", json!("1h")),
        ("queryPeriod", json!(3600)),
        ("suppressionDuration", json!("05:00:00")),
        ("query", json!(["a"])),
        ("tactics", json!([1])),
        ("tactics", json!("Impact")),
        ("incidentConfiguration", json!([])),
        ("incidentConfiguration", json!({"groupingConfiguration": null})),
        ("incidentConfiguration", grouping("matchingMethod", json!("All"))),
        ("incidentConfiguration", grouping("matchingMethod", json!("Selected"))),
        ("incidentConfiguration", grouping("lookbackDuration", json!("5h"))),
        ("incidentConfiguration", grouping("groupByEntities", json!(["User"]))),
        ("eventGroupingSettings", json!({"aggregationKind": "PerResult"})),
        ("entityMappings", json!([{"entityType": "User", "fieldMappings": []}])),
        ("entityMappings", json!([{"entityType": "Host", "fieldMappings": [{"identifier": "FullName"}]}])),
        ("customDetails", json!({"a": 1})),
    ] {
        let message = refused(&with(scheduled("R"), property, value.clone())).await;
        assert!(message.contains("nvalid") || message.contains("Required"), "{property} {value}: {message}");
    }
}

#[tokio::test]
async fn a_template_version_needs_its_template() {
    let rule = with(scheduled("R"), "templateVersion", json!("1.0.0"));
    assert_eq!(
        refused(&rule).await,
        "Invalid data model. [: Invalid Properties for alert rule: 'templateVersion' can only be used if \
         'alertRuleTemplateName' is not empty.]"
    );
    let emulator = Emulator::in_memory(Options::default());
    let rule = with(rule, "alertRuleTemplateName", json!("65360bb0-8986-4ade-a89d-af3cf44d28aa"));
    assert_eq!(put(&emulator, "r", &rule).await.status, 201);
}

#[tokio::test]
async fn the_kind_of_a_rule_stays() {
    let emulator = Emulator::in_memory(Options::default());
    let made = put(&emulator, "r", &scheduled("R")).await;
    put(&emulator, "r", &nrt("R")).await.refused(400, "BadRequest");
    assert_eq!(get(&emulator, "r").await.body, made.body);
}

#[tokio::test]
async fn the_service_s_own_kinds_are_read_only() {
    for kind in ["Fusion", "fusion", "MLBehaviorAnalytics", "ThreatIntelligence"] {
        let body = json!({"kind": kind, "properties": {"enabled": false, "displayName": "x"}});
        assert_eq!(refused(&body).await, "Read-only property 'displayName' cannot be assigned");
    }
}

#[tokio::test]
async fn bodies_that_are_no_object_are_refused() {
    let emulator = Emulator::in_memory(Options::default());
    let deep = "[".repeat(100_000);
    for body in ["", "{", "[]", "null", "\"text\"", "{\"kind\":\"Scheduled\"} x", "\u{feff}{}", deep.as_str()] {
        let reply = send(&emulator, request("PUT", &url("r"), &[], body.to_owned())).await;
        reply.refused(400, "InvalidRequestContent");
    }
    let reply = send(&emulator, request("PUT", &url("r"), &[], &b"{\"kind\":\"\xff\"}"[..])).await;
    reply.refused(400, "InvalidRequestContent");
    for (property, value) in [("kind", json!(1)), ("kind", json!("")), ("properties", json!([])), ("etag", json!(7))] {
        let mut rule = scheduled("R");
        rule[property] = value;
        put(&emulator, "r", &rule).await.refused(400, "BadRequest");
    }
    let xml = [("content-type", "application/xml")];
    let reply = send(&emulator, request("PUT", &url("r"), &xml, scheduled("R").to_string())).await;
    reply.refused(400, "UnsupportedMediaType");
    let large = " ".repeat(4 * 1024 * 1024 + 1);
    send(&emulator, request("PUT", &url("r"), &[], large)).await.refused(413, "RequestContentTooLarge");
    assert_eq!(emulator.snapshot(), json!({}));
}

#[tokio::test]
async fn requests_must_name_a_version_a_resource_and_a_known_method() {
    let emulator = Emulator::in_memory(Options::default());
    let ask = |method: &'static str, url: String| {
        let emulator = emulator.clone();
        async move { send(&emulator, request(method, &url, &[], "")).await }
    };
    let base = format!("https://management.azure.com{}", rules());
    ask("GET", base.clone()).await.refused(400, "MissingApiVersionParameter");
    ask("GET", format!("{base}?api-version=")).await.refused(400, "MissingApiVersionParameter");
    ask("GET", format!("{base}?api-version=2031-01-01")).await.refused(400, "InvalidApiVersionParameter");
    assert_eq!(ask("GET", format!("{base}?API-Version=2020-01-01")).await.status, 200);
    ask("POST", url("")).await.refused(405, "MethodNotAllowed");
    ask("PATCH", url("r")).await.refused(405, "MethodNotAllowed");
    ask("GET", url("r/nothings")).await.refused(404, "InvalidResourceType");
    ask("GET", url("").replace("alertRules", "nothings")).await.refused(404, "InvalidResourceType");
    ask("GET", "https://management.azure.com/nothing?api-version=2020-01-01".to_owned())
        .await
        .refused(404, "MissingSubscription");
    ask("GET", url("%2e%2F")).await.refused(400, "BadRequest");
}

//! The documented limits, at the last value that passes and the first that does not.

use palisade::emulator::{Emulator, Options};
use serde_json::{Map, Value, json};

use crate::client::{nrt, put, scheduled, with};

fn mappings(count: usize, fields: usize) -> Value {
    let field = json!({"identifier": "FullName", "columnName": "Account"});
    json!(vec![json!({"entityType": "Account", "fieldMappings": vec![field; fields]}); count])
}

fn details(count: usize) -> Value {
    Value::Object((0..count).map(|n| (format!("k{n}"), json!("Column"))).collect::<Map<_, _>>())
}

#[tokio::test]
async fn each_property_has_its_range() {
    let bounded = Emulator::in_memory(Options::default());
    let unbounded = Emulator::in_memory(Options { limits: false, ..Options::default() });
    for (index, (property, last, first)) in [
        ("query", json!(format!("T//{}", "é".repeat(9_997))), json!(format!("T//{}", "é".repeat(9_998)))),
        ("query", json!("T"), json!("")),
        ("queryFrequency", json!("PT5M"), json!("PT4M59S")),
        ("queryFrequency", json!("P1D"), json!("PT24H1S")),
        ("queryPeriod", json!("P14D"), json!("P14DT1S")),
        ("suppressionDuration", json!("PT24H"), json!("P1DT1M")),
        ("incidentConfiguration", lookback("P7D"), lookback("P7DT1S")),
        ("incidentConfiguration", lookback("PT5M"), lookback("PT4M")),
        ("entityMappings", mappings(10, 3), mappings(11, 1)),
        ("entityMappings", mappings(1, 3), mappings(1, 4)),
        ("customDetails", details(20), details(21)),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("r-{index}");
        let beyond = with(scheduled("R"), property, first);
        let message = put(&bounded, &name, &beyond).await.refused(400, "BadRequest").to_owned();
        assert!(message.contains(property), "{message}");
        assert_eq!(put(&bounded, &name, &with(scheduled("R"), property, last)).await.status, 201, "{property}");
        assert_eq!(put(&unbounded, &name, &beyond).await.status, 201, "{property}");
    }
}

fn lookback(time: &str) -> Value {
    json!({"createIncident": true, "groupingConfiguration": {"enabled": true, "reopenClosedIncident": false,
        "lookbackDuration": time, "matchingMethod": "AllEntities"}})
}

#[tokio::test]
async fn a_rule_that_looks_back_for_days_runs_at_most_hourly() {
    let emulator = Emulator::in_memory(Options::default());
    for (period, frequency, status) in [("P2D", "PT1H", 201), ("P2D", "PT59M", 400), ("PT47H", "PT5M", 200)] {
        let rule = with(with(scheduled("R"), "queryPeriod", json!(period)), "queryFrequency", json!(frequency));
        assert_eq!(put(&emulator, "r", &rule).await.status, status, "{period} {frequency}");
    }
}

/// Fills a workspace up to the limits of one kind.
async fn fill(rule: fn(&str) -> Value, most_enabled: usize, most: usize) {
    let emulator = Emulator::in_memory(Options::default());
    let disabled = with(rule("R"), "enabled", json!(false));
    for n in 0..most_enabled {
        assert_eq!(put(&emulator, &format!("r-{n}"), &rule("R")).await.status, 201);
    }
    put(&emulator, "one-more", &rule("R")).await.refused(400, "BadRequest");
    assert_eq!(put(&emulator, "r-0", &rule("Again")).await.status, 200, "an enabled rule stays enabled");
    for n in most_enabled..most {
        assert_eq!(put(&emulator, &format!("r-{n}"), &disabled).await.status, 201);
    }
    put(&emulator, "one-more", &disabled).await.refused(400, "BadRequest");
    let last = format!("r-{}", most - 1);
    put(&emulator, &last, &rule("R")).await.refused(400, "BadRequest");
    assert_eq!(put(&emulator, "r-0", &disabled).await.status, 200);
    assert_eq!(put(&emulator, &last, &rule("R")).await.status, 200, "one place became free");
}

#[tokio::test]
async fn scheduled_rules_are_counted() {
    fill(scheduled, 512, 1024).await;
}

#[tokio::test]
async fn nrt_rules_are_counted() {
    fill(nrt, 50, 100).await;
}

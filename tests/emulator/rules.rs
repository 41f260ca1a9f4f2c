//! The life of a rule: made, read, replaced, deleted; and what the service adds to it.

use std::time::Duration;

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{WORKSPACE, delete, get, nrt, put, request, rules, scheduled, send, url, with};

fn emulator() -> Emulator {
    Emulator::in_memory(Options::default())
}

#[tokio::test]
async fn a_rule_is_made_replaced_and_deleted() {
    let emulator = emulator();
    let made = put(&emulator, "r-1", &scheduled("One")).await;
    assert_eq!(made.status, 201);
    assert_eq!(get(&emulator, "r-1").await.body, made.body);

    let replaced = put(&emulator, "r-1", &scheduled("Two")).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(get(&emulator, "r-1").await.body["properties"]["displayName"], "Two");

    let deleted = delete(&emulator, "r-1").await;
    assert_eq!((deleted.status, deleted.body), (200, json!({})));
    get(&emulator, "r-1").await.refused(404, "NotFound");
    let again = delete(&emulator, "r-1").await;
    assert_eq!((again.status, again.body), (204, Value::Null));
}

#[tokio::test]
async fn what_was_omitted_is_filled() {
    let made = put(&emulator(), "r-1", &scheduled("One")).await.body;
    let sent = scheduled("One")["properties"].clone();
    let properties = made["properties"].as_object().unwrap();
    for (key, value) in sent.as_object().unwrap() {
        assert_eq!(&properties[key], value, "{key} is kept verbatim");
    }
    for key in ["tactics", "description", "alertRuleTemplateName"] {
        assert_eq!(properties.get(key), Some(&Value::Null), "{key} is null");
    }
    for key in ["entityMappings", "eventGroupingSettings", "customDetails", "alertDetailsOverride", "techniques"] {
        assert_eq!(properties.get(key), None, "{key} is absent");
    }
    assert_eq!(
        properties["incidentConfiguration"],
        json!({
            "createIncident": true,
            "groupingConfiguration": {
                "enabled": false,
                "reopenClosedIncident": false,
                "lookbackDuration": "PT5H",
                "matchingMethod": "AllEntities",
                "groupByEntities": null,
                "groupByAlertDetails": null,
                "groupByCustomDetails": null,
            },
        })
    );
    assert!(properties["lastModifiedUtc"].as_str().unwrap().ends_with('Z'));
    assert_eq!(made["id"], format!("{}/r-1", rules()));
    assert_eq!(made["name"], "r-1");
    assert_eq!(made["type"], "Microsoft.SecurityInsights/alertRules");
    assert_eq!(made["kind"], "Scheduled");
}

#[tokio::test]
async fn what_was_sent_is_kept() {
    let rule = with(scheduled("One"), "startTimeUtc", json!("2026-01-01T00:00:00Z"));
    let rule = with(rule, "tactics", json!(["Impact", "Execution"]));
    let rule = with(rule, "alertDetailsOverride", json!({"alertDisplayNameFormat": "{{Account}}"}));
    let grouping = json!({
        "enabled": true, "reopenClosedIncident": true, "lookbackDuration": "PT24H", "matchingMethod": "Selected",
        "groupByEntities": ["Account"], "groupByAlertDetails": [], "new": {"deep": [1, 2.5, null]},
    });
    let mut rule =
        with(rule, "incidentConfiguration", json!({"createIncident": false, "groupingConfiguration": grouping}));
    rule["tags"] = json!({"a": "b"});
    let made = put(&emulator(), "r-1", &rule).await;
    assert_eq!(made.status, 201, "{made:?}");
    let properties = &made.body["properties"];
    assert_eq!(properties["startTimeUtc"], "2026-01-01T00:00:00Z");
    assert_eq!(properties["tactics"], json!(["Impact", "Execution"]));
    assert_eq!(
        properties["alertDetailsOverride"],
        json!({
            "alertDisplayNameFormat": "{{Account}}", "alertDescriptionFormat": null,
            "alertTacticsColumnName": null, "alertSeverityColumnName": null,
        })
    );
    let grouping = &properties["incidentConfiguration"]["groupingConfiguration"];
    assert_eq!(grouping["groupByAlertDetails"], json!([]));
    assert_eq!(grouping["groupByCustomDetails"], Value::Null);
    assert_eq!(grouping["lookbackDuration"], "PT24H");
    assert_eq!(grouping["new"], json!({"deep": [1, 2.5, null]}));
    assert_eq!(made.body["tags"], json!({"a": "b"}));
}

#[tokio::test]
async fn the_envelope_is_the_service_s_own() {
    let mut rule = scheduled("One");
    rule["id"] = "elsewhere".into();
    rule["name"] = "other".into();
    rule["type"] = "Other/type".into();
    rule["properties"]["lastModifiedUtc"] = "1999-01-01T00:00:00Z".into();
    let made = put(&emulator(), "r-1", &rule).await.body;
    assert_eq!((made["name"].as_str(), made["id"].as_str()), (Some("r-1"), Some(format!("{}/r-1", rules()).as_str())));
    assert_eq!(made["type"], "Microsoft.SecurityInsights/alertRules");
    assert_ne!(made["properties"]["lastModifiedUtc"], "1999-01-01T00:00:00Z");
}

#[tokio::test]
async fn paths_are_matched_without_case() {
    let emulator = emulator();
    put(&emulator, "R-One", &scheduled("One")).await;
    let lower = url("R-One").to_ascii_lowercase();
    let read = send(&emulator, request("GET", &lower, &[], "")).await;
    assert_eq!((read.status, read.body["name"].as_str()), (200, Some("R-One")));
    let replaced = send(&emulator, request("PUT", &lower, &[], scheduled("Two").to_string())).await;
    assert_eq!((replaced.status, replaced.body["name"].as_str()), (200, Some("R-One")));
    assert_eq!(replaced.body["id"], format!("{}/R-One", rules()));
    assert_eq!(emulator.snapshot().as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn unknown_kinds_are_kept_as_they_are() {
    let emulator = emulator();
    let made = put(&emulator, "r-1", &json!({"kind": "Tomorrow", "properties": {"x": [1]}})).await;
    assert_eq!(made.status, 201);
    let properties = made.body["properties"].as_object().unwrap();
    assert_eq!((properties.len(), &properties["x"]), (2, &json!([1])));
}

#[tokio::test]
async fn nrt_and_microsoft_security_rules_are_filled() {
    let emulator = emulator();
    let made = put(&emulator, "n", &nrt("N")).await;
    assert_eq!((made.status, &made.body["properties"]["tactics"]), (201, &Value::Null));
    assert_eq!(made.body["properties"]["incidentConfiguration"]["createIncident"], true);

    let product = json!({
        "kind": "MicrosoftSecurityIncidentCreation",
        "properties": {"displayName": "M", "enabled": true, "productFilter": "Microsoft Cloud App Security"},
    });
    let made = put(&emulator, "m", &product).await.body;
    for key in ["severitiesFilter", "displayNamesFilter", "displayNamesExcludeFilter", "description"] {
        assert_eq!(made["properties"].get(key), Some(&Value::Null), "{key}");
    }
    assert!(made["properties"].get("incidentConfiguration").is_none());
}

#[tokio::test]
async fn a_deleted_id_rests_for_a_day() {
    let emulator = emulator();
    put(&emulator, "Gone", &scheduled("One")).await;
    delete(&emulator, "Gone").await;
    let reply = put(&emulator, "gone", &scheduled("One")).await;
    assert_eq!(
        reply.refused(409, "Conflict"),
        "The rule with id 'gone' was recently deleted. You need to allow some time before re-using the same id. \
         Please try again later."
    );
    emulator.advance(Duration::from_secs(23 * 3_600));
    assert_eq!(put(&emulator, "gone", &scheduled("One")).await.status, 409);
    emulator.advance(Duration::from_secs(3_600));
    assert_eq!(put(&emulator, "gone", &scheduled("One")).await.status, 201);
    assert_eq!(emulator.snapshot()[WORKSPACE.to_ascii_lowercase()]["deleted"], json!([]));
}

#[tokio::test]
async fn strict_knows_only_seeded_workspaces() {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    put(&emulator, "r", &scheduled("R")).await.refused(404, "SubscriptionNotFound");
    get(&emulator, "").await.refused(404, "SubscriptionNotFound");
    emulator.seed("s-1", "other", "LAW-one").await.unwrap();
    get(&emulator, "").await.refused(404, "ResourceGroupNotFound");
    emulator.seed("s-1", "RG-soc", "other").await.unwrap();
    get(&emulator, "").await.refused(404, "ResourceNotFound");
    emulator.seed("s-1", "RG-soc", "LAW-one").await.unwrap();
    assert_eq!(put(&emulator, "r", &scheduled("R")).await.status, 201);
}

#[tokio::test]
async fn the_log_holds_what_was_answered() {
    let emulator = emulator();
    put(&emulator, "r", &scheduled("R")).await;
    get(&emulator, "x").await;
    let log: Vec<_> = emulator.requests().into_iter().map(|l| (l.method, l.path, l.status)).collect();
    assert_eq!(
        log,
        [("PUT".to_owned(), format!("{}/r", rules()), 201), ("GET".to_owned(), format!("{}/x", rules()), 404)]
    );
}

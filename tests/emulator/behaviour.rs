//! What the service adds, refuses and shows, type by type and version by version, held against recordings.

use std::time::Duration;

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, WORKSPACE, request, scheduled, send, with};

const NEW: &str = "2025-07-01-preview";

async fn call(emulator: &Emulator, method: &str, path: &str, version: &str, body: Value) -> Reply {
    let and = if path.contains('?') { '&' } else { '?' };
    let url = format!(
        "https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}{and}api-version={version}"
    );
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(emulator, request(method, &url, &[], body)).await
}

async fn get(emulator: &Emulator, path: &str, version: &str) -> Reply {
    call(emulator, "GET", path, version, Value::Null).await
}

fn fusion(enabled: bool) -> Value {
    let template = "f71aba3d-28fb-450b-b192-4e76a83015c8";
    json!({"kind": "Fusion", "properties": {"alertRuleTemplateName": template, "enabled": enabled}})
}

#[tokio::test]
async fn fusion_is_turned_on_and_off_and_nothing_else() {
    let emulator = Emulator::in_memory(Options::default());
    let before = get(&emulator, "alertRules/BuiltInFusion", NEW).await;
    let off = call(&emulator, "PUT", "alertRules/BuiltInFusion", NEW, fusion(false)).await;
    assert_eq!((off.status, &off.body["properties"]["enabled"]), (200, &json!(false)));
    for kept in ["displayName", "severity", "tactics", "alertRuleTemplateName"] {
        assert_eq!(off.body["properties"][kept], before.body["properties"][kept], "{kept}");
    }
    let list = get(&emulator, "alertRules", NEW).await;
    assert_eq!(list.body["value"].as_array().unwrap().len(), 1, "once, and as it is now");
    assert_eq!(list.body["value"][0], off.body);
    let mut stale = fusion(true);
    stale["etag"] = before.body["etag"].clone();
    call(&emulator, "PUT", "alertRules/BuiltInFusion", NEW, stale).await.refused(409, "Conflict");
    let named = with(fusion(true), "severity", json!("Low"));
    let refused = call(&emulator, "PUT", "alertRules/BuiltInFusion", NEW, named).await;
    assert_eq!(refused.refused(400, "BadRequest"), "Read-only property 'severity' cannot be assigned");
    call(&emulator, "DELETE", "alertRules/BuiltInFusion", NEW, Value::Null).await.refused(400, "BadRequest");

    // Recorded in 2020-11: a Fusion rule of another name, made with a made-up etag, and deleted.
    let mut own = fusion(true);
    own["etag"] = json!("3d00c3ca-0000-0100-0000-5d42d5010000");
    let made = call(&emulator, "PUT", "alertRules/myFirstFusionRule", "2020-01-01", own).await;
    assert_eq!((made.status, &made.body["properties"]["severity"]), (201, &json!("High")));
    assert_eq!(call(&emulator, "DELETE", "alertRules/myFirstFusionRule", NEW, Value::Null).await.status, 200);
}

#[tokio::test]
async fn other_kinds_of_the_service_need_a_template_that_is_free() {
    let emulator = Emulator::in_memory(Options::default());
    let rule = |template: &str| json!({"kind": "MLBehaviorAnalytics", "properties": {"enabled": true, "alertRuleTemplateName": template}});
    let ssh = rule("fa118b98-de46-4e94-87f9-8e6d5060b60b");
    let made = call(&emulator, "PUT", "alertRules/ssh", NEW, ssh.clone()).await;
    assert_eq!((made.status, &made.body["properties"]["severity"]), (201, &json!("Medium")));
    assert_eq!(call(&emulator, "PUT", "alertRules/ssh", NEW, ssh.clone()).await.status, 200);
    let again = call(&emulator, "PUT", "alertRules/ssh2", NEW, ssh).await;
    let message = again.refused(400, "BadRequest");
    assert!(message.starts_with("Analytics rule template 'fa118b98-de46-4e94-87f9-8e6d5060b60b' is already installed"));
    call(&emulator, "PUT", "alertRules/x", NEW, rule("none")).await.refused(400, "BadRequest");
    let bare = json!({"kind": "ThreatIntelligence", "properties": {"enabled": true}});
    let refused = call(&emulator, "PUT", "alertRules/x", NEW, bare).await;
    assert_eq!(refused.refused(400, "BadRequest"), "Required property 'alertRuleTemplateName' not found");
}

#[tokio::test]
async fn versions_show_the_members_that_they_know() {
    let emulator = Emulator::in_memory(Options::default());
    let mut rule = scheduled("R");
    for (name, value) in [
        ("techniques", json!(["T1078"])),
        ("subTechniques", json!(["T1078.004"])),
        ("sentinelEntitiesMappings", json!([{"columnName": "Entities"}])),
        ("templateVersion", json!("1.0.0")),
        ("alertRuleTemplateName", json!("t")),
        ("startTimeUtc", json!("2026-12-01T00:00:00Z")),
        ("alertDetailsOverride", json!({"alertDynamicProperties": []})),
    ] {
        rule = with(rule, name, value);
    }
    let path = "alertRules/r";
    let made = call(&emulator, "PUT", path, "2025-09-01", rule).await;
    let lacks = |reply: &Reply, names: &[&str]| {
        for name in names {
            assert_eq!(reply.body["properties"].get(*name), None, "{name}");
        }
    };
    lacks(&made, &["subTechniques", "sentinelEntitiesMappings"]);
    assert_eq!(made.body["properties"]["startTimeUtc"], "2026-12-01T00:00:00Z", "unknown members are kept");
    let whole = get(&emulator, path, NEW).await;
    assert_eq!(whole.body["properties"]["subTechniques"], json!(["T1078.004"]));
    assert_eq!(whole.body["properties"]["sentinelEntitiesMappings"][0]["columnName"], "Entities");
    lacks(&get(&emulator, path, "2022-06-01-preview").await, &["subTechniques"]);
    let old = get(&emulator, path, "2021-09-01-preview").await;
    lacks(&old, &["subTechniques", "sentinelEntitiesMappings", "techniques", "templateVersion"]);
    assert_eq!(old.body["properties"]["alertDetailsOverride"].get("alertDynamicProperties"), None);
    let list = get(&emulator, "alertRules", "2025-09-01").await;
    assert_eq!(list.body["value"][1]["properties"].get("subTechniques"), None);

    let microsoft = json!({"kind": "MicrosoftSecurityIncidentCreation", "properties": {
        "displayName": "m", "enabled": true, "productFilter": "Microsoft Cloud App Security"}});
    let made = call(&emulator, "PUT", "alertRules/m", "2022-06-01-preview", microsoft).await;
    let filled = ["severitiesFilter", "displayNamesFilter", "displayNamesExcludeFilter", "description"];
    assert!(filled.iter().all(|name| made.body["properties"].get(*name) == Some(&Value::Null)), "{made:?}");
    assert_eq!(made.body["properties"].get("tactics"), None);
    let old = get(&emulator, "alertRules/m", "2020-01-01").await;
    assert_eq!(old.body["properties"].get("tactics"), Some(&Value::Null), "recorded in 2021-03");
}

#[tokio::test]
async fn incidents_look_as_old_in_old_versions() {
    let emulator = Emulator::in_memory(Options::default());
    let body = json!({"properties": {"title": "T", "severity": "High", "status": "New"}});
    let made = call(&emulator, "PUT", "incidents/i", "2020-01-01", body.clone()).await;
    assert_eq!(made.status, 200, "recorded in 2020-11 and 2021-03");
    let properties = &made.body["properties"];
    assert_eq!((properties.get("providerName"), properties["owner"].get("ownerType")), (None, None));
    let recorded = get(&emulator, "incidents/i", "2021-09-01-preview").await;
    assert_eq!(recorded.body["properties"]["additionalData"].get("techniques"), None);
    assert_eq!(recorded.body["properties"]["providerName"], "Azure Sentinel");
    assert_eq!(call(&emulator, "PUT", "incidents/j", NEW, body).await.status, 201);
}

#[tokio::test]
async fn bookmarks_and_relations_are_answered_as_recorded() {
    let emulator = Emulator::in_memory(Options::default());
    let version = "2022-06-01-preview";
    let body = json!({"properties": {"displayName": "B", "query": "SecurityEvent", "updated": "2019-01-01T13:15:30Z"}});
    let made = call(&emulator, "PUT", "bookmarks/b", version, body).await;
    assert_eq!((made.status, &made.body["type"]), (200, &json!("Microsoft.SecurityInsights/Bookmarks")));
    let properties = &made.body["properties"];
    assert!(properties["updated"].as_str().unwrap() > "2020", "the service's own time");
    assert_eq!(properties["createdBy"].get("userPrincipalName"), None);
    let nothing = json!({"incidentId": null, "title": null, "relationName": null, "severity": null});
    assert_eq!(properties["incidentInfo"], nothing);
    call(&emulator, "PUT", "bookmarks/c", version, json!({"properties": {"query": "x"}}))
        .await
        .refused(400, "BadRequest");

    let incident = json!({"properties": {"title": "T", "severity": "High", "status": "New"}});
    call(&emulator, "PUT", "incidents/i", version, incident).await;
    let relation = json!({"properties": {"relatedResourceId": made.body["id"]}});
    let related = call(&emulator, "PUT", "incidents/i/relations/r", version, relation).await;
    assert_eq!((related.status, &related.body["properties"]["relatedResourceName"]), (200, &json!("b")));
    assert_eq!(related.body["properties"]["relatedResourceType"], "Microsoft.SecurityInsights/Bookmarks");
    let incident = get(&emulator, "incidents/i", version).await;
    assert_eq!(incident.body["properties"]["additionalData"]["bookmarksCount"], 1);
    let listed = call(&emulator, "POST", "incidents/i/bookmarks", version, Value::Null).await;
    assert_eq!(listed.body["value"][0]["name"], "b");
    let back = json!({"properties": {"relatedResourceId": incident.body["id"]}});
    assert_eq!(call(&emulator, "PUT", "bookmarks/b/relations/r", version, back).await.status, 200);
}

#[tokio::test]
async fn a_watchlist_takes_its_items_from_its_content() {
    let emulator = Emulator::in_memory(Options::default());
    let list = |content: &str| {
        json!({"properties": {"displayName": "W", "provider": "Us", "itemsSearchKey": "Host", "rawContent": content,
            "numberOfLinesToSkip": 1, "contentType": "text/csv"}})
    };
    let content = "a line that is skipped\nHost,Owner\nbk01,\"Kim, of operations\"\nbk02,\n";
    let made = call(&emulator, "PUT", "watchlists/w", NEW, list(content)).await;
    assert_eq!((made.status, &made.body["properties"]["provisioningState"]), (200, &json!("Succeeded")));
    assert!(made.body["etag"].is_string());
    let items = get(&emulator, "watchlists/w/watchlistItems", NEW).await;
    let mut values: Vec<_> =
        items.body["value"].as_array().unwrap().iter().map(|i| i["properties"]["itemsKeyValue"].clone()).collect();
    values.sort_by_key(Value::to_string);
    assert_eq!(values, [json!({"Host": "bk01", "Owner": "Kim, of operations"}), json!({"Host": "bk02", "Owner": ""})]);
    let lists = get(&emulator, "watchlists", NEW).await;
    assert_eq!(lists.body["value"][0].get("etag"), None, "recorded: no etags in the list");
    for content in ["x\nOther\n1\n", "x\nHost,Owner\nbk01\n"] {
        let refused = call(&emulator, "PUT", "watchlists/v", NEW, list(content)).await;
        assert!(refused.refused(400, "BadRequest").starts_with("The watchlist's content is not valid"));
    }
    get(&emulator, "watchlists/v", NEW).await.refused(404, "NotFound");
}

#[tokio::test]
async fn the_deletion_of_a_watchlist_can_be_asked_for() {
    let emulator = Emulator::in_memory(Options::default());
    let list = json!({"properties": {"displayName": "W", "provider": "Us", "itemsSearchKey": "Host"}});
    call(&emulator, "PUT", "watchlists/w", NEW, list).await;
    let gone = call(&emulator, "DELETE", "watchlists/w", NEW, Value::Null).await;
    assert_eq!((gone.status, &gone.body), (200, &json!({})));
    let link = gone.headers["azure-asyncoperation"].to_str().unwrap();
    let start = format!("https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/Watchlists/w/");
    assert!(link.starts_with(&format!("{start}watchlistStatuses/")), "{link}");
    let status = send(&emulator, request("GET", link, &[], "")).await;
    assert_eq!((status.status, &status.body["status"]), (200, &json!("Succeeded")));
    let unknown = link.replace("watchlistStatuses/", "watchlistStatuses/0");
    send(&emulator, request("GET", &unknown, &[], "")).await.refused(404, "NotFound");
    assert!(
        call(&emulator, "DELETE", "watchlists/w", NEW, Value::Null).await.headers.get("azure-asyncoperation").is_none()
    );
}

#[tokio::test]
async fn a_run_of_a_rule_is_accepted_and_ends() {
    let emulator = Emulator::in_memory(Options::default());
    call(&emulator, "PUT", "alertRules/r", NEW, scheduled("R")).await;
    let body = json!({"properties": {"executionTimeUtc": "2026-11-24T08:00:00Z"}});
    let accepted = call(&emulator, "POST", "alertRules/r/triggerRuleRun", NEW, body.clone()).await;
    assert_eq!(accepted.status, 202);
    let link = accepted.headers["location"].to_str().unwrap().to_owned();
    assert!(
        link.contains("/TriggeredAnalyticsRuleRuns/") && link.ends_with("?api-version=2025-07-01-preview"),
        "{link}"
    );
    let run = send(&emulator, request("GET", &link, &[], "")).await;
    assert_eq!(run.body["properties"]["provisioningState"], "InProgress");
    assert_eq!(run.body["properties"]["ruleId"], "r");
    emulator.advance(Duration::from_secs(60));
    let run = send(&emulator, request("GET", &link, &[], "")).await;
    assert_eq!(run.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(get(&emulator, "triggeredAnalyticsRuleRuns", NEW).await.body["value"].as_array().unwrap().len(), 1);

    call(&emulator, "POST", "alertRules/none/triggerRuleRun", NEW, body).await.refused(404, "NotFound");
    for body in [Value::Null, json!({}), json!({"properties": {"executionTimeUtc": "soon"}})] {
        call(&emulator, "POST", "alertRules/r/triggerRuleRun", NEW, body).await.refused(400, "BadRequest");
    }
    call(&emulator, "GET", "alertRules/r/triggerRuleRun", NEW, Value::Null).await.refused(405, "MethodNotAllowed");
}

#[tokio::test]
async fn indicators_are_named_by_the_service() {
    let emulator = Emulator::in_memory(Options::default());
    let body = json!({"kind": "indicator", "properties": {"source": "Us", "displayName": "new", "threatTypes": ["x"],
        "pattern": "[url:value = 'https://x']", "patternType": "url", "modified": "", "validUntil": ""}});
    let path = "threatIntelligence/main/indicators";
    let made = call(&emulator, "POST", "threatIntelligence/main/createIndicator", NEW, body.clone()).await;
    assert_eq!((made.status, &made.body["kind"]), (200, &json!("indicator")));
    let properties = &made.body["properties"];
    assert_eq!((properties.get("modified"), properties.get("validUntil")), (None, None));
    assert!(properties["externalId"].as_str().unwrap().starts_with("indicator--"));
    let other = call(&emulator, "POST", "threatIntelligence/main/createIndicator", NEW, body).await;
    assert_ne!(other.body["name"], made.body["name"]);
    assert_eq!(get(&emulator, path, NEW).await.body["value"].as_array().unwrap().len(), 2);
    let one = format!("{path}/{}", made.body["name"].as_str().unwrap());
    assert_eq!(get(&emulator, &one, NEW).await.body, made.body);
    assert_eq!(call(&emulator, "DELETE", &one, NEW, Value::Null).await.status, 200);
}

fn closing(conditions: Value) -> Value {
    json!({"properties": {
        "displayName": "A", "order": 1,
        "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created", "conditions": conditions},
        "actions": [{"order": 1, "actionType": "ModifyProperties", "actionConfiguration": {"status": "Closed"}}],
    }})
}

fn condition(kind: &str, properties: Value) -> Value {
    json!({"conditionType": kind, "conditionProperties": properties})
}

#[tokio::test]
async fn every_type_of_condition_is_known_and_checked() {
    let emulator = Emulator::in_memory(Options::default());
    let title = condition(
        "Property",
        json!({"propertyName": "IncidentTitle", "operator": "Contains", "propertyValues": ["x"]}),
    );
    let changed = json!({"propertyName": "IncidentStatus", "changeType": "ChangedTo", "operator": "Equals", "propertyValues": ["Closed"]});
    let details = json!({"arrayType": "CustomDetails", "arrayConditionType": "AnyItem", "itemConditions": [title]});
    let good = [
        title.clone(),
        condition("PropertyChanged", changed.clone()),
        condition("PropertyArrayChanged", json!({"arrayType": "Alerts", "changeType": "Added"})),
        condition("PropertyArray", details.clone()),
        condition("Boolean", json!({"operator": "And", "innerConditions": [title, title]})),
    ];
    for one in &good {
        let made = call(&emulator, "PUT", "automationRules/a", NEW, closing(json!([one]))).await;
        assert!(made.status < 300, "{one}: {made:?}");
    }
    let bad = [
        condition(
            "Property",
            json!({"propertyName": "IncidentColour", "operator": "Contains", "propertyValues": ["x"]}),
        ),
        condition("Property", json!({"propertyName": "IncidentTitle", "operator": "Like", "propertyValues": ["x"]})),
        condition("Property", json!({"propertyName": "IncidentTitle", "operator": "Equals", "propertyValues": [1]})),
        condition("PropertyChanged", with_member(&changed, "changeType", json!("ChangedBack"))),
        condition("PropertyArrayChanged", json!({"arrayType": "Alerts", "changeType": "Removed"})),
        condition("PropertyArray", with_member(&details, "itemConditions", json!(vec![&title; 11]))),
        condition("Boolean", json!({"operator": "Xor", "innerConditions": [title, title]})),
        condition("Telepathy", json!({})),
        json!("text"),
    ];
    for one in &bad {
        call(&emulator, "PUT", "automationRules/b", NEW, closing(json!([one]))).await.refused(400, "BadRequest");
    }
    let mut on_alerts = closing(json!([title]));
    on_alerts["properties"]["triggeringLogic"]["triggersOn"] = json!("Alerts");
    call(&emulator, "PUT", "automationRules/b", NEW, on_alerts.clone()).await.refused(400, "BadRequest");
    let rule = json!({"propertyName": "AlertAnalyticRuleIds", "operator": "Contains", "propertyValues": ["/r"]});
    on_alerts["properties"]["triggeringLogic"]["conditions"] = json!([condition("Property", rule)]);
    assert_eq!(call(&emulator, "PUT", "automationRules/b", NEW, on_alerts).await.status, 201);
}

fn with_member(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[name] = value;
    object
}

#[tokio::test]
async fn actions_of_automation_rules_are_checked() {
    let emulator = Emulator::in_memory(Options::default());
    let acting = |action: Value| with_member(&closing(json!([]))["properties"], "actions", json!([action]));
    let action = |kind: &str, configuration: Value| json!({"order": 1, "actionType": kind, "actionConfiguration": configuration});
    for (status, one) in [
        (
            201,
            action(
                "ModifyProperties",
                json!({"status": "Closed", "classification": "BenignPositive",
            "classificationReason": "SuspiciousButExpected"}),
            ),
        ),
        (
            400,
            action(
                "ModifyProperties",
                json!({"classification": "BenignPositive", "classificationReason": "InaccurateData"}),
            ),
        ),
        (
            400,
            action(
                "ModifyProperties",
                json!({"classification": "Undetermined", "classificationReason": "InaccurateData"}),
            ),
        ),
        (400, action("ModifyProperties", json!({"severity": "Extreme"}))),
        (200, action("AddIncidentTask", json!({"title": "Call"}))),
        (400, action("AddIncidentTask", json!({}))),
        (200, action("RunPlaybook", json!({"logicAppResourceId": "/y", "tenantId": "t"}))),
        (400, action("RunPlaybook", json!({}))),
        (400, action("Dance", json!({}))),
        (400, json!({"actionType": "AddIncidentTask", "actionConfiguration": {"title": "no order"}})),
    ] {
        let body = json!({"properties": acting(one.clone())});
        assert_eq!(call(&emulator, "PUT", "automationRules/a", NEW, body).await.status, status, "{one}");
    }
    let mut expiring = closing(json!([]));
    expiring["properties"]["triggeringLogic"]["expirationTimeUtc"] = json!("next week");
    call(&emulator, "PUT", "automationRules/a", NEW, expiring).await.refused(400, "BadRequest");
}

#[tokio::test]
async fn a_solution_without_criteria_is_refused_as_recorded() {
    let emulator = Emulator::in_memory(Options::default());
    let solution = |dependencies: Value| json!({"properties": {"kind": "Solution", "parentId": "s", "contentId": "s", "version": "1.0.0", "dependencies": dependencies}});
    let bare = solution(json!({"contentId": "w", "kind": "Workbook", "version": "1.0.0", "operator": "And"}));
    let refused = call(&emulator, "PUT", "metadata/s", "2021-09-01-preview", bare).await;
    let words =
        "Invalid data model - solutions expect properties.dependencies.criteria to have list of solution contents";
    assert_eq!(refused.refused(400, "BadRequestException"), words);
    let whole = solution(json!({"operator": "AND", "criteria": [{"contentId": "w", "kind": "Workbook"}]}));
    let mut whole = whole;
    whole["properties"]["categories"] = json!({"domains": ["Identity"]});
    let made = call(&emulator, "PUT", "metadata/s", NEW, whole).await;
    assert_eq!((made.status, made.body["properties"]["categories"].get("verticals")), (201, Some(&Value::Null)));
    let patch = json!({"properties": {"customVersion": "2"}});
    assert_eq!(call(&emulator, "PATCH", "metadata/s", NEW, patch.clone()).await.status, 200);
    call(&emulator, "PUT", "automationRules/a", NEW, closing(json!([]))).await;
    call(&emulator, "PATCH", "automationRules/a", NEW, patch).await.refused(405, "MethodNotAllowed");
    let id = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/metadata/s");
    assert_eq!(made.body["id"], id.as_str(), "the request's own casing, as five of six recordings");
}

#[tokio::test]
async fn every_workspace_is_onboarded_until_somebody_turns_it_off() {
    let emulator = Emulator::in_memory(Options::default());
    let state = get(&emulator, "onboardingStates/default", NEW).await;
    assert_eq!((state.status, &state.body["name"], &state.body["properties"]), (200, &json!("default"), &json!({})));
    assert_eq!(emulator.snapshot(), json!({}), "reading makes nothing");
    assert_eq!(call(&emulator, "DELETE", "onboardingStates/default", NEW, Value::Null).await.status, 200);
    get(&emulator, "onboardingStates/default", NEW).await.refused(404, "NotFound");
    assert_eq!(get(&emulator, "onboardingStates", NEW).await.body["value"], json!([]));
    assert_eq!(call(&emulator, "DELETE", "onboardingStates/default", NEW, Value::Null).await.status, 204);
    let body = json!({"properties": {"customerManagedKey": false}});
    assert_eq!(call(&emulator, "PUT", "onboardingStates/default", NEW, body).await.status, 201);
    assert_eq!(get(&emulator, "onboardingStates", NEW).await.body["value"].as_array().unwrap().len(), 1);
}

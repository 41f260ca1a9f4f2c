//! The other resource types of a workspace, held against what recorded traffic shows of them.

use std::time::Duration;

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, WORKSPACE, request, send};

fn url(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    format!(
        "https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}?api-version=2025-09-01&{query}"
    )
}

async fn call(emulator: &Emulator, method: &str, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(emulator, request(method, &url(path), &[], body)).await
}

async fn get(emulator: &Emulator, path: &str) -> Reply {
    call(emulator, "GET", path, Value::Null).await
}

fn automation_rule(name: &str) -> Value {
    json!({"properties": {
        "displayName": name, "order": 1,
        "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created"},
        "actions": [{"order": 1, "actionType": "ModifyProperties", "actionConfiguration": {"status": "Closed"}}],
    }})
}

fn names(reply: &Reply) -> Vec<&str> {
    reply.body["value"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_automation_rule_comes_back_as_recorded() {
    let emulator = Emulator::in_memory(Options::default());
    let made = call(&emulator, "PUT", "automationRules/rule-3", automation_rule("A")).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["type"], "Microsoft.SecurityInsights/AutomationRules");
    let id = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/AutomationRules/rule-3");
    assert_eq!(made.body["id"], id.as_str());
    let properties = &made.body["properties"];
    assert_eq!(properties["triggeringLogic"]["conditions"], json!([]));
    let action = &properties["actions"][0]["actionConfiguration"];
    assert_eq!(action["status"], "Closed");
    for unset in ["severity", "classification", "classificationReason", "classificationComment", "owner", "labels"] {
        assert_eq!(action.get(unset), Some(&Value::Null), "{unset}");
    }
    assert!(properties["createdBy"]["objectId"].is_string() && properties["lastModifiedTimeUtc"].is_string());

    let again = call(&emulator, "PUT", "AUTOMATIONRULES/RULE-3", automation_rule("B")).await;
    assert_eq!((again.status, &again.body["name"]), (200, &json!("rule-3")));
    assert_eq!(again.body["properties"]["createdTimeUtc"], properties["createdTimeUtc"]);
    assert_ne!(again.etag(), made.etag());
    let mut stale = automation_rule("C");
    stale["etag"] = made.body["etag"].clone();
    call(&emulator, "PUT", "automationRules/rule-3", stale).await.refused(409, "Conflict");
    assert_eq!(call(&emulator, "DELETE", "automationRules/rule-3", Value::Null).await.body, json!({}));
    assert_eq!(call(&emulator, "DELETE", "automationRules/rule-3", Value::Null).await.status, 204);
    get(&emulator, "automationRules/rule-3").await.refused(404, "NotFound");
}

#[tokio::test]
async fn limits_of_automation_rules_hold() {
    let emulator = Emulator::in_memory(Options::default());
    let with = |pointer: &str, value: Value| {
        let mut rule = automation_rule("A");
        let (path, last) = pointer.rsplit_once('/').unwrap();
        rule.pointer_mut(path).unwrap()[last] = value;
        rule
    };
    let simple = json!({"conditionType": "Property", "conditionProperties": {"propertyName": "IncidentTitle",
        "operator": "Contains", "propertyValues": ["x"]}});
    let nested = |n: usize| json!([{"conditionType": "Boolean", "conditionProperties": {"operator": "Or", "innerConditions": vec![simple.clone(); n]}}]);
    for (what, rule) in [
        ("order", with("/properties/order", json!(1001))),
        ("name", with("/properties/displayName", json!("x".repeat(501)))),
        ("conditions", with("/properties/triggeringLogic/conditions", json!(vec![simple.clone(); 51]))),
        ("unknown condition", with("/properties/triggeringLogic/conditions", json!([{"conditionType": "Magic"}]))),
        ("actions", with("/properties/actions", json!(vec![json!({"order": 1}); 21]))),
        ("no logic", with("/properties/triggeringLogic", Value::Null)),
    ] {
        let reply = call(&emulator, "PUT", "automationRules/a", rule).await;
        assert!(!reply.refused(400, "BadRequest").is_empty(), "{what}");
    }
    for (n, status) in [(1, 400), (2, 201), (10, 200), (11, 400)] {
        let rule = with("/properties/triggeringLogic/conditions", nested(n));
        let reply = call(&emulator, "PUT", "automationRules/b", rule).await;
        assert_eq!(reply.status, status, "{n} inner conditions: {reply:?}");
        if status == 400 {
            assert_eq!(reply.refused(400, "BadRequest"), "'InnerConditions' must have between 2 and 10 items");
        }
    }
}

#[tokio::test]
async fn an_automation_rule_is_off_after_its_expiry() {
    let emulator = Emulator::in_memory(Options::default());
    let mut rule = automation_rule("A");
    let soon = jiff::Timestamp::now().checked_add(Duration::from_secs(3600)).unwrap();
    rule["properties"]["triggeringLogic"]["expirationTimeUtc"] = json!(soon.to_string());
    call(&emulator, "PUT", "automationRules/a", rule).await;
    let enabled = |reply: &Reply, path: &str| reply.body.pointer(path).and_then(Value::as_bool).unwrap();
    assert!(enabled(&get(&emulator, "automationRules/a").await, "/properties/triggeringLogic/isEnabled"));
    emulator.advance(Duration::from_secs(2 * 3600));
    assert!(!enabled(&get(&emulator, "automationRules/a").await, "/properties/triggeringLogic/isEnabled"));
    let list = get(&emulator, "automationRules").await;
    assert!(!enabled(&list, "/value/0/properties/triggeringLogic/isEnabled"));
}

#[tokio::test]
async fn metadata_has_a_source_no_etag_and_can_be_patched_and_filtered() {
    let emulator = Emulator::in_memory(Options::default());
    let parent = |n: u8| format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/r{n}");
    for n in 1..=3u8 {
        let kind = if n == 3 { "AutomationRule" } else { "AnalyticsRule" };
        let body = json!({"properties": {"parentId": parent(n), "kind": kind, "contentId": format!("c{n}")}});
        let made = call(&emulator, "PUT", &format!("metadata/m{n}"), body).await;
        assert_eq!((made.status, made.body.get("etag")), (201, None));
        assert_eq!(made.body["properties"]["source"]["kind"], "LocalWorkspace");
        assert_eq!(made.body["properties"]["source"]["name"], "law-One");
        assert!(made.body["systemData"]["createdAt"].is_string());
    }
    call(&emulator, "PUT", "metadata/x", json!({"properties": {"kind": "AnalyticsRule"}}))
        .await
        .refused(400, "BadRequest");
    let patched = call(&emulator, "PATCH", "metadata/m1", json!({"properties": {"customVersion": "1/abc"}})).await;
    assert_eq!(patched.status, 200);
    assert_eq!(patched.body["properties"]["customVersion"], "1/abc");
    assert_eq!(patched.body["properties"]["contentId"], "c1");
    call(&emulator, "PATCH", "metadata/none", json!({"properties": {}})).await.refused(404, "NotFound");

    let one = get(&emulator, "metadata?$filter=properties/kind%20eq%20'AnalyticsRule'&$orderby=name%20desc").await;
    assert_eq!(names(&one), ["m2", "m1"]);
    let two = get(
        &emulator,
        "metadata?$filter=properties/kind%20eq%20'AnalyticsRule'%20and%20properties/contentId%20eq%20'c2'",
    )
    .await;
    assert_eq!(names(&two), ["m2"]);
    assert_eq!(names(&get(&emulator, "metadata?$filter=startswith(name,'M')&$top=2").await), ["m1", "m2"]);
    get(&emulator, "metadata?$filter=length(name)%20eq%202").await.refused(400, "BadRequest");
}

#[tokio::test]
async fn lists_go_on_from_page_to_page() {
    let emulator = Emulator::in_memory(Options { page: 2, ..Options::default() });
    for n in 0..5 {
        call(&emulator, "PUT", &format!("automationRules/a{n}"), automation_rule("A")).await;
    }
    let (mut next, mut seen) = (url("automationRules"), Vec::new());
    loop {
        let page = send(&emulator, request("GET", &next, &[], "")).await;
        assert!(page.body["value"].as_array().unwrap().len() <= 2);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        match page.body["nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["a0", "a1", "a2", "a3", "a4"]);
    assert_eq!(names(&get(&emulator, "automationRules?$top=1&$skip=3").await), ["a3"]);
    get(&emulator, "automationRules?$skipToken=!").await.refused(400, "BadRequest");
}

#[tokio::test]
async fn incidents_and_what_stands_below_them() {
    let emulator = Emulator::in_memory(Options::default());
    let incident = json!({"properties": {"title": "T", "severity": "High", "status": "Closed",
        "classification": "FalsePositive", "owner": {"objectId": "o"}}});
    let made = call(&emulator, "PUT", "incidents/i1", incident.clone()).await;
    assert_eq!((made.status, &made.body["type"]), (201, &json!("Microsoft.SecurityInsights/Incidents")));
    let properties = &made.body["properties"];
    let owner =
        json!({"objectId": "o", "email": null, "assignedTo": null, "userPrincipalName": null, "ownerType": "Unknown"});
    assert_eq!(properties["owner"], owner);
    assert_eq!((&properties["labels"], &properties["incidentNumber"]), (&json!([]), &json!(1)));
    assert_eq!(properties["additionalData"]["alertsCount"], 0);
    assert_eq!(properties.get("description"), None);

    let comment = json!({"properties": {"message": "m"}});
    call(&emulator, "PUT", "incidents/none/comments/c1", comment.clone()).await.refused(404, "NotFound");
    let made = call(&emulator, "PUT", "incidents/i1/comments/c1", comment).await;
    assert_eq!((made.status, &made.body["type"]), (201, &json!("Microsoft.SecurityInsights/Incidents/Comments")));
    assert!(made.body["id"].as_str().unwrap().ends_with("/Incidents/i1/Comments/c1"));
    assert_eq!(names(&get(&emulator, "incidents/i1/comments").await), ["c1"]);
    assert_eq!(names(&get(&emulator, "incidents?$filter=properties/status%20eq%20'Active'").await), [""; 0]);
    let since = "properties/createdTimeUtc%20ge%202020-01-01T00:00:00Z";
    assert_eq!(names(&get(&emulator, &format!("incidents?$filter={since}")).await), ["i1"]);

    call(&emulator, "DELETE", "incidents/i1", Value::Null).await;
    call(&emulator, "PUT", "incidents/i1", incident).await;
    assert_eq!(names(&get(&emulator, "incidents/i1/comments").await), [""; 0]);
}

#[tokio::test]
async fn watchlists_onboarding_and_actions() {
    let emulator = Emulator::in_memory(Options::default());
    let list = json!({"properties": {"displayName": "W", "provider": "Microsoft", "itemsSearchKey": "h", "rawContent": "h\nx"}});
    let made = call(&emulator, "PUT", "watchlists/w1", list).await;
    assert_eq!((made.status, &made.body["properties"]["watchlistAlias"]), (200, &json!("w1")));
    assert_eq!(made.body["properties"].get("rawContent"), None);
    assert_eq!(made.body["properties"]["provisioningState"], "Succeeded");
    let item = json!({"properties": {"itemsKeyValue": {"h": "x"}}});
    assert_eq!(call(&emulator, "PUT", "watchlists/w1/watchlistItems/a", item).await.status, 200);
    let items = get(&emulator, "watchlists/w1/watchlistItems").await;
    assert_eq!(items.body["value"].as_array().unwrap().len(), 2, "one of the file, one by itself: {items:?}");
    assert!(names(&items).contains(&"a"));

    let state = json!({"properties": {"customerManagedKey": false}});
    call(&emulator, "PUT", "onboardingStates/other", state.clone()).await.refused(400, "BadRequest");
    let made = call(&emulator, "PUT", "onboardingStates/default", state).await;
    assert_eq!((made.status, &made.body["properties"]), (201, &json!({})));

    let action = json!({"properties": {"triggerUri": "https://x", "logicAppResourceId": "/y"}});
    call(&emulator, "PUT", "alertRules/none/actions/a", action.clone()).await.refused(404, "NotFound");
    crate::client::put(&emulator, "r", &crate::client::nrt("R")).await;
    assert_eq!(call(&emulator, "PUT", "alertRules/r/actions/a", action).await.status, 201);
    call(&emulator, "PUT", "contentPackages/p", json!({})).await.refused(405, "MethodNotAllowed");
    assert_eq!(names(&get(&emulator, "contentPackages").await), [""; 0]);
}

#[tokio::test]
async fn every_type_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let incident = json!({"properties": {"title": "T", "severity": "High", "status": "New"}});
    {
        let emulator = Emulator::open(&file, Options::default()).unwrap();
        call(&emulator, "PUT", "automationRules/a", automation_rule("A")).await;
        for name in ["i1", "i2"] {
            call(&emulator, "PUT", &format!("incidents/{name}"), incident.clone()).await;
            let comment = json!({"properties": {"message": "m"}});
            call(&emulator, "PUT", &format!("incidents/{name}/comments/c"), comment).await;
        }
        call(&emulator, "DELETE", "incidents/i1", Value::Null).await;
    }
    let emulator = Emulator::open(&file, Options::default()).unwrap();
    assert_eq!(names(&get(&emulator, "automationRules").await), ["a"]);
    assert_eq!(names(&get(&emulator, "incidents").await), ["i2"]);
    assert_eq!(names(&get(&emulator, "incidents/i2/comments").await), ["c"]);
    call(&emulator, "PUT", "incidents/i1", incident).await;
    assert_eq!(names(&get(&emulator, "incidents/i1/comments").await), [""; 0]);
}

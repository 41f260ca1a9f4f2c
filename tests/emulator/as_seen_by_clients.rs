//! What other people's clients, recordings and definitions showed of the service: see tests/clients.

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, WORKSPACE, request, send};

async fn call(emulator: &Emulator, method: &str, path: &str, version: &str, body: Value) -> Reply {
    let url = format!(
        "https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}?api-version={version}"
    );
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(emulator, request(method, &url, &[], body)).await
}

#[tokio::test]
async fn a_watchlist_goes_by_an_operation_that_is_asked_for_since_2025_10() {
    let emulator = Emulator::in_memory(Options::default());
    let list = json!({"properties": {"displayName": "VIP", "provider": "Us", "itemsSearchKey": "account"}});
    for (version, status) in [("2022-06-01-preview", 200), ("2025-09-01", 200), ("2025-10-01-preview", 202)] {
        call(&emulator, "PUT", "watchlists/vip", version, list.clone()).await;
        let deleted = call(&emulator, "DELETE", "watchlists/vip", version, Value::Null).await;
        assert_eq!(deleted.status, status, "{version}");
        let link = deleted.headers["azure-asyncoperation"].to_str().unwrap();
        assert_eq!(deleted.headers.contains_key("location"), status == 202);
        let operation = send(&emulator, request("GET", link, &[], "")).await;
        assert_eq!((operation.status, &operation.body["status"]), (200, &json!("Succeeded")));
        assert_eq!(call(&emulator, "GET", "watchlists/vip", version, Value::Null).await.status, 404);
    }
}

#[tokio::test]
async fn times_of_an_incident_come_back_in_the_services_form() {
    let emulator = Emulator::in_memory(Options::default());
    let incident = json!({"properties": {
        "title": "One", "severity": "Low", "status": "New", "firstActivityTimeUtc": "2019-01-01T13:00:30.000Z",
        "lastActivityTimeUtc": "2019-01-01T15:05:30.120+02:00",
    }});
    let made = call(&emulator, "PUT", "incidents/one", "2022-06-01-preview", incident).await;
    assert_eq!(made.body["properties"]["firstActivityTimeUtc"], "2019-01-01T13:00:30Z");
    assert_eq!(made.body["properties"]["lastActivityTimeUtc"], "2019-01-01T13:05:30.12Z");
}

#[tokio::test]
async fn a_task_says_who_changed_it() {
    let emulator = Emulator::in_memory(Options::default());
    let incident = json!({"properties": {"title": "One", "severity": "Low", "status": "New"}});
    call(&emulator, "PUT", "incidents/one", "2025-09-01", incident).await;
    let task = json!({"properties": {"title": "Call", "status": "New"}});
    let made = call(&emulator, "PUT", "incidents/one/tasks/t", "2025-09-01", task).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["properties"]["lastModifiedBy"], made.body["properties"]["createdBy"]);
    assert!(made.body["properties"]["lastModifiedBy"]["objectId"].is_string());
}

#[tokio::test]
async fn a_solution_lists_its_contents() {
    let emulator = Emulator::in_memory(Options::default());
    let solution = |dependencies: Value| json!({"properties": {"kind": "Solution", "parentId": "a.solution", "dependencies": dependencies}});
    let refused = solution(json!({"contentId": "a", "kind": "Workbook", "operator": "AND"}));
    let refused = call(&emulator, "PUT", "metadata/a", "2021-09-01-preview", refused).await;
    assert_eq!(
        refused.refused(400, "BadRequestException"),
        "Invalid data model - solutions expect properties.dependencies.criteria to have list of solution contents"
    );
    assert_eq!(call(&emulator, "GET", "metadata/a", "2021-09-01-preview", Value::Null).await.status, 404);
    let taken = solution(json!({"operator": "AND", "criteria": [{"contentId": "a", "kind": "Workbook"}]}));
    assert_eq!(call(&emulator, "PUT", "metadata/a", "2021-09-01-preview", taken).await.status, 201);
}

#[tokio::test]
async fn a_bookmark_seen_as_an_entity_has_no_etag() {
    let emulator = Emulator::in_memory(Options::default());
    let version = "2025-09-01";
    let incident = json!({"properties": {"title": "One", "severity": "Low", "status": "New"}});
    call(&emulator, "PUT", "incidents/one", version, incident).await;
    let bookmark = json!({"properties": {"displayName": "Odd", "query": "SecurityEvent"}});
    let bookmark = call(&emulator, "PUT", "bookmarks/b", version, bookmark).await;
    let relation = json!({"properties": {"relatedResourceId": bookmark.body["id"]}});
    call(&emulator, "PUT", "incidents/one/relations/r", version, relation).await;
    let seen = call(&emulator, "POST", "incidents/one/bookmarks", version, Value::Null).await;
    let entity = &seen.body["value"][0];
    assert_eq!((&entity["kind"], &entity["name"]), (&json!("Bookmark"), &json!("b")), "{seen:?}");
    assert!(entity.get("etag").is_none() && bookmark.body["etag"].is_string());
}

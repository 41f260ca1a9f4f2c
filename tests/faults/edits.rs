//! Others who write: a person in the portal, the service itself, Defender.

use palisade::arm::transport::Transport as _;
use palisade::arm::{ArmError, ResourceType};
use palisade::emulator::faults::Edit;
use serde_json::{Value, json};

use crate::world::{body, path, rule, world};

fn edit(edit: Value) -> Edit {
    serde_json::from_value(edit).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_edit_makes_a_new_version_by_another() {
    let world = world();
    for (name, door) in ["a", "b", "c"].into_iter().zip(&world.doors) {
        let made = body(&door.put(name).await.unwrap());
        let resource = format!("alertRules/{name}");
        let by = "kim@contoso.example";
        let set = json!({"resource": resource, "by": by, "set": {"severity": "High", "description": "By hand."}});
        world.emulator.edit(&edit(set)).await.unwrap();
        let live = body(&door.get(name).await.unwrap());
        assert_eq!(live["properties"]["severity"], "High");
        assert_eq!(live["properties"]["displayName"], made["properties"]["displayName"], "the rest is kept");
        assert_ne!(live["etag"], made["etag"]);
        assert!(live["properties"]["lastModifiedUtc"].as_str() > made["properties"]["lastModifiedUtc"].as_str());

        let log = world.emulator.requests();
        let logged = log.iter().rfind(|logged| logged.is_edit).unwrap();
        assert_eq!((logged.principal.as_str(), logged.status), (by, 200));
        assert_eq!(logged.commits[0].replaced.as_deref(), made["etag"].as_str());
        assert_eq!(logged.commits[0].etag.as_deref(), live["etag"].as_str());

        // Compare and set: what was read before the edit is stale now.
        let etag = made["etag"].as_str();
        let put = door.requests.put(ResourceType::AlertRules, name, &rule(name), etag).unwrap();
        let error = ArmError::from_response(&door.transport.send(put).await.unwrap());
        assert!(error.is_stale(), "{}: {error}", door.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_faster_than_the_request() {
    let world = world();
    let door = world.door("http");
    let made = body(&door.put("a").await.unwrap());
    world.inject("PUT alertRules/a edit.resource=alertRules/a edit.set.enabled=false edit.by=kim@contoso.example");
    let put = door.requests.put(ResourceType::AlertRules, "a", &rule("a"), made["etag"].as_str()).unwrap();
    assert!(ArmError::from_response(&door.transport.send(put).await.unwrap()).is_stale());
    assert_eq!(world.live("a")["properties"]["enabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_create_and_delete_too() {
    let world = world();
    world.fill(&["a"]).await;
    world.emulator.edit(&edit(json!({"resource": path("b"), "put": rule("By hand")}))).await.unwrap();
    world.emulator.edit(&edit(json!({"resource": path("a"), "delete": true}))).await.unwrap();
    assert_eq!(world.rules(), ["b"]);
    let log = world.emulator.requests();
    let deleted = log.last().unwrap();
    assert_eq!((deleted.method.as_str(), deleted.commits[0].etag.as_deref()), ("DELETE", None));
    // The id stays taken for a while, as after anybody's deletion.
    let again = world.door("http").put("a").await.unwrap();
    assert!(ArmError::from_response(&again).is_recently_deleted());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_edited_is_said() {
    let world = world();
    world.fill(&["a"]).await;
    for (change, why) in [
        (json!({"resource": "alertRules/none", "delete": true}), "was not found"),
        (json!({"resource": "alertRules/none", "set": {"enabled": true}}), "was not found"),
        (json!({"resource": "alertRules/a"}), "one thing"),
        (json!({"resource": "alertRules/a", "put": {"kind": "NRT"}}), "'properties' not found"),
        (json!({"resource": "/subscriptions/x", "delete": true}), "`edit`"),
        (json!({"resource": "nothings/a", "delete": true}), "no resource that can be edited"),
    ] {
        let told = world.emulator.edit(&edit(change.clone())).await.unwrap_err().to_string();
        assert!(told.contains(why), "{change}: {told}");
    }
    // A fault that can't be had is told to the one who meets it, and never passed over.
    world.inject("GET edit.resource=alertRules/none edit.delete=true");
    let answer = world.door("http").get("a").await.unwrap();
    assert_eq!(answer.status(), 500);
    let message = body(&answer)["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("fault 1 could not be had") && message.contains("alertRules/none"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_disables_a_rule_and_tells_so() {
    let world = world();
    let door = world.door("tls");
    world.fill(&["a"]).await;
    let reason = "The table SecurityEvent does not exist.";
    world.emulator.edit(&edit(json!({"resource": "alertRules/a", "autoDisable": reason}))).await.unwrap();
    let live = body(&door.get("a").await.unwrap());
    assert_eq!(live["properties"]["displayName"], "AUTO DISABLED a");
    assert_eq!(live["properties"]["description"], reason);
    assert_eq!(live["properties"]["enabled"], false);
    let log = world.emulator.requests();
    let made = log.iter().find(|logged| logged.is_edit).unwrap();
    assert_eq!(made.principal, "Microsoft Sentinel");
}

#[tokio::test(flavor = "multi_thread")]
async fn defender_marks_a_description() {
    let world = world();
    world.fill(&["a"]).await;
    for (correlation, description) in [("exclude", "#DONT_CORR#"), ("include", "#INC_CORR#"), ("default", "")] {
        let change = json!({"resource": "alertRules/a", "correlation": correlation});
        world.emulator.edit(&edit(change)).await.unwrap();
        let live = body(&world.door("http").get("a").await.unwrap());
        assert_eq!(live["properties"]["description"], description);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_of_other_types_are_edited_by_a_named_person() {
    let world = world();
    let door = world.door("http");
    let automation = json!({"properties": {
        "displayName": "Close", "order": 1,
        "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created"},
        "actions": [{"order": 1, "actionType": "ModifyProperties", "actionConfiguration": {"severity": "Low"}}],
    }});
    let put = door.requests.put(ResourceType::AutomationRules, "c", &automation, None).unwrap();
    assert_eq!(door.transport.send(put).await.unwrap().status(), 201);
    let change = json!({"resource": "automationRules/c", "set": {"order": 7}, "by": "kim@contoso.example"});
    world.emulator.edit(&edit(change)).await.unwrap();
    let get = door.requests.get(ResourceType::AutomationRules, "c").unwrap();
    let live = body(&door.transport.send(get).await.unwrap());
    assert_eq!(live["properties"]["order"], 7);
    assert_eq!(live["properties"]["lastModifiedBy"]["userPrincipalName"], "kim@contoso.example");
    assert_ne!(live["properties"]["createdBy"], live["properties"]["lastModifiedBy"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_created_is_not_shown_at_once() {
    for number in 0..3 {
        let world = world();
        let door = &world.doors[number];
        world.fill(&["before"]).await;
        world.inject("PUT alertRules/* invisible=60s");
        assert_eq!(door.put("new").await.unwrap().status(), 201, "the write itself is answered as ever");
        assert_eq!(door.get("new").await.unwrap().status(), 404, "{}", door.name);
        assert_eq!(door.list().await.unwrap(), ["before"], "{}", door.name);
        // An update hides nothing.
        assert_eq!(door.put("before").await.unwrap().status(), 200);
        assert_eq!(door.get("before").await.unwrap().status(), 200);
        world.emulator.advance(std::time::Duration::from_secs(61));
        assert_eq!(door.get("new").await.unwrap().status(), 200, "{}", door.name);
        assert_eq!(door.list().await.unwrap(), ["before", "new"], "{}", door.name);
    }
    let world = world();
    world.inject("PUT invisible=1h");
    world.door("http").put("new").await.unwrap();
    world.emulator.clear_faults();
    assert_eq!(world.door("http").get("new").await.unwrap().status(), 200);
}

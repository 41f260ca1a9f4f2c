//! Automation rules: limits of Microsoft's swagger and docs, filling of the recorded traffic of 2022-06 and 2026-03.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, kept, properties, properties_mut, require};
use crate::emulator::answer::ArmError;

/// The most automation rules of a workspace.
const MOST: usize = 512;
const CONDITION_TYPES: [&str; 5] = ["Property", "PropertyArray", "PropertyChanged", "PropertyArrayChanged", "Boolean"];

pub(super) const AUTOMATION_RULES: Type =
    Type { path: "automationRules", spelled: "AutomationRules", check, fill, view: Some(view), ..PLAIN };

fn check(body: &Members, around: &Circumstances<'_>) -> Result<(), ArmError> {
    let properties = properties(body)?;
    require(properties, &["displayName", "order", "triggeringLogic", "actions"])?;
    let logic =
        properties.get("triggeringLogic").and_then(Value::as_object).ok_or_else(|| refused("triggeringLogic"))?;
    require(logic, &["isEnabled", "triggersOn", "triggersWhen"])?;
    let actions = properties.get("actions").and_then(Value::as_array).ok_or_else(|| refused("actions"))?;
    let conditions = logic.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for condition in conditions {
        check_condition(condition, 0)?;
    }
    if !around.limits {
        return Ok(());
    }
    let name = properties.get("displayName").and_then(Value::as_str).map_or(0, |name| name.chars().count());
    let order = properties.get("order").and_then(Value::as_i64).unwrap_or(0);
    let faults = [
        (around.others >= MOST, "the workspace has 512 automation rules"),
        (name == 0 || name > 500, "'displayName' must have between 1 and 500 characters"),
        (!(1..=1000).contains(&order), "'order' must be between 1 and 1000"),
        (conditions.len() > 50, "'conditions' must have at most 50 items"),
        (actions.len() > 20, "'actions' must have at most 20 items"),
    ];
    match faults.into_iter().find(|(fault, _)| *fault) {
        Some((_, why)) => Err(ArmError::bad_request(format!("Invalid automation rule: {why}."))),
        None => Ok(()),
    }
}

fn refused(property: &str) -> ArmError {
    ArmError::bad_request(format!("Invalid automation rule: '{property}' has the wrong type."))
}

/// A nested condition has 2 to 10 members: the words are the service's own (an issue of the Azure-Sentinel repository).
fn check_condition(condition: &Value, depth: usize) -> Result<(), ArmError> {
    let kind = condition.get("conditionType").and_then(Value::as_str).unwrap_or_default();
    if !CONDITION_TYPES.contains(&kind) || depth > 8 {
        return Err(refused("conditions"));
    }
    let properties = condition.get("conditionProperties");
    let items = |name: &str| properties.and_then(|p| p.get(name)).and_then(Value::as_array);
    match kind {
        "Boolean" => {
            let inner = items("innerConditions").map(Vec::as_slice).unwrap_or_default();
            if !(2..=10).contains(&inner.len()) {
                return Err(ArmError::bad_request("'InnerConditions' must have between 2 and 10 items"));
            }
            inner.iter().try_for_each(|condition| check_condition(condition, depth + 1))
        }
        "PropertyArray" if items("itemConditions").is_some_and(|items| items.len() > 10) => {
            Err(ArmError::bad_request("'ItemConditions' must have at most 10 items"))
        }
        _ => Ok(()),
    }
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    let now = json!(around.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let Some(properties) = properties_mut(body) else { return };
    if let Some(Value::Object(logic)) = properties.get_mut("triggeringLogic") {
        let conditions = logic.entry("conditions").or_insert_with(|| json!([]));
        if conditions.is_null() {
            *conditions = json!([]);
        }
    }
    for action in properties.get_mut("actions").and_then(Value::as_array_mut).into_iter().flatten() {
        let modifies = action.get("actionType").and_then(Value::as_str) == Some("ModifyProperties");
        if let Some(Value::Object(configuration)) = action.get_mut("actionConfiguration").filter(|_| modifies) {
            for name in [
                "severity",
                "status",
                "classification",
                "classificationReason",
                "classificationComment",
                "owner",
                "labels",
            ] {
                configuration.entry(name).or_insert(Value::Null);
            }
        }
    }
    let created = kept(around, "createdTimeUtc", now.clone());
    let creator = kept(around, "createdBy", around.by.person());
    properties.insert("lastModifiedTimeUtc".to_owned(), now);
    properties.insert("createdTimeUtc".to_owned(), created);
    properties.insert("lastModifiedBy".to_owned(), around.by.person());
    properties.insert("createdBy".to_owned(), creator);
}

/// After its expiry a rule is disabled (Microsoft's docs).
fn view(resource: &mut Value, now: Timestamp) {
    let expiry = resource.pointer("/properties/triggeringLogic/expirationTimeUtc").and_then(Value::as_str);
    let lapsed = expiry.and_then(|text| text.parse::<Timestamp>().ok()).is_some_and(|expiry| expiry <= now);
    if let Some(enabled) = resource.pointer_mut("/properties/triggeringLogic/isEnabled").filter(|_| lapsed) {
        *enabled = Value::Bool(false);
    }
}

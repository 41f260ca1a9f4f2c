//! Automation rules: limits of Microsoft's swagger and docs, filling of the recorded traffic of 2022-06 and 2026-03.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, conditions, kept, properties, properties_mut, require};
use crate::emulator::answer::ArmError;
use crate::emulator::version::View;

/// The most automation rules of a workspace.
const MOST: usize = 512;
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
    conditions::check(conditions, logic)?;
    actions.iter().try_for_each(check_action)?;
    for (name, words) in [("triggersOn", ["Incidents", "Alerts"]), ("triggersWhen", ["Created", "Updated"])] {
        conditions::one_of(logic, name, &words)?;
    }
    let expiry = logic.get("expirationTimeUtc").filter(|expiry| !expiry.is_null());
    if expiry.is_some_and(|expiry| expiry.as_str().is_none_or(|text| text.parse::<Timestamp>().is_err())) {
        return Err(refused("expirationTimeUtc"));
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

pub(super) fn refused(property: &str) -> ArmError {
    ArmError::bad_request(format!("Invalid automation rule: '{property}' has the wrong type."))
}

/// Pairs of classification and reason, as far as the service takes them (other clients' notes).
const REASONS: [(&str, &[&str]); 4] = [
    ("TruePositive", &["SuspiciousActivity"]),
    ("BenignPositive", &["SuspiciousButExpected"]),
    ("FalsePositive", &["IncorrectAlertLogic", "InaccurateData"]),
    ("Undetermined", &[]),
];

fn check_action(action: &Value) -> Result<(), ArmError> {
    let action = action.as_object().ok_or_else(|| refused("actions"))?;
    require(action, &["order", "actionType"])?;
    conditions::one_of(action, "actionType", &["ModifyProperties", "RunPlaybook", "AddIncidentTask"])?;
    let nothing = Members::new();
    let configuration = action.get("actionConfiguration").and_then(Value::as_object).unwrap_or(&nothing);
    match action.get("actionType").and_then(Value::as_str) {
        Some("RunPlaybook") => require(configuration, &["logicAppResourceId"]),
        Some("AddIncidentTask") => require(configuration, &["title"]),
        _ => check_closing(configuration),
    }
}

fn check_closing(configuration: &Members) -> Result<(), ArmError> {
    conditions::one_of(configuration, "severity", &["High", "Medium", "Low", "Informational"])?;
    conditions::one_of(configuration, "status", &["New", "Active", "Closed"])?;
    conditions::one_of(configuration, "classification", &REASONS.map(|(name, _)| name))?;
    let text = |name: &str| configuration.get(name).and_then(Value::as_str);
    let known = REASONS.iter().find(|(name, _)| Some(*name) == text("classification"));
    match (text("classificationReason"), known) {
        (Some(reason), Some((_, reasons))) if !reasons.contains(&reason) => Err(ArmError::bad_request(format!(
            "Invalid automation rule: 'classificationReason' {reason} does not go with the classification."
        ))),
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
fn view(resource: &mut Value, view: &View<'_>) {
    let expiry = resource.pointer("/properties/triggeringLogic/expirationTimeUtc").and_then(Value::as_str);
    let lapsed = expiry.and_then(|text| text.parse::<Timestamp>().ok()).is_some_and(|expiry| expiry <= view.now);
    if let Some(enabled) = resource.pointer_mut("/properties/triggeringLogic/isEnabled").filter(|_| lapsed) {
        *enabled = Value::Bool(false);
    }
}

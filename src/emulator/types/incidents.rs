//! Incidents with their comments, tasks and relations (recorded traffic of 2022-06; Microsoft's swagger).

use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, kept, properties, properties_mut, require};
use crate::emulator::answer::ArmError;
use crate::emulator::fill::timestamp;

pub(super) const INCIDENTS: Type = Type { path: "incidents", spelled: "Incidents", check, fill, ..PLAIN };

pub(super) const COMMENTS: Type = Type {
    path: "incidents/comments",
    spelled: "Incidents/Comments",
    check: |body, around| {
        require(properties(body)?, &["message"])?;
        room(around, 100, "comments")
    },
    fill: |body, around| stamp(body, around, "author"),
    ..PLAIN
};

pub(super) const TASKS: Type = Type {
    path: "incidents/tasks",
    spelled: "Incidents/tasks",
    check: |body, around| {
        require(properties(body)?, &["title", "status"])?;
        room(around, 40, "tasks")
    },
    fill: |body, around| stamp(body, around, "createdBy"),
    ..PLAIN
};

pub(super) const RELATIONS: Type = Type {
    path: "incidents/relations",
    spelled: "Incidents/relations",
    check: |body, _| require(properties(body)?, &["relatedResourceId"]),
    ..PLAIN
};

/// How many an incident takes (Microsoft's swagger).
fn room(around: &Circumstances<'_>, most: usize, what: &str) -> Result<(), ArmError> {
    if !around.limits || around.others < most {
        return Ok(());
    }
    Err(ArmError::bad_request(format!("The incident has {most} {what} already.")))
}

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    let properties = properties(body)?;
    require(properties, &["title", "severity", "status"])?;
    let one_of = |name: &str, known: &[&str]| match properties.get(name).and_then(Value::as_str) {
        Some(word) if !known.contains(&word) => {
            Err(ArmError::bad_request(format!("Invalid value '{word}' for property '{name}'.")))
        }
        _ => Ok(()),
    };
    one_of("severity", &["High", "Medium", "Low", "Informational"])?;
    one_of("status", &["New", "Active", "Closed"])?;
    one_of("classification", &["Undetermined", "TruePositive", "BenignPositive", "FalsePositive"])
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    let now = json!(timestamp(around.now));
    let number = kept(around, "incidentNumber", json!(around.others + 1));
    let own = json!({
        "owner": {}, "labels": [], "lastModifiedTimeUtc": now, "createdTimeUtc": kept(around, "createdTimeUtc", now.clone()),
        "incidentNumber": number,
        "additionalData": kept(around, "additionalData", json!({
            "alertsCount": 0, "bookmarksCount": 0, "commentsCount": 0, "alertProductNames": [], "tactics": [],
            "techniques": [],
        })),
        "relatedAnalyticRuleIds": kept(around, "relatedAnalyticRuleIds", json!([])),
        "incidentUrl": format!(
            "https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident{}", around.id
        ),
        "providerName": "Azure Sentinel", "providerIncidentId": number.to_string(),
    });
    let Some(properties) = properties_mut(body) else { return };
    properties.remove("lastModifiedTimeUtc");
    for (name, value) in own.as_object().cloned().unwrap_or_default() {
        properties.entry(name).or_insert(value);
    }
    if let Some(Value::Object(owner)) = properties.get_mut("owner") {
        let kind = if owner.get("objectId").is_none_or(Value::is_null) { Value::Null } else { json!("Unknown") };
        for name in ["objectId", "email", "assignedTo", "userPrincipalName"] {
            owner.entry(name).or_insert(Value::Null);
        }
        owner.entry("ownerType").or_insert(kind);
    }
}

fn stamp(body: &mut Members, around: &Circumstances<'_>, by: &str) {
    let now = json!(timestamp(around.now));
    let Some(properties) = properties_mut(body) else { return };
    properties.insert("createdTimeUtc".to_owned(), kept(around, "createdTimeUtc", now.clone()));
    properties.insert("lastModifiedTimeUtc".to_owned(), now);
    properties.insert(by.to_owned(), kept(around, by, around.by.person()));
}

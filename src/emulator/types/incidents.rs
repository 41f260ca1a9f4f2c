//! Incidents with their comments, tasks and relations (recorded traffic of 2022-06; Microsoft's swagger).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, find, kept, properties, properties_mut, require};
use crate::emulator::answer::ArmError;
use crate::emulator::fill::timestamp;
use crate::emulator::version::{View, hide};

/// A new incident was answered with 200 in 2020-01-01 (recorded), and is with 201 since.
pub(super) const INCIDENTS: Type = Type {
    path: "incidents",
    spelled: "Incidents",
    created: |version| if version.is_since("2021-01-01") { 201 } else { 200 },
    newest_by: Some("properties/createdTimeUtc"),
    check,
    fill,
    view: Some(view),
    ..PLAIN
};

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
    fill: |body, around| {
        stamp(body, around, "createdBy");
        if let Some(properties) = properties_mut(body) {
            properties.insert("lastModifiedBy".to_owned(), around.by.person());
        }
    },
    ..PLAIN
};

/// A new relation is answered with 200 (recorded).
pub(super) const RELATIONS: Type = Type {
    path: "incidents/relations",
    spelled: "Incidents/relations",
    created: |_| 200,
    check: |body, _| require(properties(body)?, &["relatedResourceId"]),
    fill: relate,
    ..PLAIN
};

/// Adds the name and the type of what is related.
fn relate(body: &mut Members, _: &Circumstances<'_>) {
    let Some(properties) = properties_mut(body) else { return };
    let id = properties.get("relatedResourceId").and_then(Value::as_str).unwrap_or_default();
    let mut segments = id.rsplit('/');
    let (name, kind) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let kind = find(kind).map_or(kind, |of| of.spelled);
    let kind = format!("Microsoft.SecurityInsights/{kind}");
    let name = name.to_owned();
    properties.insert("relatedResourceName".to_owned(), json!(name));
    properties.insert("relatedResourceType".to_owned(), json!(kind));
}

/// Counts what stands below by now; older versions know fewer members (recorded: 2020-01-01, 2021-09-01-preview).
fn view(incident: &mut Value, view: &View<'_>) {
    let name = incident.get("name").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let below = |what: &str| {
        let path = format!("incidents/{name}/{what}");
        view.workspace.and_then(|workspace| workspace.collections.get(path.as_str())).map(|found| found.len())
    };
    for (count, what) in [("alertsCount", "alerts"), ("bookmarksCount", "relations"), ("commentsCount", "comments")] {
        if let (Some(found), Some(shown)) = (below(what), incident.pointer_mut("/properties/additionalData")) {
            shown[count] = json!(found);
        }
    }
    if !view.version.is_since("2022-01-01") {
        hide(incident, "/properties/additionalData", &["techniques"]);
    }
    if !view.version.is_since("2021-01-01") {
        hide(incident, "/properties", &["providerName", "providerIncidentId"]);
        hide(incident, "/properties/owner", &["ownerType"]);
    }
}

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
        "additionalData": kept(around, "additionalData", json!({})),
        "relatedAnalyticRuleIds": kept(around, "relatedAnalyticRuleIds", json!([])),
        "incidentUrl": format!(
            "https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident{}", around.id
        ),
        "providerName": "Azure Sentinel", "providerIncidentId": number.to_string(),
    });
    let Some(properties) = properties_mut(body) else { return };
    properties.remove("lastModifiedTimeUtc");
    for name in ["firstActivityTimeUtc", "lastActivityTimeUtc"] {
        // Recorded: `2019-01-01T13:00:30.000Z` comes back as `2019-01-01T13:00:30Z`.
        if let Some(time) = properties.get_mut(name)
            && let Some(read) = time.as_str().and_then(|text| text.parse::<Timestamp>().ok())
        {
            *time = json!(timestamp(read));
        }
    }
    for (name, value) in own.as_object().cloned().unwrap_or_default() {
        properties.entry(name).or_insert(value);
    }
    if let Some(Value::Object(data)) = properties.get_mut("additionalData") {
        for name in ["alertsCount", "bookmarksCount", "commentsCount"] {
            data.entry(name).or_insert(json!(0));
        }
        for name in ["alertProductNames", "tactics", "techniques"] {
            data.entry(name).or_insert(json!([]));
        }
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

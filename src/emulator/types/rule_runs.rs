//! Runs of a rule that a client asks for (`triggerRuleRun`; Microsoft's swagger of the previews, no recording).

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Act, Members, POSTED, Post, READ_ONLY, Type, missing};
use crate::emulator::alert_rules::Decision;
use crate::emulator::answer::{Answer, ArmError};
use crate::emulator::resources::{Place, make};
use crate::emulator::state::ALERT_RULES;
use crate::emulator::version::View;

/// How long a run lasts here; the service's own time is not known.
const RUN: SignedDuration = SignedDuration::from_secs(10);

pub(super) const TRIGGER: Type = Type {
    path: "alertRules/triggerRuleRun",
    spelled: "alertRules/triggerRuleRun",
    post: Some(Post::Write(trigger)),
    ..POSTED
};

pub(super) const RUNS: Type =
    Type { path: "triggeredAnalyticsRuleRuns", spelled: "TriggeredAnalyticsRuleRuns", view: Some(view), ..READ_ONLY };

/// Accepts a run: 202, and a `Location` that tells how far it is. No query is run.
fn trigger(act: &Act<'_>, body: &Members) -> Decision {
    let time = body.get("properties").and_then(|properties| properties.get("executionTimeUtc")).and_then(Value::as_str);
    let time = time.ok_or_else(|| missing("executionTimeUtc"))?;
    if time.parse::<Timestamp>().is_err() {
        return Err(ArmError::bad_request(format!("Invalid value '{time}' for property 'executionTimeUtc'.")));
    }
    let rule = act.place.parents.last().cloned().unwrap_or_default();
    let key = rule.to_ascii_lowercase();
    let found = act.workspace().and_then(|workspace| workspace.collection(ALERT_RULES).get(key.as_str()));
    if found.is_none_or(|rule| rule.kind != "Scheduled") {
        return Err(ArmError::bad_request(format!("The alert rule '{rule}' is not a scheduled rule.")));
    }
    let serial = act.state.serial.wrapping_add(1);
    let id = |what: &str| Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{key} {serial} {what}").as_bytes()).to_string();
    let name = id("run");
    let run = json!({
        "executionTimeUtc": time, "ruleId": rule, "triggeredAnalyticsRuleRunId": name,
        "provisioningState": "InProgress",
        "ruleRunAdditionalData": {
            "auditCorrelationId": id("audit"), "createdBy": act.by.system_name(), "healthCorrelationId": id("health"),
        },
    });
    let place = Place { of: &RUNS, parents: Vec::new(), name: Some(name), ..act.place.clone() };
    let link = act.link(&place.id(&act.place.workspace.path()));
    let run = Members::from_iter([
        ("properties".to_owned(), run),
        ("systemData".to_owned(), json!({"createdAt": crate::emulator::fill::timestamp(act.now)})),
    ]);
    let (_, changes) = make(&act.at(&place), &run, 1)?;
    Ok((Answer::new(StatusCode::ACCEPTED, "").with("location", &link), changes))
}

/// A run that was begun some time ago has ended.
fn view(run: &mut Value, view: &View<'_>) {
    let begun =
        run.pointer("/systemData/createdAt").and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
    if begun.is_some_and(|begun| view.now.duration_since(begun) >= RUN) {
        run["properties"]["provisioningState"] = json!("Succeeded");
    }
}

//! One write, and everything that its answer can mean.

use serde_json::{Value, json};

use super::connection::Connection;
use crate::arm::error::ArmError;
use crate::arm::resource_type::ResourceType;
use crate::arm::transport::TransportError;
use crate::plan::outcome::{Outcome, differences};
use crate::plan::{Action, Change};
use crate::resource::AlertRule;

/// Sends a change, on the condition that the live rule is the planned one.
pub async fn write(connection: &Connection, change: &Change) -> Outcome {
    let Some(after) = &change.after else { return Outcome::Failed("the plan has no body for it".to_owned()) };
    let mut body = after.clone();
    if let (Some(etag), Some(map)) = (&change.etag, body.as_object_mut()) {
        map.insert("etag".to_owned(), json!(etag));
    }
    let request =
        connection.requests.put(ResourceType::AlertRules, &change.resource_name, &body, change.etag.as_deref());
    let request = match request {
        Ok(request) => request,
        Err(why) => return Outcome::Failed(why.to_string()),
    };
    let response = match connection.transport.send(request).await {
        Ok(response) => response,
        Err(why @ TransportError::Unanswered(_)) => return Outcome::Unanswered(why.to_string()),
        Err(why) => return Outcome::Failed(why.to_string()),
    };
    let status = response.status();
    if !status.is_success() {
        let error = ArmError::from_response(&response);
        return match error {
            error if error.is_stale() => Outcome::Stale(format!("the rule was changed since the plan ({status})")),
            error if error.outcome_unknown() => Outcome::Unanswered(error.to_string()),
            error => Outcome::Failed(error.to_string()),
        };
    }
    let differs = serde_json::from_slice::<Value>(response.body())
        .ok()
        .and_then(|answer| AlertRule::from_arm(answer).ok())
        .map_or_else(Vec::new, |answer| differences(after, &answer));
    match (differs.is_empty(), change.action) {
        (false, _) => Outcome::Differs(differs),
        (true, Action::Create) if status == http::StatusCode::OK => Outcome::Existed,
        (true, _) => Outcome::Applied,
    }
}

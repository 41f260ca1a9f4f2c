//! One write, and everything that its answer can mean.

use serde_json::{Value, json};

use super::connection::Connection;
use crate::arm::error::{ArmError, StatusError};
use crate::arm::resource_type::ResourceType;
use crate::arm::transport::TransportError;
use crate::plan::{Action, Change};
use crate::resource::{AlertRule, normalize};

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Written, and read back as sent.
    Applied,
    /// A create found a rule under its name: it holds what the plan says now.
    Existed,
    /// The live rule is not the one that was reviewed: untouched.
    Stale(String),
    /// The service refused it, or no answer came before it was sent.
    Failed(String),
    /// Sent, and the answer lost: the list at the end tells.
    Unanswered(String),
    /// Written, and the service keeps something else than what was sent.
    Differs(Vec<String>),
    /// Nothing was tried.
    Skipped(String),
}

impl Outcome {
    /// The name in every format.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Existed => "existed",
            Self::Stale(_) => "stale",
            Self::Failed(_) => "failed",
            Self::Unanswered(_) => "unknown",
            Self::Differs(_) => "differs",
            Self::Skipped(_) => "skipped",
        }
    }

    /// More about it, for people.
    pub fn detail(&self) -> String {
        match self {
            Self::Applied => String::new(),
            Self::Existed => "a rule of this name existed: it was replaced by what the plan says".to_owned(),
            Self::Stale(why) | Self::Failed(why) | Self::Unanswered(why) | Self::Skipped(why) => why.clone(),
            Self::Differs(paths) => format!("the service keeps something else in {}", paths.join(", ")),
        }
    }
}

/// Why a live rule is not the one that a change was planned on; `None` if it is.
pub fn staleness(change: &Change, live: Option<&AlertRule>) -> Option<String> {
    match (change.action, live) {
        (Action::Create, None) => None,
        (Action::Create, Some(_)) => Some("a rule of this name was created since the plan".to_owned()),
        (_, None) => Some("the rule was deleted since the plan".to_owned()),
        (_, Some(live)) if live.etag == change.etag => None,
        (_, Some(_)) => Some("the rule was changed since the plan".to_owned()),
    }
}

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
        let error = ArmError::Status(Box::new(StatusError::from_response(&response)));
        return if error.is_stale() {
            Outcome::Stale(format!("the rule was changed since the plan ({})", status.as_u16()))
        } else {
            Outcome::Failed(error.to_string())
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

/// The paths of modelled fields in which a live rule is not what was sent.
pub fn differences(sent: &Value, live: &AlertRule) -> Vec<String> {
    let Some(sent) = sent.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let (sent, live) = (normalize(sent), normalize(&live.properties));
    sent.iter()
        .zip(live.iter())
        .filter(|((_, sent), (_, live))| sent != live)
        .map(|((field, _), _)| field.path.to_owned())
        .collect()
}

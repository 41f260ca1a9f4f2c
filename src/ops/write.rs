//! One write, and everything that its answer can mean.

use serde_json::{Value, json};

use super::connection::Connection;
use crate::arm::error::ArmError;
use crate::arm::transport::{Request, TransportError};
use crate::plan::metadata::MarkWrite;
use crate::plan::outcome::{Outcome, differences};
use crate::plan::{Action, Change};
use crate::resource::{Resource, ResourceType};

/// Sends a change, on the condition that the live resource is the planned one, and its mark after it.
pub async fn write(connection: &Connection, change: &Change) -> Outcome {
    let outcome = resource(connection, change).await;
    match outcome {
        Outcome::Applied | Outcome::Existed | Outcome::Differs(_) => marked(connection, change, outcome).await,
        outcome => outcome,
    }
}

/// Writes the mark of a change that is there, if the mark is a resource of its own. `outcome` is what became of the rest.
pub async fn marked(connection: &Connection, change: &Change, outcome: Outcome) -> Outcome {
    let Some(mark) = &change.mark else { return outcome };
    match self::mark(connection, mark).await {
        Ok(()) => outcome,
        Err(why) => Outcome::Failed(format!("written, but not its mark, which the next plan settles: {why}")),
    }
}

/// Metadata have no etag (recorded traffic): nothing tells that nobody wrote in between.
async fn mark(connection: &Connection, mark: &MarkWrite) -> Result<(), String> {
    let (requests, name) = (&connection.requests, &mark.resource_name);
    let request = match &mark.after {
        Some(body) => requests.put(ResourceType::Metadata, name, body, None),
        None => requests.delete(ResourceType::Metadata, name, None),
    };
    let request = request.map_err(|why| why.to_string())?;
    let response = connection.transport.send(request).await.map_err(|why| why.to_string())?;
    let gone = mark.after.is_none() && response.status() == http::StatusCode::NOT_FOUND;
    if response.status().is_success() || gone { Ok(()) } else { Err(ArmError::from_response(&response).to_string()) }
}

async fn resource(connection: &Connection, change: &Change) -> Outcome {
    let Some(resource_type) = change.resource_type() else {
        return Outcome::Failed(format!("{} is no type of resource that this version writes", change.resource));
    };
    let request = match request(connection, resource_type, change) {
        Ok(request) => request,
        Err(why) => return Outcome::Failed(why),
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
            error if error.is_stale() => {
                Outcome::Stale(format!("the {} was changed since the plan ({status})", resource_type.noun()))
            }
            error if error.outcome_unknown() => Outcome::Unanswered(error.to_string()),
            error => Outcome::Failed(error.to_string()),
        };
    }
    let Some(after) = &change.after else { return Outcome::Applied };
    let differs = serde_json::from_slice::<Value>(response.body())
        .ok()
        .and_then(|answer| Resource::from_arm(resource_type, answer).ok())
        .map_or_else(Vec::new, |answer| differences(after, &answer));
    match (differs.is_empty(), change.action) {
        (false, _) => Outcome::Differs(differs),
        // A new watchlist is answered with 200 (recorded), unlike everything else.
        (true, Action::Create) if status == http::StatusCode::OK && resource_type != ResourceType::Watchlists => {
            Outcome::Existed
        }
        (true, _) => Outcome::Applied,
    }
}

/// The etag goes out in the body and as If-Match: recordings show the first honoured, and the second is HTTP's own.
fn request(connection: &Connection, resource_type: ResourceType, change: &Change) -> Result<Request, String> {
    let (requests, name, etag) = (&connection.requests, &change.resource_name, change.etag.as_deref());
    if change.action == Action::Delete {
        return requests.delete(resource_type, name, etag).map_err(|why| why.to_string());
    }
    let mut body = change.after.clone().ok_or("the plan has no body for it")?;
    if let (Some(etag), Some(map)) = (etag, body.as_object_mut()) {
        map.insert("etag".to_owned(), json!(etag));
    }
    requests.put(resource_type, name, &body, etag).map_err(|why| why.to_string())
}

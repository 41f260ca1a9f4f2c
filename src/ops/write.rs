//! One write, and everything that its answer can mean.

use std::time::Duration;

use serde_json::{Value, json};

use super::connection::Connection;
use crate::arm::error::ArmError;
use crate::arm::journal::Attempts;
use crate::arm::transport::{Request, TransportError};
use crate::arm::window::Window;
use crate::plan::metadata::MarkWrite;
use crate::plan::outcome::{Failure, Outcome, differences};
use crate::plan::{Action, Change};
use crate::resource::{Resource, ResourceType};

/// How often a mark is sent at most.
const MARK_TRIES: u32 = 3;

/// What an answer means for a change.
#[derive(Debug)]
pub(super) enum Answer {
    /// This is what became of it.
    Done(Outcome),
    /// It may have been written or not: only the live state tells.
    Lost(Failure),
    /// The service has another version, or is at odds with itself (409, 412): only the live state tells.
    Conflict(Failure),
    /// The service asks to come later; it has done nothing.
    Later(Failure, Option<Duration>),
    /// It was not sent: its list is too old, or somebody asked to stop.
    Late,
    /// The credential is turned away, or gives no token.
    Denied(Failure),
    /// The service could not be reached.
    Unreachable(Failure),
}

/// Sends a change that was sent so many times before, on the condition that the live resource is the planned one, while
/// the window is open; and its mark after it.
pub(super) async fn write(connection: &Connection, change: &Change, tries: u32, window: Window) -> Answer {
    let Some(resource_type) = change.resource_type() else {
        let why = format!("{} is no type of resource that this version writes", change.resource);
        return Answer::Done(Outcome::Failed(why.into()));
    };
    let mut request = match request(connection, resource_type, change) {
        Ok(request) => request,
        Err(why) => return Answer::Done(Outcome::Failed(why.into())),
    };
    if window.check().is_err() {
        return Answer::Late;
    }
    request.extensions_mut().insert(Attempts(tries));
    window.put_on(&mut request);
    let response = match connection.transport.send(request).await {
        Ok(response) => response,
        Err(TransportError::Late(_)) => return Answer::Late,
        Err(why @ TransportError::Unanswered(_)) => return Answer::Lost(why.to_string().into()),
        Err(why @ TransportError::Credential(_)) => return Answer::Denied(why.to_string().into()),
        Err(why @ (TransportError::Connect(_) | TransportError::Refused(_))) => {
            return Answer::Unreachable(why.to_string().into());
        }
    };
    let status = response.status();
    if !status.is_success() {
        return refusal(&ArmError::from_response(&response));
    }
    let Some(after) = &change.after else {
        return Answer::Done(marked(connection, change, Outcome::Applied).await);
    };
    let differs = serde_json::from_slice::<Value>(response.body())
        .ok()
        .and_then(|answer| Resource::from_arm(resource_type, answer).ok())
        .map_or_else(Vec::new, |answer| differences(after, &answer));
    let outcome = match (differs.is_empty(), change.action) {
        (false, _) => Outcome::Differs(differs),
        // A new watchlist is answered with 200 (recorded), unlike everything else.
        (true, action)
            if action.makes() && status == http::StatusCode::OK && resource_type != ResourceType::Watchlists =>
        {
            Outcome::Existed
        }
        (true, _) => Outcome::Applied,
    };
    Answer::Done(marked(connection, change, outcome).await)
}

/// Writes the mark of a change that is there, if the mark is a resource of its own. `outcome` is what became of the rest.
pub(super) async fn marked(connection: &Connection, change: &Change, outcome: Outcome) -> Outcome {
    let Some(mark) = &change.mark else { return outcome };
    for tries in 1.. {
        match self::mark(connection, mark).await {
            Ok(()) => break,
            // The same mark twice is one mark: it may be sent again blindly.
            Err(why) if why.outcome_unknown() && tries < MARK_TRIES => {}
            Err(why) => {
                return Outcome::Failed(failure(&why).and("written, but not its mark, which the next plan settles"));
            }
        }
    }
    outcome
}

/// Metadata have no etag (recorded traffic): nothing tells that nobody wrote in between.
async fn mark(connection: &Connection, mark: &MarkWrite) -> Result<(), ArmError> {
    let (requests, name) = (&connection.requests, &mark.resource_name);
    let request = match &mark.after {
        Some(body) => requests.put(ResourceType::Metadata, name, body, None),
        None => requests.delete(ResourceType::Metadata, name, None),
    };
    let request = request.map_err(|why| TransportError::Refused(why.to_string()))?;
    let response = connection.transport.send(request).await?;
    let gone = mark.after.is_none() && response.status() == http::StatusCode::NOT_FOUND;
    if response.status().is_success() || gone { Ok(()) } else { Err(ArmError::from_response(&response)) }
}

fn refusal(error: &ArmError) -> Answer {
    let failure = failure(error);
    let retry_after = error.answer().and_then(|answer| answer.retry_after);
    match error.status() {
        // "Recently deleted" may hold for a day: it is tried again only where the service says when.
        _ if error.is_recently_deleted() => match retry_after {
            Some(pause) => Answer::Later(failure, Some(pause)),
            None => Answer::Done(Outcome::Failed(failure)),
        },
        _ if error.outcome_unknown() => Answer::Lost(failure),
        Some(409 | 412) => Answer::Conflict(failure),
        Some(429 | 503) => Answer::Later(failure, retry_after),
        Some(401 | 403) => Answer::Denied(failure),
        _ => Answer::Done(Outcome::Failed(failure)),
    }
}

/// An error with all that support asks for.
pub(super) fn failure(error: &ArmError) -> Failure {
    match error.answer() {
        Some(answer) => Failure {
            status: Some(answer.status),
            code: Some(answer.code.clone()),
            message: answer.message.clone(),
            correlation_id: answer.correlation_id.clone(),
        },
        None => error.to_string().into(),
    }
}

/// The etag goes out in the body and as If-Match: recordings show the first honoured, and the second is HTTP's own. A
/// create goes out with `If-None-Match: *`, HTTP's own word for "only if there is none"; nobody could verify that the
/// service heeds it, so a list has shown before that there is none.
fn request(connection: &Connection, resource_type: ResourceType, change: &Change) -> Result<Request, String> {
    let (requests, name, etag) = (&connection.requests, &change.resource_name, change.etag.as_deref());
    if change.action == Action::Delete {
        return requests.delete(resource_type, name, etag).map_err(|why| why.to_string());
    }
    let mut body = change.after.clone().ok_or("the plan has no body for it")?;
    if let (Some(etag), Some(map)) = (etag, body.as_object_mut()) {
        map.insert("etag".to_owned(), json!(etag));
    }
    let request = match (change.action, etag) {
        (action, None) if action.makes() => requests.put_new(resource_type, name, &body),
        _ => requests.put(resource_type, name, &body, etag),
    };
    request.map_err(|why| why.to_string())
}

//! What became of a plan: the outcome of every change, and how answers and lists decide it.

use std::fmt;

use serde_json::Value;

use super::{Action, Change};
use crate::resource::{Resource, ResourceType, normalize};

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The resource type, such as `alertRules`.
    pub resource: String,
    pub id: String,
    pub name: String,
    pub action: Action,
    pub outcome: Outcome,
}

/// What became of a plan in one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub workspace: String,
    /// In the plan's order; noops are left out.
    pub changes: Vec<Done>,
    /// Why the workspace as a whole failed.
    pub failure: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Written, and read back as sent.
    Applied,
    /// The live rule was what the plan wants before anything was written, as after a run that was cut short.
    Unchanged,
    /// A create found a rule under its name: it holds what the plan says now.
    Existed,
    /// The live rule is not the one that was reviewed: untouched.
    Stale(String),
    /// The service refused it, or no answer came before it was sent.
    Failed(Failure),
    /// Sent, and nothing tells what the service made of it.
    Unanswered(Failure),
    /// Written, and the service keeps something else than what was sent.
    Differs(Vec<String>),
    /// Nothing was tried.
    Skipped(String),
}

/// Why a change failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The service's code (`BadRequest`).
    pub code: Option<String>,
    /// The service's message, or our own.
    pub message: String,
    /// What Microsoft's support asks for.
    pub correlation_id: Option<String>,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, ..Self::default() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map(|status| status.to_string());
        let before: Vec<&str> = [status.as_deref(), self.code.as_deref()].into_iter().flatten().collect();
        let parts = [before.join(" "), self.message.clone()];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(": "))?;
        self.correlation_id.as_ref().map_or(Ok(()), |id| write!(f, " (correlation id {id})"))
    }
}

impl Failure {
    /// The same with more said of it.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        self.message = if self.message.is_empty() { more.to_owned() } else { format!("{}; {more}", self.message) };
        self
    }
}

impl Outcome {
    /// The name in every format.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
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
            Self::Applied | Self::Unchanged => String::new(),
            Self::Existed => "one of this name existed: it was replaced by what the plan says".to_owned(),
            Self::Stale(why) | Self::Skipped(why) => why.clone(),
            Self::Failed(why) | Self::Unanswered(why) => why.to_string(),
            Self::Differs(paths) => format!("the service keeps something else in {}", paths.join(", ")),
        }
    }

    /// Why it failed, where it did.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(why) | Self::Unanswered(why) => Some(why),
            Self::Applied | Self::Unchanged | Self::Existed | Self::Stale(_) | Self::Differs(_) | Self::Skipped(_) => {
                None
            }
        }
    }

    /// Whether the live resource is what the plan wants.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Applied | Self::Unchanged | Self::Existed)
    }
}

/// What keeps a change from being written, now that the live resource is known; `None` if it is the planned one.
pub fn obstacle(change: &Change, live: Option<&Resource>) -> Option<Outcome> {
    let noun = change.resource_type().map_or("resource", ResourceType::noun);
    let stale = match (change.action, live) {
        (Action::Create | Action::Replace, None) => return None,
        (Action::Create | Action::Replace, Some(_)) => format!("a {noun} of this name was created since the plan"),
        (Action::Delete, None) => return Some(Outcome::Unchanged),
        (_, None) => format!("the {noun} was deleted since the plan"),
        (_, Some(live)) if is_planned(change, live) => return None,
        (_, Some(_)) => format!("the {noun} was changed since the plan"),
    };
    Some(if is_wanted(change, live) { Outcome::Unchanged } else { Outcome::Stale(stale) })
}

/// Whether a live resource is the version that the plan was made over: by etag, or whole where there is none (metadata).
fn is_planned(change: &Change, live: &Resource) -> bool {
    if change.etag.is_some() || live.etag.is_some() {
        return live.etag == change.etag;
    }
    change.before.as_ref().is_some_and(|before| differences(before, live).is_empty())
}

/// Whether a live resource is what the change wants: gone, or with every field as sent.
pub fn is_wanted(change: &Change, live: Option<&Resource>) -> bool {
    match &change.after {
        None => live.is_none(),
        Some(after) => live.is_some_and(|live| differences(after, live).is_empty()),
    }
}

/// The paths of modelled fields in which a live resource is not what was sent.
pub fn differences(sent: &Value, live: &Resource) -> Vec<String> {
    let Some(sent) = sent.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let (sent, live) = (normalize(live.resource_type, sent), normalize(live.resource_type, &live.properties));
    sent.iter()
        .zip(live.iter())
        .filter(|((_, sent), (_, live))| sent != live)
        .map(|((field, _), _)| field.path.to_owned())
        .collect()
}

/// Holds what was written against a list. False if a later list may still show more.
pub fn settle(change: &Change, outcome: &mut Outcome, live: Option<&Resource>, last: bool) -> bool {
    if !matches!(outcome, Outcome::Applied | Outcome::Existed) {
        return true;
    }
    let as_wanted = match &change.after {
        Some(after) => live.map(|live| differences(after, live)),
        None => live.is_none().then(Vec::new),
    };
    match as_wanted {
        None if last => {
            let what = if change.after.is_some() { "written, and not" } else { "deleted, and still" };
            *outcome = Outcome::Unanswered(format!("{what} in the list at the end").into());
            true
        }
        None => false,
        Some(paths) => {
            if !paths.is_empty() {
                *outcome = Outcome::Differs(paths);
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_all_that_is_known() {
        let whole = Failure {
            status: Some(400),
            code: Some("BadRequest".into()),
            message: "no such table".into(),
            correlation_id: Some("c-1".into()),
        };
        assert_eq!(whole.to_string(), "400 BadRequest: no such table (correlation id c-1)");
        assert_eq!(Failure::from("no connection".to_owned()).and("skipped").to_string(), "no connection; skipped");
    }
}

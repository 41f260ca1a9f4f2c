//! What became of a plan: the outcome of every change, and how answers and lists decide it.

use serde_json::Value;

use super::{Action, Change};
use crate::resource::{Resource, ResourceType, normalize};

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
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
            Self::Stale(why) | Self::Failed(why) | Self::Unanswered(why) | Self::Skipped(why) => why.clone(),
            Self::Differs(paths) => format!("the service keeps something else in {}", paths.join(", ")),
        }
    }
}

/// What keeps a change from being written, now that the live resource is known; `None` if it is the planned one.
pub fn obstacle(change: &Change, live: Option<&Resource>) -> Option<Outcome> {
    let noun = change.resource_type().map_or("resource", ResourceType::noun);
    let stale = match (change.action, live) {
        (Action::Create, None) => return None,
        (Action::Create, Some(_)) => format!("a {noun} of this name was created since the plan"),
        (Action::Delete, None) => return Some(Outcome::Unchanged),
        (_, None) => format!("the {noun} was deleted since the plan"),
        (_, Some(live)) if live.etag == change.etag => return None,
        (_, Some(_)) => format!("the {noun} was changed since the plan"),
    };
    let there = change.after.as_ref().zip(live).is_some_and(|(after, live)| differences(after, live).is_empty());
    Some(if there { Outcome::Unchanged } else { Outcome::Stale(stale) })
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

/// Holds an outcome against the list at the end. False if a later list may still show more.
pub fn settle(change: &Change, outcome: &mut Outcome, live: Option<&Resource>, last: bool) -> bool {
    let as_wanted = match &change.after {
        Some(after) => live.map(|live| differences(after, live)),
        None => live.is_none().then(Vec::new),
    };
    match (&*outcome, as_wanted) {
        (Outcome::Applied | Outcome::Existed, None) => {
            if last {
                let what = if change.after.is_some() { "written, and not" } else { "deleted, and still" };
                *outcome = Outcome::Unanswered(format!("{what} in the list at the end"));
            }
            last
        }
        (Outcome::Applied | Outcome::Existed, Some(paths)) => {
            if !paths.is_empty() {
                *outcome = Outcome::Differs(paths);
            }
            true
        }
        (Outcome::Unanswered(why), as_wanted) => {
            let there = as_wanted.is_some_and(|paths| paths.is_empty());
            if there {
                *outcome = Outcome::Applied;
            } else if last {
                let what = if change.after.is_some() { "does not show it" } else { "still shows it" };
                *outcome = Outcome::Failed(format!("{why}; the list at the end {what}"));
            }
            there || last
        }
        _ => true,
    }
}

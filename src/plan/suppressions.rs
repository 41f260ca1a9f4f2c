//! Suppressions in a plan: what begins, waits, ends, changes and lapses; and the rules that an automation rule is for.

use serde::{Deserialize, Serialize};

use super::Change;
use crate::resource::ResourceType;

/// What happens to a suppression in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressionChange {
    /// The suppression's id.
    pub id: String,
    /// `resolve` or `hide`.
    pub effect: String,
    pub change: Turn,
    /// When it begins, in RFC 3339; nothing if it has begun or was never told to wait.
    pub starts: Option<String>,
    /// When it has ended, in RFC 3339.
    pub expires: Option<String>,
    /// Whole days from the plan to that end; negative after it.
    pub days: Option<i64>,
    /// The ids of the rules that it is for.
    pub rules: Vec<String>,
    /// The ids of rules that the plan leaves as they are, although the files turn it on them as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untouched: Vec<String>,
}

/// How a suppression turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It is not in the workspace, and will be.
    Begins,
    /// It says something else than the live one.
    Changes,
    /// It begins later: a plan at that time creates it, for an automation rule has no start.
    Waits,
    /// It is in the workspace, and the project no longer has it there.
    Ends,
    /// It is in the workspace, and its end has passed: the service has disabled it.
    Lapses,
}

impl Turn {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Changes => "changes",
            Self::Waits => "waits",
            Self::Ends => "ends",
            Self::Lapses => "lapses",
        }
    }
}

/// The names, in lower case, of the alert rules that the body of an automation rule names by their ARM ids.
pub fn needs(change: &Change) -> Vec<String> {
    if change.resource_type() != Some(ResourceType::AutomationRules) {
        return Vec::new();
    }
    let conditions = change.after.as_ref().and_then(|after| after.pointer("/properties/triggeringLogic/conditions"));
    let mut names = Vec::new();
    if let Some(conditions) = conditions {
        collect(conditions, &mut names);
    }
    names
}

/// The names, in lower case, of the alert rules that a value names by their ARM ids.
pub(super) fn collect(value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        serde_json::Value::Object(map) => map.values().for_each(|item| collect(item, names)),
        serde_json::Value::String(text) => {
            let text = text.to_ascii_lowercase();
            let rule = text.starts_with("/subscriptions/").then(|| text.rsplit_once("/alertrules/")).flatten();
            names.extend(rule.map(|(_, name)| name.to_owned()));
        }
        _ => {}
    }
}

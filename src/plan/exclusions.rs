//! Exclusions in a plan: what begins, ends, changes and lapses, and what somebody did to them by hand.

use serde::{Deserialize, Serialize};

/// What happens to an exclusion in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExclusionChange {
    /// The exclusion's id.
    pub id: String,
    pub change: Turn,
    /// When it begins, in RFC 3339; nothing if it has begun or was never told to wait.
    pub starts: Option<String>,
    /// When it has ended, in RFC 3339.
    pub expires: Option<String>,
    /// Whole days from the plan to that end; negative after it.
    pub days: Option<i64>,
    /// The ids of the rules that it happens on.
    pub rules: Vec<String>,
    /// The ids of rules that the plan leaves as they are, although the files turn it on them as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untouched: Vec<String>,
}

/// How an exclusion turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It is not in the live query, and will be.
    Begins,
    /// It says something else than the live one.
    Changes,
    /// It is in the live query, and the project no longer has it there.
    Ends,
    /// It is in the live query, and its end has passed: the query no longer hides anything by it.
    Lapses,
}

impl Turn {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begins => "begins",
            Self::Changes => "changes",
            Self::Ends => "ends",
            Self::Lapses => "lapses",
        }
    }
}

/// Something about a live rule that a person must see, whatever the plan does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The code, such as `exclusion-tampered`.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub level: String,
    /// The rule's id in the project.
    pub id: String,
    /// The rule's name for people.
    pub name: String,
    pub message: String,
}

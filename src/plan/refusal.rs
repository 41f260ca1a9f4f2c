//! Why apply leaves a resource untouched although it is not as the files say.

use serde::{Deserialize, Serialize};

/// The reason, as a word of the plan's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// It was changed in the files and out of band.
    Conflict,
    /// It was edited out of band, so that it detects less.
    Weakened,
    /// It was edited out of band, and the policy is to fail.
    Drift,
    /// It carries no mark of this project, and differs.
    Unmarked,
    /// A later version of Palisade wrote its mark.
    NewerMark,
    /// It would be a second copy of a live rule.
    Twin,
    /// Somebody else writes to it as well.
    SecondWriter,
}

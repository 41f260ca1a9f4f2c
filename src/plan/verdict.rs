//! Which side changed a field: three values tell what two can't.

use serde::{Deserialize, Serialize};

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Changed in the files alone: apply will write it.
    Pending,
    /// Changed in the workspace alone: an edit out of band.
    Drift,
    /// Changed on both sides, differently.
    Conflict,
    /// Changed on both sides to the same.
    Same,
    /// Nobody knows what was last applied.
    Unknown,
}

impl Verdict {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Drift => "drift",
            Self::Conflict => "conflict",
            Self::Same => "same",
            Self::Unknown => "unknown",
        }
    }
}

/// How two values of a field stand to what was last applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Against {
    /// Whether the live value is what was last applied; `None` if nothing tells.
    pub live: Option<bool>,
    /// Whether the desired value is what was last applied; `None` if nothing tells.
    pub desired: Option<bool>,
}

/// Judges one field. `equal` is whether live and desired are. `None` if all values that are known are equal.
pub fn judge(against: Against, equal: bool) -> Option<Verdict> {
    match (against.live, against.desired) {
        (Some(true), Some(true)) => None,
        (Some(true), Some(false)) => Some(Verdict::Pending),
        (Some(false), Some(true)) => Some(Verdict::Drift),
        (Some(false), Some(false)) if equal => Some(Verdict::Same),
        (Some(false), Some(false)) => Some(Verdict::Conflict),
        _ => (!equal).then_some(Verdict::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        let known = |live, desired, equal| judge(Against { live: Some(live), desired: Some(desired) }, equal);
        assert_eq!(known(true, true, true), None);
        assert_eq!(known(true, false, false), Some(Verdict::Pending));
        assert_eq!(known(false, true, false), Some(Verdict::Drift));
        assert_eq!(known(false, false, false), Some(Verdict::Conflict));
        assert_eq!(known(false, false, true), Some(Verdict::Same));
        assert_eq!(judge(Against { live: None, desired: None }, false), Some(Verdict::Unknown));
        assert_eq!(judge(Against { live: None, desired: None }, true), None);
    }
}

//! Which side changed a field: three values tell what two can't.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// What was last applied to a field, if that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Base<'a> {
    /// Nothing tells.
    Unknown,
    /// This value, or none.
    Known(Option<&'a Value>),
}

/// Judges one field. `None` if all values that are known are equal.
pub fn judge(base: Base<'_>, live: Option<&Value>, desired: Option<&Value>) -> Option<Verdict> {
    match base {
        Base::Unknown => (live != desired).then_some(Verdict::Unknown),
        Base::Known(base) => match (live == base, desired == base) {
            (true, true) => None,
            (true, false) => Some(Verdict::Pending),
            (false, true) => Some(Verdict::Drift),
            (false, false) if live == desired => Some(Verdict::Same),
            (false, false) => Some(Verdict::Conflict),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_row_of_the_table() {
        let (a, b, c) = (json!(1), json!(2), json!(3));
        let known = |value| Base::Known(Some(value));
        assert_eq!(judge(known(&a), Some(&a), Some(&a)), None);
        assert_eq!(judge(known(&a), Some(&a), Some(&b)), Some(Verdict::Pending));
        assert_eq!(judge(known(&a), Some(&b), Some(&a)), Some(Verdict::Drift));
        assert_eq!(judge(known(&a), Some(&b), Some(&c)), Some(Verdict::Conflict));
        assert_eq!(judge(known(&a), Some(&b), Some(&b)), Some(Verdict::Same));
        assert_eq!(judge(known(&a), None, Some(&a)), Some(Verdict::Drift));
        assert_eq!(judge(Base::Known(None), None, Some(&a)), Some(Verdict::Pending));
        assert_eq!(judge(Base::Unknown, Some(&a), Some(&b)), Some(Verdict::Unknown));
        assert_eq!(judge(Base::Unknown, Some(&a), Some(&a)), None);
    }
}

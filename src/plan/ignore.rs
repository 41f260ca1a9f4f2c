//! Drift that a document lets be for a time.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FieldChange;
use super::fields::Judgement;
use super::verdict::Verdict;

/// What a document says of drift that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    pub reason: String,
    /// When that ends, in RFC 3339.
    pub expires: String,
}

/// A document that reaches a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Paths of fields; what is below one of them is meant too. Every field where there is none.
    pub fields: Vec<String>,
    pub ignored: Ignored,
}

impl Ignore {
    /// Whether a field is meant.
    pub fn covers(&self, path: &str) -> bool {
        let meant = |field: &String| {
            path.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.fields.is_empty() || self.fields.iter().any(meant)
    }
}

/// What documents let be of one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignores {
    /// The first that means a field counts.
    pub entries: Vec<Ignore>,
    /// Whether `protect:` names the rule.
    pub is_protected: bool,
}

impl Ignores {
    /// Notes on every drifted field what lets it be. `other_exclusions` is whether the exclusions in the live query are
    /// not those that the files want.
    pub fn note(&self, judgement: &mut Judgement, other_exclusions: bool) {
        for one in &mut judgement.fields {
            one.field.ignored = self.of(&one.field, other_exclusions).cloned();
        }
    }

    /// No document lets be that exclusions were tampered with, nor that a protected rule was disabled. A field that the
    /// files changed as well is a conflict, and one of which nobody knows what was applied may be anything.
    fn of(&self, field: &FieldChange, other_exclusions: bool) -> Option<&Ignored> {
        let tampered = other_exclusions && field.path == "query";
        let unlocked = self.is_protected && field.path == "enabled" && field.before == Value::Bool(false);
        if field.verdict != Verdict::Drift || tampered || unlocked {
            return None;
        }
        self.entries.iter().find(|entry| entry.covers(&field.path)).map(|entry| &entry.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_meant_with_what_is_below_it() {
        let ignore = |fields: &[&str]| Ignore {
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            ignored: Ignored { reason: String::new(), expires: String::new() },
        };
        assert!(ignore(&[]).covers("(unmodelled)"));
        assert!(ignore(&["severity", "incidentConfiguration"]).covers("incidentConfiguration.createIncident"));
        assert!(!ignore(&["query"]).covers("queryFrequency"));
    }
}

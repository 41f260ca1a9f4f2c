//! What can be said of parsed content without a network. One check a file; all of them run, whatever they find.

pub mod counts;
pub mod duplicate_ids;
pub mod grouping;
pub mod hidden_characters;
pub mod mitre;
pub mod query_length;
pub mod schedule;
pub mod suppression;
pub mod template_version;
pub mod threshold;
pub mod workspaces;

use crate::diagnostic::Diagnostic;
use crate::rule::{Details, RuleKind};

/// A check of one rule's fields: as written, and again as a workspace's overrides leave them.
pub type DetailsCheck = fn(RuleKind, &Details, &mut Vec<Diagnostic>);

/// Every check of a rule's fields, by name.
pub const DETAILS: &[(&str, DetailsCheck)] = &[
    ("counts", counts::check),
    ("grouping", grouping::check),
    ("hidden-characters", hidden_characters::check),
    ("mitre", mitre::check),
    ("query-length", query_length::check),
    ("schedule", schedule::check),
    ("suppression", suppression::check),
    ("template-version", template_version::check),
    ("threshold", threshold::check),
];

/// Runs every check of a rule's fields.
pub fn details(kind: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
    for (_, check) in DETAILS {
        check(kind, details, problems);
    }
}

//! Entries of `protect:` that mean no rule: a lock that was mistyped would hold on nothing.

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::Rule;
use crate::workspace::protect::{Protect, Seen};

/// Finds entries that mean none of the project's rules.
pub fn check(entries: &[Protect], rules: &[&Rule], problems: &mut Vec<Diagnostic>) {
    for entry in entries {
        let meant = rules.iter().any(|rule| {
            entry.matches(&Seen {
                ids: vec![&rule.id.value],
                names: vec![rule.display_name()],
                tactics: rule.details.tactics.iter().flatten().map(|tactic| tactic.value.as_str()).collect(),
                severities: rule.details.severity.iter().map(|severity| severity.value.word()).collect(),
            })
        });
        if !meant && !rules.is_empty() {
            problems.push(
                Diagnostic::new(
                    Code::MatchesNothing,
                    entry.span,
                    "this entry of `protect` means no rule of the project",
                )
                .help(
                    "it takes an id, a name with * and ?, tactics and severity; a live rule of that name is protected",
                ),
            );
        }
    }
}

//! A query that does not parse: the service refuses it when the rule is written.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// How many faults of one query are told one by one: what follows is mostly a consequence of the first.
pub const TOLD: usize = 10;

/// Finds faults of syntax.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    for fault in query.tree.diagnostics.iter().take(TOLD) {
        // What is missing has no place of its own.
        let help = fault.help.as_deref().unwrap_or(match fault.span.is_empty() {
            true => "add it here, or look before this for a bracket, a quote or a comma too many",
            false => "look just before it for what is missing: an operator, a comma, a bracket or a quote",
        });
        problems.push(query.problem(Code::KqlSyntax, fault.span, &*fault.message).help(help));
    }
}

//! A query that parses and can't mean anything: a column that is not there, a condition that compares nothing.

use super::kql_syntax::TOLD;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Finds faults of meaning. Only where all columns are known can one be missing.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    for fault in facts.diagnostics.iter().take(TOLD) {
        let help = fault.help.as_deref().unwrap_or("only the columns that the operators before it leave are there");
        problems.push(query.problem(Code::KqlMeaning, fault.span, &*fault.message).help(help));
    }
}

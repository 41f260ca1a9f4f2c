//! A rule's query gives rows of one table, and each row says when it happened.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::StatementKind;

/// Finds queries that give no table, several, or one without the time.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    let last = query.tail().unwrap_or_default();
    if !facts.tabular {
        problems.push(
            query
                .problem(Code::NoTabularResult, last, "the query gives no table: there is nothing to raise an alert on")
                .help("end it with a table or a pipeline; a `let` only gives a name"),
        );
        return;
    }
    let results: Vec<_> = query.tree.statements.iter().filter(|s| matches!(s.kind, StatementKind::Query(_))).collect();
    if let [first, second, ..] = results.as_slice() {
        problems.push(
            query
                .problem(Code::SeveralResults, second.span, format!("the query gives {} results", results.len()))
                .related(query.place(first.span), "the first")
                .help("a rule is about one: put them together with `union`"),
        );
    }
    if query.lacks("TimeGenerated") {
        problems.push(
            query
                .problem(Code::TimeGeneratedMissing, last, "the result has no column `TimeGenerated`")
                .help("keep it: `summarize TimeGenerated = max(TimeGenerated), …`, or name it in `project`"),
        );
    }
}

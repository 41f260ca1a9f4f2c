//! A rule's query gives rows, and each row says when it happened.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Finds queries that give no table, or one without the time.
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
    } else if query.lacks("TimeGenerated") {
        problems.push(
            query
                .problem(Code::TimeGeneratedMissing, last, "the result has no column `TimeGenerated`")
                .help("keep it: `summarize TimeGenerated = max(TimeGenerated), …`, or name it in `project`"),
        );
    }
}

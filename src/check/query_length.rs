//! A query has 1 to 10,000 characters (Microsoft's docs, scheduled analytics rules).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// The most characters that a query may have.
pub const LONGEST: usize = 10_000;

/// Whether a query is there and short enough.
pub fn fits(query: &str) -> bool {
    (1..=LONGEST).contains(&length(query))
}

/// As .NET counts: in UTF-16 units, without the blanks around it, which the service strips.
fn length(query: &str) -> usize {
    query.trim().encode_utf16().count()
}

/// Finds a query that is empty or too long.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let Some(query) = &details.query else { return };
    let length = length(&query.value);
    if length == 0 {
        problems.push(Diagnostic::new(Code::QueryLength, query.span, "the query is empty").help("give the KQL to run"));
    } else if length > LONGEST {
        let message = format!("the query has {length} characters: the service takes {LONGEST}");
        problems.push(Diagnostic::new(Code::QueryLength, query.span, message).help("move long lists into a watchlist"));
    }
}

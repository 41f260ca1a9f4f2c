//! A query has 1 to 10,000 characters (Microsoft's docs, scheduled analytics rules).

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::{Details, RuleKind};

/// The most characters that a query may have.
pub const LONGEST: usize = 10_000;

/// Finds a query that is empty or too long.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
    let Some(query) = &details.query else { return };
    let length = query.value.trim().encode_utf16().count();
    if length == 0 {
        problems.push(Diagnostic::new(Code::QueryLength, query.span, "the query is empty").help("give the KQL to run"));
    } else if length > LONGEST {
        let message = format!("the query has {length} characters: the service takes {LONGEST}");
        problems.push(Diagnostic::new(Code::QueryLength, query.span, message).help("move long lists into a watchlist"));
    }
}

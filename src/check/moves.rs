//! Documents of kind Moved against the rules: each must lead from an id that is gone to one that is there.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::rule::moved::Moved;

/// Finds moves that can't be. `ids` are those of all rules, refused ones included. False for each that is left out.
pub fn check(moves: &[Moved], ids: &[&str], problems: &mut Vec<Diagnostic>) -> Vec<bool> {
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let mut kept = Vec::with_capacity(moves.len());
    for (at, one) in moves.iter().enumerate() {
        let (from, to) = (&one.from, &one.to);
        let before = problems.len();
        if let Some(first) = moves[..at].iter().find(|other| is(&other.from.value, &from.value)) {
            problems.push(
                Diagnostic::new(
                    Code::InvalidValue,
                    from.span,
                    format!("{} has moved already", from.value.escape_debug()),
                )
                .related(first.from.span, "the other move")
                .help("keep one of the two: a live rule goes on as one rule"),
            );
        } else if let Some(first) = moves[..at].iter().find(|other| is(&other.to.value, &to.value)) {
            let message = format!("another rule has moved to {} already", to.value.escape_debug());
            problems.push(
                Diagnostic::new(Code::InvalidValue, to.span, message)
                    .related(first.to.span, "the other move")
                    .help("keep one of the two: one live rule can't be two"),
            );
        } else if ids.iter().any(|id| is(id, &from.value)) {
            let message = format!("the rule {} has not moved: a document still has that id", from.value.escape_debug());
            problems.push(
                Diagnostic::new(Code::InvalidValue, from.span, message)
                    .help("give the rule its new id, or remove this document"),
            );
        }
        let goes_on = moves.iter().any(|other| is(&other.from.value, &to.value));
        if problems.len() == before && !goes_on && !ids.iter().any(|id| is(id, &to.value)) {
            let help = match nearest(&to.value, ids.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => "the live rule is left alone; remove this document if it may go".to_owned(),
            };
            let message = format!("no rule has the id {}", to.value.escape_debug());
            problems.push(Diagnostic::new(Code::MatchesNothing, to.span, message).help(help));
        }
        kept.push(!problems[before..].iter().any(Diagnostic::is_error));
    }
    kept
}

//! `contains` where `has` would find the same, with the index of words.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::ExprKind;
use crate::kql::tree::{CompareOp, TextOp, TextTest};

/// The shortest word that the index of words holds (Microsoft's docs, string operators).
const SHORTEST: usize = 3;

/// Finds `contains` with words that stand alone in what is searched.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    for expr in query.exprs() {
        let ExprKind::Compare(compare) = &expr.kind else { continue };
        let CompareOp::Text(TextOp { test: TextTest::Contains, negated: false, .. }) = compare.op else { continue };
        let Some(text) = query.string(&compare.right) else { continue };
        if is_phrase(&text) {
            let word = compare.op_span.text(query.text);
            problems.push(
                query
                    .problem(
                        Code::ContainsForHas,
                        compare.op_span,
                        format!("`{word}` reads every value, `has` looks words up"),
                    )
                    .help("write `has`, if the text stands between blanks or signs where it is looked for"),
            );
        }
    }
}

/// Whether a text is made of whole words: letters and digits at both ends, and a sign or a blank between two of them.
fn is_phrase(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    text.is_ascii()
        && text.starts_with(word)
        && text.ends_with(word)
        && text.contains(|c: char| !word(c))
        && text.split(|c: char| !word(c)).any(|part| part.len() >= SHORTEST)
}

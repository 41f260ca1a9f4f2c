//! Characters that nobody sees: they can end a KQL comment, reverse a line, or hide what a reviewer approves.

use super::subject::Subject;
use crate::diagnostic::hidden::is_hidden;
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::kql;

/// Finds control, format and line-separator characters in the texts that people review. In the query they are an
/// error: Microsoft's lexer ends a comment at U+2028 and U+2029, so what looks like a remark may be run.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    for (key, text) in [("name", &details.name), ("description", &details.description)] {
        if let Some(Spanned { value, span }) = text
            && let Some(hidden) = value.chars().find(|c| is_hidden(*c))
        {
            let message = format!("`{key}` holds the invisible character U+{:04X}", hidden as u32);
            problems.push(
                Diagnostic::new(Code::HiddenCharacter, *span, message).help("remove it: a reviewer does not see it"),
            );
        }
    }
    let Some(query) = subject.query else { return };
    let Some((at, hidden)) = query.text.char_indices().find(|(_, c)| is_hidden(*c)) else { return };
    let span = kql::Span::new(offset(at), offset(at + hidden.len_utf8()));
    let message = match hidden {
        '\u{2028}' | '\u{2029}' => {
            format!("U+{:04X} ends a line of KQL, and a comment with it, where nobody sees one", hidden as u32)
        }
        _ => format!("the query holds the invisible character U+{:04X}", hidden as u32),
    };
    problems.push(
        query
            .problem(Code::HiddenInQuery, span, message)
            .help("remove it; a string that has to hold it can name it: \"\\u200b\""),
    );
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

//! The names of custom details: at most 20 characters that begin with a letter (Microsoft's validator of templates).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Sources, Span};

/// Characters of a custom detail's name.
pub const LONGEST: usize = 20;

/// The place of a key that stands before its value on one line.
fn key_place(key: &str, value: Span, sources: &Sources) -> Option<Span> {
    let text = sources.text(value.file);
    let before = text.get(..value.start as usize)?;
    let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    let at = line.rfind(key)?;
    let [start, length] = [line.len() - at, key.len()].map(|n| u32::try_from(n).unwrap_or(0));
    let column = u32::try_from(line[..at].chars().count() + 1).ok()?;
    Some(Span { start: value.start - start, end: value.start - start + length, column, ..value })
}

/// Finds names that the service may refuse.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (key, column) in subject.details.custom_details.iter().flat_map(|map| &map.value) {
        let fits = key.chars().count() <= LONGEST
            && key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            let place = key_place(key, column.span, subject.sources).unwrap_or(column.span);
            let message = format!("`{}` is no name of a custom detail", key.escape_debug());
            problems.push(
                Diagnostic::new(Code::CustomDetailName, place, message)
                    .help(format!("letters, digits and `_`, at most {LONGEST}, a letter first")),
            );
        }
    }
}

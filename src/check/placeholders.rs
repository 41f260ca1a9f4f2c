//! `{{Column}}` in the name and the description of an alert: at most 3 in each, of columns that the query gives.

use super::columns;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::rule::scalar;

/// Placeholders in one format (Microsoft's docs, alert details).
pub const PLACEHOLDERS: usize = 3;

/// Finds placeholders that can't be filled.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(over) = &subject.details.alert_details else { return };
    let formats =
        [("alertDisplayNameFormat", &over.display_name_format), ("alertDescriptionFormat", &over.description_format)];
    for (key, format) in formats {
        let Some(format) = format else { continue };
        let file = subject.sources.text(format.span.file);
        let place = |part: std::ops::Range<usize>| -> Span {
            scalar::place(&file, format.span, &format.value, part).unwrap_or(format.span)
        };
        let found = found(&format.value);
        if found.named.len() > PLACEHOLDERS {
            let message = format!("`{key}` has {} placeholders: the service takes {PLACEHOLDERS}", found.named.len());
            problems.push(
                Diagnostic::new(Code::TooMany, format.span, message)
                    .help("put the other columns into customDetails, or join them in the query"),
            );
        }
        for (name, part) in found.named {
            if let Some(query) = subject.query.filter(|query| query.lacks(name.trim())) {
                problems.push(columns::missing(query, name.trim(), place(part), &format!("`{key}` shows it")));
            }
        }
        for part in found.broken {
            problems.push(
                Diagnostic::new(
                    Code::PlaceholderForm,
                    place(part),
                    "a placeholder that is not closed: it is shown as it is",
                )
                .help("write {{Column}}"),
            );
        }
    }
}

/// Bytes of a format that are no placeholder.
pub(super) fn fixed_length(format: &str) -> usize {
    let braces = "{{}}".len();
    format.trim().len() - found(format).named.iter().map(|(name, _)| name.len() + braces).sum::<usize>()
}

struct Found<'f> {
    named: Vec<(&'f str, std::ops::Range<usize>)>,
    broken: Vec<std::ops::Range<usize>>,
}

fn found(text: &str) -> Found<'_> {
    let mut found = Found { named: Vec::new(), broken: Vec::new() };
    let mut at = 0;
    while let Some(open) = text[at..].find("{{") {
        let start = at + open;
        let inner = &text[start + 2..];
        let end = inner.find(['{', '}', '\n']).unwrap_or(inner.len());
        if inner[end..].starts_with("}}") && !inner[..end].trim().is_empty() {
            found.named.push((&inner[..end], start + 2..start + 2 + end));
            at = start + 2 + end + 2;
        } else {
            found.broken.push(start..start + 2 + end);
            at = start + 2 + end;
        }
    }
    found
}

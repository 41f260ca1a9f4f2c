//! The names of custom details: at most 20 characters that begin with a letter (Microsoft's validator of templates).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Characters of a custom detail's name.
pub const LONGEST: usize = 20;

/// Finds names that the service may refuse.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for (key, column) in subject.details.custom_details.iter().flat_map(|map| &map.value) {
        let fits = key.chars().count() <= LONGEST
            && key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !fits {
            let message = format!("`{}` is no name of a custom detail", key.escape_debug());
            problems.push(
                Diagnostic::new(Code::CustomDetailName, column.span, message)
                    .help(format!("letters, digits and `_`, at most {LONGEST}, a letter first")),
            );
        }
    }
}

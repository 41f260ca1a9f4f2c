//! Characters that nobody sees: they can end a KQL comment, reverse a line, or hide what a reviewer approves.

use crate::diagnostic::hidden::is_hidden;
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::{Details, RuleKind};

/// Finds control, format and line-separator characters in the texts that people review.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
    let texts = [("name", &details.name), ("query", &details.query), ("description", &details.description)];
    for (key, text) in texts {
        if let Some(Spanned { value, span }) = text
            && let Some(hidden) = value.chars().find(|c| is_hidden(*c))
        {
            let message = format!("`{key}` holds the invisible character U+{:04X}", hidden as u32);
            problems.push(
                Diagnostic::new(Code::HiddenCharacter, *span, message)
                    .help("remove it: a reviewer does not see it, and KQL may read it as a line end"),
            );
        }
    }
}

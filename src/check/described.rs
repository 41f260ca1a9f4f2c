//! What people need to work with a rule: a description, a version, texts of a length that is shown in full.

use super::placeholders;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::rule::Rule;

/// Characters of a name and of a description (Microsoft's validator of templates).
const LONGEST: [(&str, usize); 2] = [("name", 256), ("description", 5000)];

/// Bytes of an alert's name and of its description (Microsoft's docs, alert details).
const ALERT: [(&str, usize); 2] = [("alertDisplayNameFormat", 256), ("alertDescriptionFormat", 5 * 1024)];

/// Finds texts that are too long.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    if let Some(over) = &details.alert_details {
        for ((key, longest), format) in ALERT.into_iter().zip([&over.display_name_format, &over.description_format]) {
            let Some(format) = format else { continue };
            let fixed = placeholders::fixed_length(&format.value);
            if fixed > longest {
                let message =
                    format!("`{key}` has {fixed} bytes beside its placeholders: an alert takes {longest} in all");
                problems.push(Diagnostic::new(Code::TextLength, format.span, message).help("shorten it"));
            }
        }
    }
    for ((key, longest), text) in LONGEST.into_iter().zip([&details.name, &details.description]) {
        let Some(text) = text else { continue };
        let length = text.value.trim().chars().count();
        if length > longest {
            let message = format!("`{key}` has {length} characters: Microsoft's validation takes {longest}");
            problems.push(Diagnostic::new(Code::TextLength, text.span, message).help("shorten it"));
        }
    }
}

/// Finds what a rule's document leaves unsaid.
pub fn rule(rule: &Rule, problems: &mut Vec<Diagnostic>) {
    let spot = rule.details.name.as_ref().map_or(rule.id.span, |name| name.span);
    if rule.details.description.as_ref().is_none_or(|text| text.value.trim().is_empty()) {
        problems.push(
            Diagnostic::new(Code::DescriptionMissing, spot, "the rule has no `description`")
                .help("say what it means, what to do, and what it is closed for"),
        );
    }
    if rule.version.as_ref().is_none_or(|version| version.value.trim().is_empty()) {
        problems.push(
            Diagnostic::new(Code::VersionMissing, spot, "the rule has no `version`")
                .help("give it one, such as 1.0.0, and raise it with the query"),
        );
    }
}

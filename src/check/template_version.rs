//! `templateVersion` goes out only with `alertRuleTemplateName`: the service refuses it alone.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Finds a template's version without the template.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    if let (Some(version), None) = (&details.template_version, &details.template_name) {
        problems.push(
            Diagnostic::new(
                Code::TemplateVersionAlone,
                version.span,
                "`templateVersion` without `alertRuleTemplateName`: the service refuses it",
            )
            .help("name the template too, or remove the version"),
        );
    }
}

//! `templateVersion` goes out only with `alertRuleTemplateName`: the service refuses it alone.

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::{Details, RuleKind};

/// Finds a template's version without the template.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
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

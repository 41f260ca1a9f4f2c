//! The properties of an alert that a column may fill (the swagger's `AlertProperty`, 2025-07-01-preview).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Fix, nearest};

const PROPERTIES: &[&str] = &[
    "AlertLink",
    "ConfidenceLevel",
    "ConfidenceScore",
    "ExtendedLinks",
    "ProductName",
    "ProviderName",
    "ProductComponentName",
    "RemediationSteps",
    "Techniques",
    "SubTechniques",
];

/// Finds properties that no alert has.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let over = subject.details.alert_details.iter();
    for dynamic in over.flat_map(|over| over.dynamic_properties.iter().flatten()) {
        let name = dynamic.property.value.trim();
        if !PROPERTIES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let near = nearest(name, PROPERTIES.iter().copied());
            let fix = near.and_then(|near| Fix::word(dynamic.property.span, name, near));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it takes {}", PROPERTIES.join(", ")),
            };
            let message = format!("an alert has no property `{}`", name.escape_debug());
            problems
                .push(Diagnostic::new(Code::UnknownAlertProperty, dynamic.property.span, message).help(help).fix(fix));
        }
    }
}

//! A threshold is 0 to 10,000 (Microsoft's validator of templates).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Finds a threshold that the service refuses.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let Some(threshold) = &details.trigger_threshold else { return };
    if !(0..=10_000).contains(&threshold.value) {
        let message = format!("`triggerThreshold` must be between 0 and 10000, not {}", threshold.value);
        problems.push(Diagnostic::new(Code::ThresholdRange, threshold.span, message).help("it counts results"));
    }
}

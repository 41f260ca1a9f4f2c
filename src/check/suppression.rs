//! A rule may be silent for 5 minutes to 24 hours after an alert (Microsoft's docs).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::rule::duration::Duration;

/// Finds a suppression that the service refuses, or that ends before the rule runs again.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let Some(duration) = &details.suppression_duration else { return };
    if !(Duration::minutes(5)..=Duration::hours(24)).contains(&duration.value) {
        let message = format!("`suppressionDuration` must be between 5m and 24h, not {}", duration.value);
        problems.push(
            Diagnostic::new(Code::DurationRange, duration.span, message)
                .help("the service demands it even where suppressionEnabled is false; leave it out for the default"),
        );
    }
    if let Some(frequency) = &details.query_frequency
        && details.suppression_enabled.as_ref().is_some_and(|enabled| enabled.value)
        && duration.value < frequency.value
    {
        let message = format!(
            "a suppression of {} is over before the rule runs again, {} later",
            duration.value, frequency.value
        );
        problems.push(
            Diagnostic::new(Code::SuppressionTooShort, duration.span, message)
                .related(frequency.span, "runs this often")
                .help("make it at least as long as queryFrequency, or leave suppression out"),
        );
    }
}

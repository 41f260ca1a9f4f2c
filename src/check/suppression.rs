//! A rule may be silent for 5 minutes to 24 hours after an alert (Microsoft's docs).

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::duration::Duration;
use crate::rule::{Details, RuleKind};

/// Finds a suppression that the service refuses.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
    let Some(duration) = &details.suppression_duration else { return };
    if !(Duration::minutes(5)..=Duration::hours(24)).contains(&duration.value) {
        let message = format!("`suppressionDuration` must be between 5m and 24h, not {}", duration.value);
        problems.push(
            Diagnostic::new(Code::DurationRange, duration.span, message)
                .help("the service demands it even where suppressionEnabled is false; leave it out for the default"),
        );
    }
}

//! A rule may begin to run at most 30 days from now (Microsoft's docs, scheduled analytics rules).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// How far ahead a rule may start.
const DAYS: i64 = 30;

/// Finds a start that is too far ahead. One in the past is that of a rule that runs already.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let (Some(start), Some(now)) = (&subject.details.start_time, subject.settings.now) else { return };
    let ahead = start.value.as_second().saturating_sub(now.as_second());
    if ahead > DAYS * 86_400 {
        let message = format!("`startTimeUtc` is {} days ahead: the service takes {DAYS}", ahead / 86_400);
        problems.push(
            Diagnostic::new(Code::StartTimeRange, start.span, message)
                .help("give a time within 30 days, or leave it out"),
        );
    }
}

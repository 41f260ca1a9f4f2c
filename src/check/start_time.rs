//! A rule may begin to run 10 minutes to 30 days from now (Microsoft's docs, scheduled analytics rules).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// How far ahead a rule may start.
const DAYS: i64 = 30;
/// How far ahead it has to start.
const MINUTES: i64 = 10;

/// Finds a start that is too far ahead, too near, or over.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let (Some(start), Some(now)) = (&subject.details.start_time, subject.settings.now) else { return };
    let ahead = start.value.as_second().saturating_sub(now.as_second());
    let (code, message, help) = if ahead > DAYS * 86_400 {
        let message = format!("`startTimeUtc` is {} days ahead: the service takes {DAYS}", ahead / 86_400);
        (Code::StartTimeRange, message, "give a time within 30 days, or leave it out")
    } else if ahead < 0 {
        let message = "`startTimeUtc` is over: a rule that is new to a workspace can't begin then".to_owned();
        (Code::StartTimePassed, message, "leave it out, once the rule runs everywhere")
    } else if ahead < MINUTES * 60 {
        let message = format!("`startTimeUtc` is {} minutes ahead: the service wants {MINUTES}", ahead / 60);
        (Code::StartTimeSoon, message, "give a later time, or leave it out: the rule then starts at once")
    } else {
        return;
    };
    problems.push(Diagnostic::new(code, start.span, message).help(help));
}

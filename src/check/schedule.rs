//! How often a rule runs and how far it looks back (Microsoft's docs, and its validator of templates).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::duration::Duration;
use crate::rule::{Details, RuleKind};

/// Finds a schedule that the service refuses, or that leaves events unseen.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    if subject.kind == RuleKind::Nrt {
        nrt(details, problems);
        return;
    }
    let named = [("queryFrequency", &details.query_frequency), ("queryPeriod", &details.query_period)];
    for (key, duration) in named {
        if let Some(Spanned { value, span }) = duration
            && !(Duration::minutes(5)..=Duration::days(14)).contains(value)
        {
            let message = format!("`{key}` must be between 5m and 14d, not {value}");
            let problem = Diagnostic::new(Code::DurationRange, *span, message);
            let too_often = key == "queryFrequency" && *value < Duration::minutes(5);
            problems.push(if too_often { problem.help("an NRT rule runs every minute") } else { problem });
        }
    }
    let (Some(frequency), Some(period)) = (&details.query_frequency, &details.query_period) else { return };
    if period.value < frequency.value {
        let message = format!(
            "the rule runs every {} and looks back {}: what happens in between is never looked at",
            frequency.value, period.value
        );
        problems.push(
            Diagnostic::new(Code::PeriodTooShort, period.span, message)
                .related(frequency.span, "runs this often")
                .help("make queryPeriod at least as long as queryFrequency: the service refuses less"),
        );
    } else if period.value >= Duration::days(2) && frequency.value < Duration::hours(1) {
        problems.push(
            Diagnostic::new(
                Code::FrequencyTooShort,
                frequency.span,
                format!("a rule that looks back {} may run once an hour, not every {}", period.value, frequency.value),
            )
            .related(period.span, "looks back this far")
            .help("run it every 1h, or look back less than 2d"),
        );
    }
}

fn nrt(details: &Details, problems: &mut Vec<Diagnostic>) {
    let written: [(&str, Option<Span>); 5] = [
        ("queryFrequency", details.query_frequency.as_ref().map(|d| d.span)),
        ("queryPeriod", details.query_period.as_ref().map(|d| d.span)),
        ("triggerOperator", details.trigger_operator.as_ref().map(|d| d.span)),
        ("triggerThreshold", details.trigger_threshold.as_ref().map(|d| d.span)),
        ("startTimeUtc", details.start_time.as_ref().map(|d| d.span)),
    ];
    for (key, span) in written {
        if let Some(span) = span {
            let message = format!("an NRT rule runs every minute: its `{key}` is not deployed");
            problems.push(Diagnostic::new(Code::NrtSchedule, span, message).help(format!("remove `{key}`")));
        }
    }
}

//! Incident grouping: the look-back's range, and what `Selected` selects by (Microsoft's swagger and docs).

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::duration::Duration;
use crate::rule::parts::{Grouping, MatchingMethod};
use crate::rule::words::same_word;

/// What alerts can be grouped by beside entities and custom details (the swagger's `AlertDetail`).
const ALERT_DETAILS: &[&str] = &["DisplayName", "Severity"];

/// Finds a grouping that the service refuses, or that groups by what the alerts don't have.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let Some(grouping) = details.incident.as_ref().and_then(|incident| incident.grouping.as_ref()) else { return };
    if let Some(lookback) = &grouping.lookback
        && !(Duration::minutes(5)..=Duration::days(7)).contains(&lookback.value)
    {
        problems.push(
            Diagnostic::new(Code::DurationRange, lookback.span, "`lookbackDuration` must be between 5m and 7d")
                .help("5h is the service's default"),
        );
    }
    let enabled = grouping.enabled.as_ref().is_some_and(|enabled| enabled.value);
    let Some(matching) = grouping.matching.as_ref().filter(|m| enabled && m.value == MatchingMethod::Selected) else {
        return;
    };
    let empty = |list: &Option<Vec<_>>| list.as_ref().is_none_or(Vec::is_empty);
    if empty(&grouping.by_entities) && empty(&grouping.by_alert_details) && empty(&grouping.by_custom_details) {
        problems.push(
            Diagnostic::new(Code::InvalidValue, matching.span, "`matchingMethod: Selected` selects nothing")
                .help("name at least one of groupByEntities, groupByAlertDetails, groupByCustomDetails"),
        );
    }
    absent(subject, grouping, problems);
}

/// Finds what the alerts of the rule do not carry: nothing is ever grouped by it.
fn absent(subject: &Subject<'_>, grouping: &Grouping, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let mapped = |wanted: &str| {
        details.entity_mappings.iter().flat_map(|list| &list.value).any(|m| same_word(&m.entity_type.value, wanted))
            || details.sentinel_entities.is_some()
    };
    let detail =
        |wanted: &str| details.custom_details.iter().flat_map(|map| &map.value).any(|(key, _)| key == wanted.trim());
    let known = |wanted: &str| ALERT_DETAILS.iter().any(|known| same_word(known, wanted));
    let mut report = |item: &Spanned<String>, what: &str, help: &str| {
        let message = format!("incidents are grouped by {what} `{}`, which the alerts lack", item.value.escape_debug());
        problems.push(Diagnostic::new(Code::GroupingAbsent, item.span, message).help(help));
    };
    for item in grouping.by_entities.iter().flatten().filter(|item| !mapped(&item.value)) {
        report(item, "the entity", "map it in entityMappings, or group by another");
    }
    for item in grouping.by_custom_details.iter().flatten().filter(|item| !detail(&item.value)) {
        report(item, "the custom detail", "add it to customDetails, or group by another");
    }
    for item in grouping.by_alert_details.iter().flatten().filter(|item| !known(&item.value)) {
        report(item, "the alert detail", "it takes DisplayName and Severity");
    }
}

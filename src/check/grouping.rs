//! Incident grouping: the look-back's range, and what `Selected` selects by (Microsoft's swagger and docs).

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::duration::Duration;
use crate::rule::parts::MatchingMethod;
use crate::rule::{Details, RuleKind};

/// Finds a grouping that the service refuses.
pub fn check(_: RuleKind, details: &Details, problems: &mut Vec<Diagnostic>) {
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
    let empty = |list: &Option<Vec<_>>| list.as_ref().is_none_or(Vec::is_empty);
    if let Some(matching) = &grouping.matching
        && enabled
        && matching.value == MatchingMethod::Selected
        && empty(&grouping.by_entities)
        && empty(&grouping.by_alert_details)
        && empty(&grouping.by_custom_details)
    {
        problems.push(
            Diagnostic::new(Code::InvalidValue, matching.span, "`matchingMethod: Selected` selects nothing")
                .help("name at least one of groupByEntities, groupByAlertDetails, groupByCustomDetails"),
        );
    }
}

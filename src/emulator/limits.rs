//! The documented limits of analytics rules ("Service limits for Microsoft Sentinel", 2025-03, and the
//! pages on scheduled rules).

use std::time::Duration;

use serde_json::{Map, Value};

use super::answer::ArmError;
use super::duration;
use super::state::Collection;

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

/// A query's length, in UTF-16 units as .NET counts characters.
const QUERY: std::ops::RangeInclusive<usize> = 1..=10_000;
const SCHEDULE: (Duration, Duration) = (Duration::from_secs(5 * MINUTE), Duration::from_secs(14 * DAY));
const LOOKBACK: (Duration, Duration) = (Duration::from_secs(5 * MINUTE), Duration::from_secs(7 * DAY));
/// A rule that looks back this long runs at most once an hour.
const LONG: (Duration, Duration) = (Duration::from_secs(2 * DAY), Duration::from_secs(60 * MINUTE));
const SUPPRESSION: Duration = Duration::from_secs(DAY);
const ENTITY_MAPPINGS: usize = 10;
const FIELD_MAPPINGS: usize = 3;
const CUSTOM_DETAILS: usize = 20;

/// Checks the properties of one Scheduled or NRT rule, whose types were checked before.
///
/// # Errors
///
/// 400 for the first limit that is passed.
pub(super) fn check_rule(kind: &str, properties: &Map<String, Value>) -> Result<(), ArmError> {
    if !matches!(kind, "Scheduled" | "NRT") {
        return Ok(());
    }
    let too_many = |property: &str, most: usize| {
        ArmError::invalid(&format!("properties.{property}"), format_args!("there can be at most {most}."))
    };
    let query = properties.get("query").and_then(Value::as_str).unwrap_or_default();
    if !QUERY.contains(&query.encode_utf16().count()) {
        let (least, most) = QUERY.into_inner();
        let why = format_args!("the length of the query must be between {least} and {most} characters.");
        return Err(ArmError::invalid("properties.query", why));
    }
    if kind == "Scheduled" {
        schedule(properties)?;
    }
    if length(properties, "suppressionDuration").is_some_and(|suppression| suppression > SUPPRESSION) {
        return Err(ArmError::invalid("properties.suppressionDuration", "must be at most 24 hours."));
    }
    let grouping = properties.get("incidentConfiguration").and_then(|incident| incident.get("groupingConfiguration"));
    let lookback = grouping.and_then(Value::as_object).and_then(|grouping| length(grouping, "lookbackDuration"));
    if lookback.is_some_and(|lookback| lookback < LOOKBACK.0 || lookback > LOOKBACK.1) {
        let property = "properties.incidentConfiguration.groupingConfiguration.lookbackDuration";
        return Err(ArmError::invalid(property, "must be between 5 minutes and 7 days."));
    }
    let mappings = properties.get("entityMappings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if mappings.len() > ENTITY_MAPPINGS {
        return Err(too_many("entityMappings", ENTITY_MAPPINGS));
    }
    let fields = |mapping: &Value| mapping.get("fieldMappings").and_then(Value::as_array).map_or(0, Vec::len);
    if mappings.iter().any(|mapping| fields(mapping) > FIELD_MAPPINGS) {
        return Err(too_many("entityMappings.fieldMappings", FIELD_MAPPINGS));
    }
    if properties.get("customDetails").and_then(Value::as_object).is_some_and(|d| d.len() > CUSTOM_DETAILS) {
        return Err(too_many("customDetails", CUSTOM_DETAILS));
    }
    Ok(())
}

fn schedule(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let (shortest, longest) = SCHEDULE;
    for name in ["queryFrequency", "queryPeriod"] {
        if length(properties, name).is_some_and(|length| length < shortest || length > longest) {
            let why = "must be between 5 minutes and 14 days.";
            return Err(ArmError::invalid(&format!("properties.{name}"), why));
        }
    }
    if length(properties, "queryFrequency") > length(properties, "queryPeriod") {
        return Err(ArmError::invalid("properties.queryFrequency", "must not be longer than queryPeriod."));
    }
    let (long, least) = LONG;
    if length(properties, "queryPeriod") >= Some(long) && length(properties, "queryFrequency") < Some(least) {
        let why = "must be at least 1 hour where queryPeriod is 2 days or more.";
        return Err(ArmError::invalid("properties.queryFrequency", why));
    }
    Ok(())
}

fn length(properties: &Map<String, Value>, name: &str) -> Option<Duration> {
    properties.get(name).and_then(Value::as_str).and_then(duration::parse)
}

/// Checks that a workspace has room for a rule that is written under `key`.
///
/// `BuiltInFusion` is not among the rules of a workspace, so it takes no place.
///
/// # Errors
///
/// 400 where the rule would be one too many.
pub(super) fn check_room(rules: &Collection, key: &str, kind: &str, enabled: bool) -> Result<(), ArmError> {
    let (most_enabled, most) = match kind {
        "Scheduled" => (512, 1024),
        "NRT" => (50, 100),
        _ => return Ok(()),
    };
    let old = rules.get(key).filter(|rule| rule.kind == kind);
    let same_kind = || rules.values().filter(|rule| rule.kind == kind);
    if old.is_none() && same_kind().count() >= most {
        return Err(ArmError::bad_request(format!(
            "The maximum number of {kind} rules ({most}) was reached for the workspace."
        )));
    }
    let was_enabled = old.is_some_and(|rule| rule.enabled);
    if enabled && !was_enabled && same_kind().filter(|rule| rule.enabled).count() >= most_enabled {
        return Err(ArmError::bad_request(format!(
            "The maximum number of enabled {kind} rules ({most_enabled}) was reached for the workspace."
        )));
    }
    Ok(())
}

//! A rule, as one workspace wants it, to the alert rule that the service would keep. Every default lives here.

pub mod back;
pub mod evidence;
pub mod exclusion;
pub mod suppression;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Spanned};
use crate::kql::Schema;
use crate::resource::duration::canonical;
use crate::resource::{AlertRule, Kind, Properties};
use crate::rule::duration::Duration;
use crate::rule::parts::{
    AlertDetailsOverride, Correlation, EntityMapping, Grouping, IncidentConfiguration, MatchingMethod,
};
use crate::rule::{Details, Rule, RuleKind, words};
use crate::workspace::Workspace;
use exclusion::overflow::List;
use exclusion::{Applicable, exclude};

/// A rule that creates no `enabled` is on.
pub const ENABLED: bool = true;
/// The service demands a suppression duration even where suppression is off; the portal sends this one.
pub const SUPPRESSION: Duration = Duration::hours(5);
/// The look-back of incident grouping that the service itself fills in.
pub const LOOKBACK: Duration = Duration::hours(5);

/// What a rule becomes in a workspace. `details` are the rule's fields as they are there.
pub fn alert_rule(rule: &Rule, details: &Details, workspace: &Workspace) -> AlertRule {
    AlertRule {
        name: workspace.resource_name(rule).to_owned(),
        kind: match rule.kind {
            RuleKind::Scheduled => Kind::Scheduled,
            RuleKind::Nrt => Kind::Nrt,
        },
        etag: None,
        properties: properties(rule.kind, details),
    }
}

/// A rule with the exclusions that it has in a workspace.
#[derive(Debug, Clone)]
pub struct Effective {
    pub rule: AlertRule,
    /// The ids of the exclusions in its query.
    pub exclusions: Vec<String>,
    /// Those that it goes without, for it does not have the field: id and why.
    pub skipped: Vec<(String, String)>,
    /// Lists of its exclusions that stand in watchlists, which must be there before it.
    pub lists: Vec<List>,
    /// Why it must not be deployed: an exclusion can't be placed. `rule` is then the rule without any.
    pub blocked: Vec<Diagnostic>,
}

/// What a rule becomes in a workspace, with its exclusions in its query as they are at `now`.
pub fn effective_rule(
    rule: &Rule,
    details: &Details,
    workspace: &Workspace,
    exclusions: &[Applicable<'_>],
    now: jiff::Timestamp,
    schema: &dyn Schema,
) -> Effective {
    let mut effective = Effective {
        rule: alert_rule(rule, details, workspace),
        exclusions: Vec::new(),
        skipped: Vec::new(),
        lists: Vec::new(),
        blocked: Vec::new(),
    };
    if exclusions.is_empty() {
        return effective;
    }
    match exclude(rule, details, exclusions, now, schema) {
        Ok(excluded) => {
            if !excluded.exclusions.is_empty() {
                effective.rule.properties.insert("query".to_owned(), json!(excluded.query));
            }
            effective.exclusions = excluded.exclusions;
            effective.skipped = excluded.skipped;
            effective.lists = excluded.lists;
        }
        Err(blocked) => effective.blocked = blocked,
    }
    effective
}

/// The `properties` of the body, as the service stores them.
///
/// Destructured in full, so that no field that an author may write can be forgotten here.
pub fn properties(kind: RuleKind, details: &Details) -> Properties {
    let Details {
        name,
        description,
        severity,
        enabled,
        query,
        query_frequency,
        query_period,
        trigger_operator,
        trigger_threshold,
        tactics,
        techniques,
        entity_mappings,
        sentinel_entities,
        custom_details,
        alert_details,
        aggregation,
        incident,
        suppression_enabled,
        suppression_duration,
        template_name,
        template_version,
        start_time,
        correlation,
    } = details;
    let mut body = Body(Map::new());
    body.text("displayName", name.as_ref().map(|name| name.value.trim()));
    body.text("description", describe(description.as_ref(), correlation.as_ref().map(|c| c.value)));
    body.text("severity", severity.as_ref().map(|s| s.value.word()));
    body.set("enabled", json!(value(enabled.as_ref(), ENABLED)));
    body.text("query", query.as_ref().map(|query| query.value.trim()));
    if kind == RuleKind::Scheduled {
        body.text("queryFrequency", query_frequency.as_ref().map(|d| canonical(d.value.seconds)));
        body.text("queryPeriod", query_period.as_ref().map(|d| canonical(d.value.seconds)));
        body.text("triggerOperator", trigger_operator.as_ref().map(|o| o.value.word()));
        body.some("triggerThreshold", trigger_threshold.as_ref().map(|t| json!(t.value)));
        body.text("startTimeUtc", start_time.as_ref().map(|t| t.value.to_string()));
    }
    body.set("suppressionEnabled", json!(value(suppression_enabled.as_ref(), false)));
    body.set("suppressionDuration", json!(canonical(value(suppression_duration.as_ref(), SUPPRESSION).seconds)));
    body.list("tactics", tactics.iter().flatten().map(|tactic| json!(words::tactic(&tactic.value))));
    let (parents, subs) = words::techniques(techniques.iter().flatten().map(|technique| technique.value.as_str()));
    body.list("techniques", parents.into_iter().map(Value::from));
    body.list("subTechniques", subs.into_iter().map(Value::from));
    body.list("entityMappings", entity_mappings.iter().flat_map(|list| &list.value).map(entity_mapping));
    body.list("sentinelEntitiesMappings", columns(sentinel_entities.as_ref()));
    let custom: Map<String, Value> = custom_details
        .iter()
        .flat_map(|map| &map.value)
        .map(|(key, column)| (key.clone(), json!(column.value.trim())))
        .collect();
    body.some("customDetails", (!custom.is_empty()).then_some(Value::Object(custom)));
    body.some("alertDetailsOverride", alert_details.as_ref().and_then(alert_details_override));
    body.some("eventGroupingSettings", aggregation.as_ref().map(|kind| json!({"aggregationKind": kind.value.word()})));
    body.set("incidentConfiguration", incident_configuration(incident.as_ref()));
    body.text("alertRuleTemplateName", template_name.as_ref().map(|name| name.value.trim()));
    body.text("templateVersion", template_version.as_ref().map(|version| version.value.trim()));
    body.0
}

/// Properties that are only there if they say something.
struct Body(Properties);

impl Body {
    fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    fn some(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    fn text(&mut self, key: &str, text: Option<impl Into<String>>) {
        self.some(key, text.map(Into::into).filter(|text| !text.is_empty()).map(Value::String));
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = Value>) {
        let items: Vec<Value> = items.collect();
        self.some(key, (!items.is_empty()).then_some(Value::Array(items)));
    }
}

fn value<T: Copy>(written: Option<&Spanned<T>>, default: T) -> T {
    written.map_or(default, |written| written.value)
}

fn describe(written: Option<&Spanned<String>>, correlation: Option<Correlation>) -> Option<String> {
    let inner = unquoted(written.map_or("", |text| &text.value));
    let marker = match correlation {
        Some(Correlation::Include) => "#INC_CORR#",
        Some(Correlation::Exclude) => "#DONT_CORR#",
        Some(Correlation::Default) | None => "",
    };
    let whole = format!("{marker}{inner}");
    (!whole.is_empty()).then_some(whole)
}

/// Community files wrap a description in single quotes inside of a block, and some forget the first one; the live
/// templates have it without either.
///
/// A quote at the end alone is the forgotten case only if there is no other: it may close a quotation.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return inner.trim();
    }
    match text.strip_suffix('\'') {
        Some(inner) if !inner.contains('\'') => inner.trim(),
        _ => text,
    }
}

fn entity_mapping(mapping: &EntityMapping) -> Value {
    let fields: Vec<Value> = mapping
        .fields
        .iter()
        .map(|field| json!({"identifier": field.identifier.value.trim(), "columnName": field.column.value.trim()}))
        .collect();
    json!({"entityType": words::entity_type(&mapping.entity_type.value), "fieldMappings": fields})
}

fn columns(list: Option<&Spanned<Vec<Spanned<String>>>>) -> impl Iterator<Item = Value> + '_ {
    list.into_iter().flat_map(|list| &list.value).map(|column| json!({"columnName": column.value.trim()}))
}

fn alert_details_override(written: &AlertDetailsOverride) -> Option<Value> {
    let AlertDetailsOverride {
        display_name_format,
        description_format,
        tactics_column,
        severity_column,
        dynamic_properties,
    } = written;
    let mut body = Body(Map::new());
    let trimmed = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.value.trim().to_owned());
    body.text("alertDisplayNameFormat", trimmed(display_name_format));
    body.text("alertDescriptionFormat", trimmed(description_format));
    body.text("alertTacticsColumnName", trimmed(tactics_column));
    body.text("alertSeverityColumnName", trimmed(severity_column));
    let dynamic = dynamic_properties.iter().flatten();
    body.list(
        "alertDynamicProperties",
        dynamic.map(|item| json!({"alertProperty": item.property.value.trim(), "value": item.column.value.trim()})),
    );
    (!body.0.is_empty()).then_some(Value::Object(body.0))
}

fn incident_configuration(written: Option<&IncidentConfiguration>) -> Value {
    let create = value(written.and_then(|incident| incident.create.as_ref()), true);
    let nothing = Grouping::default();
    let grouping = written.and_then(|incident| incident.grouping.as_ref()).unwrap_or(&nothing);
    let Grouping { enabled, reopen_closed, lookback, matching, by_entities, by_alert_details, by_custom_details } =
        grouping;
    let texts = |list: &Option<Vec<Spanned<String>>>| -> Vec<String> {
        list.iter().flatten().map(|text| text.value.trim().to_owned()).collect()
    };
    json!({
        "createIncident": create,
        "groupingConfiguration": {
            "enabled": value(enabled.as_ref(), false),
            "reopenClosedIncident": value(reopen_closed.as_ref(), false),
            "lookbackDuration": canonical(value(lookback.as_ref(), LOOKBACK).seconds),
            "matchingMethod": value(matching.as_ref(), MatchingMethod::AllEntities).word(),
            "groupByEntities": texts(by_entities).iter().map(|e| words::entity_type(e)).collect::<Vec<_>>(),
            "groupByAlertDetails": texts(by_alert_details),
            "groupByCustomDetails": texts(by_custom_details),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn the_quotes_around_a_description_are_no_part_of_it() {
        for (written, sent) in [
            ("'Finds it.'\n", "Finds it."),
            ("'Finds it. '", "Finds it."),
            ("Finds it.'", "Finds it."),
            ("Finds \"it\"", "Finds \"it\""),
            ("Runs 'whoami'", "Runs 'whoami'"),
            ("It's in the hosts' files'", "It's in the hosts' files'"),
            ("''", ""),
            ("'", ""),
        ] {
            assert_eq!(unquoted(written), sent, "{written:?}");
        }
    }
}

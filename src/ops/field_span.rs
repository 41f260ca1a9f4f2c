//! Where a file says what a field of the live rule should be.

use crate::diagnostic::{Span, Spanned};
use crate::rule::Details;

/// The place of a field, by its path from `properties`. Nothing if no file has it.
pub fn field_span(details: &Details, path: &str) -> Option<Span> {
    fn at<T>(field: &Option<Spanned<T>>) -> Option<Span> {
        field.as_ref().map(|field| field.span)
    }
    fn first<T>(list: &Option<Vec<Spanned<T>>>) -> Option<Span> {
        list.as_ref()?.first().map(|item| item.span)
    }
    let alert = details.alert_details.as_ref();
    let incident = details.incident.as_ref();
    let grouping = incident.and_then(|incident| incident.grouping.as_ref());
    match path {
        "displayName" => at(&details.name),
        "description" => at(&details.description).or_else(|| at(&details.correlation)),
        "severity" => at(&details.severity),
        "enabled" => at(&details.enabled),
        "query" => at(&details.query),
        "queryFrequency" => at(&details.query_frequency),
        "queryPeriod" => at(&details.query_period),
        "triggerOperator" => at(&details.trigger_operator),
        "triggerThreshold" => at(&details.trigger_threshold),
        "suppressionEnabled" => at(&details.suppression_enabled),
        "suppressionDuration" => at(&details.suppression_duration),
        "tactics" => first(&details.tactics),
        "techniques" | "subTechniques" => first(&details.techniques),
        "entityMappings" => at(&details.entity_mappings),
        "sentinelEntitiesMappings" => at(&details.sentinel_entities),
        "customDetails" => at(&details.custom_details),
        "alertDetailsOverride.alertDisplayNameFormat" => at(&alert?.display_name_format),
        "alertDetailsOverride.alertDescriptionFormat" => at(&alert?.description_format),
        "alertDetailsOverride.alertTacticsColumnName" => at(&alert?.tactics_column),
        "alertDetailsOverride.alertSeverityColumnName" => at(&alert?.severity_column),
        "alertDetailsOverride.alertDynamicProperties" => {
            alert?.dynamic_properties.as_ref()?.first().map(|property| property.property.span)
        }
        "eventGroupingSettings.aggregationKind" => at(&details.aggregation),
        "incidentConfiguration.createIncident" => at(&incident?.create),
        "incidentConfiguration.groupingConfiguration.enabled" => at(&grouping?.enabled),
        "incidentConfiguration.groupingConfiguration.reopenClosedIncident" => at(&grouping?.reopen_closed),
        "incidentConfiguration.groupingConfiguration.lookbackDuration" => at(&grouping?.lookback),
        "incidentConfiguration.groupingConfiguration.matchingMethod" => at(&grouping?.matching),
        "incidentConfiguration.groupingConfiguration.groupByEntities" => first(&grouping?.by_entities),
        "incidentConfiguration.groupingConfiguration.groupByAlertDetails" => first(&grouping?.by_alert_details),
        "incidentConfiguration.groupingConfiguration.groupByCustomDetails" => first(&grouping?.by_custom_details),
        "alertRuleTemplateName" => at(&details.template_name),
        "templateVersion" => at(&details.template_version),
        "startTimeUtc" => at(&details.start_time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::resource::fields::ALERT_RULE;

    /// A field that is added to the table has a line here too.
    #[test]
    fn every_modelled_field_has_its_place() {
        let source = include_str!("field_span.rs");
        for field in ALERT_RULE {
            assert!(source.contains(&format!("\"{}\"", field.path)), "{}", field.path);
        }
    }
}

//! Where a key that is new in a file goes: beside its neighbours in the order of the Azure-Sentinel repository.

/// The keys of a rule, in the order that the templates of the Azure-Sentinel repository have them.
pub const RULE: &[&str] = &[
    "id",
    "kind",
    "name",
    "displayName",
    "description",
    "correlation",
    "severity",
    "enabled",
    "status",
    "requiredDataConnectors",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "startTimeUtc",
    "tactics",
    "relevantTechniques",
    "techniques",
    "tags",
    "query",
    "suppressionEnabled",
    "suppressionDuration",
    "incidentConfiguration",
    "eventGroupingSettings",
    "entityMappings",
    "sentinelEntitiesMappings",
    "customDetails",
    "alertDetailsOverride",
    "alertRuleTemplateName",
    "templateVersion",
];

const ALERT_DETAILS: &[&str] = &[
    "alertDisplayNameFormat",
    "alertDescriptionFormat",
    "alertTacticsColumnName",
    "alertSeverityColumnName",
    "alertDynamicProperties",
];
const INCIDENT: &[&str] = &["createIncident", "groupingConfiguration"];
const GROUPING: &[&str] = &[
    "enabled",
    "reopenClosedIncident",
    "lookbackDuration",
    "matchingMethod",
    "groupByEntities",
    "groupByAlertDetails",
    "groupByCustomDetails",
];

/// The keys of the mapping under a key; of a rule where there is none. Keys that are not listed have no order.
pub(super) fn of(parent: Option<&str>) -> &'static [&'static str] {
    match parent {
        None | Some("set") => RULE,
        Some("alertDetailsOverride") => ALERT_DETAILS,
        Some("incidentConfiguration") => INCIDENT,
        Some("groupingConfiguration") => GROUPING,
        Some(_) => &[],
    }
}

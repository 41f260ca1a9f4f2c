//! A YAML document to a [`Rule`]: every problem of the document is found in one pass.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::analytics::{Details, Rule, RuleKind};
use super::duration::Duration;
use super::fields::{Fields, quoted, text};
use super::parts::{
    AggregationKind, AlertDetailsOverride, Correlation, DynamicProperty, EntityMapping, FieldMapping, Grouping,
    IncidentConfiguration, MatchingMethod, Severity, TriggerOperator,
};
use super::yaml::{Node, Value};
use crate::diagnostic::{Code, Diagnostic, Spanned};

const A_DURATION: &str = "a duration such as 5m, 1h, 14d, PT1H or P1DT12H";

/// Reads a document that holds an analytics rule. `None` if it has nothing to be known by.
pub fn rule(node: Node<'_>, kind: RuleKind, problems: &mut Vec<Diagnostic>) -> Option<Rule> {
    let content = digest(&node);
    let (span, before) = (node.span, problems.len());
    let mut fields = Fields::of(node, "an analytics rule", problems)?;
    fields.keep(&["kind", "requiredDataConnectors", "status", "metadata"]);
    let id = id(&mut fields);
    let version = fields.text("version");
    let tags = fields.take("tags").map(|entry| tags(&entry.value)).unwrap_or_default();
    let details = details(&mut fields);
    require(&details, kind, before, &mut fields);
    fields.finish();
    Some(Rule { id: id?, kind, details, tags, version, span, content })
}

/// Reads the fields that a workspace sets in place of a rule's own.
pub fn overrides(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Details> {
    let mut fields = Fields::of(node, "`set`", problems)?;
    let details = details(&mut fields);
    fields.finish();
    Some(details)
}

fn id(fields: &mut Fields<'_, '_>) -> Option<Spanned<String>> {
    let Some(id) = fields.text("id").filter(|id| !id.value.trim().is_empty()) else {
        fields.problems.push(
            Diagnostic::new(Code::IdMissing, fields.span, "an analytics rule has no `id`")
                .help("give it a new GUID, and never change it: it is the live rule's name"),
        );
        return None;
    };
    let id = id.map(|id| id.trim().to_owned());
    let usable = id.value.len() <= 260
        && id.value.chars().all(|c| c.is_ascii_graphic() && !"/\\?#%&<>:*\"'".contains(c))
        && !id.value.ends_with('.');
    if !usable {
        fields.problems.push(
            Diagnostic::new(
                Code::IdInvalid,
                id.span,
                format!("the id {} can't name an ARM resource", quoted(&id.value)),
            )
            .help("use a GUID"),
        );
        return None;
    }
    if !is_guid(&id.value) {
        fields.problems.push(
            Diagnostic::new(Code::IdNotGuid, id.span, format!("the id {} is no GUID", quoted(&id.value)))
                .help("the service takes it; a GUID is what every other tool expects"),
        );
    }
    Some(id)
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Tags are plain words, or (in some repositories) mappings of anything: only words can be selected by.
fn tags(node: &Node<'_>) -> Vec<String> {
    match &node.value {
        Value::Sequence(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        Value::Scalar { text, .. } => vec![text.clone().into_owned()],
        Value::Mapping(_) => Vec::new(),
    }
}

/// Reports what is missing, unless the problems since `before` already say why the field could not be read.
fn require(details: &Details, kind: RuleKind, before: usize, fields: &mut Fields<'_, '_>) {
    let scheduled = kind == RuleKind::Scheduled;
    let needed = [
        ("name", details.name.is_none(), "the name that alerts and incidents carry"),
        ("severity", details.severity.is_none(), "one of Informational, Low, Medium, High"),
        ("query", details.query.is_none(), "the KQL that the rule runs"),
        ("queryFrequency", scheduled && details.query_frequency.is_none(), "how often the rule runs, such as 1h"),
        ("queryPeriod", scheduled && details.query_period.is_none(), "how far the rule looks back, such as 1h"),
        ("triggerOperator", scheduled && details.trigger_operator.is_none(), "usually gt"),
        ("triggerThreshold", scheduled && details.trigger_threshold.is_none(), "usually 0"),
    ];
    for (key, missing, help) in needed {
        if !missing {
            continue;
        }
        let named = format!("`{key}`");
        if !fields.problems[before..].iter().any(|problem| problem.is_error() && problem.message.contains(&named)) {
            fields.missing(key, help);
        }
    }
}

fn details(fields: &mut Fields<'_, '_>) -> Details {
    fields.alias("displayName", "name");
    fields.alias("techniques", "relevantTechniques");
    Details {
        name: fields.text("name"),
        description: fields.text("description"),
        severity: fields.one_of("severity", Severity::WORDS),
        enabled: fields.boolean("enabled"),
        query: fields.text("query"),
        query_frequency: fields.parsed("queryFrequency", Duration::parse, A_DURATION),
        query_period: fields.parsed("queryPeriod", Duration::parse, A_DURATION),
        trigger_operator: fields.one_of("triggerOperator", TriggerOperator::WORDS),
        trigger_threshold: fields.integer("triggerThreshold"),
        tactics: fields.texts("tactics").map(|list| list.value),
        techniques: fields.texts("relevantTechniques").map(|list| list.value),
        entity_mappings: entity_mappings(fields),
        sentinel_entities: sentinel_entities(fields),
        custom_details: fields.text_map("customDetails"),
        alert_details: alert_details(fields),
        aggregation: aggregation(fields),
        incident: incident(fields),
        suppression_enabled: fields.boolean("suppressionEnabled"),
        suppression_duration: fields.parsed("suppressionDuration", Duration::parse, A_DURATION),
        template_name: fields.text("alertRuleTemplateName"),
        template_version: fields.text("templateVersion"),
        start_time: fields.parsed("startTimeUtc", |t| t.parse().ok(), "a time such as 2026-11-01T08:00:00Z"),
        correlation: fields.one_of("correlation", Correlation::WORDS),
    }
}

fn entity_mappings(fields: &mut Fields<'_, '_>) -> Option<Spanned<Vec<EntityMapping>>> {
    let list = fields.list("entityMappings")?;
    let mut mappings = Vec::with_capacity(list.value.len());
    for item in list.value {
        let Some(mut mapping) = Fields::of(item, "an entity mapping", fields.problems) else { continue };
        let entity_type = mapping.text("entityType");
        if entity_type.is_none() {
            mapping.missing("entityType", "such as Account, Host or IP");
        }
        let mut identifiers = Vec::new();
        match mapping.list("fieldMappings") {
            Some(list) if !list.value.is_empty() => {
                for item in list.value {
                    identifiers.extend(field_mapping(item, mapping.problems));
                }
            }
            _ => mapping.missing("fieldMappings", "at least one identifier with its column"),
        }
        mapping.finish();
        if let Some(entity_type) = entity_type {
            mappings.push(EntityMapping { entity_type, fields: identifiers });
        }
    }
    Some(Spanned { value: mappings, span: list.span })
}

fn field_mapping(item: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<FieldMapping> {
    let mut fields = Fields::of(item, "a field mapping", problems)?;
    let (identifier, column) = (fields.text("identifier"), fields.text("columnName"));
    if identifier.is_none() {
        fields.missing("identifier", "such as Name or Address");
    }
    if column.is_none() {
        fields.missing("columnName", "a column of the query's output");
    }
    fields.finish();
    Some(FieldMapping { identifier: identifier?, column: column? })
}

fn sentinel_entities(fields: &mut Fields<'_, '_>) -> Option<Spanned<Vec<Spanned<String>>>> {
    let list = fields.list("sentinelEntitiesMappings")?;
    let mut columns = Vec::new();
    for item in list.value {
        let Some(mut mapping) = Fields::of(item, "a Sentinel entities mapping", fields.problems) else { continue };
        match mapping.text("columnName") {
            Some(column) => columns.push(column),
            None => mapping.missing("columnName", "the column that holds the entities"),
        }
        mapping.finish();
    }
    Some(Spanned { value: columns, span: list.span })
}

fn alert_details(fields: &mut Fields<'_, '_>) -> Option<AlertDetailsOverride> {
    let mut own = fields.mapping("alertDetailsOverride")?;
    let found = AlertDetailsOverride {
        display_name_format: own.text("alertDisplayNameFormat"),
        description_format: own.text("alertDescriptionFormat"),
        tactics_column: own.text("alertTacticsColumnName"),
        severity_column: own.text("alertSeverityColumnName"),
        dynamic_properties: own
            .list("alertDynamicProperties")
            .map(|list| list.value.into_iter().filter_map(|item| dynamic_property(item, own.problems)).collect()),
    };
    own.finish();
    Some(found)
}

fn dynamic_property(item: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<DynamicProperty> {
    let mut fields = Fields::of(item, "an alert property", problems)?;
    let (property, column) = (fields.text("alertProperty"), fields.text("value"));
    if property.is_none() {
        fields.missing("alertProperty", "such as AlertLink or ProductName");
    }
    if column.is_none() {
        fields.missing("value", "a column of the query's output");
    }
    fields.finish();
    Some(DynamicProperty { property: property?, column: column? })
}

fn aggregation(fields: &mut Fields<'_, '_>) -> Option<Spanned<AggregationKind>> {
    let mut own = fields.mapping("eventGroupingSettings")?;
    let found = own.one_of("aggregationKind", AggregationKind::WORDS);
    own.finish();
    found
}

fn incident(fields: &mut Fields<'_, '_>) -> Option<IncidentConfiguration> {
    let mut own = fields.mapping("incidentConfiguration")?;
    let create = own.boolean("createIncident");
    let grouping = own.mapping("groupingConfiguration").map(|mut grouping| {
        let found = Grouping {
            enabled: grouping.boolean("enabled"),
            reopen_closed: grouping.boolean("reopenClosedIncident"),
            lookback: grouping.parsed("lookbackDuration", Duration::parse, A_DURATION),
            matching: grouping.one_of("matchingMethod", MatchingMethod::WORDS),
            by_entities: grouping.texts("groupByEntities").map(|list| list.value),
            by_alert_details: grouping.texts("groupByAlertDetails").map(|list| list.value),
            by_custom_details: grouping.texts("groupByCustomDetails").map(|list| list.value),
        };
        grouping.finish();
        found
    });
    own.finish();
    Some(IncidentConfiguration { create, grouping })
}

/// Reads a list of texts, or one text alone.
pub fn one_or_more(node: Node<'_>, what: &str, problems: &mut Vec<Diagnostic>) -> Vec<Spanned<String>> {
    match node.value {
        Value::Sequence(items) => items.into_iter().filter_map(|item| text(item, what, problems)).collect(),
        _ => text(node, what, problems).into_iter().collect(),
    }
}

/// What a document says, in a number: places, comments, quoting and the order of keys don't matter.
fn digest(node: &Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match &node.value {
        Value::Scalar { text, .. } => (0, text).hash(&mut hasher),
        Value::Sequence(items) => {
            (1, items.len()).hash(&mut hasher);
            items.iter().for_each(|item| digest(item).hash(&mut hasher));
        }
        Value::Mapping(entries) => {
            let sum = entries.iter().fold(0u64, |sum, entry| {
                let mut one = DefaultHasher::new();
                (&entry.key, digest(&entry.value)).hash(&mut one);
                sum.wrapping_add(one.finish())
            });
            (2, entries.len(), sum).hash(&mut hasher);
        }
    }
    hasher.finish()
}

//! What the properties of a rule may be: names, types and values, after Microsoft's swagger.
//!
//! Only the properties named here are checked. The swagger marks its lists of values as open; the service
//! itself refuses a value outside of them.

use serde_json::{Map, Value};

use super::answer::ArmError;
use super::duration;

/// The form of one value.
enum Shape {
    Text,
    Flag,
    /// A whole number from 0 on.
    Count,
    Duration,
    OneOf(&'static [&'static str]),
    List(&'static Shape),
    Object(&'static [Field]),
    /// An object with any keys, every value of one shape.
    Dictionary(&'static Shape),
}

struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
}

const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const SEVERITIES: &[&str] = &["High", "Medium", "Low", "Informational"];
const OPERATORS: &[&str] = &["GreaterThan", "LessThan", "Equal", "NotEqual"];
const ENTITIES: &[&str] = &[
    "Account",
    "Host",
    "IP",
    "Malware",
    "File",
    "Process",
    "CloudApplication",
    "DNS",
    "AzureResource",
    "FileHash",
    "RegistryKey",
    "RegistryValue",
    "SecurityGroup",
    "URL",
    "Mailbox",
    "MailCluster",
    "MailMessage",
    "SubmissionMail",
];

const GROUPING: &[Field] = &[
    required("enabled", Shape::Flag),
    required("reopenClosedIncident", Shape::Flag),
    required("lookbackDuration", Shape::Duration),
    required("matchingMethod", Shape::OneOf(&["AllEntities", "AnyAlert", "Selected"])),
    optional("groupByEntities", Shape::List(&Shape::OneOf(ENTITIES))),
    optional("groupByAlertDetails", Shape::List(&Shape::OneOf(&["DisplayName", "Severity"]))),
    optional("groupByCustomDetails", Shape::List(&Shape::Text)),
];

const INCIDENT: &[Field] =
    &[required("createIncident", Shape::Flag), optional("groupingConfiguration", Shape::Object(GROUPING))];

const ENTITY_MAPPING: &[Field] = &[
    required("entityType", Shape::OneOf(ENTITIES)),
    required(
        "fieldMappings",
        Shape::List(&Shape::Object(&[required("identifier", Shape::Text), required("columnName", Shape::Text)])),
    ),
];

/// What Scheduled and NRT rules share.
const QUERY_RULE: &[Field] = &[
    required("displayName", Shape::Text),
    required("enabled", Shape::Flag),
    required("severity", Shape::OneOf(SEVERITIES)),
    required("query", Shape::Text),
    required("suppressionDuration", Shape::Duration),
    required("suppressionEnabled", Shape::Flag),
    optional("description", Shape::Text),
    optional("alertRuleTemplateName", Shape::Text),
    optional("templateVersion", Shape::Text),
    // The swagger lists tactics and leaves the list open (`modelAsString`), and no refusal of another is on record.
    optional("tactics", Shape::List(&Shape::Text)),
    optional("techniques", Shape::List(&Shape::Text)),
    optional("subTechniques", Shape::List(&Shape::Text)),
    optional("incidentConfiguration", Shape::Object(INCIDENT)),
    optional("entityMappings", Shape::List(&Shape::Object(ENTITY_MAPPING))),
    optional("customDetails", Shape::Dictionary(&Shape::Text)),
    optional(
        "eventGroupingSettings",
        Shape::Object(&[optional("aggregationKind", Shape::OneOf(&["SingleAlert", "AlertPerResult"]))]),
    ),
    optional("alertDetailsOverride", Shape::Object(ALERT_DETAILS)),
];

const ALERT_DETAILS: &[Field] = &[
    optional("alertDisplayNameFormat", Shape::Text),
    optional("alertDescriptionFormat", Shape::Text),
    optional("alertTacticsColumnName", Shape::Text),
    optional("alertSeverityColumnName", Shape::Text),
];

/// What a Scheduled rule has besides.
const SCHEDULE: &[Field] = &[
    required("queryFrequency", Shape::Duration),
    required("queryPeriod", Shape::Duration),
    required("triggerOperator", Shape::OneOf(OPERATORS)),
    required("triggerThreshold", Shape::Count),
];

/// Rules that make incidents of the alerts of another Microsoft product.
const MICROSOFT_SECURITY: &[Field] =
    &[required("displayName", Shape::Text), required("enabled", Shape::Flag), required("productFilter", Shape::Text)];

/// Checks the properties of a rule of this kind; those of an unknown kind may be anything.
///
/// # Errors
///
/// 400 for the first property that is missing or has a wrong type or value.
pub(super) fn check(kind: &str, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let tables: &[&[Field]] = match kind {
        "Scheduled" => &[QUERY_RULE, SCHEDULE],
        "NRT" => &[QUERY_RULE],
        "MicrosoftSecurityIncidentCreation" => &[MICROSOFT_SECURITY],
        _ => &[],
    };
    for table in tables {
        fields("properties", properties, table)?;
    }
    if !tables.is_empty() {
        template(properties)?;
        selected(properties)?;
    }
    Ok(())
}

fn fields(path: &str, object: &Map<String, Value>, fields: &[Field]) -> Result<(), ArmError> {
    for field in fields {
        match object.get(field.name) {
            None | Some(Value::Null) if field.required => {
                return Err(ArmError::bad_request(format!("Required property '{}' not found", field.name)));
            }
            None | Some(Value::Null) => {}
            Some(value) => value_of(&format!("{path}.{}", field.name), value, &field.shape)?,
        }
    }
    Ok(())
}

fn value_of(path: &str, value: &Value, shape: &Shape) -> Result<(), ArmError> {
    let wrong = |expected: &str| Err(ArmError::invalid(path, format_args!("{value} is not {expected}.")));
    match (shape, value) {
        (Shape::Text, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => Ok(()),
        // The swagger's type is int32.
        (Shape::Count, Value::Number(number)) if number.as_u64().is_some_and(|n| i32::try_from(n).is_ok()) => Ok(()),
        (Shape::Duration, Value::String(text)) if duration::parse(text).is_some() => Ok(()),
        (Shape::OneOf(words), Value::String(word)) if words.contains(&word.as_str()) => Ok(()),
        (Shape::List(shape), Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(index, item)| value_of(&format!("{path}[{index}]"), item, shape))
        }
        (Shape::Object(table), Value::Object(object)) => fields(path, object, table),
        (Shape::Dictionary(shape), Value::Object(object)) => {
            object.iter().try_for_each(|(key, item)| value_of(&format!("{path}.{key}"), item, shape))
        }
        (Shape::Text, _) => wrong("a string"),
        (Shape::Flag, _) => wrong("a boolean"),
        (Shape::Count, _) => wrong("an integer from 0 on"),
        (Shape::Duration, _) => wrong("a duration in ISO 8601, such as PT5M"),
        (Shape::OneOf(words), _) => wrong(&format!("one of {}", words.join(", "))),
        (Shape::List(_), _) => wrong("an array"),
        (Shape::Object(_) | Shape::Dictionary(_), _) => wrong("an object"),
    }
}

/// The message is the service's own, seen in 2026-05 with api-version 2025-07-01-preview.
fn template(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let is_set = |key: &str| properties.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if is_set("templateVersion") && !is_set("alertRuleTemplateName") {
        return Err(ArmError::invalid(
            "",
            "Invalid Properties for alert rule: \
             'templateVersion' can only be used if 'alertRuleTemplateName' is not empty.",
        ));
    }
    Ok(())
}

/// Microsoft's swagger: "When method is Selected at least one of groupByEntities, groupByAlertDetails,
/// groupByCustomDetails must be provided and not empty."
fn selected(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let Some(Value::Object(grouping)) =
        properties.get("incidentConfiguration").and_then(|incident| incident.get("groupingConfiguration"))
    else {
        return Ok(());
    };
    let is_filled = |key: &&str| grouping.get(*key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let is_selected = grouping.get("matchingMethod").is_some_and(|method| method == "Selected");
    if is_selected && !["groupByEntities", "groupByAlertDetails", "groupByCustomDetails"].iter().any(is_filled) {
        return Err(ArmError::invalid(
            "properties.incidentConfiguration.groupingConfiguration",
            "matchingMethod 'Selected' needs groupByEntities, groupByAlertDetails or groupByCustomDetails.",
        ));
    }
    Ok(())
}

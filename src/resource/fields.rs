//! The fields of each resource type that we model, in a fixed order: one table for compare, merge and show.
//!
//! Each field is one leaf. Lists and maps are one leaf each. New fields are added at the end, and none is ever
//! moved or removed: the order is part of what is written into workspaces.

use serde_json::{Value, json};

use super::alert_rule::Properties;
use super::resource_type::ResourceType;

/// How two values of a field are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, byte for byte.
    Text,
    /// Text without blanks at its ends, line ends folded to `\n`.
    Block,
    /// ISO 8601, compared as a length of time.
    Duration,
    /// RFC 3339, compared as an instant.
    Instant,
    /// A number or a boolean.
    Plain,
    /// A list in which order has no meaning.
    Set,
    /// A list in its order.
    List,
    /// A mapping.
    Map,
    /// Anything nested, in which a null member is as good as none, and ARM ids have no case.
    Tree,
}

/// What stands for a field that is absent or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: absent, null, `[]`, `{}` and `""` are one.
    Nothing,
    /// The service acts as if this word were there.
    Word(&'static str),
    /// The service acts as if this were there.
    Flag(bool),
}

/// One leaf of a resource's properties.
#[derive(Debug)]
pub struct Field {
    /// Dotted, from `properties`.
    pub path: &'static str,
    pub shape: Shape,
    pub absent: Absent,
    /// Whether a field that nobody wrote is left as it is in the workspace.
    pub only_if_written: bool,
    /// Where the quirk is known from.
    pub source: &'static str,
}

const fn field(path: &'static str, shape: Shape, absent: Absent, source: &'static str) -> Field {
    Field { path, shape, absent, only_if_written: false, source }
}

const fn kept(path: &'static str, shape: Shape, source: &'static str) -> Field {
    Field { path, shape, absent: Absent::Nothing, only_if_written: true, source }
}

use Absent::{Flag, Nothing, Word};
use Shape::{Block, Duration, Instant, List, Map, Plain, Set, Text, Tree};

const SWAGGER: &str = "Microsoft's swagger for alertRules, required property";
const NULLED: &str = "recorded PUT of 2026-03: omitted comes back as null";
const ABSENT: &str = "recorded PUT of 2026-03: omitted stays absent; newer api-versions may render null or []";
const INCIDENT: &str = "omitted is filled in by the service; defaults as listed by it (recorded list)";

/// The modelled fields of a type. Metadata is written by itself and never compared.
pub fn of(resource_type: ResourceType) -> &'static [Field] {
    match resource_type {
        ResourceType::AlertRules => ALERT_RULE,
        ResourceType::AutomationRules => AUTOMATION_RULE,
        ResourceType::Watchlists => WATCHLIST,
        ResourceType::Metadata => &[],
    }
}

/// The fields of a type as a released version of the mark knows them; `None` for a version that no release wrote.
///
/// What is released is frozen: paths, order, shapes and what stands for absent. A field that is appended, and a shape
/// that changes, belong to the next version.
pub fn released(version: u32, resource_type: ResourceType) -> Option<&'static [Field]> {
    let known = match (version, resource_type) {
        (1, ResourceType::AlertRules) => 34,
        (1, ResourceType::AutomationRules) => 8,
        (1, ResourceType::Watchlists) => 4,
        _ => return None,
    };
    of(resource_type).get(..known)
}

/// Every modelled field of an alert rule. Append only.
pub const ALERT_RULE: &[Field] = &[
    field("displayName", Text, Nothing, SWAGGER),
    field("description", Block, Nothing, NULLED),
    field("severity", Text, Nothing, SWAGGER),
    field("enabled", Plain, Nothing, SWAGGER),
    field("query", Block, Nothing, "live templates: stripped at both ends, line ends inside kept as sent"),
    field("queryFrequency", Duration, Nothing, "templates render P1DT1H, portal exports hold PT25H"),
    field("queryPeriod", Duration, Nothing, "templates render P1DT1H, portal exports hold PT25H"),
    field("triggerOperator", Text, Nothing, SWAGGER),
    field("triggerThreshold", Plain, Nothing, SWAGGER),
    field("suppressionEnabled", Plain, Flag(false), SWAGGER),
    field("suppressionDuration", Duration, Nothing, SWAGGER),
    field("tactics", Set, Nothing, NULLED),
    field("techniques", Set, Nothing, ABSENT),
    field("subTechniques", Set, Nothing, "previews since 2023 add it; older api-versions have no such key"),
    field("entityMappings", List, Nothing, ABSENT),
    field("sentinelEntitiesMappings", List, Nothing, "[] in templates, null in portal exports"),
    field("customDetails", Map, Nothing, ABSENT),
    field("alertDetailsOverride.alertDisplayNameFormat", Text, Nothing, ABSENT),
    field("alertDetailsOverride.alertDescriptionFormat", Block, Nothing, "unset members are null"),
    field("alertDetailsOverride.alertTacticsColumnName", Text, Nothing, "unset members are null"),
    field("alertDetailsOverride.alertSeverityColumnName", Text, Nothing, "unset members are null"),
    field("alertDetailsOverride.alertDynamicProperties", List, Nothing, "absent in old api-versions"),
    field("eventGroupingSettings.aggregationKind", Text, Word("SingleAlert"), "absent acts as SingleAlert (docs)"),
    field("incidentConfiguration.createIncident", Plain, Flag(true), INCIDENT),
    field("incidentConfiguration.groupingConfiguration.enabled", Plain, Flag(false), INCIDENT),
    field("incidentConfiguration.groupingConfiguration.reopenClosedIncident", Plain, Flag(false), INCIDENT),
    field("incidentConfiguration.groupingConfiguration.lookbackDuration", Duration, Word("PT5H"), INCIDENT),
    field("incidentConfiguration.groupingConfiguration.matchingMethod", Text, Word("AllEntities"), INCIDENT),
    field("incidentConfiguration.groupingConfiguration.groupByEntities", List, Nothing, NULLED),
    field("incidentConfiguration.groupingConfiguration.groupByAlertDetails", List, Nothing, NULLED),
    field("incidentConfiguration.groupingConfiguration.groupByCustomDetails", List, Nothing, NULLED),
    kept("alertRuleTemplateName", Text, "links a rule to its template; null if omitted (recorded PUT of 2026-03)"),
    kept("templateVersion", Text, "refused without alertRuleTemplateName (an incident of 2026-05 with 69 rules)"),
    kept("startTimeUtc", Instant, "in no public definition; portal exports hold it"),
];

const AUTOMATION: &str = "Microsoft's swagger for automationRules";
const FILLED: &str = "recorded PUT of 2026-03: null members and an empty list of conditions are filled in";

/// Every modelled field of an automation rule. Append only.
pub const AUTOMATION_RULE: &[Field] = &[
    field("displayName", Text, Nothing, AUTOMATION),
    field("order", Plain, Nothing, AUTOMATION),
    field("triggeringLogic.isEnabled", Plain, Nothing, AUTOMATION),
    field("triggeringLogic.triggersOn", Text, Nothing, AUTOMATION),
    field("triggeringLogic.triggersWhen", Text, Nothing, AUTOMATION),
    field("triggeringLogic.expirationTimeUtc", Instant, Nothing, "recorded PUT of 2026-03: absent if not sent"),
    field("triggeringLogic.conditions", Tree, Nothing, FILLED),
    field("actions", Tree, Nothing, FILLED),
];

const WATCHED: &str = "Microsoft's swagger for watchlists";

/// Every modelled field of a watchlist; its items are a collection of their own. Append only.
pub const WATCHLIST: &[Field] = &[
    field("displayName", Text, Nothing, WATCHED),
    field("description", Block, Nothing, WATCHED),
    field("provider", Text, Nothing, WATCHED),
    field("itemsSearchKey", Text, Nothing, WATCHED),
];

/// Properties that the service writes and nobody else.
pub fn read_only(resource_type: ResourceType) -> &'static [&'static str] {
    match resource_type {
        ResourceType::AlertRules => &["lastModifiedUtc"],
        ResourceType::AutomationRules => &["lastModifiedTimeUtc", "createdTimeUtc", "lastModifiedBy", "createdBy"],
        ResourceType::Watchlists => {
            &["watchlistId", "created", "updated", "createdBy", "updatedBy", "tenantId", "uploadStatus"]
        }
        ResourceType::Metadata => &[],
    }
}

/// The value at a dotted path; null counts as absent.
pub fn at<'a>(properties: &'a Properties, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = properties.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    (!value.is_null()).then_some(value)
}

/// Puts a value at a dotted path; maps on the way are made.
pub fn put(properties: &mut Properties, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            properties.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let below = properties.entry(first).or_insert_with(|| json!({}));
            if !below.is_object() {
                *below = json!({});
            }
            if let Value::Object(map) = below {
                put(map, rest, value);
            }
        }
    }
}

/// Takes the value at a dotted path away, and the maps on the way that it leaves empty.
pub fn remove(properties: &mut Properties, path: &str) {
    match path.split_once('.') {
        None => {
            properties.remove(path);
        }
        Some((first, rest)) => {
            if let Some(Value::Object(map)) = properties.get_mut(first) {
                remove(map, rest);
                if map.values().all(Value::is_null) {
                    properties.remove(first);
                }
            }
        }
    }
}

impl Absent {
    /// The value that stands for an absent field.
    pub fn value(self) -> Option<Value> {
        match self {
            Nothing => None,
            Word(word) => Some(json!(word)),
            Flag(flag) => Some(json!(flag)),
        }
    }
}

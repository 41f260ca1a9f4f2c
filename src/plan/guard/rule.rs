//! What guards look at of a rule's body.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::plan::{Action, Change};
use crate::resource::fields::at;
use crate::resource::{Kind, Properties, Resource, ResourceType};

/// A rule as guards see it.
pub(super) struct Look<'a> {
    pub(super) kind: &'a str,
    pub(super) enabled: bool,
    /// 0 is the lowest.
    pub(super) severity: usize,
    pub(super) incidents: bool,
    /// How often each type of entity is mapped.
    pub(super) mappings: BTreeMap<String, usize>,
    pub(super) tactics: BTreeSet<&'a str>,
    pub(super) query: &'a str,
}

const SEVERITIES: [&str; 4] = ["Informational", "Low", "Medium", "High"];

impl<'a> Look<'a> {
    /// The live version that a change was planned on.
    pub(super) fn before(change: &'a Change) -> Option<Self> {
        Self::body(change.before.as_ref()?)
    }

    /// What a change makes of it; nothing if it is deleted.
    pub(super) fn after(change: &'a Change) -> Option<Self> {
        if change.action == Action::Delete { None } else { Self::body(change.after.as_ref()?) }
    }

    /// A live resource; nothing if it is no rule.
    pub(super) fn live(resource: &'a Resource) -> Option<Self> {
        let rule = resource.resource_type == ResourceType::AlertRules;
        rule.then(|| Self::of(resource.kind.as_ref().map_or("", Kind::word), &resource.properties))
    }

    fn body(body: &'a Value) -> Option<Self> {
        let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
        Some(Self::of(kind, body.get("properties")?.as_object()?))
    }

    fn of(kind: &'a str, properties: &'a Properties) -> Self {
        let text = |path| at(properties, path).and_then(Value::as_str).unwrap_or_default();
        // A rule without the key is taken for one that runs, and that raises incidents, as the service does.
        let flag = |path| at(properties, path).and_then(Value::as_bool).unwrap_or(true);
        let list = |path| at(properties, path).and_then(Value::as_array).into_iter().flatten();
        let mut mappings = BTreeMap::new();
        for entity in list("entityMappings").filter_map(|mapping| mapping.get("entityType")?.as_str()) {
            *mappings.entry(entity.to_owned()).or_default() += 1;
        }
        let severity = text("severity");
        Self {
            kind,
            enabled: flag("enabled"),
            severity: SEVERITIES.iter().position(|word| word.eq_ignore_ascii_case(severity)).unwrap_or(0),
            incidents: flag("incidentConfiguration.createIncident"),
            mappings,
            tactics: list("tactics").filter_map(Value::as_str).collect(),
            query: text("query"),
        }
    }
}

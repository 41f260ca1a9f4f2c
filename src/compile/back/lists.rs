//! Lists: what an item compiles to, and what an item that lives is in a document.

use serde_json::Value;

use super::super::{columns, entity_mapping};
use super::BackError;
use crate::rule::edit::{Item, Yaml};
use crate::rule::parts::DynamicProperty;
use crate::rule::{Details, words};

/// What the items of a list compile to, one by one.
pub(super) fn compiled(details: &Details, path: &str) -> Vec<Value> {
    let texts = |list: Option<&Vec<crate::diagnostic::Spanned<String>>>, spell: fn(&str) -> String| -> Vec<Value> {
        list.into_iter().flatten().map(|text| Value::String(spell(text.value.trim()))).collect()
    };
    let grouping = details.incident.as_ref().and_then(|incident| incident.grouping.as_ref());
    match path.rsplit('.').next().unwrap_or_default() {
        "tactics" => texts(details.tactics.as_ref(), words::tactic),
        "groupByEntities" => texts(grouping.and_then(|own| own.by_entities.as_ref()), words::entity_type),
        "groupByAlertDetails" => texts(grouping.and_then(|own| own.by_alert_details.as_ref()), str::to_owned),
        "groupByCustomDetails" => texts(grouping.and_then(|own| own.by_custom_details.as_ref()), str::to_owned),
        "entityMappings" => details.entity_mappings.iter().flat_map(|list| &list.value).map(entity_mapping).collect(),
        "sentinelEntitiesMappings" => columns(details.sentinel_entities.as_ref()).collect(),
        "alertDynamicProperties" => {
            let own = details.alert_details.as_ref().and_then(|own| own.dynamic_properties.as_ref());
            own.into_iter().flatten().map(dynamic_property).collect()
        }
        _ => Vec::new(),
    }
}

fn dynamic_property(item: &DynamicProperty) -> Value {
    serde_json::json!({"alertProperty": item.property.value.trim(), "value": item.column.value.trim()})
}

/// Live items in their order, those that were there as they were. `in_file` is how many items the file has: where that
/// is not how many were compiled, none can be told from another.
pub(super) fn ordered(old: &[Value], live: &[Value], in_file: usize) -> Result<Vec<Item>, BackError> {
    let mut used = vec![in_file != old.len(); old.len()];
    live.iter()
        .map(|value| match (0..old.len()).find(|at| !used[*at] && &old[*at] == value) {
            Some(at) => {
                used[at] = true;
                Ok(Item::Keep(at))
            }
            None => Ok(Item::New(yaml(value)?)),
        })
        .collect()
}

/// Live items of a list whose order has no meaning: those that stay in the order of the file, then the new ones.
pub(super) fn unordered(old: &[Value], live: &[Value], in_file: usize) -> Result<Vec<Item>, BackError> {
    let known = if in_file == old.len() { old } else { &[] };
    let stay = known.iter().enumerate().filter(|(_, value)| live.contains(value)).map(|(at, _)| Ok(Item::Keep(at)));
    let new = live.iter().filter(|value| !known.contains(value)).map(|value| yaml(value).map(Item::New));
    stay.chain(new).collect()
}

/// `relevantTechniques` of live techniques and sub-techniques: a technique that a sub-technique names needs no item.
pub(super) fn techniques(old: &[String], parents: &[Value], subs: &[Value]) -> Result<Vec<Item>, BackError> {
    let texts = |list: &[Value]| -> Result<Vec<String>, BackError> {
        list.iter().map(|one| one.as_str().map(str::to_owned).ok_or(BackError::Shape("a list of texts"))).collect()
    };
    let (parents, subs) = (texts(parents)?, texts(subs)?);
    let parent = |sub: &str| sub.split('.').next().unwrap_or_default().to_owned();
    if let Some(orphan) = subs.iter().find(|sub| !parents.contains(&parent(sub))) {
        return Err(BackError::OrphanSubTechnique(orphan.clone()));
    }
    let spelled: Vec<String> = old.iter().map(|text| text.trim().to_ascii_uppercase()).collect();
    let mut items = Vec::new();
    let mut covered = Vec::new();
    for (at, text) in spelled.iter().enumerate() {
        if (parents.contains(text) || subs.contains(text)) && !covered.contains(text) {
            items.push(Item::Keep(at));
            covered.extend([text.clone(), parent(text)]);
        }
    }
    for sub in subs.iter().filter(|sub| !spelled.contains(sub)) {
        items.push(Item::New(Yaml::text(sub)));
        covered.push(parent(sub));
    }
    items.extend(parents.iter().filter(|one| !covered.contains(one)).map(|one| Item::New(Yaml::text(one))));
    Ok(items)
}

/// A live value of texts, lists and mappings as it is written. What the service has and leaves empty is left out.
pub(super) fn yaml(value: &Value) -> Result<Yaml, BackError> {
    Ok(match value {
        Value::String(text) => Yaml::text(text),
        Value::Bool(_) | Value::Number(_) => Yaml::word(value),
        Value::Array(items) => Yaml::List(items.iter().map(yaml).collect::<Result<_, _>>()?),
        Value::Object(map) => {
            let mut entries = Vec::new();
            for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                entries.push((key.clone(), yaml(value)?));
            }
            // As authors write them: what a mapping is of comes first.
            entries.sort_by_key(|(key, _)| !matches!(key.as_str(), "entityType" | "identifier" | "alertProperty"));
            Yaml::Map(entries)
        }
        Value::Null => return Err(BackError::Shape("a value")),
    })
}

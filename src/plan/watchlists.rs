//! Watchlists that hold the lists of exclusions: their items against what is wanted, who reads them, and what waits for
//! what.
//!
//! A list is there, whole, before a rule that reads it is written, and goes only when no rule reads it any more. To a
//! rule a list that is not there yet is an empty one, which hides nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::outcome::Outcome;
use super::suppressions::needs;
use super::{Action, Change, WorkspacePlan};
use crate::resource::{Properties, Resource, ResourceType};

/// How many items a message names.
const NAMED: usize = 3;

/// How the items of a live list differ from the texts that it must hold; `None` if they don't. `column` is the one that
/// holds the texts; an item in which it is no text, or which holds more, is one that somebody added.
pub fn difference(wanted: &[String], column: &str, items: &[Properties]) -> Option<String> {
    let deleted = |item: &&Properties| item.get("isDeleted").and_then(Value::as_bool) == Some(true);
    let mut added: Vec<String> = Vec::new();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for item in items.iter().filter(|item| !deleted(item)) {
        let cells = item.get("itemsKeyValue");
        match cells.and_then(|cells| cells.get(column)).and_then(Value::as_str) {
            Some(text) if wanted.iter().any(|one| one == text) => {
                found.insert(text);
            }
            Some(text) => added.push(text.to_owned()),
            None => added.push(cells.map_or_else(String::new, Value::to_string)),
        }
    }
    let missing: Vec<String> = wanted.iter().filter(|one| !found.contains(one.as_str())).cloned().collect();
    let told: Vec<String> = [("added", added), ("missing", missing)]
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| {
            let named: Vec<String> = list.iter().take(NAMED).map(|text| format!("{text:?}")).collect();
            let more = list.len() - named.len();
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{} {word}: {}{rest}", list.len(), named.join(", "))
        })
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Whether a query names a watchlist. Whatever looks like its alias counts: a list that is read must not go.
pub fn reads(query: &str, alias: &str) -> bool {
    query.to_ascii_lowercase().contains(&alias.to_ascii_lowercase())
}

/// Deletions of lists that no live rule reads once a plan is carried out. `ours` are lists that nobody wants any more.
pub fn deletions(live: &[Resource], ours: &[&Resource], changes: &[Change]) -> Vec<Change> {
    let rules = |change: &&Change| change.resource_type() == Some(ResourceType::AlertRules) && change.action.writes();
    let written: BTreeMap<String, &Change> =
        changes.iter().filter(rules).map(|change| (change.resource_name.to_ascii_lowercase(), change)).collect();
    let mut queries: Vec<&str> = written.values().filter_map(|change| query(change.after.as_ref())).collect();
    let left = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
    let left = left.filter(|one| !written.contains_key(&one.name.to_ascii_lowercase()));
    queries.extend(left.filter_map(|one| one.properties.get("query").and_then(Value::as_str)));
    let idle = ours.iter().filter(|list| !queries.iter().any(|query| reads(query, &list.name)));
    idle.map(|list| Change {
        resource: ResourceType::Watchlists.segment().to_owned(),
        id: list.name.clone(),
        name: list.display_name().to_owned(),
        resource_name: list.name.clone(),
        action: Action::Delete,
        refusal: None,
        reason: "no rule reads it any more".to_owned(),
        etag: list.etag.clone(),
        before: Some(list.whole()),
        after: None,
        fields: Vec::new(),
        kept: Vec::new(),
        mark: None,
        modified: None,
        modified_by: None,
    })
    .collect()
}

/// What a change must wait for in vain: a list that it reads and that was not made, or a rule that still reads the list
/// that it deletes.
pub fn unmet(plan: &WorkspacePlan, change: &Change, outcomes: &BTreeMap<usize, Outcome>) -> Option<String> {
    let done = |at: usize| matches!(outcomes.get(&at), Some(Outcome::Applied | Outcome::Unchanged | Outcome::Existed));
    let others = || plan.changes.iter().enumerate().filter(|(at, other)| other.action.writes() && !done(*at));
    let is = |other: &Change, of| other.resource_type() == Some(of);
    match change.resource_type()? {
        ResourceType::AlertRules => {
            let query = query(change.after.as_ref())?;
            let mut lists = others().filter(|(_, other)| is(other, ResourceType::Watchlists) && other.after.is_some());
            let (_, list) = lists.find(|(_, list)| reads(query, &list.resource_name))?;
            Some(format!("the watchlist {} that it reads was not made", list.resource_name))
        }
        ResourceType::Watchlists if change.action == Action::Delete => {
            let mut rules = others().filter(|(_, other)| is(other, ResourceType::AlertRules));
            let (_, rule) = rules.find(|(_, rule)| {
                query(rule.before.as_ref()).is_some_and(|query| reads(query, &change.resource_name))
            })?;
            Some(format!("{} still reads it", rule.name))
        }
        ResourceType::AutomationRules => {
            let needs = needs(change);
            let mut rules = others().filter(|(_, other)| is(other, ResourceType::AlertRules));
            let of = |other: &Change| needs.contains(&other.resource_name.to_ascii_lowercase());
            let (_, rule) = rules.find(|(_, rule)| rule.action.makes() && of(rule))?;
            Some(format!("the rule {} that it is for was not applied", rule.name))
        }
        _ => None,
    }
}

fn query(body: Option<&Value>) -> Option<&str> {
    body?.pointer("/properties/query").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(values: &[Value]) -> Vec<Properties> {
        values.iter().filter_map(|value| json!({"itemsKeyValue": value}).as_object().cloned()).collect()
    }

    #[test]
    fn items_are_compared_one_by_one() {
        let wanted = ["a".to_owned(), "b".to_owned()];
        let told = |values: &[Value]| difference(&wanted, "Value", &items(values)).unwrap_or_default();
        assert_eq!(told(&[json!({"Value": "b"}), json!({"Value": "a"}), json!({"Value": "a"})]), "");
        assert_eq!(told(&[json!({"Value": "a"}), json!({"Value": "B"})]), "1 added: \"B\"; 1 missing: \"b\"");
        assert_eq!(
            told(&[json!({"Value": "a"}), json!({"Value": "b"}), json!({"x": 1})]),
            "1 added: \"{\\\"x\\\":1}\""
        );
        assert_eq!(told(&[]), "2 missing: \"a\", \"b\"");
        let mut gone = items(&[json!({"Value": "a"}), json!({"Value": "b"})]);
        gone[1].insert("isDeleted".to_owned(), json!(true));
        assert_eq!(difference(&wanted, "Value", &gone).unwrap_or_default(), "1 missing: \"b\"");
    }
}

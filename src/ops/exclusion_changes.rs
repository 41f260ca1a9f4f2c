//! The blocks of live queries against those that the project wants.

use std::collections::BTreeMap;

use super::exclusions::days;
use super::load::Content;
use super::place::Compiled;
use crate::diagnostic::Code;
use crate::kql::exclude::{Block, Listed, blocks};
use crate::plan::exclusions::{ExclusionChange, Finding, Turn};
use crate::resource::{Properties, Resource, ResourceType};

/// What a plan says of exclusions in one workspace.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) changes: Vec<ExclusionChange>,
    pub(super) findings: Vec<Finding>,
}

/// Compares the exclusions of every rule that the project has in a workspace with those of the live rule.
pub(super) fn told(content: &Content, compiled: &[Compiled<'_>], live: &[Resource]) -> Told {
    let rules = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
    let by_name: BTreeMap<String, &Resource> = rules.map(|rule| (rule.name.to_ascii_lowercase(), rule)).collect();
    let mut turns: BTreeMap<(String, Turn), ExclusionChange> = BTreeMap::new();
    let mut findings = Vec::new();
    for one in compiled {
        let live = by_name.get(&one.desired.name.to_ascii_lowercase()).copied();
        let live_blocks = blocks(live.map_or("", |live| query(&live.properties)));
        let id = &one.rule.id.value;
        for (stage, block) in live_blocks.iter() {
            let what = match block {
                Block::Absent | Block::Intact(_) => continue,
                Block::Edited(_) => "was edited by hand: it does not have the text that its hash was made of",
                Block::Torn => "was torn by hand: its begin or its end is gone",
                Block::Repeated => "is there more than once",
            };
            findings.push(Finding {
                code: Code::ExclusionTampered.name().to_owned(),
                level: Code::ExclusionTampered.level().name().to_owned(),
                id: id.clone(),
                name: one.desired.display_name().to_owned(),
                message: format!("the exclusions of stage {} in the live query: the block {what}", stage.name()),
            });
        }
        // A blocked rule stays as it is, with the exclusions that it has.
        if !one.blocked.is_empty() {
            continue;
        }
        let wanted_blocks = blocks(query(&one.desired.properties));
        for (live, wanted) in [(&live_blocks.result, &wanted_blocks.result), (&live_blocks.event, &wanted_blocks.event)]
        {
            // What a torn block held is not known; the finding tells of it.
            if matches!(live, Block::Torn | Block::Repeated) {
                continue;
            }
            for (listed, turn) in turned(content, live.listed(), wanted.listed()) {
                let change = turns.entry((listed.id.clone(), turn)).or_insert_with(|| line(content, listed, turn));
                if change.rules.last() != Some(id) {
                    change.rules.push(id.clone());
                }
            }
        }
    }
    Told { changes: turns.into_values().collect(), findings }
}

fn query(properties: &Properties) -> &str {
    properties.get("query").and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn turned<'l>(content: &Content, live: &'l [Listed], wanted: &'l [Listed]) -> Vec<(&'l Listed, Turn)> {
    let mut turns = Vec::new();
    for one in wanted {
        match live.iter().find(|other| other.id == one.id) {
            None => turns.push((one, Turn::Begins)),
            Some(other) if other.digest != one.digest => turns.push((one, Turn::Changes)),
            Some(_) => {}
        }
    }
    for one in live.iter().filter(|one| !wanted.iter().any(|other| other.id == one.id)) {
        let document = content.exclusions.iter().find(|exclusion| exclusion.id.value == one.id);
        let lapsed = document.is_some_and(|exclusion| exclusion.is_lapsed(content.now));
        turns.push((one, if lapsed { Turn::Lapses } else { Turn::Ends }));
    }
    turns
}

fn line(content: &Content, listed: &Listed, turn: Turn) -> ExclusionChange {
    let document = content.exclusions.iter().find(|exclusion| exclusion.id.value == listed.id);
    let starts = document.and_then(|exclusion| exclusion.starts.as_ref()).map(|starts| starts.value);
    let expires = match document {
        Some(exclusion) => exclusion.expires.as_ref().map(|expires| expires.value),
        None => listed.expires,
    };
    ExclusionChange {
        id: listed.id.clone(),
        change: turn,
        starts: starts.filter(|starts| *starts > content.now).map(|starts| starts.to_string()),
        expires: expires.map(|expires| expires.to_string()),
        days: expires.map(|expires| days(content.now, expires)),
        rules: Vec::new(),
    }
}

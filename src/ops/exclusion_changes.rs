//! The blocks of live queries against those that the project wants.

use std::collections::{BTreeMap, BTreeSet};

use super::exclusions::days;
use super::load::Content;
use super::place::Compiled;
use crate::diagnostic::Code;
use crate::kql::exclude::{Block, Blocks, Listed, Stage, blocks};
use crate::plan::exclusions::{ExclusionChange, Finding, Turn};
use crate::plan::{Verdict, WorkspacePlan};
use crate::resource::{Properties, Resource, ResourceType};

/// The exclusions of every rule that the project has in a workspace, live and wanted.
pub(super) struct Exclusions<'a> {
    content: &'a Content,
    rules: Vec<OfRule>,
}

struct OfRule {
    id: String,
    name: String,
    resource_name: String,
    live: Blocks,
    wanted: Blocks,
    /// A blocked rule stays as it is, with the exclusions that it has.
    blocked: bool,
}

impl OfRule {
    fn stages(&self) -> [(Stage, &Block, &Block); 2] {
        [(Stage::Result, &self.live.result, &self.wanted.result), (Stage::Event, &self.live.event, &self.wanted.event)]
    }

    fn finding(&self, message: String) -> Finding {
        Finding {
            code: Code::ExclusionTampered.name().to_owned(),
            level: Code::ExclusionTampered.level().name().to_owned(),
            id: self.id.clone(),
            name: self.name.clone(),
            message,
        }
    }
}

impl<'a> Exclusions<'a> {
    /// Reads the blocks of live queries and of those that the project wants.
    pub(super) fn of(content: &'a Content, compiled: &[Compiled<'_>], live: &[Resource]) -> Self {
        let rules = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
        let by_name: BTreeMap<String, &Resource> = rules.map(|rule| (rule.name.to_ascii_lowercase(), rule)).collect();
        let rules = compiled
            .iter()
            .map(|one| {
                let live = by_name.get(&one.desired.name.to_ascii_lowercase()).copied();
                OfRule {
                    id: one.rule.id.value.clone(),
                    name: one.desired.display_name().to_owned(),
                    resource_name: one.desired.name.clone(),
                    live: blocks(live.map_or("", |live| query(&live.properties))),
                    wanted: blocks(query(&one.desired.properties)),
                    blocked: !one.blocked.is_empty(),
                }
            })
            .collect();
        Self { content, rules }
    }

    /// The names, in lower case, of rules whose live exclusions are not the wanted ones.
    pub(super) fn others(&self) -> BTreeSet<String> {
        let others = self.rules.iter().filter(|rule| rule.live != rule.wanted);
        others.map(|rule| rule.resource_name.to_ascii_lowercase()).collect()
    }

    /// Tells in a plan what becomes of them.
    pub(super) fn tell(&self, plan: &mut WorkspacePlan) {
        let mut turns: BTreeMap<(String, Turn), ExclusionChange> = BTreeMap::new();
        let mut findings = Vec::new();
        for rule in &self.rules {
            let change = plan
                .changes
                .iter()
                .find(|one| one.resource_type() == Some(ResourceType::AlertRules) && one.id == rule.id);
            let field = change.and_then(|change| change.fields.iter().find(|field| field.path == "query"));
            let written = change.is_some_and(|change| {
                change.action.makes()
                    || (change.action.writes() && field.is_some() && !change.kept.iter().any(|path| path == "query"))
            });
            // The wanted query is the one that was last applied: every difference was made by hand.
            let by_hand = field.is_some_and(|field| field.verdict == Verdict::Drift);
            let refused = change.is_some_and(|change| change.refusal.is_some() && change.before.is_none());
            let waits = !written && !by_hand && (field.is_some() || refused);
            for (stage, live, wanted) in rule.stages() {
                let what = match live {
                    Block::Absent | Block::Intact(_) => None,
                    Block::Edited(_) => Some("was edited by hand: it does not have the text that its hash was made of"),
                    Block::Torn => Some("was torn by hand: its begin or its end is gone"),
                    Block::Repeated => Some("is there more than once"),
                };
                if let Some(what) = what {
                    let stage = stage.name();
                    findings.push(
                        rule.finding(format!("the exclusions of stage {stage} in the live query: the block {what}")),
                    );
                } else if by_hand && live != wanted {
                    let stage = stage.name();
                    let what = if *live == Block::Absent { "was taken out" } else { "was replaced by another" };
                    findings.push(rule.finding(format!("the exclusions of stage {stage}: the block {what} by hand")));
                }
                // What a torn block held is not known; the finding tells of it.
                if rule.blocked || !(written || waits) || matches!(live, Block::Torn | Block::Repeated) {
                    continue;
                }
                for (listed, turn) in turned(self.content, live.listed(), wanted.listed()) {
                    let change =
                        turns.entry((listed.id.clone(), turn)).or_insert_with(|| line(self.content, listed, turn));
                    let rules = if waits { &mut change.untouched } else { &mut change.rules };
                    if rules.last() != Some(&rule.id) {
                        rules.push(rule.id.clone());
                    }
                }
            }
        }
        plan.exclusions = turns.into_values().collect();
        plan.findings.extend(findings);
    }
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
        untouched: Vec::new(),
    }
}

//! Guards: what a plan may do is not always what somebody meant. Each has a code, and is let through by name alone.
//!
//! A guard looks at the whole plan before anything of it is carried out. It never changes the plan: it refuses it.

mod coverage;
mod rule;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::replace;
use super::{Action, Change, WorkspacePlan};
use crate::diagnostic::Code;
use crate::resource::{Resource, ResourceType};
use rule::Look;

/// A guard that refuses a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trip {
    /// The code, such as `blast-radius`.
    pub code: String,
    /// The workspace's name; none if it is about all of them together.
    pub workspace: Option<String>,
    pub message: String,
    /// The names of the rules or exclusions that it is about, for people.
    pub names: Vec<String>,
    /// Whether the command line let it through.
    pub allowed: bool,
}

/// Every guard.
pub const CODES: [Code; 10] = [
    Code::EmptyProject,
    Code::Protected,
    Code::BlastRadius,
    Code::ManyWorkspaces,
    Code::LastOverTable,
    Code::LastOfTactic,
    Code::IncidentsOff,
    Code::MappingsLost,
    Code::ExclusionWidens,
    Code::RuleQuota,
];

/// Thresholds. One that is reached refuses, but a quota takes so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Percent of the live rules that are deleted, disabled or lowered in severity.
    pub share: usize,
    /// How many live rules there must be for a share to mean something.
    pub of_at_least: usize,
    /// Workspaces in which rules are weakened.
    pub workspaces: usize,
    /// Enabled Scheduled rules of a workspace.
    pub scheduled: usize,
    /// Enabled NRT rules of a workspace.
    pub nrt: usize,
}

impl Default for Limits {
    /// The share is octoDNS's; the quotas are Microsoft's service limits (2025-03).
    fn default() -> Self {
        Self { share: 30, of_at_least: 10, workspaces: 10, scheduled: 512, nrt: 50 }
    }
}

/// What guards need to know of a workspace beside its plan.
pub struct Facts<'a> {
    pub limits: Limits,
    /// Everything that lives there. Where no list was read, what only a list tells is not asked.
    pub live: Option<&'a [Resource]>,
    /// The tables that a query reads.
    pub tables: &'a dyn Fn(&str) -> BTreeSet<String>,
    /// Whether the project's lock holds on a rule. Both of its versions are given, as far as there are any.
    pub is_protected: &'a dyn Fn(&Change) -> bool,
    /// Exclusions that hide more than before: id and why.
    pub widened: Vec<(String, String)>,
    /// How many live alert rules carry the project's mark.
    pub owned: usize,
    /// How many alert rules the project wants here, faulty ones included.
    pub desired: usize,
}

/// Asks every guard about one workspace.
pub fn workspace(plan: &WorkspacePlan, facts: &Facts<'_>) -> Vec<Trip> {
    let mut trips = Trips { workspace: Some(plan.workspace.clone()), found: Vec::new() };
    let rules: Vec<&Change> = plan.changes.iter().filter(|one| is_rule(one)).collect();
    if facts.desired == 0 && facts.owned > 0 {
        let message = format!(
            "the project wants no rule here, and {} of its rules live: is it the right folder and \
                               branch?",
            facts.owned
        );
        trips.add(Code::EmptyProject, message, Vec::new());
    }
    let weak: Vec<(&Change, Weakening)> =
        rules.iter().filter_map(|change| Some((*change, weakening(&rules, change)?))).collect();
    let gone = |weakening: &Weakening| matches!(weakening, Weakening::Deleted | Weakening::Disabled);
    let locked: Vec<&Change> = weak
        .iter()
        .filter(|(change, how)| gone(how) && (facts.is_protected)(change))
        .map(|(change, _)| *change)
        .collect();
    if !locked.is_empty() {
        let message = format!(
            "{} would be deleted or disabled, and palisade.yaml protects {}",
            several(locked.len(), "rule"),
            if locked.len() == 1 { "it" } else { "them" }
        );
        trips.add(Code::Protected, message, names(&locked));
    }
    blast_radius(&mut trips, facts.limits, live_rules(plan), &weak);
    if let Some(live) = facts.live {
        coverage::check(&mut trips, live, facts.tables, &rules, &weak);
    }
    one_by_one(&mut trips, &rules);
    for (id, why) in &facts.widened {
        trips.add(Code::ExclusionWidens, format!("the exclusion {id} {why}"), vec![id.clone()]);
    }
    if let Some(live) = facts.live {
        quotas(&mut trips, live, facts.limits, &rules);
        automation_quota(&mut trips, live, plan);
    }
    trips.found
}

/// The guards of a saved plan that were not told, or of less, when it was made. `told` are those that it carries: they
/// refuse it already or were let through, but nothing lets a lock through.
pub fn untold(asked: Vec<Trip>, told: &[Trip]) -> Vec<Trip> {
    let is_told = |trip: &Trip| {
        told.iter().any(|one| {
            (&one.code, &one.workspace) == (&trip.code, &trip.workspace)
                && !(one.allowed && one.code == Code::Protected.name())
                && trip.names.iter().all(|name| one.names.contains(name))
        })
    };
    asked.into_iter().filter(|trip| !is_told(trip)).collect()
}

/// Asks the guards that are about all workspaces together. `limits` are the project's.
pub fn fleet(plans: &[WorkspacePlan], limits: Limits) -> Vec<Trip> {
    let mut trips = Trips { workspace: None, found: Vec::new() };
    if plans.len() < 2 {
        return trips.found;
    }
    let mut all: Vec<(&Change, Weakening)> = Vec::new();
    let (mut live, mut where_weak) = (0, Vec::new());
    for plan in plans {
        let rules: Vec<&Change> = plan.changes.iter().filter(|one| is_rule(one)).collect();
        live += live_rules(plan);
        let weak = rules.iter().filter_map(|change| Some((*change, weakening(&rules, change)?)));
        let before = all.len();
        all.extend(weak);
        if all.len() > before {
            where_weak.push(plan.workspace.clone());
        }
    }
    if where_weak.len() >= limits.workspaces {
        let message = format!(
            "rules are deleted, disabled or lowered in severity in {} at once: {} or more are refused",
            several(where_weak.len(), "workspace"),
            limits.workspaces
        );
        trips.add(Code::ManyWorkspaces, message, where_weak);
    }
    blast_radius(&mut trips, limits, live, &all);
    trips.found
}

/// Marks what the command line lets through.
pub fn allow(trips: &mut [Trip], allowed: &[Code]) {
    for trip in trips {
        trip.allowed |= allowed.iter().any(|code| code.name() == trip.code && *code != Code::Protected);
    }
}

struct Trips {
    workspace: Option<String>,
    found: Vec<Trip>,
}

impl Trips {
    fn add(&mut self, code: Code, message: String, names: Vec<String>) {
        let (code, workspace) = (code.name().to_owned(), self.workspace.clone());
        self.found.push(Trip { code, workspace, message, names, allowed: false });
    }
}

/// How a change makes a rule weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weakening {
    Deleted,
    Disabled,
    Lowered,
}

fn is_rule(change: &Change) -> bool {
    change.resource_type() == Some(ResourceType::AlertRules)
}

fn weakening(rules: &[&Change], change: &Change) -> Option<Weakening> {
    if !change.action.writes() {
        return None;
    }
    let before = Look::before(change)?;
    if change.action == Action::Delete {
        // What is replaced goes on under another name.
        let replaced = rules.iter().any(|other| replace::succeeds(other, change));
        return (!replaced).then_some(Weakening::Deleted);
    }
    let after = Look::after(change)?;
    match (before.enabled, after.enabled) {
        (true, false) => Some(Weakening::Disabled),
        _ if after.severity < before.severity => Some(Weakening::Lowered),
        _ => None,
    }
}

/// How many rules of the project live, those that left it included.
pub fn live_rules(plan: &WorkspacePlan) -> usize {
    // What a replacement takes the place of is another change.
    let lives = |change: &&Change| {
        is_rule(change) && change.action != Action::Replace && (change.etag.is_some() || change.before.is_some())
    };
    let left = plan.left.iter().filter(|left| left.resource == ResourceType::AlertRules.segment());
    plan.changes.iter().filter(lives).count() + left.count()
}

fn blast_radius(trips: &mut Trips, limits: Limits, live: usize, weak: &[(&Change, Weakening)]) {
    let count = weak.len();
    if live < limits.of_at_least || count * 100 < live * limits.share || count == 0 {
        return;
    }
    let of = |how| weak.iter().filter(|(_, one)| *one == how).count();
    let message = format!(
        "{count} of {live} live rules would be weaker ({} deleted, {} disabled, {} lowered in severity): {} % or more \
         are refused",
        of(Weakening::Deleted),
        of(Weakening::Disabled),
        of(Weakening::Lowered),
        limits.share
    );
    trips.add(Code::BlastRadius, message, names(&weak.iter().map(|(change, _)| *change).collect::<Vec<_>>()));
}

/// What is lost of a rule that goes on.
fn one_by_one(trips: &mut Trips, rules: &[&Change]) {
    let (mut silent, mut unmapped) = (Vec::new(), Vec::new());
    let mut types = BTreeSet::new();
    for change in rules.iter().filter(|change| change.action.writes()) {
        let (Some(before), Some(after)) = (Look::before(change), Look::after(change)) else { continue };
        if !before.enabled || !after.enabled {
            continue;
        }
        if before.incidents && !after.incidents {
            silent.push(*change);
        }
        let lost = before.mappings.iter().filter(|(of, n)| after.mappings.get(*of).is_none_or(|now| now < n));
        let lost: Vec<String> = lost.map(|(of, _)| of.clone()).collect();
        if !lost.is_empty() {
            types.extend(lost);
            unmapped.push(*change);
        }
    }
    if !silent.is_empty() {
        let n = silent.len();
        let message = format!("{} would raise no incident any more", several(n, "rule"));
        trips.add(Code::IncidentsOff, message, names(&silent));
    }
    if !unmapped.is_empty() {
        let types = types.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("{} would lose entity mappings ({types})", several(unmapped.len(), "rule"));
        trips.add(Code::MappingsLost, message, names(&unmapped));
    }
}

/// Refuses to add to what is over a quota already, or to go over it.
fn quotas(trips: &mut Trips, live: &[Resource], limits: Limits, rules: &[&Change]) {
    for (kind, most) in [("Scheduled", limits.scheduled), ("NRT", limits.nrt)] {
        let enabled = |looks: &[Look<'_>]| looks.iter().filter(|look| look.kind == kind && look.enabled).count();
        let before = enabled(&live.iter().filter_map(Look::live).collect::<Vec<_>>());
        let after = enabled(&coverage::after(live, rules));
        if after > most && after > before {
            let message = format!("{after} enabled {kind} rules would live here: a workspace takes {most}");
            let new = rules.iter().filter(|change| {
                let now = Look::after(change).filter(|look| look.kind == kind && look.enabled);
                change.action.writes() && now.is_some() && Look::before(change).is_none_or(|look| !look.enabled)
            });
            trips.add(Code::RuleQuota, message, names(&new.copied().collect::<Vec<_>>()));
        }
    }
}

/// Automation rules that a workspace takes (Microsoft's service limits).
const AUTOMATION_RULES: usize = 512;

/// Refuses to go over what a workspace takes of automation rules, disabled ones included.
fn automation_quota(trips: &mut Trips, live: &[Resource], plan: &WorkspacePlan) {
    let changes = plan.changes.iter().filter(|one| one.resource_type() == Some(ResourceType::AutomationRules));
    let (created, others): (Vec<&Change>, Vec<&Change>) = changes.partition(|one| one.action == Action::Create);
    let deleted = others.iter().filter(|one| one.action == Action::Delete).count();
    let before = live.iter().filter(|one| one.resource_type == ResourceType::AutomationRules).count();
    let after = (before + created.len()).saturating_sub(deleted);
    if after > AUTOMATION_RULES && after > before {
        let message = format!("{after} automation rules would live here: a workspace takes {AUTOMATION_RULES}");
        trips.add(Code::RuleQuota, message, names(&created));
    }
}

fn names(changes: &[&Change]) -> Vec<String> {
    changes.iter().map(|change| change.name.clone()).collect()
}

fn several(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

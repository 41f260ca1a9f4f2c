//! Suppressions of a project: settled when it is read, compiled for workspaces, told in plans.

use std::collections::BTreeSet;

use super::exclusions::days;
use super::load::Content;
use crate::check::exclusions::Project;
use crate::check::quota::{AUTOMATION_RULES, automation_rules};
use crate::check::suppressions;
use crate::compile::suppression::{automation_rule, made_of, prove, resource_name};
use crate::diagnostic::{Diagnostic, Sources};
use crate::plan::exclusions as turned;
use crate::plan::suppressions::{SuppressionChange, Turn, needs};
use crate::plan::{Action, Change, Desired, Left, Summary, WorkspacePlan};
use crate::resource::{Resource, ResourceType};
use crate::rule::Rule;
use crate::rule::exclusion::{Exclusion, FaultyExclusion};
use crate::rule::suppression::{Effect, FaultySuppression, Suppression};
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::{holds_in, reach};

/// What was read, before it is settled.
pub(super) struct All<'a> {
    pub(super) suppressions: &'a mut Vec<Suppression>,
    pub(super) faulty: &'a mut Vec<FaultySuppression>,
    pub(super) exclusions: &'a mut Vec<Exclusion>,
    pub(super) faulty_exclusions: &'a mut Vec<FaultyExclusion>,
}

/// Checks the suppressions of a project, takes out those that are wrong in themselves, and adds those that hide to the
/// exclusions.
pub(super) fn settle(all: All<'_>, project: &Project<'_>, problems: &mut Vec<Diagnostic>) {
    let All { suppressions, faulty, exclusions, faulty_exclusions } = all;
    let (refused, refused_exclusions) = suppressions::duplicates(suppressions, exclusions, problems);
    let mut refused_exclusions = refused_exclusions.into_iter();
    exclusions.retain(|exclusion| {
        let refused = refused_exclusions.next().unwrap_or(false);
        if refused {
            faulty_exclusions.push(without(exclusion));
        }
        !refused
    });
    let mut kept = Vec::with_capacity(suppressions.len());
    for (suppression, refused) in std::mem::take(suppressions).into_iter().zip(refused) {
        let mut own = Vec::new();
        suppressions::check(&suppression, project, &mut own);
        if suppression.effect == Effect::Resolve {
            prove(&suppression, &mut own);
        }
        let refused = refused || own.iter().any(Diagnostic::is_error);
        problems.append(&mut own);
        if refused {
            let Suppression { id, effect, rules, span, .. } = suppression;
            faulty.push(FaultySuppression { id: Some(id.value), effect: Some(effect), rules: Some(rules), span });
        } else {
            kept.push(suppression);
        }
    }
    kept.sort_by(|a, b| a.id.value.cmp(&b.id.value));
    exclusions.extend(kept.iter().filter(|one| one.effect == Effect::Hide).map(Suppression::as_exclusion));
    // No rule goes out without what may hide rows of it.
    let hides = |one: &&FaultySuppression| one.effect != Some(Effect::Resolve);
    faulty_exclusions.extend(faulty.iter().filter(hides).map(|one| FaultyExclusion {
        id: one.id.clone(),
        rules: one.rules.clone(),
        span: one.span,
    }));
    *suppressions = kept;
}

fn without(exclusion: &Exclusion) -> FaultyExclusion {
    FaultyExclusion { id: Some(exclusion.id.value.clone()), rules: Some(exclusion.rules.clone()), span: exclusion.span }
}

/// Takes out those that were refused as the exclusions that they are.
pub(super) fn drop_faulty(
    suppressions: &mut Vec<Suppression>,
    faulty: &mut Vec<FaultySuppression>,
    exclusions: &[FaultyExclusion],
) {
    suppressions.retain(|one| {
        let refused = one.effect == Effect::Hide && exclusions.iter().any(|faulty| faulty.span == one.span);
        if refused {
            let Suppression { id, effect, rules, span, .. } = one.clone();
            faulty.push(FaultySuppression { id: Some(id.value), effect: Some(effect), rules: Some(rules), span });
        }
        !refused
    });
}

/// A suppression as an automation rule of one workspace.
#[derive(Debug, Clone)]
pub struct Placed<'c> {
    pub suppression: &'c Suppression,
    pub desired: Resource,
}

pub(super) fn project(content: &Content) -> &str {
    content.settings.name.as_ref().map_or("default", |name| &name.value)
}

/// The rules that a suppression is for in a workspace. Faulty ones are named too: they may live there.
pub(super) fn named<'c>(
    suppression: &Suppression,
    content: &'c Content,
    sources: &Sources,
    workspace: &Workspace,
) -> Vec<&'c Rule> {
    if !holds_in(suppression.workspaces.as_ref(), workspace) {
        return Vec::new();
    }
    let all = content.rules.iter().chain(content.faulty.iter().map(|faulty| &faulty.rule));
    all.filter(|rule| {
        reach(&suppression.rules, rule).is_some() && workspace.selects(rule, sources.path(rule.span.file))
    })
    .collect()
}

/// The automation rules that a project wants in a workspace with this ARM id: those of suppressions that have begun, have
/// not ended, and are for a rule that goes there. In the order of ids.
pub fn compiled<'c>(
    content: &'c Content,
    sources: &Sources,
    workspace: &Workspace,
    workspace_id: &str,
) -> Vec<Placed<'c>> {
    let mut placed = Vec::new();
    for suppression in resolving(content) {
        if suppression.is_lapsed(content.now) || suppression.is_pending(content.now) {
            continue;
        }
        let rules: Vec<String> = named(suppression, content, sources, workspace)
            .into_iter()
            .map(|rule| {
                let name = workspace.resource_name(rule);
                format!("{workspace_id}/providers/Microsoft.SecurityInsights/alertRules/{name}")
            })
            .collect();
        if rules.is_empty() {
            continue;
        }
        // It was proven when it was read.
        let desired = automation_rule(suppression, project(content), &rules);
        placed.extend(desired.ok().map(|desired| Placed { suppression, desired }));
    }
    placed
}

/// Finds workspaces in which suppressions make more automation rules than it takes.
pub(super) fn quota(
    suppressions: &[Suppression],
    rules: &[Rule],
    workspaces: &[Workspace],
    sources: &Sources,
    now: jiff::Timestamp,
    problems: &mut Vec<Diagnostic>,
) {
    if suppressions.len() <= AUTOMATION_RULES {
        return;
    }
    for workspace in workspaces {
        let is_for = |suppression: &Suppression, rule: &Rule| {
            reach(&suppression.rules, rule).is_some() && workspace.selects(rule, sources.path(rule.span.file))
        };
        let in_force = suppressions.iter().filter(|one| {
            one.effect == Effect::Resolve
                && !one.is_lapsed(now)
                && !one.is_pending(now)
                && holds_in(one.workspaces.as_ref(), workspace)
                && rules.iter().any(|rule| is_for(one, rule))
        });
        automation_rules(workspace, in_force.count(), problems);
    }
}

pub(super) fn resolving(content: &Content) -> impl Iterator<Item = &Suppression> {
    content.suppressions.iter().filter(|one| one.effect == Effect::Resolve)
}

/// The same as plans compare them.
pub(super) fn desired(content: &Content, sources: &Sources, workspace: &Workspace, workspace_id: &str) -> Vec<Desired> {
    let placed = compiled(content, sources, workspace, workspace_id).into_iter();
    placed.map(|one| Desired { id: one.suppression.id.value.clone(), resource: one.desired, blocked: None }).collect()
}

/// The names, in lower case, of live automation rules whose end has passed.
pub(super) fn expired(live: &[Resource], now: jiff::Timestamp) -> BTreeSet<String> {
    let end = |one: &Resource| -> Option<jiff::Timestamp> {
        one.properties.get("triggeringLogic")?.get("expirationTimeUtc")?.as_str()?.parse().ok()
    };
    let rules = live.iter().filter(|one| one.resource_type == ResourceType::AutomationRules);
    rules.filter(|one| end(one).is_some_and(|end| end <= now)).map(|one| one.name.to_ascii_lowercase()).collect()
}

/// Blocks automation rules that name a rule which is neither live nor created by the plan.
pub(super) fn hold_back(live: &[Resource], plan: &mut WorkspacePlan) {
    let rules = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
    let mut there: BTreeSet<String> = rules.map(|rule| rule.name.to_ascii_lowercase()).collect();
    let of_rules = |change: &&Change| change.resource_type() == Some(ResourceType::AlertRules);
    let created = plan.changes.iter().filter(of_rules).filter(|change| change.action.makes());
    there.extend(created.map(|change| change.resource_name.to_ascii_lowercase()));
    let blocked: Vec<(usize, String)> = plan
        .changes
        .iter()
        .enumerate()
        .filter(|(_, change)| change.action.writes())
        .filter_map(|(at, change)| Some((at, needs(change).into_iter().find(|name| !there.contains(name))?)))
        .collect();
    for (at, missing) in blocked {
        let of =
            plan.changes.iter().find(|change| of_rules(change) && change.resource_name.eq_ignore_ascii_case(&missing));
        let (name, why) = of.map_or((missing.as_str(), "not in this plan"), |of| (of.name.as_str(), of.action.name()));
        let reason = format!("it is for the rule {name}, which is not in the workspace ({why}): it waits for it");
        let change = &mut plan.changes[at];
        (change.action, change.reason) = (Action::Blocked, reason);
        (change.after, change.mark, change.before) = (None, None, None);
        change.fields.clear();
        change.kept.clear();
    }
    plan.summary = Summary::of(&plan.changes);
}

/// Tells in a plan what becomes of suppressions.
pub(super) fn tell(
    content: &Content,
    sources: &Sources,
    workspace: &Workspace,
    live: &[Resource],
    plan: &mut WorkspacePlan,
) {
    let name = project(content);
    let mine: Vec<(&str, &Resource)> = live
        .iter()
        .filter(|one| one.resource_type == ResourceType::AutomationRules)
        .filter_map(|one| Some((made_of(one, name)?, one)))
        .collect();
    let mut told = Vec::new();
    for suppression in resolving(content) {
        let rules = named(suppression, content, sources, workspace);
        let id = &suppression.id.value;
        let lives = mine.iter().any(|(of, _)| of == id);
        let of = |change: &&Change| {
            change.resource_type() == Some(ResourceType::AutomationRules)
                && change.resource_name.eq_ignore_ascii_case(&resource_name(name, id))
        };
        let turn = if rules.is_empty() {
            lives.then_some(Turn::Ends)
        } else if suppression.is_lapsed(content.now) {
            lives.then_some(Turn::Lapses)
        } else if suppression.is_pending(content.now) {
            Some(Turn::Waits)
        } else {
            match plan.changes.iter().find(of).map(|change| change.action) {
                Some(Action::Create) => Some(Turn::Begins),
                Some(Action::Update | Action::Replace) => Some(Turn::Changes),
                _ => None,
            }
        };
        told.extend(turn.map(|change| line(suppression, change, &rules, content)));
    }
    let documents: BTreeSet<&str> = content
        .suppressions
        .iter()
        .map(|one| one.id.value.as_str())
        .chain(content.faulty_suppressions.iter().filter_map(|one| one.id.as_deref()))
        .collect();
    for (id, resource) in mine.iter().filter(|(id, _)| !documents.contains(id)) {
        let expires = resource.properties.get("triggeringLogic").and_then(|logic| logic.get("expirationTimeUtc"));
        told.push(SuppressionChange {
            id: (*id).to_owned(),
            effect: Effect::Resolve.name().to_owned(),
            change: Turn::Ends,
            starts: None,
            expires: expires.and_then(serde_json::Value::as_str).map(str::to_owned),
            days: None,
            rules: Vec::new(),
            untouched: Vec::new(),
        });
    }
    told.extend(hidden(content, plan));
    told.sort_by(|a, b| (&a.id, a.change).cmp(&(&b.id, b.change)));
    plan.suppressions = told;
}

/// Tells of live automation rules that are named after a suppression of this project, that nothing wants any more, and
/// that no mark proves to be ours, as after a run that ended before it wrote the mark: they are not deleted, and close
/// incidents until somebody does.
pub(super) fn tell_of_unproven(content: &Content, live: &[Resource], plan: &mut WorkspacePlan) {
    let name = project(content);
    for one in live.iter().filter(|one| one.resource_type == ResourceType::AutomationRules) {
        let Some(id) = made_of(one, name) else { continue };
        let is = |resource: &str, other: &str| {
            resource == ResourceType::AutomationRules.segment() && other.eq_ignore_ascii_case(&one.name)
        };
        if plan.changes.iter().any(|change| is(&change.resource, &change.resource_name))
            || plan.left.iter().any(|left| is(&left.resource, &left.resource_name))
        {
            continue;
        }
        let enabled = one.properties.get("triggeringLogic").and_then(|logic| logic.get("isEnabled"));
        let off = enabled == Some(&serde_json::Value::Bool(false));
        let then = if off { "it is disabled, and stays" } else { "it is not deleted, and acts" };
        plan.left.push(Left {
            resource: ResourceType::AutomationRules.segment().to_owned(),
            name: one.display_name().to_owned(),
            resource_name: one.name.clone(),
            reason: format!(
                "it is named after the suppression {id}, which is not in force here, and carries no mark of this project \
                 that proves whose it is: {then} until somebody deletes it in the portal"
            ),
        });
    }
}

fn line(suppression: &Suppression, change: Turn, rules: &[&Rule], content: &Content) -> SuppressionChange {
    let time = |time: &Option<crate::diagnostic::Spanned<jiff::Timestamp>>| time.as_ref().map(|time| time.value);
    let expires = time(&suppression.expires);
    SuppressionChange {
        id: suppression.id.value.clone(),
        effect: suppression.effect.name().to_owned(),
        change,
        starts: time(&suppression.starts).filter(|starts| *starts > content.now).map(|starts| starts.to_string()),
        expires: expires.map(|expires| expires.to_string()),
        days: expires.map(|expires| days(content.now, expires)),
        rules: rules.iter().map(|rule| rule.id.value.clone()).collect(),
        untouched: Vec::new(),
    }
}

/// What becomes of suppressions that hide is told of exclusions; here it is told of what the author wrote.
fn hidden(content: &Content, plan: &mut WorkspacePlan) -> Vec<SuppressionChange> {
    let hides = |id: &str| content.suppressions.iter().any(|one| one.effect == Effect::Hide && one.id.value == id);
    let (ours, others) = std::mem::take(&mut plan.exclusions).into_iter().partition(|one| hides(&one.id));
    plan.exclusions = others;
    let of = |one: turned::ExclusionChange| {
        let turned::ExclusionChange { id, change, starts, expires, days, rules, untouched } = one;
        let change = match change {
            turned::Turn::Begins => Turn::Begins,
            turned::Turn::Changes => Turn::Changes,
            turned::Turn::Ends => Turn::Ends,
            turned::Turn::Lapses => Turn::Lapses,
        };
        let effect = Effect::Hide.name().to_owned();
        SuppressionChange { id, effect, change, starts, expires, days, rules, untouched }
    };
    let ours: Vec<turned::ExclusionChange> = ours;
    ours.into_iter().map(of).collect()
}

//! Rules whose kind became another, and that live on under another name.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::load::Content;
use super::moves;
use super::place::Compiled;
use crate::diagnostic::Code;
use crate::plan::body::Live;
use crate::plan::deletion::Successor;
use crate::plan::exclusions::Finding;
use crate::plan::metadata::owners;
use crate::plan::ownership::Standing;
use crate::plan::replace::{lineage, may_succeed, successor};
use crate::plan::{Action, Change, Ownership, WorkspacePlan};
use crate::resource::{Kind, Resource, ResourceType};
use crate::rule::Rule;
use crate::workspace::Workspace;

/// What follows from kinds that became others.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// Live rules, by name in lower case, and what takes their place.
    pub(super) replaced: BTreeMap<String, Successor>,
    /// Names that do not live yet, and the live ones that they take the place of; in lower case.
    pub(super) replaces: BTreeMap<String, String>,
    pub(super) findings: Vec<Finding>,
}

/// Gives rules the name that they live under since their kind became another, or will live under.
pub(super) fn follow(
    compiled: &mut [Compiled<'_>],
    workspace: &Workspace,
    live: &[Resource],
    ownership: &Ownership,
) -> Kinds {
    let mut kinds = Kinds::default();
    let rules: BTreeMap<String, &Resource> = live
        .iter()
        .filter(|one| one.resource_type == ResourceType::AlertRules)
        .map(|one| (one.name.to_ascii_lowercase(), one))
        .collect();
    let any_followed = rules.keys().any(|name| may_succeed(name));
    let owners = LazyCell::new(|| owners(live));
    let is_ours = |one: &Resource| {
        matches!(Live::of(one, owners.get(&one.key()), ownership).standing, Standing::Ours(_)) && may_change(one)
    };
    for one in compiled {
        let wanted = one.desired.kind.clone();
        let own = workspace.resource_name(one.rule).to_owned();
        let at = one.desired.name.clone();
        let same_kind = rules.get(&at.to_ascii_lowercase()).is_none_or(|live| live.kind.as_ref() == Some(&wanted));
        if same_kind && !any_followed {
            continue;
        }
        let names = if any_followed { lineage(&at) } else { vec![at.clone()] };
        let found = names.iter().filter_map(|name| rules.get(&name.to_ascii_lowercase()).copied());
        let found: Vec<&Resource> = found.filter(|one| is_ours(one)).collect();
        let Some(latest) = found.last() else { continue };
        let new = if latest.kind.as_ref() == Some(&wanted) {
            latest.name.clone()
        } else if own.eq_ignore_ascii_case(&at) {
            // Never back to a name before it: that one may have been deleted today.
            let next = successor(&latest.name, &wanted);
            if any_followed && !names.contains(&next) {
                // Nobody would find it again: it is blocked.
                continue;
            }
            next
        } else {
            // The rule's own name is free if it went on under one that it had before.
            own
        };
        if !rules.contains_key(&new.to_ascii_lowercase()) {
            kinds.replaces.insert(new.to_ascii_lowercase(), latest.name.to_ascii_lowercase());
        } else if !new.eq_ignore_ascii_case(&at) {
            kinds.findings.push(finding(one, &new));
        }
        for old in found.into_iter().filter(|old| !old.name.eq_ignore_ascii_case(&new)) {
            let successor = Successor { id: one.rule.id.value.clone(), resource_name: new.clone() };
            kinds.replaced.insert(old.name.to_ascii_lowercase(), successor);
        }
        one.desired.name = new;
    }
    kinds
}

/// Whether a rule's kind is one that documents have.
fn may_change(rule: &Resource) -> bool {
    matches!(rule.kind, Some(Kind::Scheduled | Kind::Nrt))
}

fn finding(one: &Compiled<'_>, name: &str) -> Finding {
    let id = &one.rule.id.value;
    Finding {
        code: Code::RuleMoved.name().to_owned(),
        level: Code::RuleMoved.level().name().to_owned(),
        id: id.clone(),
        name: one.desired.display_name().to_owned(),
        message: format!(
            "it lives as {name} since its kind changed: `names: {{{id}: {name}}}` in the workspace is to say so; an apply \
             writes it there"
        ),
    }
}

/// The workspace with the names that its rules live under, where they are not its own.
pub(super) fn renamed(workspace: &Workspace, compiled: &[Compiled<'_>]) -> Workspace {
    let mut workspace = workspace.clone();
    for one in compiled {
        if !workspace.resource_name(one.rule).eq_ignore_ascii_case(&one.desired.name) {
            let id = &one.rule.id;
            workspace.names.insert(id.value.to_ascii_lowercase(), id.clone().map(|_| one.desired.name.clone()));
        }
    }
    workspace
}

/// The workspace with the names that a plan found its rules under, as far as they follow from the documents.
pub(super) fn as_planned(content: &Content, workspace: &Workspace, plan: &WorkspacePlan) -> Workspace {
    let mut renamed = workspace.clone();
    for change in plan.changes.iter().filter(|one| is_kept_rule(one)) {
        let Some(rule) = content.rules.iter().find(|rule| rule.id.value.eq_ignore_ascii_case(&change.id)) else {
            continue;
        };
        if follows(content, workspace, rule, &change.resource_name) {
            let name = rule.id.clone().map(|_| change.resource_name.clone());
            renamed.names.insert(rule.id.value.to_ascii_lowercase(), name);
        }
    }
    renamed
}

/// Whether a rule may live under a name that is not its own here.
fn follows(content: &Content, workspace: &Workspace, rule: &Rule, name: &str) -> bool {
    let moved = &content.on_live.moved;
    let mut formers = moves::formers(&rule.id.value, moved, workspace).into_iter();
    succeeds(content, workspace, rule, name) || formers.any(|former| former.eq_ignore_ascii_case(name))
}

/// Whether a rule has a name since its kind changed, and its workspace does not say so.
pub(super) fn succeeds(content: &Content, workspace: &Workspace, rule: &Rule, name: &str) -> bool {
    let own = workspace.resource_name(rule).to_owned();
    if own.eq_ignore_ascii_case(name) || !may_succeed(name) {
        return false;
    }
    let formers = moves::formers(&rule.id.value, &content.on_live.moved, workspace);
    let mut roots = std::iter::once(own).chain(formers);
    roots.any(|root| lineage(&root).iter().any(|later| later.eq_ignore_ascii_case(name)))
}

/// Whether a change is of a name that its rule had here before it went on under another.
pub(super) fn gave_up(content: &Content, workspace: &Workspace, change: &Change) -> bool {
    let rule = content.rules.iter().find(|rule| rule.id.value.eq_ignore_ascii_case(&change.id));
    rule.is_some_and(|rule| {
        let names = [workspace.resource_name(rule), rule.id.value.as_str()];
        names.iter().any(|name| name.eq_ignore_ascii_case(&change.resource_name))
            || follows(content, workspace, rule, &change.resource_name)
    })
}

fn is_kept_rule(change: &Change) -> bool {
    change.resource_type() == Some(ResourceType::AlertRules) && change.action != Action::Delete
}

//! What guards are told of a workspace: thresholds, locks, the tables of queries, exclusions that widen.

use std::collections::BTreeSet;

use serde_json::Value;

use super::load::{Content, Loaded};
use super::widening;
use crate::diagnostic::Code;
use crate::kql::{NoSchema, TableBy, analyze, parse};
use crate::plan::body::Live;
pub use crate::plan::guard::Trip;
use crate::plan::guard::{self, Facts, Limits};
use crate::plan::metadata;
use crate::plan::ownership::Standing;
use crate::plan::{Change, Ownership, Plan, WorkspacePlan};
use crate::resource::{Properties, Resource, ResourceType};
use crate::workspace::Workspace;
use crate::workspace::guard_policy::GuardPolicy;
use crate::workspace::protect::Seen;

/// Asks every guard about one workspace.
pub(super) fn workspace(
    loaded: &Loaded,
    workspace: &Workspace,
    plan: &WorkspacePlan,
    live: &[Resource],
    ownership: &Ownership,
) -> Vec<Trip> {
    ask(loaded, workspace, plan, Some(live), owned(live, ownership))
}

fn ask(
    loaded: &Loaded,
    workspace: &Workspace,
    plan: &WorkspacePlan,
    live: Option<&[Resource]>,
    owned: usize,
) -> Vec<Trip> {
    let content = &loaded.content;
    let facts = Facts {
        limits: limits(&workspace.policy.guards.or(&content.settings.live.guards)),
        live,
        tables: &tables,
        is_protected: &|change| is_protected(content, change),
        widened: widening::widened(loaded, plan),
        owned,
        desired: desired(content, plan),
    };
    guard::workspace(plan, &facts)
}

/// What the project's locks and thresholds of now refuse of a saved plan, and did not when it was made. The guards that
/// only a list of what lives can answer are not asked: last over a table or of a tactic, and the quotas.
pub fn since(loaded: &Loaded, workspaces: &[Workspace], plan: &Plan) -> Vec<Trip> {
    let mut asked = Vec::new();
    for planned in &plan.workspaces {
        let workspace = workspaces.iter().find(|one| one.name.value == planned.workspace);
        let owned = guard::live_rules(planned);
        asked.extend(workspace.into_iter().flat_map(|workspace| ask(loaded, workspace, planned, None, owned)));
    }
    asked.extend(fleet(&loaded.content, &plan.workspaces));
    guard::untold(asked, &plan.guards)
}

/// Asks the guards that are about all workspaces of a run.
pub(super) fn fleet(content: &Content, plans: &[WorkspacePlan]) -> Vec<Trip> {
    guard::fleet(plans, limits(&content.settings.live.guards))
}

fn limits(policy: &GuardPolicy) -> Limits {
    let GuardPolicy { share, of_at_least, workspaces, scheduled, nrt } = *policy;
    let standard = Limits::default();
    Limits {
        share: share.unwrap_or(standard.share),
        of_at_least: of_at_least.unwrap_or(standard.of_at_least),
        workspaces: workspaces.unwrap_or(standard.workspaces),
        scheduled: scheduled.unwrap_or(standard.scheduled),
        nrt: nrt.unwrap_or(standard.nrt),
    }
}

/// How many rules the project wants in a workspace. A document that was refused may have been for it.
fn desired(content: &Content, plan: &WorkspacePlan) -> usize {
    let ids: BTreeSet<String> = content.rules.iter().map(|rule| rule.id.value.to_ascii_lowercase()).collect();
    let wanted = plan.changes.iter().filter(|change| {
        change.resource_type() == Some(ResourceType::AlertRules) && ids.contains(&change.id.to_ascii_lowercase())
    });
    wanted.count() + content.faulty.len() + content.refused_ids.len()
}

/// How many live rules carry the project's mark.
fn owned(live: &[Resource], ownership: &Ownership) -> usize {
    let owners = metadata::owners(live);
    let rules = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
    let standing = rules.map(|one| Live::of(one, owners.get(&one.key()), ownership).standing);
    standing.filter(|standing| matches!(standing, Standing::Ours(_))).count()
}

fn tables(query: &str) -> BTreeSet<String> {
    let tree = parse(query);
    let facts = analyze(&tree, &NoSchema);
    facts.tables.into_iter().filter(|table| table.by != TableBy::Wildcard).map(|table| table.name).collect()
}

/// Whether an entry of `protect:` means a rule, as its file has it, as it lives, or as it would be.
fn is_protected(content: &Content, change: &Change) -> bool {
    let bodies = [&change.before, &change.after].into_iter().flatten();
    let bodies = bodies.filter_map(|body| body.get("properties").and_then(Value::as_object));
    protects(content, vec![&change.id, &change.resource_name], vec![&change.name], bodies)
}

/// Whether an entry of `protect:` means a rule with one of these ids, names and versions.
pub(super) fn protects<'a>(
    content: &Content,
    ids: Vec<&'a str>,
    names: Vec<&'a str>,
    bodies: impl IntoIterator<Item = &'a Properties>,
) -> bool {
    let mut seen = Seen { ids, names, ..Seen::default() };
    for properties in bodies {
        let text = |key: &str| properties.get(key).and_then(Value::as_str);
        seen.names.extend(text("displayName"));
        seen.severities.extend(text("severity"));
        let tactics = properties.get("tactics").and_then(Value::as_array);
        seen.tactics.extend(tactics.into_iter().flatten().filter_map(Value::as_str));
    }
    content.settings.protect.iter().any(|protect| protect.matches(&seen))
}

/// What `--allow` may name: a guard, a twin or a second writer.
///
/// # Errors
/// Why it may not.
pub fn allowed(word: &str) -> Result<Code, String> {
    let others = [Code::Twin, Code::SecondWriter];
    let known = guard::CODES.iter().chain(&others).find(|code| code.name().eq_ignore_ascii_case(word));
    match known {
        Some(Code::Protected) => Err("no flag lets `protected` through: take the entry out of `protect:`".to_owned()),
        Some(code) => Ok(*code),
        None => {
            let codes = guard::CODES.iter().chain(&others).filter(|code| **code != Code::Protected);
            let names: Vec<&str> = codes.map(|code| code.name()).collect();
            Err(format!("it takes one of {}", names.join(", ")))
        }
    }
}

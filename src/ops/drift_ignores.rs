//! Which drift the project's documents let be, rule by rule, and which documents meet none.

use std::collections::{BTreeMap, BTreeSet};

use super::guards;
use super::live_documents::field_path;
use super::load::{Content, Loaded};
use super::place::Compiled;
use crate::diagnostic::Span;
use crate::plan::ignore::{Ignore, Ignored, Ignores};
use crate::plan::{Action, Change, Plan, Verdict};
use crate::resource::{Resource, ResourceType};
use crate::rule::Rule;
use crate::rule::drift_ignore::DriftIgnore;
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::{holds_in, reach};

/// What documents let be in a workspace, by the name of the rule in lower case.
pub(super) fn ignores(
    content: &Content,
    workspace: &Workspace,
    compiled: &[Compiled<'_>],
    live: &[Resource],
) -> BTreeMap<String, Ignores> {
    let here: Vec<&DriftIgnore> = content
        .on_live
        .drift_ignores
        .iter()
        .filter(|one| !one.is_lapsed(content.now) && holds_in(one.workspaces.as_ref(), workspace))
        .collect();
    let mut found = BTreeMap::new();
    if here.is_empty() {
        return found;
    }
    for one in compiled {
        let meant = here.iter().filter(|ignore| reach(&ignore.rules, one.rule).is_some());
        let entries: Vec<Ignore> = meant.map(|ignore| entry(ignore)).collect();
        if entries.is_empty() {
            continue;
        }
        let key = one.desired.name.to_ascii_lowercase();
        let is_it = |live: &&Resource| {
            live.resource_type == ResourceType::AlertRules && live.name.eq_ignore_ascii_case(&one.desired.name)
        };
        let bodies = live.iter().find(is_it).map(|live| &live.properties).into_iter().chain([&one.desired.properties]);
        let is_protected = guards::protects(content, vec![&one.rule.id.value, &one.desired.name], Vec::new(), bodies);
        found.insert(key, Ignores { entries, is_protected });
    }
    found
}

fn entry(ignore: &DriftIgnore) -> Ignore {
    Ignore {
        fields: ignore.fields.iter().filter_map(|field| field_path(&field.value)).collect(),
        ignored: Ignored { reason: ignore.reason.value.trim().to_owned(), expires: ignore.expires.value.to_string() },
    }
}

/// The documents that have not ended and mean no edit in any workspace of a plan. One that may hold where nobody could
/// look is none of them: in a workspace that is not in the plan, and on a rule that is blocked.
pub fn unused(loaded: &Loaded, workspaces: &[Workspace], plan: &Plan) -> Vec<Span> {
    let content = &loaded.content;
    let rules: BTreeMap<String, &Rule> =
        content.rules.iter().map(|rule| (rule.id.value.to_ascii_lowercase(), rule)).collect();
    let read: BTreeMap<&str, &[Change]> =
        plan.workspaces.iter().map(|one| (one.workspace.as_str(), one.changes.as_slice())).collect();
    let meets = |ignore: &DriftIgnore, workspace: &Workspace| {
        let Some(changes) = read.get(workspace.name.value.as_str()) else { return true };
        let entry = entry(ignore);
        changes.iter().filter(|change| change.resource_type() == Some(ResourceType::AlertRules)).any(|change| {
            let rule = rules.get(&change.id.to_ascii_lowercase());
            let unseen = change.action == Action::Blocked && change.refusal.is_none();
            let mut edits = change.fields.iter().filter(|field| field.verdict != Verdict::Pending);
            rule.is_some_and(|rule| reach(&ignore.rules, rule).is_some())
                && (unseen || edits.any(|field| entry.covers(&field.path)))
        })
    };
    let unused = content.on_live.drift_ignores.iter().filter(|ignore| {
        let here: Vec<&Workspace> =
            workspaces.iter().filter(|workspace| holds_in(ignore.workspaces.as_ref(), workspace)).collect();
        !ignore.is_lapsed(content.now) && !here.is_empty() && !here.iter().any(|workspace| meets(ignore, workspace))
    });
    let spans: BTreeSet<Span> = unused.map(|ignore| ignore.span).collect();
    spans.into_iter().collect()
}

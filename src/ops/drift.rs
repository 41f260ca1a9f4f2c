//! `drift`: the live workspaces against what was last applied, with what documents say of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::field_span::field_span;
use super::live_documents::field_path;
use super::load::Loaded;
use crate::diagnostic::Span;
use crate::plan::drift::{self, Drift, Ignored, Told};
use crate::plan::{Change, Plan, WorkspacePlan};
use crate::resource::ResourceType;
use crate::rule::Rule;
use crate::rule::drift_ignore::DriftIgnore;
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::{holds_in, reach};

/// What of a plan is drift.
pub fn drift(loaded: &Loaded, workspaces: &[Workspace], plan: &Plan) -> Drift {
    let rules: BTreeMap<String, &Rule> =
        loaded.content.rules.iter().map(|rule| (rule.id.value.to_ascii_lowercase(), rule)).collect();
    let by_name: BTreeMap<&str, &Workspace> = workspaces.iter().map(|one| (&*one.name.value, one)).collect();
    let ignores = &loaded.content.on_live.drift_ignores;
    let used: RefCell<BTreeSet<usize>> = RefCell::new(BTreeSet::new());
    let told = |plan: &WorkspacePlan, change: &Change| -> Told<'_> {
        let rule = (change.resource_type() == Some(ResourceType::AlertRules))
            .then(|| rules.get(&change.id.to_ascii_lowercase()).copied())
            .flatten();
        let workspace = by_name.get(plan.workspace.as_str()).copied();
        let Some((rule, workspace)) = rule.zip(workspace) else {
            return Told { span: None, field: Box::new(|_| None), ignored: Box::new(|_| None) };
        };
        let details = workspace.details(rule, loaded.sources.path(rule.span.file)).into_owned();
        let used = &used;
        Told {
            span: Some(rule.id.span),
            field: Box::new(move |path| field_span(&details, path)),
            ignored: Box::new(move |path| {
                let (at, ignore) = ignores.iter().enumerate().find(|(_, ignore)| {
                    !ignore.is_lapsed(loaded.content.now) && is_ignored(ignore, rule, workspace, path)
                })?;
                used.borrow_mut().insert(at);
                let reason = ignore.reason.value.trim().to_owned();
                Some(Ignored { reason, expires: ignore.expires.value.to_string() })
            }),
        }
    };
    let found = drift::drift(plan, &told);
    let used = used.into_inner();
    let unused = ignores.iter().enumerate().filter(|(at, ignore)| {
        let here = workspaces.iter().any(|workspace| holds_in(ignore.workspaces.as_ref(), workspace));
        here && !used.contains(at) && !ignore.is_lapsed(loaded.content.now)
    });
    let unused: Vec<Span> = unused.map(|(_, ignore)| ignore.span).collect();
    Drift { workspaces: found, unused }
}

fn is_ignored(ignore: &DriftIgnore, rule: &Rule, workspace: &Workspace, path: &str) -> bool {
    let names =
        |word: &str| field_path(word).is_some_and(|field| path == field || path.starts_with(&format!("{field}.")));
    reach(&ignore.rules, rule).is_some()
        && holds_in(ignore.workspaces.as_ref(), workspace)
        && (ignore.fields.is_empty() || ignore.fields.iter().any(|field| names(&field.value)))
}

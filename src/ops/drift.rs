//! `drift`: the live workspaces against what was last applied, with what documents say of it.

use std::collections::BTreeMap;

use super::drift_ignores::unused;
use super::field_span::field_span;
use super::load::Loaded;
use crate::plan::drift::{self, Drift, Told};
use crate::plan::{Change, Plan, WorkspacePlan};
use crate::resource::ResourceType;
use crate::rule::Rule;
use crate::workspace::Workspace;

/// What of a plan is drift.
pub fn drift(loaded: &Loaded, workspaces: &[Workspace], plan: &Plan) -> Drift {
    let rules: BTreeMap<String, &Rule> =
        loaded.content.rules.iter().map(|rule| (rule.id.value.to_ascii_lowercase(), rule)).collect();
    let by_name: BTreeMap<&str, &Workspace> = workspaces.iter().map(|one| (&*one.name.value, one)).collect();
    let told = |plan: &WorkspacePlan, change: &Change| -> Told<'_> {
        let rule = (change.resource_type() == Some(ResourceType::AlertRules))
            .then(|| rules.get(&change.id.to_ascii_lowercase()).copied())
            .flatten();
        let workspace = by_name.get(plan.workspace.as_str()).copied();
        let Some((rule, workspace)) = rule.zip(workspace) else {
            return Told { span: None, field: Box::new(|_| None) };
        };
        let details = workspace.details(rule, loaded.sources.path(rule.span.file)).into_owned();
        Told { span: Some(rule.id.span), field: Box::new(move |path| field_span(&details, path)) }
    };
    Drift { workspaces: drift::drift(plan, &told), unused: unused(loaded, workspaces, plan) }
}

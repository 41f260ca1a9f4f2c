//! One workspace's live resources, and the project's as it wants them.

use std::borrow::Cow;

use crate::arm::error::ArmError;
use crate::arm::pages::{PageLimits, list_all};
use crate::check;
use crate::compile;
use crate::compile::exclusion::overflow::List;
use crate::diagnostic::{Diagnostic, Sources};
use crate::kql::Schema;
use crate::plan::Desired;
use crate::resource::{AlertRule, Resource, ResourceType};
use crate::rule::Rule;
use crate::workspace::Workspace;

use super::connection::Connection;
use super::exclusions;
use super::load::{Content, Faulty};
use super::suppressions;
use super::watchlists;

/// What a plan reads of a workspace.
pub const READ: [ResourceType; 3] = [ResourceType::AlertRules, ResourceType::AutomationRules, ResourceType::Metadata];

/// Reads every resource of some types, the lists of all of them at once.
///
/// # Errors
/// Whatever keeps a list from being whole: a part of it would look like deleted resources.
pub async fn live(connection: &Connection, types: &[ResourceType]) -> Result<Vec<Resource>, ArmError> {
    let lists = types.iter().map(|&resource_type| list(connection, resource_type));
    let lists: Result<Vec<_>, _> = futures::future::join_all(lists).await.into_iter().collect();
    Ok(lists?.into_iter().flatten().collect())
}

async fn list(connection: &Connection, resource_type: ResourceType) -> Result<Vec<Resource>, ArmError> {
    let first = connection
        .requests
        .list(resource_type)
        .map_err(|why| ArmError::Decode { why: why.to_string(), raw: String::new() })?;
    let items = list_all(&*connection.transport, first, PageLimits::default()).await?;
    let read = |item: serde_json::Value| {
        let raw = item.to_string();
        Resource::from_arm(resource_type, item).map_err(|why| ArmError::Decode { why: why.to_string(), raw })
    };
    items.into_iter().map(read).collect()
}

/// A rule compiled for a workspace, with what speaks against it there.
pub struct Compiled<'a> {
    pub rule: &'a Rule,
    pub desired: AlertRule,
    /// Errors that its overrides or exclusions bring about: the rule is blocked here.
    pub blocked: Vec<Diagnostic>,
    /// The ids of the exclusions in its query.
    pub exclusions: Vec<String>,
    /// Exclusions that it goes without: id and why.
    pub skipped: Vec<(String, String)>,
    /// Lists of its exclusions that stand in watchlists.
    pub lists: Vec<List>,
}

/// The rules that go to a workspace by its selectors and that can't be deployed anywhere, compiled for it all the same:
/// what they would be helps to see what is wrong.
pub fn faulty<'a>(content: &'a Content, sources: &Sources, workspace: &Workspace) -> Vec<Compiled<'a>> {
    let path = |faulty: &Faulty| sources.path(faulty.rule.span.file).to_owned();
    let here = content.faulty.iter().filter(|faulty| workspace.selects(&faulty.rule, &path(faulty)));
    here.map(|faulty| Compiled {
        rule: &faulty.rule,
        desired: compile::alert_rule(&faulty.rule, &workspace.details(&faulty.rule, &path(faulty)), workspace),
        blocked: faulty.errors.clone(),
        exclusions: Vec::new(),
        skipped: Vec::new(),
        lists: Vec::new(),
    })
    .collect()
}

/// Every rule that goes to a workspace, compiled for it, in the order of ids.
pub fn compiled<'a>(content: &'a Content, sources: &Sources, workspace: &Workspace) -> Vec<Compiled<'a>> {
    content
        .rules
        .iter()
        .filter(|rule| workspace.selects(rule, sources.path(rule.span.file)))
        .map(|rule| {
            let details = workspace.details(rule, sources.path(rule.span.file));
            let mut blocked = Vec::new();
            // What the rule itself says was checked when it was read, against what all workspaces have.
            let own = content.tables.workspace(&workspace.name.value);
            let schema = own.as_ref().map_or(content.tables.shared(), |own| own as &dyn Schema);
            if matches!(details, Cow::Owned(_)) || own.is_some() {
                let settings = check::Settings { nrt: content.settings.policy.nrt, schema, tables: own, now: None };
                check::details(rule.kind, &details, sources, settings, &mut blocked);
                blocked.retain(Diagnostic::is_error);
                let policy = &content.settings.policy;
                blocked = blocked.into_iter().filter_map(|problem| policy.judge(problem)).collect();
                blocked.retain(Diagnostic::is_error);
            }
            blocked.extend(exclusions::faulty(content, rule));
            let here = exclusions::applicable(content, rule, workspace);
            let effective = compile::effective_rule(rule, &details, workspace, &here, content.now, schema);
            blocked.extend(effective.blocked);
            let compile::Effective { rule: desired, exclusions, skipped, lists, .. } = effective;
            Compiled { rule, desired, blocked, exclusions, skipped, lists }
        })
        .collect()
}

/// Everything that the project wants in a workspace.
pub fn desired(content: &Content, sources: &Sources, workspace: &Workspace, workspace_id: &str) -> Vec<Desired> {
    let suppressions = suppressions::desired(content, sources, workspace, workspace_id);
    let compiled = compiled(content, sources, workspace);
    let lists = watchlists::desired(content, &compiled);
    compiled.into_iter().map(Desired::from).chain(lists).chain(suppressions).collect()
}

impl From<Compiled<'_>> for Desired {
    fn from(compiled: Compiled<'_>) -> Self {
        let blocked = compiled.blocked.first().map(|problem| problem.message.clone());
        Self { id: compiled.rule.id.value.clone(), resource: compiled.desired.into(), blocked }
    }
}

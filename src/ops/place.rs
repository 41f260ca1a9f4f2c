//! One workspace's live resources, and the project's as it wants them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use crate::arm::error::ArmError;
use crate::arm::pages::{AtOnce, Pace, PageLimits, list_pages};
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

/// How often a list that changes is read again.
const LOOKS: usize = 4;

/// Reads every resource of some types, the lists of all of them at once.
///
/// # Errors
/// Whatever keeps a list from being whole: a part of it would look like deleted resources.
pub async fn live(connection: &Connection, types: &[ResourceType]) -> Result<Vec<Resource>, ArmError> {
    Ok(lists(connection, types, &|_| Arc::new(AtOnce)).await?.0)
}

/// As [`live`], each list at a pace of its own.
///
/// # Errors
/// As [`live`].
pub async fn paced(
    connection: &Connection,
    types: &[ResourceType],
    pace: &(dyn Fn(ResourceType) -> Arc<dyn Pace> + Sync),
) -> Result<Vec<Resource>, ArmError> {
    Ok(lists(connection, types, pace).await?.0)
}

/// What a plan reads of a workspace, read once.
pub struct Seen {
    live: Vec<Resource>,
    /// Of the longest list.
    pages: usize,
    read: Instant,
}

/// Reads what a plan is made of.
///
/// # Errors
/// As [`live`].
pub async fn seen(connection: &Connection) -> Result<Seen, ArmError> {
    let read = Instant::now();
    let (live, pages) = lists(connection, &READ, &|_| Arc::new(AtOnce)).await?;
    Ok(Seen { live, pages, read })
}

/// What was seen, for whoever concludes from a resource's absence that it is to be made. Where pages go on by position, a
/// deletion between two of them hides another resource, with no sign (seen with Microsoft's own SDK against a list like
/// that); so a list of several pages that lacks something wanted is read until two in a row are equal.
///
/// # Errors
/// As [`live`]; and [`ArmError::KeepsChanging`] where no two in a row were.
pub async fn proven(
    connection: &Connection,
    mut seen: Seen,
    wanted: &[Compiled<'_>],
) -> Result<(Vec<Resource>, Instant), ArmError> {
    let keys: BTreeSet<_> = seen.live.iter().map(Resource::key).collect();
    let lacks = |one: &Compiled<'_>| !keys.contains(&(ResourceType::AlertRules, one.desired.name.to_ascii_lowercase()));
    if seen.pages < 2 || !wanted.iter().any(|one| one.blocked.is_empty() && lacks(one)) {
        return Ok((seen.live, seen.read));
    }
    for _ in 0..LOOKS {
        let again = self::seen(connection).await?;
        let equal = versions(&again.live) == versions(&seen.live);
        seen = again;
        if equal {
            return Ok((seen.live, seen.read));
        }
    }
    Err(ArmError::KeepsChanging { times: LOOKS + 1 })
}

fn versions(live: &[Resource]) -> BTreeMap<(ResourceType, String), Option<&str>> {
    live.iter().map(|one| (one.key(), one.etag.as_deref())).collect()
}

/// The lists of some types, and the pages of the longest one.
async fn lists(
    connection: &Connection,
    types: &[ResourceType],
    pace: &(dyn Fn(ResourceType) -> Arc<dyn Pace> + Sync),
) -> Result<(Vec<Resource>, usize), ArmError> {
    let lists = types.iter().map(|&resource_type| list(connection, resource_type, pace(resource_type)));
    let lists: Result<Vec<_>, _> = futures::future::join_all(lists).await.into_iter().collect();
    let lists = lists?;
    let pages = lists.iter().map(|(_, pages)| *pages).max().unwrap_or_default();
    Ok((lists.into_iter().flat_map(|(list, _)| list).collect(), pages))
}

async fn list(
    connection: &Connection,
    resource_type: ResourceType,
    pace: Arc<dyn Pace>,
) -> Result<(Vec<Resource>, usize), ArmError> {
    let first = connection
        .requests
        .list(resource_type)
        .map_err(|why| ArmError::Decode { why: why.to_string(), raw: String::new() })?;
    let list = list_pages(&*connection.transport, first, PageLimits::default(), &*pace).await?;
    let read = |item: serde_json::Value| {
        let raw = item.to_string();
        Resource::from_arm(resource_type, item).map_err(|why| ArmError::Decode { why: why.to_string(), raw })
    };
    let items: Result<Vec<_>, _> = list.items.into_iter().map(read).collect();
    Ok((items?, list.pages))
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

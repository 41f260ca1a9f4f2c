//! Suppressions of a workspace without a network: as a list, and as the automation rules that they become.

use serde_json::Value;

use super::exclusions::{InForce, State, days};
use super::load::{Content, Loaded};
use super::suppressions::{self, Placed};
use super::target;
use crate::diagnostic::Spanned;
use crate::rule::suppression::{Effect, Suppression};
use crate::workspace::Workspace;
use crate::workspace::exclusion_scope::holds_in;

/// An automation rule as a workspace would get it.
#[derive(Debug, Clone)]
pub struct AutomationRule {
    /// The suppression's id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    pub resource_name: String,
    pub workspace: String,
    /// The ids of the rules that it is for.
    pub rules: Vec<String>,
    /// The body of the PUT that would create it.
    pub body: Value,
}

/// The automation rules of a workspace, in the order of ids: none of a suppression that has not begun or has lapsed.
///
/// # Errors
/// If the workspace is nowhere in Azure: its parts are not as Azure names such things.
pub fn automation_rules(loaded: &Loaded, workspace: &Workspace) -> Result<Vec<AutomationRule>, String> {
    let (content, sources) = (&loaded.content, &loaded.sources);
    let scope = target::scope(workspace).map_err(|why| why.to_string())?;
    let placed = suppressions::compiled(content, sources, workspace, &scope.resource_id());
    let one = |Placed { suppression, desired }: Placed<'_>| {
        let rules = suppressions::named(suppression, content, sources, workspace);
        AutomationRule {
            id: suppression.id.value.clone(),
            name: desired.display_name().to_owned(),
            resource_name: desired.name.clone(),
            workspace: workspace.name.value.clone(),
            rules: rules.iter().map(|rule| rule.id.value.clone()).collect(),
            body: desired.body(),
        }
    };
    Ok(placed.into_iter().map(one).collect())
}

/// What is closed where. Those that hide are listed as the exclusions that they are.
pub(super) fn closing(loaded: &Loaded, workspace: &Workspace) -> Vec<InForce> {
    let (content, sources) = (&loaded.content, &loaded.sources);
    let here = suppressions::resolving(content).filter(|one| holds_in(one.workspaces.as_ref(), workspace));
    here.map(|one| {
        let rules = suppressions::named(one, content, sources, workspace);
        let rules = rules.iter().map(|rule| (rule.id.value.clone(), rule.display_name().trim().to_owned())).collect();
        let place = format!("{}:{}", sources.path(one.span.file), one.id.span.line);
        row(one, workspace, content, rules, place)
    })
    .collect()
}

fn row(
    one: &Suppression,
    workspace: &Workspace,
    content: &Content,
    rules: Vec<(String, String)>,
    place: String,
) -> InForce {
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.value.trim().to_owned());
    let expires = one.expires.as_ref().map(|expires| expires.value);
    InForce {
        workspace: workspace.name.value.clone(),
        id: one.id.value.clone(),
        kind: "Suppression",
        effect: one.effect.name(),
        name: text(&one.name),
        state: if one.is_lapsed(content.now) {
            State::Lapsed
        } else if one.is_pending(content.now) {
            State::Pending
        } else {
            State::InForce
        },
        stage: None,
        starts: one.starts.as_ref().map(|starts| starts.value),
        expires,
        days: expires.map(|expires| days(content.now, expires)),
        rules,
        blocked: Vec::new(),
        skipped: Vec::new(),
        owner: text(&one.owner),
        reason: text(&one.reason),
        ticket: text(&one.ticket),
        place,
    }
}

/// The kind of document that an exclusion was written as.
pub(super) fn kind(content: &Content, id: &str) -> &'static str {
    let hides = content.suppressions.iter().any(|one| one.effect == Effect::Hide && one.id.value == id);
    if hides { "Suppression" } else { "Exclusion" }
}

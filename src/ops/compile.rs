//! `compile`: the effective rules of workspaces, without a network.

use serde_json::Value;

use super::load::Loaded;
use super::place;
use crate::diagnostic::Diagnostic;
use crate::workspace::Workspace;
use crate::workspace::pattern::Pattern;

/// A rule as a workspace would get it.
#[derive(Debug, Clone)]
pub struct Effective {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub workspace: String,
    /// The query that the service runs.
    pub query: String,
    /// The body of the PUT that would create it.
    pub body: Value,
    /// The ids of the exclusions in its query.
    pub exclusions: Vec<String>,
    /// Exclusions that it goes without, for it does not have the field: id and why.
    pub skipped: Vec<(String, String)>,
    /// What keeps it from being deployed there.
    pub blocked: Vec<Diagnostic>,
}

/// The effective rules of every chosen workspace, those that are faulty everywhere included. `only` are ids or name patterns; all rules where there is none.
///
/// # Errors
/// A pattern of `only` that fits no rule of the project.
pub fn compile(loaded: &Loaded, workspaces: &[Workspace], only: &[String]) -> Result<Vec<Effective>, String> {
    let wanted =
        |pattern: &str, id: &str, name: &str| id.eq_ignore_ascii_case(pattern) || Pattern::new(pattern).matches(name);
    for pattern in only {
        let faulty = loaded.content.faulty.iter().map(|faulty| &faulty.rule);
        let mut rules = loaded.content.rules.iter().chain(faulty);
        if !rules.any(|rule| wanted(pattern, &rule.id.value, rule.display_name())) {
            return Err(format!("no rule has the id or name {pattern}"));
        }
    }
    let mut effective = Vec::new();
    for workspace in workspaces {
        let mut here = place::compiled(&loaded.content, &loaded.sources, workspace);
        here.extend(place::faulty(&loaded.content, &loaded.sources, workspace));
        here.sort_by_key(|compiled| compiled.rule.id.value.to_ascii_lowercase());
        for compiled in here {
            let (id, name) = (&compiled.rule.id.value, compiled.rule.display_name());
            if !only.is_empty() && !only.iter().any(|pattern| wanted(pattern, id, name)) {
                continue;
            }
            let query = compiled.desired.properties.get("query").and_then(Value::as_str).unwrap_or_default();
            effective.push(Effective {
                id: id.clone(),
                kind: compiled.rule.kind.name(),
                name: compiled.desired.display_name().to_owned(),
                workspace: workspace.name.value.clone(),
                query: query.to_owned(),
                body: compiled.desired.into_body(),
                exclusions: compiled.exclusions,
                skipped: compiled.skipped,
                blocked: compiled.blocked,
            });
        }
    }
    Ok(effective)
}

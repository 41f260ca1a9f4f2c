//! Workspaces among themselves and against the rules: names that collide, selectors that match nothing.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Sources, nearest};
use crate::rule::Rule;
use crate::workspace::Workspace;
use crate::workspace::selector::Selector;

/// Finds workspaces of one name. True for each that is to be left out.
pub fn duplicates(workspaces: &[Workspace], problems: &mut Vec<Diagnostic>) -> Vec<bool> {
    let mut seen: BTreeMap<String, &Workspace> = BTreeMap::new();
    let mut refused = vec![false; workspaces.len()];
    for (at, workspace) in workspaces.iter().enumerate() {
        if let Some(first) = seen.get(&workspace.name.value.to_lowercase()) {
            refused[at] = true;
            let message = format!("another workspace is named {} already", workspace.name.value);
            problems.push(
                Diagnostic::new(Code::DuplicateWorkspace, workspace.name.span, message)
                    .related(first.name.span, "named here")
                    .help("rename one of the two"),
            );
        } else {
            seen.insert(workspace.name.value.to_lowercase(), workspace);
        }
    }
    refused
}

/// Finds what names no rule: a selector or a renamed id that was mistyped would change nothing in silence.
/// `ids` are those of all documents, faulty ones included.
pub fn selectors(
    workspace: &Workspace,
    rules: &[Rule],
    ids: &[&str],
    sources: &Sources,
    problems: &mut Vec<Diagnostic>,
) {
    let hits = |selector: &Selector| rules.iter().any(|rule| selector.matches(rule, sources.path(rule.span.file)));
    let overridden = workspace.overrides.iter().flat_map(|over| &over.rules);
    for selector in workspace.include.iter().chain(&workspace.exclude).chain(overridden) {
        if !rules.is_empty() && !hits(selector) {
            problems.push(
                Diagnostic::new(Code::MatchesNothing, selector.span, "this selector matches no rule")
                    .help("it takes an id, a name with * and ?, a path, or tactics, severity and tags"),
            );
        }
    }
    for (id, name) in &workspace.names {
        if !ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
            let help = match nearest(id, ids.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => "the key is a rule's id, the value its live name".to_owned(),
            };
            let message = format!("no rule has the id {}", id.escape_debug());
            problems.push(Diagnostic::new(Code::MatchesNothing, name.span, message).help(help));
        }
    }
}

/// Finds rules that would be one resource in a workspace.
pub fn collisions(workspace: &Workspace, rules: &[&Rule], problems: &mut Vec<Diagnostic>) {
    let mut by_name: BTreeMap<String, &Rule> = BTreeMap::new();
    for &rule in rules {
        let name = workspace.resource_name(rule).to_ascii_lowercase();
        if let Some(first) = by_name.get(&name) {
            let spot = workspace.names.get(&rule.id.value.to_ascii_lowercase()).map_or(rule.id.span, |name| name.span);
            let message = format!(
                "the rules {} and {} would both be {name} in {}",
                first.id.value, rule.id.value, workspace.name.value
            );
            problems.push(
                Diagnostic::new(Code::NameCollision, spot, message)
                    .related(first.id.span, "the other rule")
                    .help("give one of them another name under `names:`"),
            );
        } else {
            by_name.insert(name, rule);
        }
    }
}

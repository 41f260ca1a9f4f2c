//! Names that rules live under since their kind changed, written down in the documents of their workspaces.

use super::adopt::File;
use super::adopt::documents::Drafts;
use super::kinds;
use super::load::Loaded;
use crate::diagnostic::Sources;
use crate::plan::outcome::Applied;
use crate::plan::{Action, Change, Plan, WorkspacePlan};
use crate::rule::edit::{self, Edit, Step, Yaml};
use crate::rule::yaml;
use crate::workspace::Workspace;

/// A name that a workspace's document does not say yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub workspace: String,
    /// The rule's id.
    pub id: String,
    /// The name that it lives under.
    pub resource_name: String,
    /// The file that says so now, relative to the project; or why none does.
    pub written: Result<String, String>,
}

/// The names that an apply brought about, and the files that are to say so. A rule is found under its new name without
/// that too; people are not.
pub fn names(loaded: &Loaded, workspaces: &[Workspace], plan: &Plan, applied: &[Applied]) -> (Vec<Name>, Vec<File>) {
    let (mut names, mut drafts) = (Vec::new(), Drafts::of(loaded));
    for (plan, applied) in plan.workspaces.iter().zip(applied) {
        let documented = loaded.content.workspaces.iter().any(|known| known.name.value == plan.workspace);
        let workspace = workspaces.iter().find(|known| known.name.value == plan.workspace).filter(|_| documented);
        let Some(workspace) = workspace else { continue };
        for change in plan.changes.iter().filter(|change| came_about(change, plan, applied)) {
            let rule = loaded.content.rules.iter().find(|rule| rule.id.value.eq_ignore_ascii_case(&change.id));
            let Some(rule) =
                rule.filter(|rule| kinds::succeeds(&loaded.content, workspace, rule, &change.resource_name))
            else {
                continue;
            };
            let (id, resource_name) = (rule.id.value.clone(), change.resource_name.clone());
            let written = write_down(&mut drafts, workspace, &id, &resource_name)
                .map(|()| loaded.sources.path(workspace.span.file).to_owned());
            names.push(Name { workspace: plan.workspace.clone(), id, resource_name, written });
        }
    }
    (names, drafts.changed())
}

/// Whether a rule lives under its name, and under none that it had before.
fn came_about(change: &Change, plan: &WorkspacePlan, applied: &Applied) -> bool {
    if matches!(change.action, Action::Delete | Action::Blocked) || change.refusal.is_some() {
        return false;
    }
    let mut done = applied.changes.iter().filter(|done| done.resource == change.resource && done.id == change.id);
    let left = plan.left.iter().any(|left| left.resource == change.resource && left.name == change.name);
    applied.failure.is_none() && !left && done.all(|done| done.outcome.is_good())
}

fn write_down(drafts: &mut Drafts<'_>, workspace: &Workspace, id: &str, name: &str) -> Result<(), String> {
    let unread = || "its document can't be read again".to_owned();
    let file = workspace.span.file;
    let (text, number) = drafts.document(workspace.span).ok_or_else(unread)?;
    let documents = yaml::parse(file, text).map_err(|_| unread())?;
    let known = documents.get(number).and_then(|document| document.get("names")?.entries());
    let key = known.into_iter().flatten().find(|entry| entry.key.eq_ignore_ascii_case(id));
    let key = key.map_or(id.to_owned(), |entry| entry.key.to_string());
    let path = vec![Step::from("names"), Step::Key(key)];
    let edit = Edit::Set { path, value: Yaml::text(name) };
    let text = edit::apply(text, number, &[edit]).map_err(|why| why.to_string())?;
    let mut sources = Sources::default();
    let file_again = sources.add("", text.as_str());
    let again = yaml::parse(file_again, &text).ok().and_then(|documents| documents.into_iter().nth(number));
    let again = again.and_then(|node| crate::workspace::read::workspace(node, &mut Vec::new())).ok_or_else(unread)?;
    let said = again.names.get(&id.to_ascii_lowercase()).is_some_and(|said| said.value == name);
    if !said || again.names.len() < workspace.names.len() {
        return Err("the edit would say something else".to_owned());
    }
    drafts.replace(file, text);
    Ok(())
}

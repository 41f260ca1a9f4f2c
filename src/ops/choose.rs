//! Which workspaces a command is for.

use crate::diagnostic::{Sources, Span, nearest};
use crate::workspace::Workspace;

use super::load::Content;

/// What the command line says of workspaces.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// `-w NAME`, repeatable.
    pub names: Vec<String>,
    /// `--select label=value`: all of them must fit.
    pub labels: Vec<(String, String)>,
    /// `--all`.
    pub all: bool,
}

/// Why no workspace was chosen: a fault of the command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    #[error("no workspace is named {name}{}", hint(.near))]
    Unknown { name: String, near: Option<String> },
    #[error("the project has {} workspaces: name one with -w, some with --select, or take --all", .0.len())]
    Ambiguous(Vec<String>),
    #[error("the project has no workspace document: write one, or give `-w local` for the embedded one")]
    None,
    #[error("no workspace has the labels asked for")]
    NoneSelected,
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!(": did you mean {near}?")).unwrap_or_default()
}

/// The workspaces that a command is for, sorted by name.
///
/// `local` is implied where the project has neither a workspace document nor a `palisade.yaml`.
///
/// # Errors
/// See [`ChoiceError`].
pub fn choose(content: &Content, sources: &mut Sources, choice: &Choice) -> Result<Vec<Workspace>, ChoiceError> {
    let known = &content.workspaces;
    let mut chosen = Vec::new();
    for name in &choice.names {
        if name == "local" {
            chosen.push(local(sources));
        } else if let Some(found) = known.iter().find(|workspace| workspace.name.value.eq_ignore_ascii_case(name)) {
            chosen.push(found.clone());
        } else {
            let near = nearest(name, known.iter().map(|workspace| workspace.name.value.as_str())).map(str::to_owned);
            return Err(ChoiceError::Unknown { name: name.clone(), near });
        }
    }
    if choice.all || !choice.labels.is_empty() {
        let fits = |workspace: &Workspace| {
            choice.labels.iter().all(|(key, value)| workspace.labels.get(key).is_some_and(|own| own == value))
        };
        chosen.extend(known.iter().filter(|workspace| fits(workspace)).cloned());
        if chosen.is_empty() {
            return Err(if known.is_empty() { ChoiceError::None } else { ChoiceError::NoneSelected });
        }
    }
    if chosen.is_empty() {
        match known.as_slice() {
            [one] => chosen.push(one.clone()),
            [] if !content.has_project_file => chosen.push(local(sources)),
            [] => return Err(ChoiceError::None),
            many => {
                return Err(ChoiceError::Ambiguous(many.iter().map(|one| one.name.value.clone()).collect()));
            }
        }
    }
    chosen.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    chosen.dedup_by(|a, b| a.name.value == b.name.value);
    Ok(chosen)
}

fn local(sources: &mut Sources) -> Workspace {
    Workspace::local(Span::start_of(sources.add("(local)", "")))
}

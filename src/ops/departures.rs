//! Who left the project: what the documents say of a live resource that no rule of the workspace is.

use super::load::{Content, Loaded};
use super::ownership::Choices;
use crate::compile::suppression::resource_name;
use crate::diagnostic::Code;
use crate::plan::deletion::Fate;
use crate::plan::replace::{lineage, may_succeed};
use crate::resource::{Resource, ResourceType};
use crate::workspace::Workspace;

/// Problems of files and documents of which nobody knows what is in them.
const UNREAD: [Code; 13] = [
    Code::FileUnreadable,
    Code::FileTooLarge,
    Code::FileNotText,
    Code::LinkOutside,
    Code::YamlSyntax,
    Code::YamlBudget,
    Code::DuplicateKey,
    Code::ForeignShape,
    Code::UnknownKind,
    Code::KindMissing,
    Code::UnsupportedKind,
    Code::IdMissing,
    Code::IdInvalid,
];

/// What becomes of rules that left, as the command line and the policy have it.
pub(super) fn fate(content: &Content, workspace: &Workspace, choices: &Choices) -> Fate {
    let prune = workspace.policy.or(&content.settings.live).prune.unwrap_or(false);
    if choices.retire {
        Fate::Disabled
    } else if choices.prune || prune {
        Fate::Deleted
    } else {
        Fate::Stays
    }
}

/// Why nothing of the project can have left it for sure: a file that can't be read may name anything.
pub(super) fn hindrance(loaded: &Loaded) -> Option<String> {
    let unread = loaded.problems.iter().find(|problem| problem.is_error() && UNREAD.contains(&problem.code))?;
    let file = unread.span.map_or("a file", |span| loaded.sources.path(span.file));
    Some(format!("{file} can't be read, and may hold its document ({})", unread.code))
}

/// Why a resource has not left the project although nothing wants it in a workspace.
pub(super) fn stays(content: &Content, workspace: &Workspace, resource: &Resource) -> Option<String> {
    if resource.resource_type == ResourceType::AutomationRules {
        return faulty_suppression(content, resource);
    }
    if resource.resource_type != ResourceType::AlertRules {
        return None;
    }
    let is = |id: &str| {
        let name = workspace.names.get(&id.to_ascii_lowercase()).map_or(id, |name| &name.value);
        // Its kind may have become another, and nobody wrote its name down.
        let later = || may_succeed(&resource.name) && lineage(name).iter().any(|one| is_named(one, resource));
        is_named(name, resource) || is_named(id, resource) || later()
    };
    if content.rules.iter().any(|rule| is(&rule.id.value)) {
        return Some("its document does not send it here any more: it stays until the document is removed".to_owned());
    }
    let refused = content.refused_ids.iter().chain(content.faulty.iter().map(|faulty| &faulty.rule.id.value));
    if refused.into_iter().any(|id| is(id)) {
        return Some("its document is faulty: it has not left the project".to_owned());
    }
    let moved = content.on_live.named.iter().any(|id| is(id));
    moved.then(|| "a document of kind Moved names it: it has not left the project".to_owned())
}

/// A suppression that can't be read as it should has not left the project. Which one it is may not be known.
fn faulty_suppression(content: &Content, resource: &Resource) -> Option<String> {
    let project = content.settings.name.as_ref().map_or("default", |name| &name.value);
    let its = |id: &String| resource_name(project, id).eq_ignore_ascii_case(&resource.name);
    let faulty = content.faulty_suppressions.iter().any(|one| one.id.as_ref().is_none_or(its));
    faulty.then(|| "its suppression is faulty: it has not left the project".to_owned())
}

fn is_named(name: &str, resource: &Resource) -> bool {
    name.eq_ignore_ascii_case(&resource.name)
}

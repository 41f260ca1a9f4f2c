//! Rules that go on under the name that they have: an id became another, and the live rule stays the one it is.

use std::collections::BTreeSet;

use super::place::Compiled;
use crate::diagnostic::Code;
use crate::plan::exclusions::Finding;
use crate::plan::replace::{lineage, may_succeed};
use crate::resource::{Resource, ResourceType};
use crate::rule::moved::Moved;
use crate::workspace::Workspace;

/// Gives rules the live name that they had before they moved, where the live rule is under that one and no other.
///
/// The service has no way to rename: a rule that is deleted and created anew loses its history, and its name is
/// refused for some 24 hours.
pub(super) fn repoint(
    compiled: &mut [Compiled<'_>],
    moved: &[Moved],
    workspace: &Workspace,
    live: &[Resource],
) -> Vec<Finding> {
    if moved.is_empty() {
        return Vec::new();
    }
    let rules = live.iter().filter(|one| one.resource_type == ResourceType::AlertRules);
    let names: BTreeSet<String> = rules.map(|one| one.name.to_ascii_lowercase()).collect();
    let mut taken: BTreeSet<String> = compiled.iter().map(|one| one.desired.name.to_ascii_lowercase()).collect();
    let mut findings = Vec::new();
    for one in compiled.iter_mut().filter(|one| !names.contains(&one.desired.name.to_ascii_lowercase())) {
        let Some(former) = former(&one.rule.id.value, moved, workspace, &names) else { continue };
        if !taken.insert(former.to_ascii_lowercase()) {
            continue;
        }
        let id = &one.rule.id.value;
        findings.push(Finding {
            code: Code::RuleMoved.name().to_owned(),
            level: Code::RuleMoved.level().name().to_owned(),
            id: id.clone(),
            name: one.desired.display_name().to_owned(),
            message: format!(
                "it goes on as {former}, the name that it lives under: give `names: {{{id}: {former}}}` in the workspace \
                 before the Moved document is removed, or it is created anew and {former} can't be used for 24 hours"
            ),
        });
        one.desired.name = former;
    }
    findings
}

/// The live name that a rule had under one of the ids that it had before, the latest first.
fn former(id: &str, moved: &[Moved], workspace: &Workspace, live: &BTreeSet<String>) -> Option<String> {
    // Its kind may have become another under the old id.
    let any_followed = live.iter().any(|name| may_succeed(name));
    formers(id, moved, workspace).into_iter().find_map(|name| {
        let names = if any_followed { lineage(&name) } else { vec![name] };
        names.into_iter().rfind(|name| live.contains(&name.to_ascii_lowercase()))
    })
}

/// The names that a rule had under the ids that it had before, the latest first.
pub(super) fn formers(id: &str, moved: &[Moved], workspace: &Workspace) -> Vec<String> {
    let (mut id, mut names) = (id, Vec::new());
    // Nobody moves more often than there are moves.
    for _ in moved {
        let Some(step) = moved.iter().find(|one| one.to.value.eq_ignore_ascii_case(id)) else { break };
        id = &step.from.value;
        names.push(workspace.names.get(&id.to_ascii_lowercase()).map_or(id, |name| &name.value).to_owned());
    }
    names
}

//! Resources that stand by themselves, as Resource Manager answers them: Content Hub templates, exported rules.

use super::Fault;
use super::entry::{self, Entry, Of};
use super::node::{At, Node};
use crate::emulator::location::WorkspaceName;

const PROVIDER: &str = "Microsoft.SecurityInsights/";

/// A resource and the workspace that its id names.
pub(super) struct Loose {
    pub(super) entry: Entry,
    pub(super) workspace: Option<WorkspaceName>,
    pub(super) at: At,
}

/// Reads a resource by its `type`.
pub(super) fn loose(node: &Node) -> Result<Loose, Fault> {
    node.entries()?;
    let kind = node.required("type")?;
    let path = kind.get(..PROVIDER.len()).filter(|start| start.eq_ignore_ascii_case(PROVIDER));
    let of = path.and_then(|_| Of::find(&kind[PROVIDER.len()..])).filter(stands_alone);
    let of = of.ok_or_else(|| {
        let at = node.get("type").map_or(node.at, |node| node.at);
        let help = "types of Microsoft.SecurityInsights directly below a workspace are; write others below theirs";
        at.fault(format!("a resource of the type `{kind}` can't be seeded by itself"), help)
    })?;
    let entry = entry::read(node, of, Vec::new(), &[])?;
    let workspace = node.get("id").and_then(|id| id.text().ok()).and_then(workspace);
    Ok(Loose { entry, workspace, at: node.at })
}

fn stands_alone(of: &Of) -> bool {
    match of {
        Of::AlertRule => true,
        Of::Stored(of) => !of.path.contains('/') && of.post.is_none(),
    }
}

/// The workspace in an ARM id.
fn workspace(id: &str) -> Option<WorkspaceName> {
    let mut segments = id.trim_start_matches('/').split('/');
    let mut after = |word: &str| {
        segments.next().filter(|found| found.eq_ignore_ascii_case(word))?;
        segments.next().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    let (subscription, group) = (after("subscriptions")?, after("resourceGroups")?);
    after("providers")?;
    Some(WorkspaceName { subscription, group, workspace: after("workspaces")? })
}

//! Lists that go on by position, while rules come and go.
//!
//! The emulator's own lists go on after a name, so that no reader misses a rule. Whether Azure's do is not published;
//! this is the worse case.

use http::Uri;

use super::location::{WorkspaceName, query};
use super::state::State;
use super::{alert_rules, fusion, page};

/// The address of the page that a list of rules by position would show now, at the position to which the page at `uri`
/// went in the state before. `None` for a first page.
pub(super) fn page_at(before: &State, after: &State, workspace: &WorkspaceName, uri: &Uri) -> Option<Uri> {
    let token = alert_rules::read_token(&query(uri, "$skipToken")?)?;
    let position = names(before, workspace).partition_point(|name| **name <= *token);
    let last = position.checked_sub(1).and_then(|last| names(after, workspace).get(last).cloned());
    page::next_link(uri, &last.unwrap_or_default()).parse().ok()
}

/// The names of a workspace's rules, in the order of its list.
fn names(state: &State, name: &WorkspaceName) -> Vec<String> {
    let workspace = state.workspaces.get(name.key().as_str());
    let own = workspace.into_iter().flat_map(|workspace| workspace.rules().keys()).map(ToString::to_string);
    let built_in = fusion::built_in(workspace, name).map(|_| fusion::KEY.to_owned());
    let mut names: Vec<String> = own.chain(built_in).collect();
    names.sort();
    names
}

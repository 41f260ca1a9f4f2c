//! At most 20 workspaces in one query (Microsoft's docs, scheduled analytics rules).

use std::collections::BTreeSet;

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// The most workspaces that a rule's query may name.
pub const WORKSPACES: usize = 20;

/// Finds queries over too many workspaces.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let mut named = BTreeSet::new();
    for call in query.calls().filter(|call| call.name.text == "workspace") {
        let name = call.args.first().and_then(|arg| query.string(arg));
        named.extend(name.map(|name| name.to_ascii_lowercase()));
        if named.len() > WORKSPACES {
            let message = format!("the query names more than {WORKSPACES} workspaces: the service takes no more");
            problems.push(
                query
                    .problem(Code::TooManyWorkspaces, call.name.span, message)
                    .help("deploy the rule to each workspace, or split it"),
            );
            return;
        }
    }
}

//! Where a workspace document points: judged before any socket is opened.

use crate::arm::endpoint::Endpoint;
use crate::arm::scope::{ScopeError, WorkspaceScope};
use crate::diagnostic::{Code, Diagnostic};
use crate::workspace::{Target, Workspace};

/// The place in ARM of a workspace; one in the embedded emulator has a made-up one.
///
/// # Errors
/// If a part of it is not as Azure names such things.
pub fn scope(workspace: &Workspace) -> Result<WorkspaceScope, ScopeError> {
    match &workspace.target {
        Target::Azure(azure) => {
            WorkspaceScope::new(&azure.subscription.value, &azure.resource_group.value, &azure.workspace.value)
        }
        Target::Emulator(_) => {
            let name = &workspace.name.value;
            let law: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            let law = format!("law-{law}");
            WorkspaceScope::new("00000000-0000-0000-0000-000000000000", "emulator", law.trim_end_matches('-'))
        }
    }
}

/// Whether a workspace is anywhere but in this process or on loopback.
pub fn leaves_this_machine(workspace: &Workspace) -> bool {
    match &workspace.target {
        Target::Emulator(_) => false,
        Target::Azure(azure) => azure.endpoint.as_ref().is_none_or(|endpoint| {
            // Only loopback needs no trust.
            Endpoint::parse(&endpoint.value, &[]).is_err()
        }),
    }
}

/// What is wrong with where a workspace document points, before any socket is opened.
pub(super) fn faults(workspace: &Workspace, trusted_hosts: &[String]) -> Vec<Diagnostic> {
    let Target::Azure(azure) = &workspace.target else { return Vec::new() };
    let mut problems = Vec::new();
    if let Some(endpoint) = &azure.endpoint
        && let Err(why) = Endpoint::parse(&endpoint.value, trusted_hosts)
    {
        problems.push(
            Diagnostic::new(Code::EndpointRefused, endpoint.span, why.to_string()).help(
                "an endpoint is loopback; any other host must be given on the command line: --trust-endpoint HOST",
            ),
        );
    }
    if let Err(why) =
        WorkspaceScope::new(&azure.subscription.value, &azure.resource_group.value, &azure.workspace.value)
    {
        let span = match &why {
            ScopeError::Subscription(_) => azure.subscription.span,
            ScopeError::ResourceGroup(_) => azure.resource_group.span,
            ScopeError::Workspace(_) => azure.workspace.span,
        };
        problems.push(
            Diagnostic::new(Code::WorkspaceTarget, span, why.to_string()).help("as in the workspace's resource id"),
        );
    }
    problems
}

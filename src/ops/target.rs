//! Where a workspace document points, and with which api-versions it is asked: judged before any socket is opened.

use crate::arm::endpoint::Endpoint;
use crate::arm::resource_type::{ApiVersions, ResourceType};
use crate::arm::scope::{ScopeError, WorkspaceScope};
use crate::diagnostic::{Code, Diagnostic};
use crate::workspace::project::ProjectSettings;
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

/// The api-versions that requests are sent with.
pub(super) fn api_versions(settings: &ProjectSettings, problems: &mut Vec<Diagnostic>) -> ApiVersions {
    let mut versions = ApiVersions::default();
    for (name, version) in &settings.api_versions {
        let resource = ResourceType::parse(name);
        let set = match resource {
            Some(resource) => versions.clone().with(resource, &version.value).map_err(|why| why.to_string()),
            None => Err(format!(
                "`{name}` is no resource type: it is one of watchlists, alertRules, automationRules, metadata"
            )),
        };
        match set {
            Ok(set) => versions = set,
            Err(why) => problems.push(
                Diagnostic::new(Code::InvalidValue, version.span, why)
                    .help("leave `apiVersions` out for the versions that Palisade was tested with"),
            ),
        }
    }
    versions
}

//! A workspace's place in Azure: subscription, resource group, name.

use std::fmt;

use uuid::Uuid;

use super::segment;

/// The ARM path of a Log Analytics workspace, its parts checked so that none can leave its segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkspaceScope {
    subscription: Uuid,
    resource_group: String,
    workspace: String,
}

/// Which part of a workspace's path is not as Azure names such things.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Not a GUID of the form `8-4-4-4-12`.
    #[error("`{0}` is not a subscription id: a GUID is expected")]
    Subscription(String),
    /// Not 1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, or a period at the end.
    #[error("`{0}` is not a resource group's name: 1 to 90 letters, digits, `-_.()`, no period at the end")]
    ResourceGroup(String),
    /// Not 1 to 63 ASCII letters, digits and inner hyphens.
    #[error("`{0}` is not a workspace's name: up to 63 letters, digits and hyphens, no hyphen at either end")]
    Workspace(String),
}

impl WorkspaceScope {
    /// Checks the parts by Azure's "naming rules and restrictions for Azure resources".
    ///
    /// Azure wants 4 characters of a new workspace; a shorter name is harmless and is left to the service.
    ///
    /// # Errors
    ///
    /// The first part that is not well named.
    pub fn new(subscription: &str, resource_group: &str, workspace: &str) -> Result<Self, ScopeError> {
        let id = Uuid::parse_str(subscription)
            .ok()
            .filter(|id| id.to_string().eq_ignore_ascii_case(subscription))
            .ok_or_else(|| ScopeError::Subscription(subscription.to_owned()))?;
        if !is_resource_group(resource_group) {
            return Err(ScopeError::ResourceGroup(resource_group.to_owned()));
        }
        if !is_workspace(workspace) {
            return Err(ScopeError::Workspace(workspace.to_owned()));
        }
        Ok(Self { subscription: id, resource_group: resource_group.to_owned(), workspace: workspace.to_owned() })
    }

    /// The subscription's id, in lower case: ARM throttles by subscription.
    pub fn subscription(&self) -> String {
        self.subscription.to_string()
    }

    /// The resource group's name, as written.
    pub fn resource_group(&self) -> &str {
        &self.resource_group
    }

    /// The workspace's name, as written.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The ARM id: `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.OperationalInsights/workspaces/{}`.
    ///
    /// ARM's answers change the case of ids: compare them without it.
    pub fn resource_id(&self) -> String {
        self.path(&self.resource_group)
    }

    /// The id as the path of a URL: percent-encoded.
    pub(super) fn url_path(&self) -> Result<String, segment::SegmentError> {
        Ok(self.path(&segment::encode(&self.resource_group)?))
    }

    fn path(&self, resource_group: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{resource_group}/providers/Microsoft.OperationalInsights/workspaces/{}",
            self.subscription, self.workspace
        )
    }
}

impl fmt::Display for WorkspaceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resource_id())
    }
}

fn is_resource_group(name: &str) -> bool {
    (1..=90).contains(&name.chars().count())
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '(' | ')'))
}

fn is_workspace(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";

    #[test]
    fn the_id_is_arms() {
        let scope = WorkspaceScope::new(SUBSCRIPTION, "rg(é).1", "law-contoso").unwrap();
        let id = |group: &str| {
            format!(
                "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/\
                 workspaces/law-contoso"
            )
        };
        assert_eq!(scope.resource_id(), id("rg(é).1"));
        assert_eq!(scope.url_path().unwrap(), id("rg%28%C3%A9%29.1"));
    }

    #[test]
    fn a_part_can_not_leave_its_segment() {
        for subscription in
            ["", "..", "2222", "{22222222-2222-4222-8222-222222222222}", "22222222222242228222222222222222"]
        {
            assert!(WorkspaceScope::new(subscription, "rg", "law").is_err(), "{subscription}");
        }
        for group in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a\\b", "rg.", "a\nb", "a b", &"x".repeat(91)] {
            assert!(WorkspaceScope::new(SUBSCRIPTION, group, "law").is_err(), "{group}");
        }
        for workspace in ["", "..", "a.b", "a/b", "-law", "law-", "lаw", &"x".repeat(64)] {
            assert!(WorkspaceScope::new(SUBSCRIPTION, "rg", workspace).is_err(), "{workspace}");
        }
    }
}

//! The places of Resource Manager, read from a path.

use http::StatusCode;

use super::providers;
use crate::emulator::answer::ArmError;
use crate::emulator::location::WorkspaceName;

/// A collection or a resource. Names are spelled as in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum Place {
    Tenants,
    Subscriptions,
    Subscription(String),
    /// The regions that a subscription can use.
    Locations(String),
    Groups(String),
    Group {
        subscription: String,
        name: String,
    },
    Providers(String),
    Provider {
        subscription: String,
        namespace: String,
    },
    /// `POST …/register`
    Register {
        subscription: String,
        namespace: String,
    },
    /// Workspaces of Log Analytics, of one group or of all.
    Workspaces {
        subscription: String,
        group: Option<String>,
    },
    Workspace(WorkspaceName),
    Tables(WorkspaceName),
    Table(WorkspaceName, String),
    /// Resources of any type, of one group or of all.
    Resources {
        subscription: String,
        group: Option<String>,
    },
    /// Solutions, of one group or of all.
    Solutions {
        subscription: String,
        group: Option<String>,
    },
    Solution {
        subscription: String,
        group: String,
        name: String,
    },
}

const LOG_ANALYTICS: &str = "microsoft.operationalinsights";
const OPERATIONS: &str = "microsoft.operationsmanagement";

impl Place {
    /// Reads a path from its segments, as sent and in lower case.
    ///
    /// # Errors
    ///
    /// 404 for a path that leads nowhere.
    pub(in crate::emulator) fn of(path: &str, words: &[String], lower: &[&str]) -> Result<Self, ArmError> {
        let name = |at: usize| words.get(at).cloned().unwrap_or_default();
        let workspace = || WorkspaceName { subscription: name(1), group: name(3), workspace: name(7) };
        let subscription = name(1);
        Ok(match lower {
            ["tenants"] => Self::Tenants,
            ["subscriptions"] => Self::Subscriptions,
            ["subscriptions", _] => Self::Subscription(subscription),
            ["subscriptions", _, "locations"] => Self::Locations(subscription),
            ["subscriptions", _, "resourcegroups"] => Self::Groups(subscription),
            ["subscriptions", _, "resourcegroups", _] => Self::Group { subscription, name: name(3) },
            ["subscriptions", _, "resources"] => Self::Resources { subscription, group: None },
            ["subscriptions", _, "resourcegroups", _, "resources"] => {
                Self::Resources { subscription, group: Some(name(3)) }
            }
            ["subscriptions", _, "providers"] => Self::Providers(subscription),
            ["subscriptions", _, "providers", _] => Self::Provider { subscription, namespace: name(3) },
            ["subscriptions", _, "providers", _, "register"] => Self::Register { subscription, namespace: name(3) },
            ["subscriptions", _, "providers", LOG_ANALYTICS, "workspaces"] => {
                Self::Workspaces { subscription, group: None }
            }
            ["subscriptions", _, "providers", OPERATIONS, "solutions"] => Self::Solutions { subscription, group: None },
            ["subscriptions", _, "resourcegroups", _, "providers", LOG_ANALYTICS, "workspaces", rest @ ..] => {
                match rest {
                    [] => Self::Workspaces { subscription, group: Some(name(3)) },
                    [_] => Self::Workspace(workspace()),
                    [_, "tables"] => Self::Tables(workspace()),
                    [_, "tables", _] => Self::Table(workspace(), name(9)),
                    _ => return Err(nowhere(path, lower)),
                }
            }
            ["subscriptions", _, "resourcegroups", _, "providers", OPERATIONS, "solutions"] => {
                Self::Solutions { subscription, group: Some(name(3)) }
            }
            ["subscriptions", _, "resourcegroups", _, "providers", OPERATIONS, "solutions", _] => {
                Self::Solution { subscription, group: name(3), name: name(7) }
            }
            _ => return Err(nowhere(path, lower)),
        })
    }

    /// The subscription that the place is in.
    pub(in crate::emulator) fn subscription(&self) -> Option<&str> {
        match self {
            Self::Tenants | Self::Subscriptions => None,
            Self::Subscription(id) | Self::Locations(id) | Self::Groups(id) | Self::Providers(id) => Some(id),
            Self::Group { subscription, .. }
            | Self::Provider { subscription, .. }
            | Self::Register { subscription, .. }
            | Self::Workspaces { subscription, .. }
            | Self::Resources { subscription, .. }
            | Self::Solutions { subscription, .. }
            | Self::Solution { subscription, .. } => Some(subscription),
            Self::Workspace(name) | Self::Tables(name) | Self::Table(name, _) => Some(&name.subscription),
        }
    }
}

/// The refusal of any other path. All but the code `NotFound` are Resource Manager's own words.
fn nowhere(path: &str, lower: &[&str]) -> ArmError {
    let refused = |code, message| ArmError::new(StatusCode::NOT_FOUND, code, message);
    let namespace = lower.iter().rposition(|word| *word == "providers").map(|at| &lower[at + 1..]);
    match (lower, namespace) {
        (["subscriptions", ..], Some([namespace, rest @ ..])) if !providers::is_known(namespace) || rest.is_empty() => {
            providers::unknown(namespace)
        }
        (["subscriptions", ..], Some([namespace, rest @ ..])) => {
            let kind: Vec<&str> = rest.iter().copied().step_by(2).collect();
            let kind = kind.join("/");
            refused(
                "InvalidResourceType",
                format!("The resource type '{kind}' could not be found in the namespace '{namespace}'."),
            )
        }
        (["subscriptions", ..], None | Some([])) => {
            refused("NotFound", format!("The path '{path}' leads to no resource that the emulator has."))
        }
        _ => refused(
            "MissingSubscription",
            "The request did not have a subscription or a valid tenant level resource provider.".to_owned(),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::emulator::route::Route;

    fn of(path: &str) -> Result<Place, ArmError> {
        match Route::of(path)? {
            Route::Management(place) => Ok(place),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn names_keep_their_case() {
        let path = "/Subscriptions/S/ResourceGroups/G/Providers/microsoft.operationalinsights/WORKSPACES/W/Tables/T_CL";
        let name = WorkspaceName { subscription: "S".into(), group: "G".into(), workspace: "W".into() };
        assert_eq!(of(path).unwrap(), Place::Table(name, "T_CL".into()));
        let solution = of("/subscriptions/S/resourceGroups/G/providers/Microsoft.OperationsManagement/solutions/\
                           SecurityInsights(W)");
        let name = "SecurityInsights(W)".to_owned();
        assert_eq!(solution.unwrap(), Place::Solution { subscription: "S".into(), group: "G".into(), name });
    }

    #[test]
    fn other_paths_are_refused_for_what_they_are() {
        for (path, code) in [
            ("/providers", "MissingSubscription"),
            ("/tenants/t", "MissingSubscription"),
            ("/subscriptions/s/resourceGroups/g/nothing", "NotFound"),
            ("/subscriptions/s/resourceGroups/g/providers/Contoso.Things/things/t", "InvalidResourceNamespace"),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/clusters/c",
                "InvalidResourceType",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w/tables/t/x",
                "InvalidResourceType",
            ),
            ("/subscriptions/s/providers/Microsoft.SecurityInsights/alertRules", "InvalidResourceType"),
        ] {
            assert_eq!(of(path).unwrap_err().code, code, "{path}");
        }
    }
}

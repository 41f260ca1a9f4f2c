//! Where a path leads: to Sentinel in a workspace, to what Resource Manager has around it, or to a page of Entra ID.

use http::{Method, StatusCode};

use super::answer::ArmError;
use super::entra::Page;
use super::location::{Location, segments};
use super::management::Place;

/// A path that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Sentinel in a workspace.
    Insights(Location),
    /// Subscriptions, resource groups, providers, workspaces, tables.
    Management(Place),
    /// `Microsoft.ResourceGraph/resources`
    ResourceGraph,
    /// A page that asks for no token: cloud discovery, and Entra ID.
    Open(Open),
}

/// What is answered without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Open {
    /// `/metadata/endpoints`
    Endpoints,
    Entra(Page),
}

impl Route {
    /// Reads the path of a request.
    ///
    /// # Errors
    ///
    /// 404 for a path that leads nowhere, 400 for a segment that is empty or not text.
    pub(super) fn of(path: &str) -> Result<Self, ArmError> {
        let words = segments(path)?;
        if Location::is_one(&words) {
            return Location::read(path, words).map(Self::Insights);
        }
        let lower: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match lower.as_slice() {
            ["metadata", "endpoints"] => return Ok(Self::Open(Open::Endpoints)),
            ["providers", "microsoft.resourcegraph", "resources"] => return Ok(Self::ResourceGraph),
            _ => {}
        }
        if let Some(page) = Page::of(&words, &lower) {
            return Ok(Self::Open(Open::Entra(page)));
        }
        Place::of(path, &words, &lower).map(Self::Management)
    }

    /// The subscription that the path names; none for what stands above subscriptions.
    pub(super) fn subscription(&self) -> Option<&str> {
        match self {
            Self::Insights(location) => Some(&location.workspace.subscription),
            Self::Management(place) => place.subscription(),
            Self::ResourceGraph | Self::Open(_) => None,
        }
    }
}

/// The refusal of a method that a resource does not have.
pub(super) fn not_allowed(method: &Method) -> ArmError {
    let message = format!("The resource does not support the HTTP method '{method}'.");
    ArmError::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_somewhere_whatever_their_case() {
        for path in ["/metadata/endpoints", "/Metadata/Endpoints/"] {
            assert_eq!(Route::of(path).unwrap(), Route::Open(Open::Endpoints), "{path}");
        }
        let graph = Route::of("/providers/microsoft.resourcegraph/Resources").unwrap();
        assert_eq!((graph.subscription(), &graph), (None, &Route::ResourceGraph));
        assert_eq!(Route::of("/subscriptions/S/locations").unwrap().subscription(), Some("S"));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused() {
        for (path, code) in [
            ("/", "MissingSubscription"),
            ("/nothing", "MissingSubscription"),
            ("/subscriptions/s/nothing", "NotFound"),
            ("/subscriptions/s/providers/Contoso.Things/things", "InvalidResourceNamespace"),
            ("/subscriptions//providers", "BadRequest"),
        ] {
            assert_eq!(Route::of(path).unwrap_err().code, code, "{path}");
        }
    }
}

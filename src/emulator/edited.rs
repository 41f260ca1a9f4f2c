//! How an edit by somebody else is decided: as a write of its own, which sets no condition.

use std::sync::Arc;

use http::{StatusCode, Uri};
use jiff::Timestamp;
use serde_json::Value;

use super::alert_rules::{self, Address, Decision};
use super::answer::ArmError;
use super::call::Asked;
use super::draft::Draft;
use super::etag::Conditions;
use super::faults::{Edit, Left};
use super::location::{Location, Resource};
use super::options::Options;
use super::owned;
use super::principal::Principal;
use super::resources::{self, Act, Place};
use super::state::{ALERT_RULES, State};
use super::version::Version;

/// The api-version that the portal speaks.
const VERSION: &str = "2025-07-01-preview";

/// An edit, and the resource that it is of.
#[derive(Debug, Clone)]
pub(super) struct Edited {
    pub(super) location: Location,
    pub(super) edit: Edit,
}

impl Edited {
    /// Decides the edit. The service's limits do not hold for it: it is what the one who asked for it wants to see.
    pub(super) fn decide(&self, state: &State, by: &Principal, now: Timestamp, options: &Options) -> Decision {
        let options = &Options { limits: false, queries: false, ..options.clone() };
        let Location { workspace, resource } = &self.location;
        let asked =
            &Asked { conditions: Conditions::default(), version: Version::read(VERSION), uri: Uri::from_static("/") };
        let current = |collection: &str, name: &str| {
            let known = state.workspaces.get(workspace.key().as_str())?;
            known.collection(collection).get(name.to_ascii_lowercase().as_str()).cloned()
        };
        match resource {
            Resource::AlertRule(name) => {
                let address = Address { workspace: workspace.clone(), name: name.clone() };
                match self.left(current(ALERT_RULES, name))? {
                    Left::Nothing => alert_rules::delete(state, &address, &asked.conditions, now, options),
                    Left::Body(mut body) => {
                        let is_owned = body.get("kind").and_then(Value::as_str).is_some_and(owned::is_owned);
                        if let (true, Some(Value::Object(properties))) = (is_owned, body.get_mut("properties")) {
                            // The rest is the service's own, and fills itself in.
                            properties.retain(|name, _| name == "enabled" || name == "alertRuleTemplateName");
                        }
                        let draft = Draft::read(Value::Object(body).to_string().as_bytes(), options)?;
                        alert_rules::put(state, &address, &draft, asked, now, options)
                    }
                }
            }
            Resource::Stored { of, parents, name: Some(name) } => {
                let (workspace, parents) = (workspace.clone(), parents.clone());
                let place = &Place { workspace, of, parents, name: Some(name.clone()) };
                let act = Act { state, place, asked, by, now, options };
                match self.left(current(&place.collection(), name))? {
                    Left::Nothing => resources::delete(&act),
                    Left::Body(body) => resources::put(&act, &body),
                }
            }
            _ => Err(ArmError::bad_request(format!("'{}' is no resource that can be edited.", self.edit.resource))),
        }
    }

    fn left(&self, current: Option<Arc<super::state::Resource>>) -> Result<Left, ArmError> {
        let current = current.and_then(|resource| serde_json::from_slice(&resource.body).ok());
        let missing = || format!("The resource '{}' was not found, so it can't be edited.", self.edit.resource);
        self.edit.left(current).ok_or_else(|| ArmError::new(StatusCode::NOT_FOUND, "NotFound", missing()))
    }
}

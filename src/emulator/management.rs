//! What Resource Manager has around Sentinel: tenants, subscriptions, resource groups, providers, Log Analytics.
//!
//! Shapes come from Microsoft's swagger (Microsoft.Resources 2022-12-01 and 2021-04-01, Microsoft.OperationalInsights
//! 2022-10-01, Microsoft.OperationsManagement 2015-11-01-preview). Everything here is read; nothing is written.

pub(super) mod endpoints;
mod filter;
mod locations;
mod log_analytics;
mod place;
mod providers;
mod subscriptions;

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use serde_json::Value;

pub(super) use log_analytics::{solution, workspace};
pub(super) use place::Place;
pub(super) use subscriptions::{group, subscription};

use super::answer::{Answer, ArmError};
use super::inventory::Inventory;
use super::location::api_version_within;
use super::page;
use super::principal::Caller;
use super::route::not_allowed;
use crate::arm::transport::Request;
use filter::Filter;

/// The dates of api-versions that clients send to Resource Manager's own types.
const RESOURCES: (&str, &str) = ("2014-04-01", "2025-12-31");
/// To Log Analytics, and to the solutions in it.
const LOG_ANALYTICS: (&str, &str) = ("2015-03-20", "2025-12-31");

/// Answers a request to a place.
///
/// # Errors
///
/// 400 without a plausible api-version, 404 for what does not exist, 405 for a method that the place does not have.
pub(super) fn answer(
    request: &Request,
    place: &Place,
    inventory: Inventory<'_>,
    caller: &Caller,
    page: usize,
) -> Result<Answer, ArmError> {
    let versions = match place {
        Place::Workspaces { .. }
        | Place::Workspace(_)
        | Place::Tables(_)
        | Place::Table(..)
        | Place::Solutions { .. }
        | Place::Solution { .. } => LOG_ANALYTICS,
        _ => RESOURCES,
    };
    let uri = request.uri();
    let method = request.method();
    api_version_within(uri, versions)?;
    let registers = matches!(place, Place::Register { .. });
    let asks = matches!(place, Place::Group { .. }) && method == Method::HEAD;
    if !asks && (method == Method::POST) != registers || !(asks || registers || method == Method::GET) {
        return Err(not_allowed(method));
    }
    let filter = Filter::of(
        uri,
        match place {
            Place::Groups(_) => &["tagName", "tagValue"],
            Place::Resources { .. } => &["resourceType", "name", "location", "tagName", "tagValue"],
            _ => &[],
        },
    )?;
    match place {
        Place::Tenants => list(subscriptions::tenants(inventory, caller), uri, page),
        Place::Subscriptions => list(subscriptions::all(inventory, caller), uri, page),
        Place::Subscription(id) => one(&subscription(&inventory.subscription(id)?)),
        Place::Locations(id) => list(locations::all(&inventory.subscription(id)?.id), uri, usize::MAX),
        Place::Groups(id) => {
            let groups = inventory.groups(id)?.iter().map(group).filter(|one| filter.lets_through(one)).collect();
            list(groups, uri, page)
        }
        Place::Resources { subscription, group } => {
            let mut resources = log_analytics::resources(inventory, subscription, group.as_deref())?;
            resources.retain(|one| filter.lets_through(one));
            list(resources, uri, page)
        }
        Place::Group { subscription, name } if asks => match inventory.group(subscription, name) {
            Ok(_) => Ok(Answer::new(StatusCode::NO_CONTENT, Bytes::new())),
            // An answer to HEAD has no body.
            Err(error) => Ok(Answer::new(error.status, Bytes::new())),
        },
        Place::Group { subscription, name } => one(&group(&inventory.group(subscription, name)?)),
        Place::Providers(id) => {
            let subscription = inventory.subscription(id)?;
            list(providers::all(&subscription.id), uri, page)
        }
        Place::Provider { subscription, namespace } | Place::Register { subscription, namespace } => {
            one(&providers::one(&inventory.subscription(subscription)?.id, namespace)?)
        }
        Place::Workspaces { subscription, group } => {
            list(log_analytics::workspaces(inventory, subscription, group.as_deref())?, uri, usize::MAX)
        }
        Place::Workspace(name) => one(&workspace(&inventory.workspace(name)?)),
        Place::Tables(name) => {
            let tables = log_analytics::tables(&inventory.workspace(name)?);
            page::answer(tables, uri, usize::MAX)
        }
        Place::Table(name, table) => {
            Ok(Answer::new(StatusCode::OK, log_analytics::table(&inventory.workspace(name)?, table)?))
        }
        Place::Solutions { subscription, group } => {
            list(log_analytics::solutions(inventory, subscription, group.as_deref())?, uri, usize::MAX)
        }
        Place::Solution { subscription, group, name } => {
            one(&log_analytics::solution_named(inventory, subscription, group, name)?)
        }
    }
}

fn one(body: &Value) -> Result<Answer, ArmError> {
    Ok(Answer::new(StatusCode::OK, body.to_string()))
}

fn list(bodies: Vec<Value>, uri: &Uri, page: usize) -> Result<Answer, ArmError> {
    page::answer(bodies.iter().map(|one| Bytes::from(one.to_string())).collect(), uri, page)
}

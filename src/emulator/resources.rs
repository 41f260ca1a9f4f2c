//! How resources of the types in [`super::types`] are read, written and deleted.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::alert_rules::{Decision, facts_of, path_of};
use super::answer::{Answer, ArmError};
use super::etag::{self, Conditions};
use super::location::{WorkspaceName, query};
use super::options::Options;
use super::principal::Principal;
use super::route::not_allowed;
use super::state::{Change, Collection, Resource, State, Workspace};
use super::types::{Circumstances, Members, Type};
use super::{filter, page};

/// A place among the resources of a type.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) workspace: WorkspaceName,
    pub(super) of: &'static Type,
    /// The names of the parents, outermost first, as the request spells them.
    pub(super) parents: Vec<String>,
    /// The resource's own name; none for the collection.
    pub(super) name: Option<String>,
}

impl Place {
    /// The collection's key in a workspace: `incidents/<name>/comments` in lower case.
    fn collection(&self) -> String {
        self.below(self.of.path).to_ascii_lowercase()
    }

    /// A type's path with the parents' names in it.
    fn below(&self, path: &str) -> String {
        let mut whole = String::new();
        for (at, segment) in path.split('/').enumerate() {
            if let Some(parent) = at.checked_sub(1).and_then(|parent| self.parents.get(parent)) {
                whole.push('/');
                whole.push_str(parent);
                whole.push('/');
            }
            whole.push_str(segment);
        }
        whole
    }

    fn key(&self) -> Result<(Arc<str>, &str), ArmError> {
        let name = self.name.as_deref().ok_or_else(|| ArmError::bad_request("A resource's name is missing."))?;
        Ok((name.to_ascii_lowercase().into(), name))
    }

    fn missing(&self) -> ArmError {
        let name = self.name.as_deref().unwrap_or_default();
        ArmError::new(StatusCode::NOT_FOUND, "NotFound", format!("The {} '{name}' was not found.", self.of.path))
    }

    /// What stands directly above must exist.
    fn check_parent(&self, workspace: Option<&Arc<Workspace>>) -> Result<(), ArmError> {
        let Some(parent) = self.parents.last() else { return Ok(()) };
        let Some((above, _)) = self.of.path.rsplit_once('/') else { return Ok(()) };
        let whole = Self { parents: self.parents[..self.parents.len() - 1].to_vec(), ..self.clone() }.below(above);
        let found = workspace.is_some_and(|workspace| {
            workspace.collection(&whole.to_ascii_lowercase()).contains_key(parent.to_ascii_lowercase().as_str())
        });
        if found {
            return Ok(());
        }
        Err(ArmError::new(StatusCode::NOT_FOUND, "NotFound", format!("The {above} '{parent}' was not found.")))
    }
}

/// Answers a GET of one resource.
pub(super) fn get(state: &State, place: &Place, now: Timestamp) -> Result<Answer, ArmError> {
    let workspace = state.workspaces.get(place.workspace.key().as_str());
    let (key, _) = place.key()?;
    let found = workspace.and_then(|workspace| workspace.collection(&place.collection()).get(&key));
    let found = found.ok_or_else(|| place.missing())?;
    Ok(Answer::new(StatusCode::OK, view(place.of, found, now)))
}

/// Answers one page of a collection, filtered and ordered as asked.
pub(super) fn list(
    state: &State,
    place: &Place,
    uri: &Uri,
    now: Timestamp,
    options: &Options,
) -> Result<Answer, ArmError> {
    let workspace = state.workspaces.get(place.workspace.key().as_str());
    place.check_parent(workspace)?;
    let nothing = Collection::new();
    let collection = workspace.map_or(&nothing, |workspace| workspace.collection(&place.collection()));
    let bodies = collection.values().map(|resource| view(place.of, resource, now));
    if !["$filter", "$orderby"].iter().any(|name| query(uri, name).is_some()) {
        return page::answer(bodies.collect(), uri, options.page);
    }
    let whole = bodies.filter_map(|body| serde_json::from_slice::<Value>(&body).ok());
    let chosen = filter::choose(whole.collect(), uri)?;
    page::answer(chosen.iter().map(|one| Bytes::from(one.to_string())).collect(), uri, options.page)
}

fn view(of: &Type, resource: &Resource, now: Timestamp) -> Bytes {
    let Some(change) = of.view else { return resource.body.clone() };
    let Ok(mut whole) = serde_json::from_slice::<Value>(&resource.body) else { return resource.body.clone() };
    change(&mut whole, now);
    Bytes::from(whole.to_string())
}

/// Decides a PUT.
pub(super) fn put(
    state: &State,
    place: &Place,
    body: &Members,
    conditions: &Conditions,
    (by, now): (&Principal, Timestamp),
    options: &Options,
) -> Decision {
    if !place.of.writable {
        return Err(not_allowed(&Method::PUT));
    }
    let workspace_key: Arc<str> = place.workspace.key().into();
    let known = state.workspaces.get(&workspace_key);
    place.check_parent(known)?;
    let (key, name) = place.key()?;
    let collection_key: Arc<str> = place.collection().into();
    let nothing = Collection::new();
    let collection = known.map_or(&nothing, |workspace| workspace.collection(&collection_key));
    let old = collection.get(&key);
    check_conditions(place, conditions, body, old, options)?;

    let path = path_of(known, &place.workspace);
    let spelled = place.below(place.of.spelled);
    let (id, name) = match old {
        Some(old) => (old.id.clone(), old.name.clone()),
        None => (format!("{path}/providers/Microsoft.SecurityInsights/{spelled}/{name}"), name.to_owned()),
    };
    let before = old.and_then(|old| serde_json::from_slice::<Value>(&old.body).ok());
    let around = Circumstances {
        name: &name,
        id: &id,
        workspace: &place.workspace.workspace,
        facts: &facts_of(known, &workspace_key),
        now,
        by,
        old: before.as_ref(),
        others: collection.len() - usize::from(old.is_some()),
        limits: options.limits,
    };
    (place.of.check)(body, &around)?;
    let mut whole = body.clone();
    whole.remove("etag");
    (place.of.fill)(&mut whole, &around);
    let serial = state.serial.wrapping_add(1);
    let kind = format!("Microsoft.SecurityInsights/{}", place.of.spelled);
    for (member, value) in [("id", &id), ("name", &name), ("type", &kind)] {
        whole.insert(member.to_owned(), json!(value));
    }
    if place.of.etag {
        whole.insert("etag".to_owned(), json!(etag::of_write(serial, now)));
    }
    let whole = Value::Object(whole);
    let bytes = Bytes::from(whole.to_string());
    let resource = Resource::new(&whole, bytes.clone())
        .map(Arc::new)
        .ok_or_else(|| ArmError::internal("The resource has no name."))?;

    let mut changes = Vec::new();
    if known.is_none() {
        changes.push(Change::begin(Arc::clone(&workspace_key), path));
    }
    changes.push(Change::Written { workspace: workspace_key, collection: collection_key, key, serial, resource });
    let status = if old.is_some() { 200 } else { place.of.created };
    Ok((Answer::new(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), bytes), changes))
}

/// Decides a PATCH: the body is laid over what is there, member by member.
pub(super) fn patch(
    state: &State,
    place: &Place,
    body: &Members,
    conditions: &Conditions,
    (by, now): (&Principal, Timestamp),
    options: &Options,
) -> Decision {
    let (key, _) = place.key()?;
    let workspace = state.workspaces.get(place.workspace.key().as_str());
    let found = workspace.and_then(|workspace| workspace.collection(&place.collection()).get(&key));
    let found = found.ok_or_else(|| place.missing())?;
    let mut whole: Members = serde_json::from_slice(&found.body).map_err(|why| ArmError::internal(why.to_string()))?;
    let etag = body.get("etag").cloned();
    lay_over(&mut whole, body);
    // Only an etag that was sent is a condition.
    match etag {
        Some(etag) => whole.insert("etag".to_owned(), etag),
        None => whole.remove("etag"),
    };
    put(state, place, &whole, conditions, (by, now), options)
}

/// JSON merge patch (RFC 7396), but that null stays null as ARM's members do.
fn lay_over(whole: &mut Members, patch: &Members) {
    for (name, value) in patch {
        match (whole.get_mut(name), value) {
            (Some(Value::Object(own)), Value::Object(over)) => lay_over(own, over),
            _ => {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Decides a DELETE: 200 with `{}` (recorded traffic), or 204 where there is nothing.
pub(super) fn delete(
    state: &State,
    place: &Place,
    conditions: &Conditions,
    now: Timestamp,
    options: &Options,
) -> Decision {
    if !place.of.writable {
        return Err(not_allowed(&Method::DELETE));
    }
    let workspace: Arc<str> = place.workspace.key().into();
    let collection: Arc<str> = place.collection().into();
    let (key, _) = place.key()?;
    let old = state.workspaces.get(&workspace).and_then(|workspace| workspace.collection(&collection).get(&key));
    let Some(old) = old else { return Ok((Answer::new(StatusCode::NO_CONTENT, Bytes::new()), Vec::new())) };
    check_conditions(place, conditions, &Members::new(), Some(old), options)?;
    let change = Change::Deleted { workspace, collection, key, at: now };
    Ok((Answer::new(StatusCode::OK, "{}"), vec![change]))
}

fn check_conditions(
    place: &Place,
    conditions: &Conditions,
    body: &Members,
    old: Option<&Arc<Resource>>,
    options: &Options,
) -> Result<(), ArmError> {
    let name = place.name.as_deref().unwrap_or_default();
    let current = old.map(|old| old.etag.as_str());
    if !conditions.none_match_holds(current) {
        return Err(ArmError::precondition_failed(format!("'{name}' exists (If-None-Match).")));
    }
    if !options.check_etag || !place.of.etag {
        return Ok(());
    }
    if !conditions.match_holds(current) {
        let message = format!("The etag of '{name}' does not match (If-Match). Data was not saved.");
        return Err(ArmError::precondition_failed(message));
    }
    let sent = body.get("etag").and_then(Value::as_str).filter(|sent| !sent.is_empty());
    match (sent, old) {
        (Some(sent), Some(old)) if !etag::same(sent, &old.etag) => Err(ArmError::conflict(format!(
            "Newer instance of '{name}' exists (Etag does not match). Data was not saved."
        ))),
        _ => Ok(()),
    }
}

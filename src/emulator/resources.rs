//! How resources of the types in [`super::types`] are read, written and deleted.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::alert_rules::{Decision, facts_of, path_of};
use super::answer::{Answer, ArmError};
use super::call::Asked;
use super::etag::{self, Conditions};
use super::location::{WorkspaceName, query};
use super::options::Options;
use super::principal::Principal;
use super::route::not_allowed;
use super::state::{Change, Collection, Resource, State, Workspace};
use super::types::{Circumstances, Members, Post, Type};
use super::version::{Version, View};
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
    pub(super) fn collection(&self) -> String {
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

    /// The ARM id in a workspace at `path`, as answers spell it.
    pub(super) fn id(&self, path: &str) -> String {
        let (spelled, name) = (self.below(self.of.spelled), self.name.as_deref().unwrap_or_default());
        format!("{path}/providers/Microsoft.SecurityInsights/{spelled}/{name}")
    }

    fn missing(&self) -> ArmError {
        let name = self.name.as_deref().unwrap_or_default();
        ArmError::new(StatusCode::NOT_FOUND, "NotFound", format!("The {} '{name}' was not found.", self.of.path))
    }

    /// What stands directly above must exist.
    fn check_parent(&self, workspace: Option<&Arc<Workspace>>) -> Result<(), ArmError> {
        let Some(parent) = self.parents.last().filter(|_| self.of.below) else { return Ok(()) };
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

/// One write on its way.
pub(super) struct Act<'a> {
    pub(super) state: &'a State,
    pub(super) place: &'a Place,
    pub(super) asked: &'a Asked,
    /// Whoever writes, and when.
    pub(super) by: &'a Principal,
    pub(super) now: Timestamp,
    pub(super) options: &'a Options,
}

/// What a write does: its answer, and the steps that lead to it.
pub(super) type Made = (Answer, Vec<Change>);

impl<'a> Act<'a> {
    pub(super) fn workspace(&self) -> Option<&'a Arc<Workspace>> {
        self.state.workspaces.get(self.place.workspace.key().as_str())
    }

    /// The same write at another place.
    pub(super) fn at<'b>(&'b self, place: &'b Place) -> Act<'b> {
        Act { place, ..*self }
    }

    /// An absolute link of the request's own scheme, authority and version.
    pub(super) fn link(&self, path: &str) -> String {
        let uri = &self.asked.uri;
        let scheme = uri.scheme_str().unwrap_or("https");
        let authority = uri.authority().map_or("management.azure.com", |authority| authority.as_str());
        let version = query(uri, "api-version").unwrap_or_default();
        format!("{scheme}://{authority}{path}?api-version={version}")
    }
}

/// What a collection holds, with what is there though nobody wrote it.
fn collection<'a>(workspace: Option<&'a Arc<Workspace>>, place: &Place) -> Cow<'a, Collection> {
    static NOTHING: Collection = Collection::new();
    let key = place.workspace.key();
    let stored = workspace.map_or(&NOTHING, |workspace| workspace.collection(&place.collection()));
    let built_in = place.of.built_in.and_then(|built_in| built_in(&facts_of(workspace, &key)));
    let Some((name, mut whole)) = built_in.filter(|(name, _)| !stored.contains_key(*name)) else {
        return Cow::Borrowed(stored);
    };
    let own = Place { name: Some(name.to_owned()), ..place.clone() };
    let kind = format!("Microsoft.SecurityInsights/{}", place.of.spelled);
    for (member, value) in
        [("id", own.id(&path_of(workspace, &place.workspace))), ("name", name.to_owned()), ("type", kind)]
    {
        whole.insert(member.to_owned(), json!(value));
    }
    let whole = Value::Object(whole);
    let resource = Resource::new(&whole, Bytes::from(whole.to_string()));
    let own = resource.map(|resource| (Arc::from(name), Arc::new(resource)));
    Cow::Owned(stored.clone().into_iter().chain(own).collect())
}

/// Answers a GET of one resource.
pub(super) fn get(state: &State, place: &Place, uri: &Uri, now: Timestamp) -> Result<Answer, ArmError> {
    let workspace = state.workspaces.get(place.workspace.key().as_str());
    let (key, _) = place.key()?;
    let collection = collection(workspace, place);
    let found = collection.get(&key).ok_or_else(|| place.missing())?;
    let version = Version::of(uri);
    let view = View { uri, version: &version, now, workspace: workspace.map(AsRef::as_ref), listed: false };
    Ok(Answer::new(StatusCode::OK, shown(place.of, found, &view)))
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
    let collection = collection(workspace, place);
    let version = Version::of(uri);
    let view = View { uri, version: &version, now, workspace: workspace.map(AsRef::as_ref), listed: true };
    let bodies = collection.values().map(|resource| shown(place.of, resource, &view));
    let asks = ["$filter", "$orderby"].iter().any(|name| query(uri, name).is_some());
    if !asks && place.of.newest_by.is_none() {
        return page::answer(bodies.collect(), uri, options.page);
    }
    let whole = bodies.filter_map(|body| serde_json::from_slice::<Value>(&body).ok());
    let chosen = filter::choose(whole.collect(), uri, place.of.newest_by)?;
    page::answer(chosen.iter().map(|one| Bytes::from(one.to_string())).collect(), uri, options.page)
}

/// Answers a POST that asks for a list.
pub(super) fn post_read(state: &State, place: &Place, uri: &Uri, now: Timestamp) -> Result<Answer, ArmError> {
    let Some(Post::Read(answer)) = place.of.post else { return Err(not_allowed(&Method::POST)) };
    let workspace = state.workspaces.get(place.workspace.key().as_str());
    place.check_parent(workspace)?;
    let version = Version::of(uri);
    let view = View { uri, version: &version, now, workspace: workspace.map(AsRef::as_ref), listed: true };
    Ok(Answer::new(StatusCode::OK, answer(place, &view)?.to_string()))
}

/// Decides a POST that does something.
pub(super) fn post_write(act: &Act<'_>, body: &Members) -> Decision {
    let Some(Post::Write(decide)) = act.place.of.post else { return Err(not_allowed(&Method::POST)) };
    act.place.check_parent(act.workspace())?;
    decide(act, body)
}

fn shown(of: &Type, resource: &Resource, view: &View<'_>) -> Bytes {
    let Some(change) = of.view else { return resource.body.clone() };
    let Ok(mut whole) = serde_json::from_slice::<Value>(&resource.body) else { return resource.body.clone() };
    change(&mut whole, view);
    Bytes::from(whole.to_string())
}

/// Decides a PUT.
pub(super) fn put(act: &Act<'_>, body: &Members) -> Decision {
    if !act.place.of.writable {
        return Err(not_allowed(&Method::PUT));
    }
    act.place.check_parent(act.workspace())?;
    let made = make(act, body, 1)?;
    match act.place.of.after {
        Some(after) => after(act, Some(body), made),
        None => Ok(made),
    }
}

/// Makes the version of a resource that takes the `ahead`-th number from now.
pub(super) fn make(act: &Act<'_>, body: &Members, ahead: u32) -> Decision {
    let Act { place, by, now, options, .. } = *act;
    let workspace_key: Arc<str> = place.workspace.key().into();
    let known = act.workspace();
    let (key, name) = place.key()?;
    let collection_key: Arc<str> = place.collection().into();
    let nothing = Collection::new();
    let collection = known.map_or(&nothing, |workspace| workspace.collection(&collection_key));
    let old = collection.get(&key);
    check_conditions(place, &act.asked.conditions, body, old, options)?;

    let path = path_of(known, &place.workspace);
    let (id, name) = match old {
        Some(old) => (old.id.clone(), old.name.clone()),
        None => (place.id(&path), name.to_owned()),
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
    let serial = act.state.serial.wrapping_add(ahead);
    let mut whole = finish(place.of, body.clone(), &around, serial);
    let bytes = Bytes::from(whole.to_string());
    let resource = Resource::new(&whole, bytes.clone())
        .map(Arc::new)
        .ok_or_else(|| ArmError::internal("The resource has no name."))?;

    let mut changes = Vec::new();
    if known.is_none() {
        changes.push(Change::begin(Arc::clone(&workspace_key), path));
    }
    changes.push(Change::Written { workspace: workspace_key, collection: collection_key, key, serial, resource });
    let shown = match place.of.view {
        None => bytes,
        Some(view) => {
            let known = known.map(AsRef::as_ref);
            let Asked { uri, version, .. } = act.asked;
            view(&mut whole, &View { uri, version, now, workspace: known, listed: false });
            Bytes::from(whole.to_string())
        }
    };
    let status = if old.is_some() { 200 } else { (place.of.created)(&act.asked.version) };
    Ok((Answer::new(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), shown), changes))
}

/// The whole resource of a body: what the service adds, and the members of every resource.
pub(super) fn finish(of: &Type, mut whole: Members, around: &Circumstances<'_>, serial: u32) -> Value {
    whole.remove("etag");
    (of.fill)(&mut whole, around);
    let kind = format!("Microsoft.SecurityInsights/{}", of.spelled);
    for (member, value) in [("id", around.id), ("name", around.name), ("type", &kind)] {
        whole.insert(member.to_owned(), json!(value));
    }
    if of.etag {
        whole.insert("etag".to_owned(), json!(etag::of_write(serial, around.now)));
    }
    Value::Object(whole)
}

/// Decides a PATCH: the body is laid over what is there, member by member.
pub(super) fn patch(act: &Act<'_>, body: &Members) -> Decision {
    let place = act.place;
    if !place.of.patchable {
        return Err(not_allowed(&Method::PATCH));
    }
    let (key, _) = place.key()?;
    let found = act.workspace().and_then(|workspace| workspace.collection(&place.collection()).get(&key));
    let found = found.ok_or_else(|| place.missing())?;
    let mut whole: Members = serde_json::from_slice(&found.body).map_err(|why| ArmError::internal(why.to_string()))?;
    let etag = body.get("etag").cloned();
    lay_over(&mut whole, body);
    // Only an etag that was sent is a condition.
    match etag {
        Some(etag) => whole.insert("etag".to_owned(), etag),
        None => whole.remove("etag"),
    };
    put(act, &whole)
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
pub(super) fn delete(act: &Act<'_>) -> Decision {
    let place = act.place;
    if !place.of.writable {
        return Err(not_allowed(&Method::DELETE));
    }
    let workspace: Arc<str> = place.workspace.key().into();
    let collection: Arc<str> = place.collection().into();
    let (key, _) = place.key()?;
    let stored = self::collection(act.workspace(), place);
    let Some(old) = stored.get(&key) else {
        return Ok((Answer::new(StatusCode::NO_CONTENT, Bytes::new()), Vec::new()));
    };
    check_conditions(place, &act.asked.conditions, &Members::new(), Some(old), act.options)?;
    let made = (Answer::new(StatusCode::OK, "{}"), vec![Change::Deleted { workspace, collection, key, at: act.now }]);
    match place.of.after {
        Some(after) => after(act, None, made),
        None => Ok(made),
    }
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
    if options.check_etag && !conditions.none_match_holds(current) {
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

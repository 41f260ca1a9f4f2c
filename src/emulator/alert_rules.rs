//! How alert rules are read, written and deleted: a state goes in, an answer and its changes come out.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{StatusCode, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::answer::{Answer, ArmError};
use super::call::Asked;
use super::draft::{Draft, runs_query};
use super::etag::{self, Conditions};
use super::facts::Facts;
use super::fill::{self, ALERT_RULE, Envelope};
use super::location::{WorkspaceName, query};
use super::options::Options;
use super::page::next_link;
use super::rule_view::shown;
use super::state::{ALERT_RULES, Change, Collection, Resource, State, Workspace};
use super::version::Version;
use super::{fusion, limits, owned, rule_query};

/// How long the id of a deleted rule can't be used again. Reported as about a day; no page states it.
const TOMBSTONE: SignedDuration = SignedDuration::from_hours(24);

/// What a write does: its answer, and the steps that are to be made durable before it is given.
pub(super) type Decision = Result<(Answer, Vec<Change>), ArmError>;

/// One rule's address.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) workspace: WorkspaceName,
    pub(super) name: String,
}

/// Answers a GET of one rule.
pub(super) fn get(state: &State, address: &Address, uri: &Uri) -> Result<Answer, ArmError> {
    let workspace = state.workspaces.get(address.workspace.key().as_str());
    match find(workspace, &address.workspace, &address.name.to_ascii_lowercase()) {
        Some(rule) => Ok(Answer::new(StatusCode::OK, shown(&rule.body, &Version::of(uri)))),
        None => Err(ArmError::new(
            StatusCode::NOT_FOUND,
            "NotFound",
            format!("The alert rule '{}' was not found.", address.name),
        )),
    }
}

/// A rule by its name in lower case, `BuiltInFusion` included.
fn find(workspace: Option<&Arc<Workspace>>, name: &WorkspaceName, key: &str) -> Option<Arc<Resource>> {
    let stored = workspace.and_then(|workspace| workspace.rules().get(key)).cloned();
    stored.or_else(|| (key == fusion::KEY).then(|| fusion::built_in(workspace, name)).flatten())
}

/// Answers one page of the list, in the order of names in lower case.
///
/// The skip token holds the last name of the page before, so a rule that is added or deleted between two
/// pages neither repeats nor hides another. `uri` is absolute: the link to the next page keeps its scheme,
/// authority and query.
pub(super) fn list(state: &State, name: &WorkspaceName, uri: &Uri, page: usize) -> Result<Answer, ArmError> {
    let after = match query(uri, "$skipToken") {
        None => String::new(),
        Some(token) => read_token(&token).ok_or_else(|| ArmError::bad_request("The $skipToken is invalid."))?,
    };
    let page = page.max(1);
    let version = Version::of(uri);
    let workspace = state.workspaces.get(name.key().as_str());
    let from = (std::ops::Bound::Excluded(after.as_str()), std::ops::Bound::Unbounded);
    let mut rules: Vec<(&str, Bytes)> = workspace
        .iter()
        .flat_map(|workspace| workspace.rules().range::<str, _>(from))
        .take(page + 1)
        .map(|(key, rule)| (key.as_ref(), shown(&rule.body, &version)))
        .collect();
    if let Some(rule) = fusion::built_in(workspace, name).filter(|_| fusion::KEY > after.as_str()) {
        let at = rules.partition_point(|(key, _)| *key < fusion::KEY);
        rules.insert(at, (fusion::KEY, rule.body.clone()));
    }
    let next = (rules.len() > page).then(|| next_link(uri, rules[page - 1].0));
    rules.truncate(page);

    let mut body = Vec::with_capacity(rules.iter().map(|(_, rule)| rule.len() + 1).sum::<usize>() + 512);
    body.extend_from_slice(b"{\"value\":[");
    for (index, (_, rule)) in rules.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(rule);
    }
    body.push(b']');
    if let Some(link) = next {
        body.extend_from_slice(format!(",\"nextLink\":{}", Value::String(link)).as_bytes());
    }
    body.push(b'}');
    Ok(Answer::new(StatusCode::OK, body))
}

/// The name after which a page begins.
pub(super) fn read_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

/// The workspace's path as first spelled, or as this request spells it where nothing was written yet.
pub(super) fn path_of(workspace: Option<&Arc<Workspace>>, name: &WorkspaceName) -> Arc<str> {
    workspace.map_or_else(|| name.path().into(), |workspace| Arc::clone(&workspace.path))
}

/// What is known of a workspace, or what will be once something is written there.
pub(super) fn facts_of(workspace: Option<&Arc<Workspace>>, key: &str) -> Arc<Facts> {
    workspace.map_or_else(|| Arc::new(Facts::of(key)), |workspace| Arc::clone(&workspace.facts))
}

/// Decides a PUT.
pub(super) fn put(
    state: &State,
    address: &Address,
    draft: &Draft,
    asked: &Asked,
    now: Timestamp,
    options: &Options,
) -> Decision {
    let workspace_key: Arc<str> = address.workspace.key().into();
    let key: Arc<str> = address.name.to_ascii_lowercase().into();
    let known = state.workspaces.get(&workspace_key);
    let facts = facts_of(known, &workspace_key);
    let old = find(known, &address.workspace, &key);
    check_conditions(&asked.conditions, old.as_ref(), &address.name, options)?;
    match &old {
        Some(old) => check_update(old, draft, address, &facts, options)?,
        None => check_reuse(known, &key, &address.name, now)?,
    }
    if let (true, Some(workspace)) = (options.queries && draft.enabled && runs_query(&draft.kind), known) {
        let query = draft.body.get("properties").and_then(|properties| properties.get("query"));
        rule_query::check_tables(query.and_then(Value::as_str).unwrap_or_default(), &workspace.schema, &facts)?;
    }
    let mut body = draft.body.clone();
    if owned::is_owned(&draft.kind)
        && let Some(Value::Object(sent)) = body.remove("properties")
    {
        let whole = owned::fill(&draft.kind, &key, sent, known.map(AsRef::as_ref), &facts.customer_id)?;
        body.insert("properties".to_owned(), Value::Object(whole));
    }
    if options.limits {
        let none = Collection::new();
        limits::check_room(known.map_or(&none, |known| known.rules()), &key, &draft.kind, draft.enabled)?;
    }

    let serial = state.serial.wrapping_add(1);
    let path = path_of(known, &address.workspace);
    let (id, name) = match &old {
        Some(old) => (old.id.clone(), old.name.clone()),
        None => (format!("{path}/providers/{ALERT_RULE}/{}", address.name), address.name.clone()),
    };
    let etag = etag::of_write(serial, now);
    let envelope = Envelope { id: &id, name: &name, kind: &draft.kind, etag: &etag, now };
    let resource = fill::resource(body, &envelope);
    let body = Bytes::from(resource.to_string());
    let enabled = draft.enabled;
    let rule = Arc::new(Resource { id, name, etag, kind: draft.kind.clone(), enabled, body: body.clone() });

    let mut changes = Vec::new();
    if known.is_none() {
        changes.push(Change::begin(Arc::clone(&workspace_key), path));
    }
    let status = if old.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    changes.push(Change::Written {
        workspace: workspace_key,
        collection: ALERT_RULES.into(),
        key,
        serial,
        resource: rule,
    });
    Ok((Answer::new(status, shown(&body, &asked.version)), changes))
}

/// Decides a DELETE: 200 with `{}` (recorded traffic of 2022-08), or 204 where there is no such rule.
pub(super) fn delete(
    state: &State,
    address: &Address,
    conditions: &Conditions,
    now: Timestamp,
    options: &Options,
) -> Decision {
    let workspace: Arc<str> = address.workspace.key().into();
    let key: Arc<str> = address.name.to_ascii_lowercase().into();
    if key.as_ref() == fusion::KEY {
        return Err(undeletable());
    }
    let Some(old) = state.workspaces.get(&workspace).and_then(|workspace| workspace.rules().get(&key)) else {
        return Ok((Answer::new(StatusCode::NO_CONTENT, Bytes::new()), Vec::new()));
    };
    check_conditions(conditions, Some(old), &address.name, options)?;
    let change = Change::Deleted { workspace, collection: ALERT_RULES.into(), key, at: now };
    Ok((Answer::new(StatusCode::OK, "{}"), vec![change]))
}

fn undeletable() -> ArmError {
    ArmError::bad_request(format!("The alert rule '{}' can't be deleted.", fusion::NAME))
}

fn check_conditions(
    conditions: &Conditions,
    old: Option<&Arc<Resource>>,
    name: &str,
    options: &Options,
) -> Result<(), ArmError> {
    let current = old.map(|rule| rule.etag.as_str());
    if options.check_etag && !conditions.none_match_holds(current) {
        return Err(ArmError::precondition_failed(format!("The alert rule '{name}' exists (If-None-Match).")));
    }
    if options.check_etag && !conditions.match_holds(current) {
        return Err(ArmError::precondition_failed(format!(
            "The etag of the alert rule '{name}' does not match (If-Match). Data was not saved."
        )));
    }
    Ok(())
}

fn check_update(
    old: &Resource,
    draft: &Draft,
    address: &Address,
    facts: &Facts,
    options: &Options,
) -> Result<(), ArmError> {
    let is_stale = draft.etag.as_ref().is_some_and(|etag| !etag::same(etag, &old.etag));
    if options.check_etag && is_stale {
        // The service names the workspace by its own GUID.
        let workspace = &facts.customer_id;
        return Err(ArmError::conflict(format!(
            "Newer instance of rule '{}' exists for workspace '{workspace}' (Etag does not match). Data was not saved.",
            address.name
        )));
    }
    if old.kind != draft.kind {
        let why = format_args!("the kind of an existing rule can't change from {} to {}.", old.kind, draft.kind);
        return Err(ArmError::invalid("kind", why));
    }
    Ok(())
}

fn check_reuse(workspace: Option<&Arc<Workspace>>, key: &str, name: &str, now: Timestamp) -> Result<(), ArmError> {
    match workspace.and_then(|workspace| workspace.deleted.get(key)) {
        Some(&at) if now.duration_since(at) < TOMBSTONE => Err(ArmError::conflict(format!(
            "The rule with id '{name}' was recently deleted. You need to allow some time before re-using the same id. \
             Please try again later."
        ))),
        _ => Ok(()),
    }
}

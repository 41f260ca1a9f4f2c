//! The resource types below a workspace, but for alert rules: what each takes, adds and answers.
//!
//! Facts come from recorded traffic (Azure CLI 2022-06, Azure PowerShell 2026-03) and Microsoft's swagger; each
//! type's file says which.

mod actions;
mod automation_rules;
mod bookmarks;
mod conditions;
mod content;
mod entities;
mod incidents;
mod indicators;
mod metadata;
mod onboarding;
mod rule_runs;
mod watchlists;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::alert_rules::Decision;
use super::answer::ArmError;
use super::facts::Facts;
use super::fill::timestamp;
use super::principal::Principal;
use super::resources::{Act, Made, Place};
use super::version::{Version, View};

/// The members of a JSON object.
pub(super) type Members = Map<String, Value>;

/// One resource type.
#[derive(Debug)]
pub(super) struct Type {
    /// Its place below the provider, parents included, as requests spell it: `incidents/comments`.
    pub(super) path: &'static str,
    /// The same as answers spell it in `id` and `type`: `Incidents/Comments`.
    pub(super) spelled: &'static str,
    /// Whether answers carry an etag.
    pub(super) etag: bool,
    /// Whether clients may write it; what they may not comes from a seed.
    pub(super) writable: bool,
    /// Whether a PATCH may change a part of it (Microsoft's swagger).
    pub(super) patchable: bool,
    /// Whether what stands directly above must exist.
    pub(super) below: bool,
    /// The status of a PUT that makes a new one.
    pub(super) created: fn(&Version) -> u16,
    /// The property by which an unordered list is sorted, the greatest first; else the order is that of names.
    pub(super) newest_by: Option<&'static str>,
    /// Refuses a body that the service would.
    pub(super) check: fn(&Members, &Circumstances<'_>) -> Result<(), ArmError>,
    /// Adds what the service adds.
    pub(super) fill: fn(&mut Members, &Circumstances<'_>),
    /// The resource that is there though nobody wrote it: its name and members.
    pub(super) built_in: Option<BuiltIn>,
    /// What a read shows otherwise than what was written.
    pub(super) view: Option<fn(&mut Value, &View<'_>)>,
    /// What else a PUT (with its body) or a DELETE (with none) does: headers of the answer, further resources.
    pub(super) after: Option<After>,
    /// What a POST to its path does; such a type knows no other method.
    pub(super) post: Option<Post>,
}

/// The name and the members of a resource that is there by itself in a workspace.
pub(super) type BuiltIn = fn(&Facts) -> Option<(&'static str, Members)>;

/// What else a write does: it gets the write, the body of a PUT, and what was decided so far.
pub(super) type After = fn(&Act<'_>, Option<&Members>, Made) -> Decision;

/// A POST.
#[derive(Debug, Clone, Copy)]
pub(super) enum Post {
    /// It asks for a list.
    Read(fn(&Place, &View<'_>) -> Result<Value, ArmError>),
    /// It does something.
    Write(fn(&Act<'_>, &Members) -> Decision),
}

/// A type is known by its path.
impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Type {}

/// What surrounds a PUT.
pub(super) struct Circumstances<'a> {
    /// The resource's name.
    pub(super) name: &'a str,
    /// Its ARM id.
    pub(super) id: &'a str,
    /// The workspace's own name.
    pub(super) workspace: &'a str,
    /// What else is known of the workspace.
    pub(super) facts: &'a Facts,
    pub(super) now: Timestamp,
    /// Whoever writes.
    pub(super) by: &'a Principal,
    /// The resource as it was, if it is an update.
    pub(super) old: Option<&'a Value>,
    /// How many resources the collection holds, this one aside.
    pub(super) others: usize,
    /// Whether documented limits hold.
    pub(super) limits: bool,
}

/// Every type.
pub(super) const TYPES: &[Type] = &[
    automation_rules::AUTOMATION_RULES,
    metadata::METADATA,
    watchlists::WATCHLISTS,
    watchlists::ITEMS,
    watchlists::STATUSES,
    incidents::INCIDENTS,
    incidents::COMMENTS,
    incidents::TASKS,
    incidents::RELATIONS,
    onboarding::ONBOARDING_STATES,
    actions::ACTIONS,
    bookmarks::BOOKMARKS,
    bookmarks::RELATIONS,
    entities::ENTITIES,
    entities::ALERTS_OF_INCIDENT,
    entities::ENTITIES_OF_INCIDENT,
    entities::BOOKMARKS_OF_INCIDENT,
    rule_runs::TRIGGER,
    rule_runs::RUNS,
    indicators::CREATE,
    indicators::INDICATORS,
    content::TEMPLATES,
    content::PACKAGES,
    content::PRODUCT_PACKAGES,
    content::INSTALLED_TEMPLATES,
    content::PRODUCT_TEMPLATES,
    content::SOURCE_CONTROLS,
];

/// A type that keeps what it is given.
const PLAIN: Type = Type {
    path: "",
    spelled: "",
    etag: true,
    writable: true,
    patchable: false,
    below: true,
    created: |_| 201,
    newest_by: None,
    check: |_, _| Ok(()),
    fill: |_, _| {},
    built_in: None,
    view: None,
    after: None,
    post: None,
};

/// A type that only a seed writes.
const READ_ONLY: Type = Type { writable: false, etag: false, ..PLAIN };

/// A POST below a resource that asks for a list; the path is that of a collection which only a seed writes.
const POSTED: Type = Type { writable: false, etag: false, ..PLAIN };

/// The type at a path below the provider, compared without case.
pub(super) fn find(path: &str) -> Option<&'static Type> {
    TYPES.iter().find(|one| one.path.eq_ignore_ascii_case(path))
}

/// The properties of a body; a body without any is refused.
fn properties(body: &Members) -> Result<&Members, ArmError> {
    body.get("properties").and_then(Value::as_object).ok_or_else(|| missing("properties"))
}

fn missing(property: &str) -> ArmError {
    ArmError::bad_request(format!("Required property '{property}' not found in JSON. Path ''."))
}

/// Refuses properties without one that must be there.
fn require(properties: &Members, names: &[&str]) -> Result<(), ArmError> {
    match names.iter().find(|name| properties.get(**name).is_none_or(Value::is_null)) {
        Some(name) => Err(missing(name)),
        None => Ok(()),
    }
}

/// The properties of a body that is being filled.
fn properties_mut(body: &mut Members) -> Option<&mut Members> {
    body.entry("properties").or_insert_with(|| json!({})).as_object_mut()
}

/// `systemData`, with the creation kept.
fn system_data(around: &Circumstances<'_>) -> Value {
    let (now, by) = (json!(timestamp(around.now)), around.by);
    let created = |name: &str, first: Value| {
        let old = around.old.and_then(|old| old.get("systemData")).and_then(|data| data.get(name));
        old.cloned().unwrap_or(first)
    };
    json!({
        "createdAt": created("createdAt", now.clone()), "createdBy": created("createdBy", json!(by.system_name())),
        "createdByType": created("createdByType", json!(by.system_type())),
        "lastModifiedAt": now, "lastModifiedBy": by.system_name(), "lastModifiedByType": by.system_type(),
    })
}

/// When and by whom a bookmark, a watchlist or an item of one was made and changed (recorded: no principal name).
fn stamps(around: &Circumstances<'_>) -> Members {
    let now = timestamp(around.now).replace('Z', "+00:00");
    let mut person = around.by.person();
    super::version::hide(&mut person, "", &["userPrincipalName"]);
    let stamps = json!({
        "created": kept(around, "created", json!(now)), "updated": now,
        "createdBy": kept(around, "createdBy", person.clone()), "updatedBy": person,
    });
    stamps.as_object().cloned().unwrap_or_default()
}

/// The property of the resource as it was, or a first value.
fn kept(around: &Circumstances<'_>, name: &str, first: Value) -> Value {
    around.old.and_then(|old| old.pointer("/properties")).and_then(|old| old.get(name)).cloned().unwrap_or(first)
}

//! Plan files on disk, and whether a saved plan still says what the project says.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::load::Loaded;
use super::ownership::{Choices, ownership};
use super::{atomic, place};
use crate::plan::body::{Live, created, updated};
use crate::plan::file::{self, PlanFileError};
use crate::plan::{Action, Change, Desired, Ownership, Plan};
use crate::resource::{Resource, ResourceType};
use crate::workspace::Workspace;

/// Writes a plan whole or not at all: to a file beside it first, which then takes its name.
///
/// # Errors
/// Whatever the system says, such as a full disk. Nothing half-written stays.
pub fn save(plan: &Plan, path: &Path) -> std::io::Result<()> {
    atomic::write(path, file::write(plan).as_bytes())
}

/// Why a saved plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("can't be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Plan(#[from] PlanFileError),
    #[error("its SHA-256 is {found}, and {expected} was expected")]
    Digest { found: String, expected: String },
}

/// Reads a plan file, and its digest if one is expected.
///
/// # Errors
/// See [`Unusable`].
pub fn open(path: &Path, expected: Option<&str>) -> Result<Plan, Unusable> {
    let bytes = std::fs::read(path).map_err(|error| Unusable::Unreadable(error.to_string()))?;
    if let Some(expected) = expected {
        let found = file::sha256(&bytes);
        if !found.eq_ignore_ascii_case(expected) {
            return Err(Unusable::Digest { found, expected: expected.to_owned() });
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| PlanFileError::NotAPlan("it is not UTF-8".to_owned()))?;
    Ok(file::read(&text)?)
}

/// The changes of a saved plan that the project, compiled anew, would write otherwise. Each with a reason.
pub fn outdated(plan: &Plan, loaded: &Loaded, workspaces: &[Workspace]) -> Vec<String> {
    let mut found = Vec::new();
    if plan.project != project_name(loaded) {
        found.push(format!("it was made for the project {}", plan.project));
    }
    for planned in &plan.workspaces {
        let Some(workspace) = workspaces.iter().find(|one| one.name.value == planned.workspace) else {
            found.push(format!("the project has no workspace {} any more", planned.workspace));
            continue;
        };
        let mut desired: BTreeMap<(ResourceType, String), Desired> =
            place::desired(&loaded.content, &loaded.sources, workspace)
                .into_iter()
                .map(|one| ((one.resource.resource_type, one.id.clone()), one))
                .collect();
        let ownership = ownership(loaded, workspace, &Choices::default());
        for change in planned.changes.iter().filter(|change| change.action.writes()) {
            let now = change
                .resource_type()
                .and_then(|of| desired.remove(&(of, change.id.clone())))
                .filter(|one| one.blocked.is_none())
                .and_then(|one| after(change, &one.resource, &ownership));
            if now.as_ref() != change.after.as_ref() {
                found.push(format!("{} in {}: the files say otherwise by now", change.name, planned.workspace));
            }
        }
    }
    found
}

/// The project's name, as plans carry it.
pub fn project_name(loaded: &Loaded) -> String {
    loaded.content.settings.name.as_ref().map_or("default", |name| &name.value).to_owned()
}

/// What the change would write by the files of now. What it keeps was decided when it was planned.
fn after(change: &Change, desired: &Resource, ownership: &Ownership) -> Option<Value> {
    match change.action {
        Action::Create => Some(created(desired, ownership)),
        _ => {
            let live = Resource::from_arm(desired.resource_type, change.before.clone()?).ok()?;
            Some(updated(&Live::of(&live, ownership), desired, &change.kept, ownership))
        }
    }
}

//! Plan files on disk, and whether a saved plan still says what the project says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::departures;
use super::load::{Content, Loaded};
use super::ownership::{Choices, ownership};
use super::{atomic, kinds, place};
use crate::plan::body::{Live, Written, created, updated};
use crate::plan::deletion::{RETIRED, disabled};
use crate::plan::file::{self, PlanFileError};
use crate::plan::metadata;
use crate::plan::replace;
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
        let (as_written, workspace) = (workspace, &kinds::as_planned(&loaded.content, workspace, planned));
        let mut desired: BTreeMap<(ResourceType, String), Desired> =
            place::desired(&loaded.content, &loaded.sources, workspace, &planned.resource_id)
                .into_iter()
                .map(|one| ((one.resource.resource_type, one.id.clone()), one))
                .collect();
        let wanted: BTreeSet<(ResourceType, String)> = desired.values().map(|one| one.resource.key()).collect();
        let ownership = ownership(loaded, workspace, &planned.resource_id, &Choices::default());
        for change in planned.changes.iter().filter(|change| change.action.writes()) {
            let given_up = || kinds::gave_up(&loaded.content, as_written, change) && !wanted.contains(&key(change));
            if replace::gives_way(planned, change) && given_up() {
                continue;
            }
            if change.reason == RETIRED || change.action == Action::Delete {
                if let Some(why) = stays(&loaded.content, workspace, change, &wanted, &ownership) {
                    found.push(format!("{} in {}: {why}", change.name, planned.workspace));
                }
                continue;
            }
            // The write of a mark alone has no body of its own.
            if change.after.is_none() {
                continue;
            }
            let now = change
                .resource_type()
                .and_then(|of| desired.remove(&(of, change.id.clone())))
                .filter(|one| one.blocked.is_none())
                .and_then(|one| written(change, &one.resource, &ownership));
            let same = now.is_some_and(|now| Some(&now.body) == change.after.as_ref() && now.mark == change.mark);
            if !same {
                found.push(format!("{} in {}: the files say otherwise by now", change.name, planned.workspace));
            }
        }
    }
    found
}

fn key(change: &Change) -> (ResourceType, String) {
    (ResourceType::AlertRules, change.resource_name.to_ascii_lowercase())
}

/// Why what a plan deletes or disables has not left the project by now.
fn stays(
    content: &Content,
    workspace: &Workspace,
    change: &Change,
    wanted: &BTreeSet<(ResourceType, String)>,
    ownership: &Ownership,
) -> Option<String> {
    let live = Resource::from_arm(change.resource_type()?, change.before.clone()?).ok()?;
    if wanted.contains(&live.key()) {
        return Some("the files want it by now".to_owned());
    }
    let why = departures::stays(content, workspace, &live);
    why.or_else(|| {
        let metadata = there(change, live.resource_type);
        let owners = metadata::owners(metadata.as_slice());
        let live = Live::of(&live, owners.values().next(), ownership);
        let after = (change.action != Action::Delete).then(|| disabled(&live, ownership).body);
        (after != change.after).then(|| "the plan would write something else".to_owned())
    })
}

/// The metadata that a change found.
fn there(change: &Change, resource_type: ResourceType) -> Option<Resource> {
    change.mark.as_ref().and_then(|mark| metadata::there(mark, resource_type, &change.resource_name))
}

/// The project's name, as plans carry it.
pub fn project_name(loaded: &Loaded) -> String {
    loaded.content.settings.name.as_ref().map_or("default", |name| &name.value).to_owned()
}

/// What the change would write by the files of now. What it keeps was decided when it was planned.
fn written(change: &Change, desired: &Resource, ownership: &Ownership) -> Option<Written> {
    let live = match &change.before {
        Some(before) if change.action != Action::Replace => {
            Some(Resource::from_arm(desired.resource_type, before.clone()).ok()?)
        }
        _ => None,
    };
    let metadata = there(change, desired.resource_type);
    let owners = metadata::owners(metadata.as_slice());
    let owners = owners.values().next();
    let mut written = match live {
        Some(live) => updated(&Live::of(&live, owners, ownership), desired, &change.kept, ownership),
        None => created(desired, owners, ownership),
    };
    // Under which name it is kept was decided by what was there.
    if let (Some(now), Some(planned)) = (&mut written.mark, &change.mark) {
        now.resource_name.clone_from(&planned.resource_name);
    }
    Some(written)
}

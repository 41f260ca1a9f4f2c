//! Metadata of ours that mark nothing any more.

use std::collections::BTreeMap;

use super::body::{Live, bare};
use super::metadata::{ByParent, MarkWrite};
use super::ownership::Ownership;
use super::{Action, Change};
use crate::resource::ResourceType;

/// Marks of ours that belong to nothing any more: their resource is gone, or carries its mark itself.
pub fn leftovers(
    owners: &ByParent<'_>,
    is_there: impl Fn(&(ResourceType, String)) -> bool,
    live: &BTreeMap<(ResourceType, String), Live<'_>>,
    changes: &[Change],
    ownership: &Ownership,
) -> Vec<Change> {
    let mut found = Vec::new();
    for (key, owners) in owners {
        let reason = if !is_there(key) {
            format!("the {} that it marks is gone", key.0.noun())
        } else if live.get(key).is_some_and(|live| has_own_mark(live, ownership)) {
            format!("the {} carries its mark itself", key.0.noun())
        } else {
            continue;
        };
        let ours =
            owners.marks.iter().filter(|(_, mark)| mark.as_ref().is_ok_and(|mark| ownership.owns(&mark.project)));
        for (metadata, _) in ours {
            let named = |mark: &MarkWrite| mark.resource_name.eq_ignore_ascii_case(&metadata.name);
            if changes.iter().any(|change| change.mark.as_ref().is_some_and(named)) {
                continue;
            }
            found.push(Change {
                resource: ResourceType::Metadata.segment().to_owned(),
                id: key.1.clone(),
                name: metadata.name.clone(),
                resource_name: metadata.name.clone(),
                action: Action::Delete,
                refusal: None,
                reason: reason.clone(),
                etag: metadata.etag.clone(),
                before: Some(metadata.whole()),
                after: None,
                fields: Vec::new(),
                kept: Vec::new(),
                mark: None,
                modified: None,
                modified_by: None,
            });
        }
    }
    found
}

/// Whether the resource itself says whose it is.
fn has_own_mark(live: &Live<'_>, ownership: &Ownership) -> bool {
    let (_, marks) = bare(live.resource.resource_type, &live.resource.properties);
    ownership.standing(&live.resource.name, &marks).base().is_some()
}

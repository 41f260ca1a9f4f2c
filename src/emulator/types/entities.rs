//! Entities, and the POSTs that list what stands behind an incident (Microsoft's swagger and examples).
//!
//! Alerts and entities come from a seed: nobody makes them through Resource Manager.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{POSTED, Post, READ_ONLY, Type};
use crate::emulator::answer::ArmError;
use crate::emulator::resources::Place;
use crate::emulator::state::{Collection, Workspace};
use crate::emulator::version::{View, hide};

pub(super) const ENTITIES: Type = Type { path: "entities", spelled: "Entities", ..READ_ONLY };

pub(super) const ALERTS_OF_INCIDENT: Type = Type {
    path: "incidents/alerts",
    spelled: "Entities",
    post: Some(Post::Read(|place, view| Ok(json!({"value": stored(place, view)})))),
    ..POSTED
};

pub(super) const ENTITIES_OF_INCIDENT: Type =
    Type { path: "incidents/entities", spelled: "Entities", post: Some(Post::Read(entities)), ..POSTED };

pub(super) const BOOKMARKS_OF_INCIDENT: Type =
    Type { path: "incidents/bookmarks", spelled: "Bookmarks", post: Some(Post::Read(bookmarks)), ..POSTED };

fn whole(collection: &Collection) -> impl Iterator<Item = Value> {
    collection.values().filter_map(|one| serde_json::from_slice(&one.body).ok())
}

fn stored(place: &Place, view: &View<'_>) -> Vec<Value> {
    view.workspace.into_iter().flat_map(|workspace| whole(workspace.collection(&place.collection()))).collect()
}

/// The entities, and how many there are of each kind.
fn entities(place: &Place, view: &View<'_>) -> Result<Value, ArmError> {
    let entities = stored(place, view);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for entity in &entities {
        *kinds.entry(entity.get("kind").and_then(Value::as_str).unwrap_or_default()).or_default() += 1;
    }
    let counts: Vec<Value> = kinds.iter().map(|(kind, count)| json!({"entityKind": kind, "count": count})).collect();
    Ok(json!({"entities": entities, "metaData": counts}))
}

/// The bookmarks that the incident's relations name, as entities of the kind `Bookmark`.
fn bookmarks(place: &Place, view: &View<'_>) -> Result<Value, ArmError> {
    let incident = place.parents.last().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let found: Vec<Value> = view.workspace.into_iter().flat_map(|workspace| related(workspace, &incident)).collect();
    Ok(json!({"value": found}))
}

fn related(workspace: &Workspace, incident: &str) -> Vec<Value> {
    let all = workspace.collection("bookmarks");
    whole(workspace.collection(&format!("incidents/{incident}/relations")))
        .filter_map(|relation| {
            let name = relation.pointer("/properties/relatedResourceName")?.as_str()?.to_ascii_lowercase();
            let mut bookmark: Value = serde_json::from_slice(&all.get(name.as_str())?.body).ok()?;
            bookmark["type"] = json!("Microsoft.SecurityInsights/Entities");
            bookmark["kind"] = json!("Bookmark");
            // An entity has no etag (Microsoft's swagger).
            hide(&mut bookmark, "", &["etag"]);
            Some(bookmark)
        })
        .collect()
}

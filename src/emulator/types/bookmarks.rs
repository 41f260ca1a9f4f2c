//! Bookmarks and their relations (recorded traffic of 2021-03 and 2022-06; Microsoft's swagger).

use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, incidents, kept, properties, properties_mut, require, stamps};
use crate::emulator::answer::ArmError;

/// A new bookmark is answered with 200 (recorded).
pub(super) const BOOKMARKS: Type =
    Type { path: "bookmarks", spelled: "Bookmarks", created: |_| 200, check, fill, ..PLAIN };

pub(super) const RELATIONS: Type =
    Type { path: "bookmarks/relations", spelled: "Bookmarks/relations", ..incidents::RELATIONS };

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    require(properties(body)?, &["displayName", "query"])
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    let stamps = stamps(around);
    let first = stamps.get("updated").cloned().unwrap_or_default();
    let time = kept(around, "eventTime", first);
    let info = json!({"incidentId": null, "title": null, "relationName": null, "severity": null});
    let info = kept(around, "incidentInfo", info);
    let Some(properties) = properties_mut(body) else { return };
    // Recorded: the times and persons that a client sends are not believed.
    properties.extend(stamps);
    for (name, value) in [("eventTime", time), ("incidentInfo", info), ("labels", json!([]))] {
        let slot = properties.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
}

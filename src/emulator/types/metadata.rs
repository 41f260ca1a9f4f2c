//! Metadata: who a resource belongs to. It has no etag, and a source where none was sent (recorded traffic of 2022-06).

use serde_json::json;

use super::{Circumstances, Members, PLAIN, Type, properties, properties_mut, require, system_data};
use crate::emulator::answer::ArmError;

pub(super) const METADATA: Type = Type { path: "metadata", spelled: "metadata", etag: false, check, fill, ..PLAIN };

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    require(properties(body)?, &["parentId", "kind"])
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let own = json!({"kind": "LocalWorkspace", "name": around.workspace, "sourceId": around.facts.customer_id});
    let Some(properties) = properties_mut(body) else { return };
    let source = properties.entry("source").or_insert_with(|| own.clone());
    if source.is_null() {
        *source = own;
    }
}

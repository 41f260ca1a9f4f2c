//! Metadata: who a resource belongs to. It has no etag, and a source where none was sent (recorded traffic of 2022-06).

use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, properties, properties_mut, require, system_data};
use crate::emulator::answer::ArmError;

pub(super) const METADATA: Type =
    Type { path: "metadata", spelled: "metadata", etag: false, patchable: true, check, fill, ..PLAIN };

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    let properties = properties(body)?;
    require(properties, &["parentId", "kind"])?;
    let is_solution = properties.get("kind").and_then(Value::as_str) == Some("Solution");
    let criteria = properties.get("dependencies").and_then(|dependencies| dependencies.get("criteria"));
    if is_solution && !criteria.is_some_and(Value::is_array) {
        // The service's code and words (recorded traffic of 2021-12).
        return Err(ArmError {
            code: "BadRequestException",
            ..ArmError::bad_request(
                "Invalid data model - solutions expect properties.dependencies.criteria to have list of solution contents",
            )
        });
    }
    Ok(())
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let own = json!({"kind": "LocalWorkspace", "name": around.workspace, "sourceId": around.facts.customer_id});
    let Some(properties) = properties_mut(body) else { return };
    if let Some(Value::Object(categories)) = properties.get_mut("categories") {
        categories.entry("verticals").or_insert(Value::Null);
    }
    let source = properties.entry("source").or_insert_with(|| own.clone());
    if source.is_null() {
        *source = own;
    }
}

//! How long a plan's writes take at the least, by what the service documents.

use std::time::Duration;

use crate::arm::operation::OperationClass;
use crate::ops::floor::longest;
use crate::ops::plan::Opened;
use crate::plan::{Action, Change, Plan};
use crate::resource::ResourceType;

/// The class that a change is counted in.
pub(super) fn class(change: &Change) -> OperationClass {
    match (change.action, change.resource_type()) {
        (Action::Delete, _) => OperationClass::Deletes,
        (_, Some(ResourceType::AutomationRules)) => OperationClass::AutomationWrites,
        _ => OperationClass::Writes,
    }
}

/// How long the writes of a plan take at the least under the documented limits. Zero where nothing counts.
pub fn floor(plan: &Plan, places: &[Opened]) -> Duration {
    longest(plan.workspaces.iter().zip(places).flat_map(|(plan, opened)| {
        let writes = plan.changes.iter().filter(|change| change.action.writes());
        writes.filter_map(|change| opened.connection.counted_as(class(change)))
    }))
}

//! How long a plan takes to carry out at the least, by what the service documents.

use std::time::Duration;

use super::written;
use crate::arm::operation::OperationClass;
use crate::ops::floor::{lists, longest};
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

/// How long a plan takes to carry out at the least under the documented limits: its writes, a list that confirms them, and
/// one before them where none was read in this run. Zero where nothing counts.
pub fn floor(plan: &Plan, places: &[Opened]) -> Duration {
    longest(plan.workspaces.iter().zip(places).flat_map(|(plan, opened)| {
        let connection = &opened.connection;
        let changes = plan.changes.iter().filter(|change| change.action.writes());
        let writes = changes.filter_map(|change| connection.counted_as(class(change)));
        let times = if opened.read.is_none() { 2 } else { 1 };
        let types = written(plan).repeat(times);
        writes.chain(lists(connection, &types)).collect::<Vec<_>>()
    }))
}

//! How long a plan takes at the least, by what the service documents.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::arm::operation::{Operation, OperationClass};
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

/// How long the writes of a plan take at the least under the documented limits: the longest of all subscriptions and
/// classes, which go side by side. Zero where nothing counts.
pub fn floor(plan: &Plan, places: &[Opened]) -> Duration {
    let mut counts: BTreeMap<Operation, usize> = BTreeMap::new();
    for (plan, opened) in plan.workspaces.iter().zip(places) {
        for change in plan.changes.iter().filter(|change| change.action.writes()) {
            if let Some(operation) = opened.connection.counted_as(class(change)) {
                *counts.entry(operation).or_default() += 1;
            }
        }
    }
    let seconds = counts.iter().map(|(operation, &count)| operation.class.documented().seconds(count));
    Duration::from_secs_f64(seconds.fold(0.0, f64::max))
}

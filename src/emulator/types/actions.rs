//! Actions: playbooks bound to an alert rule (Microsoft's swagger and examples).

use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, properties, properties_mut, require};
use crate::emulator::answer::ArmError;

pub(super) const ACTIONS: Type =
    Type { path: "alertRules/actions", spelled: "alertRules/actions", check, fill, ..PLAIN };

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    require(properties(body)?, &["triggerUri", "logicAppResourceId"])
}

/// The trigger's address holds a signature and does not come back; the workflow's name in it does.
fn fill(body: &mut Members, _: &Circumstances<'_>) {
    let Some(properties) = properties_mut(body) else { return };
    let trigger = properties.remove("triggerUri");
    let address = trigger.as_ref().and_then(Value::as_str).unwrap_or_default();
    let workflow = address.split("/workflows/").nth(1).and_then(|rest| rest.split(['/', '?']).next());
    if let Some(workflow) = workflow.filter(|name| !name.is_empty()) {
        properties.insert("workflowId".to_owned(), json!(workflow));
    }
}

//! Onboarding: whether Microsoft Sentinel is on in a workspace (recorded traffic of 2022-06).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Act, Circumstances, Made, Members, PLAIN, Type, system_data};
use crate::emulator::alert_rules::{Decision, facts_of, path_of};
use crate::emulator::answer::ArmError;
use crate::emulator::facts::Facts;
use crate::emulator::state::Change;

pub(super) const ONBOARDING_STATES: Type = Type {
    path: "onboardingStates",
    spelled: "onboardingStates",
    etag: false,
    check,
    fill,
    built_in: Some(built_in),
    after: Some(after),
    ..PLAIN
};

/// Every workspace has Sentinel on, until somebody turns it off.
fn built_in(facts: &Facts) -> Option<(&'static str, Members)> {
    let state = Members::from_iter([("properties".to_owned(), json!({})), ("systemData".to_owned(), json!({}))]);
    facts.onboarded.then_some(("default", state))
}

/// A PUT turns it on, a DELETE off.
fn after(act: &Act<'_>, body: Option<&Members>, (answer, mut changes): Made) -> Decision {
    let workspace: Arc<str> = act.place.workspace.key().into();
    let mut facts = Facts::clone(&facts_of(act.workspace(), &workspace));
    if facts.onboarded != body.is_some() {
        facts.onboarded = body.is_some();
        let path = path_of(act.workspace(), &act.place.workspace);
        changes.push(Change::Workspace { workspace, path, facts: Arc::new(facts) });
    }
    Ok((answer, changes))
}

fn check(_: &Members, around: &Circumstances<'_>) -> Result<(), ArmError> {
    if around.name.eq_ignore_ascii_case("default") {
        return Ok(());
    }
    Err(ArmError::bad_request("The onboarding state of a workspace is named 'default'."))
}

/// `customerManagedKey: false` does not come back.
fn fill(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let properties = body.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        properties.retain(|_, value| *value != Value::Bool(false) && !value.is_null());
    } else {
        *properties = json!({});
    }
}

//! Onboarding: whether Microsoft Sentinel is on in a workspace (recorded traffic of 2022-06).

use serde_json::{Value, json};

use super::{Circumstances, Members, PLAIN, Type, system_data};
use crate::emulator::answer::ArmError;

pub(super) const ONBOARDING_STATES: Type =
    Type { path: "onboardingStates", spelled: "onboardingStates", etag: false, check, fill, ..PLAIN };

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

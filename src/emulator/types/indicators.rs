//! Indicators of threat intelligence (recorded traffic of 2022-06; Microsoft's swagger).

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Act, Circumstances, Members, PLAIN, POSTED, Post, Type, kept, properties, properties_mut, require};
use crate::emulator::alert_rules::Decision;
use crate::emulator::answer::ArmError;
use crate::emulator::fill::timestamp;
use crate::emulator::resources::{Place, make};

pub(super) const CREATE: Type = Type {
    path: "threatIntelligence/createIndicator",
    spelled: "threatIntelligence/createIndicator",
    below: false,
    post: Some(Post::Write(create)),
    ..POSTED
};

pub(super) const INDICATORS: Type = Type {
    path: "threatIntelligence/indicators",
    // Recorded: neither id nor type names the collection's parent, nor `indicators`.
    spelled: "threatIntelligence",
    below: false,
    created: |_| 200,
    check,
    fill,
    ..PLAIN
};

fn check(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    if body.get("kind").and_then(Value::as_str) != Some("indicator") {
        return Err(ArmError::bad_request("Required property 'kind' not found, or it is not 'indicator'."));
    }
    require(properties(body)?, &["pattern", "patternType", "displayName", "threatTypes", "source"])
}

/// The service names a new indicator itself.
fn create(act: &Act<'_>, body: &Members) -> Decision {
    let serial = act.state.serial.wrapping_add(1);
    let seed = format!("{} indicator {serial}", act.place.workspace.key());
    let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, seed.as_bytes()).to_string();
    let place = Place { of: &INDICATORS, name: Some(name), ..act.place.clone() };
    let (mut answer, changes) = make(&act.at(&place), body, 1)?;
    answer.status = StatusCode::OK;
    Ok((answer, changes))
}

fn fill(body: &mut Members, around: &Circumstances<'_>) {
    let now = json!(timestamp(around.now));
    let (created, external) = (
        kept(around, "created", now.clone()),
        kept(around, "externalId", json!(format!("indicator--{}", around.name))),
    );
    let Some(properties) = properties_mut(body) else { return };
    // Recorded: empty times do not come back.
    properties.retain(|_, value| value.as_str() != Some(""));
    properties.remove("modified");
    properties.insert("lastUpdatedTimeUtc".to_owned(), now);
    properties.insert("created".to_owned(), created);
    properties.insert("externalId".to_owned(), external);
    for (name, value) in [("revoked", json!(false)), ("externalReferences", json!([]))] {
        properties.entry(name).or_insert(value);
    }
}

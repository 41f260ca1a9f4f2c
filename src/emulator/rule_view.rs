//! What an alert rule looks like in an api-version.
//!
//! After recorded traffic (2020-01-01, 2021-09-01-preview, 2022-06-01-preview) and Microsoft's schemas: no stable
//! version up to 2025-09-01 knows `subTechniques` or `sentinelEntitiesMappings`. What a version does not know is kept.

use bytes::Bytes;
use serde_json::{Value, json};

use super::version::{Version, hide};

/// The rule as a version shows it.
pub(super) fn shown(body: &Bytes, version: &Version) -> Bytes {
    let hidden = hidden(version);
    let is_old = !version.is_since("2021-01-01");
    let dynamic = "alertDynamicProperties";
    let hides_dynamic = !version.is_since("2022-12-01") && holds(body, dynamic);
    // Most rules have nothing to hide, and are shown without being read.
    if !is_old && !hides_dynamic && !hidden.iter().any(|member| holds(body, member)) {
        return body.clone();
    }
    let Ok(mut rule) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    hide(&mut rule, "/properties", &hidden);
    if hides_dynamic {
        hide(&mut rule, "/properties/alertDetailsOverride", &[dynamic]);
    }
    let microsoft = rule.get("kind").and_then(Value::as_str) == Some("MicrosoftSecurityIncidentCreation");
    if let Some(Value::Object(properties)) = rule.get_mut("properties").filter(|_| is_old && microsoft) {
        properties.entry("tactics").or_insert(json!(null));
    }
    Bytes::from(rule.to_string())
}

/// The properties that a version does not know.
fn hidden(version: &Version) -> Vec<&'static str> {
    let mut hidden = Vec::new();
    if !version.is_preview_since("2024-01-01") {
        hidden.push("subTechniques");
    }
    if !version.is_preview_since("2022-06-01") {
        hidden.push("sentinelEntitiesMappings");
    }
    if !version.is_since("2022-01-01") {
        hidden.extend(["techniques", "templateVersion"]);
    }
    hidden
}

fn holds(body: &[u8], member: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| text.contains(member))
}

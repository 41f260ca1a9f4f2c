//! A saved plan: written whole, read back only if nobody changed it.

use sha2::{Digest, Sha256};

use super::{FORMAT_VERSION, Plan};

/// Why a plan file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    #[error("it is no plan of Palisade: {0}")]
    NotAPlan(String),
    #[error("it has format version {0}, and this version of Palisade reads {FORMAT_VERSION}: plan again")]
    Version(u64),
    #[error("it was changed after it was made: plan again")]
    Changed,
}

/// The bytes of a plan's file.
pub fn write(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a plan's file.
///
/// # Errors
/// If it is no plan, of another version, or not byte for byte what [`write()`] made of the plan with that digest.
pub fn read(text: &str) -> Result<Plan, PlanFileError> {
    let raw: serde_json::Value =
        serde_json::from_str(text).map_err(|error| PlanFileError::NotAPlan(error.to_string()))?;
    match raw.get("format_version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(FORMAT_VERSION) => {}
        Some(version) => return Err(PlanFileError::Version(version)),
        None => return Err(PlanFileError::NotAPlan("it has no format_version".to_owned())),
    }
    let plan: Plan = serde_json::from_value(raw).map_err(|error| PlanFileError::NotAPlan(error.to_string()))?;
    if digest(&plan) != plan.digest || write(&plan) != text {
        return Err(PlanFileError::Changed);
    }
    Ok(plan)
}

/// SHA-256 in hex of a plan with an empty digest.
pub fn digest(plan: &Plan) -> String {
    let mut bare = plan.clone();
    bare.digest.clear();
    sha256(serde_json::to_string(&bare).unwrap_or_default().as_bytes())
}

/// SHA-256 in hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::plan::Origin;

    fn plan() -> Plan {
        let origin =
            Origin { created: "2026-11-01T00:00:00Z".into(), project: "p".into(), commit: None, inputs: "00".into() };
        Plan::new(origin, Vec::new(), Vec::new())
    }

    #[test]
    fn round_trip() {
        assert_eq!(read(&write(&plan())), Ok(plan()));
    }

    #[test]
    fn every_flipped_byte_is_noticed() {
        let text = write(&plan());
        for at in 0..text.len() {
            for bit in [1u8, 7] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(read(&changed).is_err(), "byte {at} of {text}");
            }
        }
        assert!(read(&text[..text.len() / 2]).is_err());
        assert_eq!(
            read(&text.replace("\"format_version\": 1", "\"format_version\": 9")),
            Err(PlanFileError::Version(9))
        );
    }
}

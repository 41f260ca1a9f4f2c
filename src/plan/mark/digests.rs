//! A digest of each field as it was last applied, and of all that we do not model together.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::VERSION;
use crate::resource::{Properties, ResourceType, fields, normalize};

/// The signs of a leaf's digest: 36 bits as base64url.
const SIGNS: usize = 6;
/// In the place of a digest that is not known.
const NOTHING: &str = "......";

/// The digest of one field; every version and field has its own domain, and absent has a digest too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf([u8; SIGNS]);

impl Leaf {
    /// Digests a normalised value.
    pub fn of(version: u32, resource_type: ResourceType, path: &str, value: Option<&Value>) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!("palisade/{version}\0{resource_type}\0{path}\0"));
        if let Some(value) = value {
            let mut text = String::from("=");
            canonical(value, &mut text);
            hash.update(text);
        }
        let text = URL_SAFE_NO_PAD.encode(hash.finalize());
        let mut leaf = [0; SIGNS];
        leaf.copy_from_slice(&text.as_bytes()[..SIGNS]);
        Self(leaf)
    }
}

/// JSON with sorted keys and no blanks, whatever order a map keeps its keys in.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                canonical(value, text);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// What stands for all properties that no field models.
pub const UNMODELLED: &str = "(unmodelled)";

/// The digests of a mark. `None` is a leaf that nothing is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// Of all that is not modelled.
    pub unmodelled: Option<Leaf>,
    /// In the order of the version's fields.
    pub fields: Vec<Option<Leaf>>,
}

impl Digests {
    /// Digests properties under the current version. A query must not carry its mark.
    pub fn of(resource_type: ResourceType, properties: &Properties) -> Self {
        Self::under(VERSION, resource_type, properties).unwrap_or(Self { unmodelled: None, fields: Vec::new() })
    }

    /// Digests properties under a released version; `None` if there is no such version.
    pub fn under(version: u32, resource_type: ResourceType, properties: &Properties) -> Option<Self> {
        let table = fields::released(version, resource_type)?;
        let normal = normalize::under(table, properties);
        let rest = normalize::unmodelled(resource_type, table, properties);
        let rest = (!rest.is_empty()).then_some(Value::Object(rest));
        Some(Self {
            unmodelled: Some(Leaf::of(version, resource_type, UNMODELLED, rest.as_ref())),
            fields: normal
                .iter()
                .map(|(field, value)| Some(Leaf::of(version, resource_type, field.path, value)))
                .collect(),
        })
    }

    /// Reads them; `None` if they are not what that version writes for that type.
    pub fn read(version: u32, resource_type: ResourceType, text: &str) -> Option<Self> {
        let table = fields::released(version, resource_type)?;
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let leaves: Option<Vec<Option<Leaf>>> = text
            .as_bytes()
            .chunks(SIGNS)
            .map(|chunk| match <[u8; SIGNS]>::try_from(chunk) {
                Ok(_) if chunk == NOTHING.as_bytes() => Some(None),
                Ok(leaf) if leaf.iter().all(|byte| sign(*byte)) => Some(Some(Leaf(leaf))),
                _ => None,
            })
            .collect();
        let mut leaves = leaves.filter(|leaves| leaves.len() == table.len() + 1)?;
        let unmodelled = leaves.remove(0);
        Some(Self { unmodelled, fields: leaves })
    }
}

impl fmt::Display for Digests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for leaf in std::iter::once(&self.unmodelled).chain(&self.fields) {
            f.write_str(leaf.as_ref().and_then(|leaf| std::str::from_utf8(&leaf.0).ok()).unwrap_or(NOTHING))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: ResourceType = ResourceType::AlertRules;

    fn of(value: Value) -> Digests {
        Digests::of(RULES, value.as_object().unwrap())
    }

    #[test]
    fn what_the_service_spells_otherwise_has_one_digest() {
        let sent = of(json!({"displayName": "A", "queryFrequency": "PT24H", "query": "T\r\n| take 1\n"}));
        let live = of(json!({"displayName": "A", "queryFrequency": "P1D", "query": "T\n| take 1", "tactics": null,
            "lastModifiedUtc": "2026-03-25T07:45:17Z", "newInThisVersion": null, "alsoNew": [], "andThis": {"x": null}}));
        assert_eq!(sent, live);
    }

    #[test]
    fn every_field_has_its_own_and_no_two_share_a_domain() {
        let base = of(json!({"displayName": "A", "x": 1}));
        let other = of(json!({"displayName": "B", "x": 1}));
        let changed = |other: &Digests| {
            base.fields.iter().zip(&other.fields).filter(|(a, b)| a != b).count()
                + usize::from(base.unmodelled != other.unmodelled)
        };
        assert_eq!(changed(&other), 1);
        assert_eq!(changed(&of(json!({"displayName": "A", "x": {"y": 1}}))), 1);
        let mut leaves: Vec<String> = base.fields.iter().map(|leaf| format!("{leaf:?}")).collect();
        leaves.sort();
        leaves.dedup();
        assert_eq!(leaves.len(), base.fields.len());
    }

    #[test]
    fn they_are_read_as_written() {
        let mut one = of(json!({"displayName": "A"}));
        one.fields[3] = None;
        assert_eq!(Digests::read(VERSION, RULES, &one.to_string()), Some(one.clone()));
        assert_eq!(one.to_string().len(), SIGNS * (one.fields.len() + 1));
        assert_eq!(Digests::read(2, RULES, &one.to_string()), None);
    }
}

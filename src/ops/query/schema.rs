//! A schema as a file: `{"SigninLogs": {"TimeGenerated": "datetime", ...}, ...}`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::kql::{SchemaColumn, Type};

/// Tables and their columns, in the order of the file.
#[derive(Debug, Default)]
pub struct Tables(pub(super) BTreeMap<String, Vec<SchemaColumn>>);

impl Tables {
    /// Reads a schema; the error names line and column.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        let tables: BTreeMap<String, Columns> = serde_json::from_slice(json)?;
        Ok(Self(tables.into_iter().map(|(name, columns)| (name, columns.0)).collect()))
    }
}

/// The columns of one table. A map of the library would lose their order, which is that of the result.
struct Columns(Vec<SchemaColumn>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Columns;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table's columns as {\"name\": \"type\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let mut columns: Vec<SchemaColumn> = Vec::with_capacity(map.size_hint().unwrap_or(0));
        while let Some((name, word)) = map.next_entry::<String, String>()? {
            let Some(ty) = Type::of(&word) else {
                return Err(A::Error::custom(format!("`{word}` is not the type of a column")));
            };
            columns.push(SchemaColumn { name, ty });
        }
        Ok(Columns(columns))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn columns_keep_their_order() {
        let tables = Tables::read(br#"{"T": {"b": "string", "a": "long"}, "A": {}}"#).unwrap();
        let columns: Vec<(&str, Type)> = tables.0["T"].iter().map(|c| (c.name.as_str(), c.ty)).collect();
        assert_eq!(columns, [("b", Type::String), ("a", Type::Long)]);
        assert!(tables.0["A"].is_empty());
    }

    #[test]
    fn what_is_no_schema_is_refused_at_its_place() {
        for (json, error) in [
            ("{\"T\":\n {\"a\": \"strng\"}}", "`strng` is not the type of a column at line 2 column 15"),
            (
                "{\"T\": 1}",
                "invalid type: integer `1`, expected a table's columns as {\"name\": \"type\"} at line 1 column 7",
            ),
            ("", "EOF while parsing a value at line 1 column 0"),
        ] {
            assert_eq!(Tables::read(json.as_bytes()).unwrap_err().to_string(), error);
        }
    }
}

//! The JSON Schemas of all documents that an author may write.

use serde_json::Value;

use crate::rule;
use crate::workspace;

/// A schema, by the name that `palisade schema` takes.
pub struct Schema {
    pub name: &'static str,
    /// The kinds of documents that it is for.
    pub kinds: &'static [&'static str],
    make: fn() -> Value,
}

/// Every schema.
pub const ALL: &[Schema] = &[
    Schema { name: "rule", kinds: &["Scheduled", "NRT"], make: rule::schema::rule },
    Schema { name: "exclusion", kinds: &["Exclusion"], make: rule::exclusion::schema::schema },
    Schema { name: "suppression", kinds: &["Suppression"], make: rule::suppression::schema::schema },
    Schema { name: "workspace", kinds: &["Workspace"], make: workspace::schema::workspace },
    Schema { name: "table", kinds: &["Table"], make: rule::schema::table },
    Schema { name: "project", kinds: &["palisade.yaml"], make: workspace::schema::project },
];

impl Schema {
    /// The schema that a name or a kind means, whatever its case.
    pub fn named(name: &str) -> Option<&'static Self> {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        ALL.iter().find(|schema| same(schema.name) || schema.kinds.iter().any(|kind| same(kind)))
    }

    /// The schema as JSON, as docs/schemas keeps it.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(&(self.make)()).unwrap_or_default();
        text.push('\n');
        text
    }
}

//! The tables of a workspace, as its queries see them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::state::Resource;
use crate::kql::{Schema, SchemaColumn, Type};

/// Names and columns of tables, taken from the resources of the collection `tables`, by name in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tables(BTreeMap<String, Table>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    /// The name in its own spelling: a query must use it.
    name: String,
    columns: Vec<SchemaColumn>,
}

impl Tables {
    /// Takes a table in Log Analytics' own shape: `properties.schema` with `standardColumns` and `columns`.
    pub(super) fn learn(&mut self, table: &Resource) {
        let body: Value = serde_json::from_slice(&table.body).unwrap_or_default();
        let columns = ["columns", "standardColumns"]
            .iter()
            .filter_map(|list| body.pointer("/properties/schema")?.get(list)?.as_array())
            .flatten()
            .filter_map(column)
            .collect();
        self.0.insert(table.name.to_ascii_lowercase(), Table { name: table.name.clone(), columns });
    }

    /// Drops a table, named in lower case.
    pub(super) fn forget(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Whether the workspace has a table of this name; in queries case counts.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Table> {
        self.0.get(&name.to_ascii_lowercase()).filter(|table| table.name == name)
    }
}

fn column(column: &Value) -> Option<SchemaColumn> {
    let name = column.get("name")?.as_str()?.to_owned();
    let word = column.get("type").and_then(Value::as_str).unwrap_or_default();
    Some(SchemaColumn { name, ty: Type::of(&word.to_ascii_lowercase()).unwrap_or(Type::Unknown) })
}

impl Schema for Tables {
    /// A table without columns is one of which only the name is known: it is open.
    fn table(&self, name: &str) -> Option<&[SchemaColumn]> {
        self.find(name).map(|table| table.columns.as_slice()).filter(|columns| !columns.is_empty())
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.0.values().map(|table| table.name.as_str()))
    }
}

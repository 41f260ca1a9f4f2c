//! What tables a workspace has.

use std::collections::BTreeMap;

use super::types::Type;

/// A column of a table of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaColumn {
    /// Its name; case counts.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// The tables that queries run on, as far as they are known.
pub trait Schema {
    /// The columns of a table; none if nothing is known of it, and then every column may exist.
    fn table(&self, name: &str) -> Option<&[SchemaColumn]>;

    /// The names of the known tables, for wildcards and "did you mean".
    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_>;

    /// Whether a table is certainly there, for somebody asked the workspace. A list of columns alone does not say so: it
    /// may be of another one.
    fn certainly_has(&self, _table: &str) -> bool {
        false
    }
}

/// Nothing is known: every table is open.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSchema;

impl Schema for NoSchema {
    fn table(&self, _name: &str) -> Option<&[SchemaColumn]> {
        None
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(std::iter::empty())
    }
}

impl Schema for BTreeMap<String, Vec<SchemaColumn>> {
    fn table(&self, name: &str) -> Option<&[SchemaColumn]> {
        self.get(name).map(Vec::as_slice)
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.keys().map(String::as_str))
    }
}

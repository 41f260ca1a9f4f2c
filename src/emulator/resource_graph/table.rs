//! What flows through a query: named columns, and rows of JSON values.

use serde_json::Value;

use super::fault::Fault;
use crate::kql::Span;

/// The most values that a table may hold on a query's way.
const MOST: usize = 200_000;

/// A table; each row has a value for each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    /// The place of a column. Case counts, as everywhere in the language.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The place of a column that has to be there.
    pub(super) fn require(&self, name: &str, span: Span) -> Result<usize, Fault> {
        self.column(name).ok_or_else(|| {
            Fault::meaning(span, format!("Failed to resolve column or scalar expression named '{name}'"))
        })
    }

    /// Refuses a table that has grown out of all proportion.
    pub(super) fn bounded(self, span: Span) -> Result<Self, Fault> {
        if self.rows.len().saturating_mul(self.columns.len()) > MOST {
            return Err(Fault::unsupported(span, format!("a table of more than {MOST} values")));
        }
        Ok(self)
    }
}

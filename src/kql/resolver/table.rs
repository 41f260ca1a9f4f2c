//! Tables of the workspace.

use std::borrow::Cow;

use super::super::span::Span;
use super::super::tree::{Call, Name};
use super::call::Value;
use super::{Column, Resolver, Row, TableBy, TableUse};

impl<'a> Resolver<'a> {
    /// The table that a name in the place of a table means.
    pub(super) fn table_by_name(&mut self, name: &'a Name<'a>) -> Value<'a> {
        let row = self.workspace_table(Cow::Borrowed(&name.text), name.span, TableBy::Name);
        Value::table(row)
    }

    /// `table("SigninLogs")`; the name may be a parameter.
    pub(super) fn table_function(&mut self, call: &'a Call<'a>) -> Value<'a> {
        let name = call.args.first().and_then(|arg| self.constant(arg));
        Value::table(match name {
            Some(name) => self.workspace_table(name, call.name.span, TableBy::Function),
            None => Row::unknown(),
        })
    }

    fn workspace_table(&mut self, name: Cow<'a, str>, span: Span, by: TableBy) -> Row<'a> {
        let schema = self.schema;
        let columns = schema.table(&name);
        let read = TableUse { name: name.clone().into_owned(), span, by, known: columns.is_some() };
        let entry = self.tables.entry(name).or_insert_with(|| read.clone());
        if by < entry.by {
            *entry = read;
        }
        match columns {
            Some(columns) => Row::closed(columns.iter().map(|c| Column::new(c.name.as_str(), c.ty)).collect()),
            None => Row::unknown(),
        }
    }

    /// The tables that a wildcard matches, stacked. The workspace may have more than the schema knows: open.
    pub(super) fn matching_tables(&mut self, pattern: &'a str, span: Span) -> Value<'a> {
        let schema = self.schema;
        let mut rows = vec![Row::new(Vec::new(), true)];
        if pattern != "*" {
            for table in schema.tables().filter(|name| matches_wildcard(pattern, name)) {
                rows.push(self.workspace_table(Cow::Borrowed(table), span, TableBy::Wildcard));
            }
        }
        Value::table(Row::stacked(rows))
    }
}

/// Whether a name matches a pattern in which `*` stands for any text. Case counts.
pub(super) fn matches_wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

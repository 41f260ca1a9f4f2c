//! Rows that prove what an exclusion hides.

use super::{Cell, Row};
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::fields::Fields;
use crate::rule::yaml::{Node, Value};

pub(in crate::rule) const EXPECTATIONS: &[(&str, bool)] = &[("hidden", true), ("kept", false)];

/// Reads `tests`.
pub(in crate::rule) fn rows(fields: &mut Fields<'_, '_>) -> Vec<Row> {
    let Some(list) = fields.list("tests") else { return Vec::new() };
    list.value.into_iter().filter_map(|node| row(node, fields.problems)).collect()
}

fn row(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Row> {
    let span = node.span;
    let mut fields = Fields::of(node, "a test", problems)?;
    let cells = match fields.take("row") {
        Some(entry) => cells(entry.value, fields.problems),
        None => {
            fields.missing("row", "the values that a row has, by field");
            None
        }
    };
    let expect = fields.one_of("expect", EXPECTATIONS);
    if expect.is_none() && !fields.problems.last().is_some_and(|last| last.message.contains("`expect`")) {
        fields.missing("expect", "hidden or kept");
    }
    fields.finish_strict();
    Some(Row { cells: cells?, hidden: expect?.value, span })
}

fn cells(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Vec<(Spanned<String>, Cell)>> {
    let (span, found) = (node.span, node.type_name());
    let Value::Mapping(entries) = node.value else {
        problems.push(
            Diagnostic::new(Code::WrongType, span, format!("`row` must be a mapping, this is {found}"))
                .help("write `{Account.Name: svc-backup}`"),
        );
        return None;
    };
    let mut cells = Vec::with_capacity(entries.len());
    for entry in entries {
        let key = Spanned { value: entry.key.into_owned(), span: entry.key_span };
        let value_span = entry.value.span;
        match cell(entry.value) {
            Some(cell) => cells.push((key, cell)),
            None => problems.push(
                Diagnostic::new(
                    Code::WrongType,
                    value_span,
                    "a value of a row is text, a number, null or a list of them",
                )
                .help("write what `tostring()` would give of the column"),
            ),
        }
    }
    Some(cells)
}

fn cell(node: Node<'_>) -> Option<Cell> {
    if node.is_null() {
        return Some(Cell::Nothing);
    }
    match node.value {
        Value::Scalar { text, .. } => Some(Cell::Text(text.into_owned())),
        Value::Sequence(items) => items.into_iter().map(cell).collect::<Option<_>>().map(Cell::List),
        Value::Mapping(_) => None,
    }
}

//! Columns that the rule maps and that the query does not give: the service refuses such a rule ("The given column
//! 'X' does not exist", Azure/Azure-Sentinel issues 6363 and 11671, pull request 7345).

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Fix, Spanned};
use crate::kql;
use crate::rule::Details;

/// A column that a rule names outside of its query, and what for.
pub struct Mapped<'d> {
    pub column: &'d Spanned<String>,
    pub what: String,
}

/// Every column that a rule names outside of its query, placeholders aside.
pub fn mapped(details: &Details) -> Vec<Mapped<'_>> {
    let mut all = Vec::new();
    let mut add = |column, what: String| all.push(Mapped { column, what });
    for mapping in details.entity_mappings.iter().flat_map(|list| &list.value) {
        for field in &mapping.fields {
            let (entity, identifier) = (mapping.entity_type.value.trim(), field.identifier.value.trim());
            add(&field.column, format!("{entity}.{identifier} is mapped from it"));
        }
    }
    for column in details.sentinel_entities.iter().flat_map(|list| &list.value) {
        add(column, "its entities are mapped".to_owned());
    }
    for (key, column) in details.custom_details.iter().flat_map(|map| &map.value) {
        add(column, format!("the custom detail {key} is filled from it"));
    }
    if let Some(over) = &details.alert_details {
        let columns = [("tactics", &over.tactics_column), ("severity", &over.severity_column)];
        for (what, column) in columns {
            column.iter().for_each(|column| add(column, format!("the alert's {what} is taken from it")));
        }
        for dynamic in over.dynamic_properties.iter().flatten() {
            add(&dynamic.column, format!("the alert's {} is taken from it", dynamic.property.value.trim()));
        }
    }
    all
}

/// Finds mapped columns that the result surely lacks.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    for Mapped { column, what } in mapped(subject.details) {
        let name = column.value.trim();
        // An empty name is not sent.
        if !name.is_empty() && query.lacks(name) {
            problems.push(missing(query, name, column.span, &what));
        }
    }
}

/// The problem of a column that is not there.
pub(super) fn missing(query: &Query<'_>, name: &str, span: crate::diagnostic::Span, what: &str) -> Diagnostic {
    let message = format!("the query gives no column `{}`: {what}", name.escape_debug());
    let columns = || query.facts.iter().flat_map(|facts| facts.columns.iter().map(|column| column.name.as_str()));
    let help = match kql::nearest(name, columns()) {
        Some(near) if near.eq_ignore_ascii_case(name) => format!("did you mean `{near}`? Case counts"),
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<&str> = columns().take(12).collect();
            let more = if columns().count() > known.len() { ", …" } else { "" };
            format!("it gives {}{more}", known.join(", "))
        }
    };
    let mut near = columns().filter(|column| kql::nearest(name, [*column]).is_some());
    let only = near.next().filter(|_| near.next().is_none());
    let fix = only.and_then(|only| Fix::word(span, name, only));
    let mut problem = Diagnostic::new(Code::MissingColumn, span, message).help(help).fix(fix);
    if let Some(last) = query.tree.statements.last() {
        let end = kql::Span::new(last.span.end.saturating_sub(1), last.span.end);
        let tail = last.pipeline().and_then(|pipeline| pipeline.stages.last()).map_or(end, |stage| stage.operator.span);
        problem = problem.related(query.place(tail), "the last that shapes the result");
    }
    problem
}

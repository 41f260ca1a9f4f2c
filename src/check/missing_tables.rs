//! Tables that a workspace lacks: the service runs the query of an enabled rule when it is written, and refuses it
//! ("Failed to run the analytics rule query. One of the tables does not exist.").
//!
//! It is only said of a workspace whose tables were pulled, and of names that are surely tables: those with the ending of
//! custom ones, and those that the project names as tables elsewhere. Any other name may be a saved function, which no
//! list of tables holds. In a query with a fuzzy union nothing has to be there.

use super::query::Query;
use super::query_length;
use super::subject::Subject;
use super::tables::WorkspaceTables;
use crate::diagnostic::{Code, Diagnostic, Level, Sources, Span, Spanned, nearest};
use crate::kql::{self, NoSchema, TableBy, TableUse};
use crate::rule::Details;

/// Finds tables that the workspace of the check lacks.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let (Some(query), Some(tables)) = (subject.query, subject.settings.tables) else { return };
    if is_disabled(subject.details) {
        return;
    }
    for table in needed(query).filter(|table| tables.lacks(&table.name)) {
        let name = table.name.escape_debug();
        let message = format!("the workspace has no table `{name}`: the service refuses the rule there");
        problems.push(problem(query.place(table.span), message, &table.name, &tables));
    }
}

/// A table that some of a rule's workspaces lack; the rule is blocked there and goes to the others.
pub fn in_some(table: &Spanned<String>, workspaces: &[&str], tables: &WorkspaceTables<'_>) -> Diagnostic {
    let (first, more) = (workspaces.first().copied().unwrap_or_default(), workspaces.len().saturating_sub(1));
    let (shown, verb) = match more {
        0 => (first.to_owned(), "has"),
        1 => (format!("{first} and another workspace"), "have"),
        more => (format!("{first} and {more} other workspaces"), "have"),
    };
    let name = table.value.escape_debug();
    let message = format!("{shown} {verb} no table `{name}`: the rule is blocked there");
    Diagnostic { level: Level::Warning, ..problem(table.span, message, &table.value, tables) }
}

fn problem(place: Span, message: String, name: &str, tables: &WorkspaceTables<'_>) -> Diagnostic {
    let way_out = "pull the tables again if it is there now, leave the rule out of the workspace, or disable it there";
    let help = match nearest(name, tables.names()) {
        Some(near) => format!("did you mean `{near}`? Else {way_out}"),
        None => way_out.to_owned(),
    };
    Diagnostic::new(Code::TableMissing, place, message).help(help)
}

/// The tables that a rule's query needs, with their places; none of a disabled rule.
pub fn needed_by(details: &Details, sources: &Sources) -> Vec<Spanned<String>> {
    let Some(written) = details.query.as_ref().filter(|query| query_length::fits(&query.value)) else {
        return Vec::new();
    };
    if is_disabled(details) {
        return Vec::new();
    }
    let tree = kql::parse(&written.value);
    let file = sources.text(written.span.file);
    let query = Query::new(written, &tree, &file, &NoSchema);
    needed(&query).map(|table| Spanned { value: table.name.clone(), span: query.place(table.span) }).collect()
}

fn is_disabled(details: &Details) -> bool {
    details.enabled.as_ref().is_some_and(|enabled| !enabled.value)
}

fn needed<'f>(query: &'f Query<'_>) -> impl Iterator<Item = &'f TableUse> {
    let fuzzy = query
        .operators()
        .flat_map(|operator| &operator.params)
        .any(|param| param.name.text == "isfuzzy" && !param.value.span.text(query.text).eq_ignore_ascii_case("false"));
    let tables = query.facts.iter().filter(move |_| !fuzzy).flat_map(|facts| &facts.tables);
    tables.filter(|table| table.by != TableBy::Wildcard)
}

//! The query of a rule, as far as the service's run of it at a PUT would fail.
//!
//! The service runs the query of a rule that is enabled when it is written. The emulator has no rows to run it on: it
//! knows whether the query parses, and, where the workspace's tables are known, whether its tables and columns exist.

use super::answer::ArmError;
use super::facts::Facts;
use super::tables::Tables;
use crate::kql::{Diagnostic, Facts as Meaning, Span, TableBy, analyze, lex, parse, tree};

/// Refuses a query that does not parse.
///
/// # Errors
///
/// 400. The first sentence is the service's own; what it says of a fault of syntax is not on record, and ours.
pub(super) fn check_syntax(query: &str) -> Result<(), ArmError> {
    match parse(query).diagnostics.first() {
        Some(fault) => Err(failed(&located("SyntaxError", query, fault))),
        None => Ok(()),
    }
}

/// Refuses a query that reads a table which the workspace does not have, or a column which none of its tables has.
///
/// A name that begins with `_` or that the workspace's saved functions hold is a function without its parentheses.
///
/// # Errors
///
/// 400, with the service's words for a table that does not exist.
pub(super) fn check_tables(query: &str, tables: &Tables, facts: &Facts) -> Result<(), ArmError> {
    if !facts.tables_known {
        return Ok(());
    }
    let tree = parse(query);
    let meaning = analyze(&tree, tables);
    let is_function = |name: &str| name.starts_with('_') || facts.functions.contains(name);
    let (found, missing): (Vec<_>, Vec<_>) = meaning
        .tables
        .iter()
        .filter(|table| !is_function(&table.name) && table.by != TableBy::Wildcard)
        .partition(|table| tables.contains(&table.name));
    // A leg of a fuzzy union may name what does not exist, as long as another leg's table does.
    let soft = if missing.is_empty() || found.is_empty() { Vec::new() } else { soft_places(&tree, &meaning) };
    if missing.iter().any(|table| !soft.iter().any(|place| contains(place, table.span))) {
        return Err(failed("One of the tables does not exist."));
    }
    match meaning.diagnostics.first() {
        Some(fault) => Err(failed(&located("SemanticError", query, fault))),
        None => Ok(()),
    }
}

fn failed(why: &str) -> ArmError {
    ArmError::bad_request(format!("Failed to run the analytics rule query. {why}"))
}

fn located(what: &str, query: &str, fault: &Diagnostic) -> String {
    let before = query.get(..fault.span.start as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!("{what}: {} (line {line}, column {column}).", fault.message)
}

/// Where a table may be missing: in the legs of `union isfuzzy=true`, and in what `let` names that only such legs use.
fn soft_places(tree: &tree::Tree<'_>, meaning: &Meaning) -> Vec<Span> {
    let mut soft: Vec<Span> = meaning
        .operators
        .iter()
        .filter(|(keyword, span)| keyword == "union" && is_fuzzy(&tree.source[span.start as usize..span.end as usize]))
        .map(|(_, span)| *span)
        .collect();
    if soft.is_empty() {
        return soft;
    }
    // A name may be a word of the language, so every token counts.
    let names: Vec<(&str, Span)> = lex(tree.source)
        .tokens
        .iter()
        .map(|token| (&tree.source[token.span.start as usize..token.span.end as usize], token.span))
        .collect();
    // From the last binding to the first, for a binding is used by later ones alone.
    for statement in tree.statements.iter().rev() {
        let tree::StatementKind::Let(binding) = &statement.kind else { continue };
        let mut uses = names
            .iter()
            .filter(|(name, span)| *name == binding.name.text && !contains(&statement.span, *span))
            .peekable();
        if uses.peek().is_some() && uses.all(|(_, span)| soft.iter().any(|place| contains(place, *span))) {
            soft.push(statement.span);
        }
    }
    soft
}

/// Whether the text of a union begins with a parameter `isfuzzy` that is on.
fn is_fuzzy(union: &str) -> bool {
    let lexed = lex(union);
    let texts: Vec<&str> =
        lexed.tokens.iter().map(|token| &union[token.span.start as usize..token.span.end as usize]).collect();
    // The parameters stand before the first leg.
    let on = |window: &[&str]| window[0] == "isfuzzy" && window[1] == "=" && window[2] == "true";
    texts.windows(3).take(12).any(on)
}

fn contains(outer: &Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::emulator::state::Resource;

    fn workspace() -> (Tables, Facts) {
        let mut tables = Tables::default();
        for (name, columns) in [("A", json!([{"name": "x", "type": "string"}])), ("B", json!([])), ("Event", json!([]))]
        {
            let body = json!({"id": name, "name": name, "properties": {"schema": {"columns": columns}}});
            let table = Resource::new(&body, Bytes::from(body.to_string())).map(Arc::new);
            table.iter().for_each(|table| tables.learn(table));
        }
        let functions = BTreeSet::from(["CiscoLogs".to_owned()]);
        (tables, Facts { tables_known: true, functions, ..Facts::of("/w") })
    }

    #[test]
    fn what_is_no_table_of_the_workspace_is_refused() {
        let (tables, facts) = workspace();
        let missing = "Failed to run the analytics rule query. One of the tables does not exist.";
        for query in [
            "Nope",
            "a | take 1",
            "A | union Nope",
            "A | join (Nope) on x",
            "let f = (t: string) { table(t) }; f('A') | union (f('Nope'))",
            "union isfuzzy=true Nope, Neither",
            "union isfuzzy=true A, (B | join (A) on x) | join Nope on x",
            "let n = Nope; union isfuzzy=true A, n | join n on x",
            "union isfuzzy=false A, Nope",
            "A | where x in ((Nope | project y))",
        ] {
            let refused = check_tables(query, &tables, &facts).map_err(|error| error.message);
            assert_eq!(refused.as_ref().map_err(String::as_str), Err(missing), "{query}");
        }
        assert_eq!(check_tables("Nope", &tables, &Facts::of("/w")), Ok(()), "tables of which nothing is known");
    }

    #[test]
    fn what_exists_or_need_not_exist_is_taken() {
        let (tables, facts) = workspace();
        for query in [
            "A | where x == 'y'",
            "B | where anything == 1",
            "union A, B",
            "union A*",
            "let t = datatable(q: string)['x']; t | where q == 'x'",
            "externaldata(q: string)['https://example.com'] | take 1",
            "_Im_Dns | take 1",
            "_Im_Dns(starttime=ago(1h)) | where z == 1",
            "_GetWatchlist('w') | project SearchKey",
            "CiscoLogs | take 1",
            "SomeFunction() | take 1",
            "workspace('other').Nope | take 1",
            "union isfuzzy=true A, Nope",
            "union isfuzzy=true (A | take 1), (Nope | where q == 1) | where x == 1",
            "let n = Nope | take 1; let m = n | take 2; union isfuzzy=true A, m",
            "let f = (t: string) { table(t) }; let a = f('A'); let n = f('Nope'); union isfuzzy=true a, n",
            "print 1",
        ] {
            assert_eq!(check_tables(query, &tables, &facts), Ok(()), "{query}");
        }
    }

    #[test]
    fn faults_are_located() {
        let (tables, facts) = workspace();
        let column = check_tables("A\n| where xx == 1", &tables, &facts).map_err(|error| error.message);
        assert!(column.is_err_and(
            |text| text.contains("SemanticError: there is no column `xx`") && text.contains("(line 2, column 9)")
        ));
        let syntax = check_syntax("A\n| where").map_err(|error| error.message);
        assert!(syntax.is_err_and(|text| text.starts_with("Failed to run the analytics rule query. SyntaxError: ")));
        assert_eq!(check_syntax("A | where x has 'y'"), Ok(()));
    }
}

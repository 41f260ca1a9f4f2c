//! What holds of every text.

use std::collections::BTreeMap;

use palisade::kql::tree::{ExprKind, Pipeline, Statement, StatementKind, Tree};
use palisade::kql::{Diagnostic, Facts, NoSchema, Schema, SchemaColumn, Span, TokenKind, Type, analyze, lex, parse};

type Holds = Result<(), String>;

fn holds(condition: bool, what: impl FnOnce() -> String) -> Holds {
    if condition { Ok(()) } else { Err(what()) }
}

/// Every property, of one text.
pub(crate) fn check(query: &str) -> Holds {
    reprints(query)?;
    let tree = parse(query);
    spans_lie_inside(&tree)?;
    let again = parse(query);
    holds(tree.diagnostics == again.diagnostics, || "a second reading differs".to_owned())?;
    if tree.diagnostics.is_empty() {
        // A last comment without its line end is the only thing that an end of line could change.
        let more = format!("{query}\n// end");
        holds(parse(&more).diagnostics.is_empty(), || "a comment at the end makes it wrong".to_owned())?;
    }
    let schema = small_schema();
    for schema in [&NoSchema as &dyn Schema, &schema] {
        let facts = analyze(&tree, schema);
        facts_lie_inside(query, &facts)?;
    }
    Ok(())
}

/// Tokens and what is between them are the source, and what is between them is blank or comment.
fn reprints(query: &str) -> Holds {
    let lexed = lex(query);
    let (mut at, mut printed) = (0, String::with_capacity(query.len()));
    for token in &lexed.tokens {
        let range = token.span.range();
        holds(range.start >= at && range.end >= range.start, || format!("tokens overlap at {range:?}"))?;
        let (Some(trivia), Some(text)) = (query.get(at..range.start), query.get(range.clone())) else {
            return Err(format!("a token is cut at {range:?}"));
        };
        holds(lex(trivia).tokens.len() == 1, || format!("{trivia:?} is no trivia"))?;
        holds(!text.is_empty() || token.kind == TokenKind::End, || format!("an empty token at {range:?}"))?;
        printed += trivia;
        printed += text;
        at = range.end;
    }
    holds(printed == query, || "reprinting loses text".to_owned())?;
    holds(lexed.tokens.last().is_some_and(|t| t.kind == TokenKind::End), || "no end".to_owned())?;
    diagnostics_lie_inside(query, &lexed.diagnostics)
}

fn inside(query: &str, span: Span) -> Holds {
    holds(query.get(span.range()).is_some(), || format!("{:?} does not lie in {} bytes", span.range(), query.len()))
}

fn diagnostics_lie_inside(query: &str, diagnostics: &[Diagnostic]) -> Holds {
    for diagnostic in diagnostics {
        inside(query, diagnostic.span)?;
        holds(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), || diagnostic.message.clone())?;
        for text in std::iter::once(&diagnostic.message).chain(&diagnostic.help) {
            holds(!text.contains(['\n', '\r']), || format!("{text:?}"))?;
        }
    }
    Ok(())
}

fn spans_lie_inside(tree: &Tree<'_>) -> Holds {
    diagnostics_lie_inside(tree.source, &tree.diagnostics)?;
    holds(tree.diagnostics.is_sorted_by_key(|d| d.span), || "diagnostics are out of order".to_owned())?;
    in_order(tree.source, tree.statements.iter().map(|s| s.span))?;
    for statement in &tree.statements {
        statement_lies_inside(tree.source, statement)?;
    }
    Ok(())
}

fn in_order(query: &str, spans: impl Iterator<Item = Span>) -> Holds {
    let mut at = 0;
    for span in spans {
        inside(query, span)?;
        holds(span.start >= at, || format!("{:?} overlaps", span.range()))?;
        at = span.end;
    }
    Ok(())
}

fn statement_lies_inside(query: &str, statement: &Statement<'_>) -> Holds {
    if let StatementKind::Query(expr) = &statement.kind {
        inside(query, expr.span)?;
        if let ExprKind::Pipe(pipeline) = &expr.kind {
            pipeline_lies_inside(query, pipeline)?;
        }
    }
    Ok(())
}

/// Source and operators lie one behind the other, and each bar is one.
fn pipeline_lies_inside(query: &str, pipeline: &Pipeline<'_>) -> Holds {
    let source = pipeline.source.iter().map(|source| source.span);
    in_order(query, source.chain(pipeline.stages.iter().map(|stage| stage.operator.span)))?;
    for bar in pipeline.stages.iter().filter_map(|stage| stage.bar) {
        holds(query[bar as usize..].starts_with('|'), || format!("no bar at {bar}"))?;
    }
    Ok(())
}

fn facts_lie_inside(query: &str, facts: &Facts) -> Holds {
    diagnostics_lie_inside(query, &facts.diagnostics)?;
    let tables = facts.tables.iter().map(|t| t.span);
    let functions = facts.functions.iter().map(|f| f.span);
    let operators = facts.operators.iter().map(|(_, span)| *span);
    let bindings = facts.bindings.iter().map(|b| b.span);
    for span in tables.chain(functions).chain(operators).chain(bindings) {
        inside(query, span)?;
    }
    Ok(())
}

fn small_schema() -> BTreeMap<String, Vec<SchemaColumn>> {
    let columns = |names: &[(&str, Type)]| {
        names.iter().map(|(name, ty)| SchemaColumn { name: (*name).to_owned(), ty: *ty }).collect::<Vec<_>>()
    };
    let table = columns(&[
        ("TimeGenerated", Type::DateTime),
        ("a", Type::String),
        ("b", Type::Long),
        ("c", Type::Dynamic),
        ("Computer", Type::String),
        ("Account", Type::String),
    ]);
    ["T", "U", "SecurityEvent", "SigninLogs", "Heartbeat"].map(|name| (name.to_owned(), table.clone())).into()
}

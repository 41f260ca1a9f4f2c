//! Names that `let` binds: one that nobody uses, and one that hides another.

use std::collections::BTreeMap;

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql;
use crate::kql::tree::{Body, ExprKind, LetValue, Part, Statement, StatementKind};

/// Finds names that are bound in vain or twice.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    // A function that is never called is not looked into, so the names in it are not known to be unused.
    let mut unused_until = 0;
    for binding in facts.bindings.iter().filter(|binding| binding.uses == 0) {
        if binding.span.start < unused_until {
            continue;
        }
        let bound = query.parts.iter().find_map(|part| match part {
            Part::Statement(Statement { span, kind: StatementKind::Let(bound) }) if bound.name.span == binding.span => {
                Some(*span)
            }
            _ => None,
        });
        let Some(statement) = bound else { continue };
        unused_until = statement.end;
        problems.push(
            query
                .problem(Code::UnusedLet, binding.span, format!("`{}` is never used", binding.name))
                .help("remove the `let`, or use it: a threshold that is not applied may be a fault"),
        );
    }
    let mut scope = BTreeMap::new();
    shadows(query, &query.tree.statements, &mut scope, problems);
}

/// Looks for a name that is bound again where it already means something.
fn shadows<'q>(
    query: &Query<'q>,
    statements: &'q [Statement<'q>],
    scope: &mut BTreeMap<&'q str, kql::Span>,
    problems: &mut Vec<Diagnostic>,
) {
    for statement in statements {
        let StatementKind::Let(bound) = &statement.kind else { continue };
        if let LetValue::Function(function) = &bound.value {
            let Body { statements, .. } = &function.body;
            shadows(query, statements, &mut scope.clone(), problems);
        }
        let name: &'q str = &bound.name.text;
        if let Some(first) = scope.insert(name, bound.name.span)
            && !is_own_shadow(name, bound)
        {
            problems.push(
                query
                    .problem(Code::ShadowedLet, bound.name.span, format!("`{name}` means something else from here on"))
                    .related(query.place(first), "bound before")
                    .help("give one of the two another name"),
            );
        }
    }
}

/// `let T = T | where …` narrows a table on purpose.
fn is_own_shadow(name: &str, bound: &kql::tree::Let<'_>) -> bool {
    let LetValue::Expr(value) = &bound.value else { return false };
    let ExprKind::Pipe(pipeline) = &value.kind else { return false };
    matches!(pipeline.source.as_ref().map(|source| &source.kind), Some(ExprKind::Name(source)) if source.text == name)
}

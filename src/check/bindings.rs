//! Names that `let` binds: one that nobody uses, one that is bound twice, one that hides another.

use std::collections::BTreeMap;

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql;
use crate::kql::tree::{ExprKind, LetValue, Part, Statement, StatementKind};

/// Finds names that are bound in vain or twice.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    let lets: BTreeMap<u32, kql::Span> = query
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Statement(Statement { span, kind: StatementKind::Let(bound) }) => {
                Some((bound.name.span.start, *span))
            }
            _ => None,
        })
        .collect();
    // A function that is never called is not looked into, so the names in it are not known to be unused.
    let mut unused_until = 0;
    for binding in facts.bindings.iter().filter(|binding| binding.uses == 0) {
        if binding.span.start < unused_until {
            continue;
        }
        let Some(statement) = lets.get(&binding.span.start) else { continue };
        unused_until = statement.end;
        problems.push(
            query
                .problem(Code::UnusedLet, binding.span, format!("`{}` is never used", binding.name))
                .help("remove the `let`, or use it: a threshold that is not applied may be a fault"),
        );
    }
    twice(query, &query.tree.statements, &mut Vec::new(), problems);
}

/// Looks for names that are bound again: in one scope the service refuses it, in an inner one it only misleads.
fn twice<'q>(
    query: &Query<'q>,
    statements: &'q [Statement<'q>],
    around: &mut Vec<BTreeMap<&'q str, kql::Span>>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut inner: BTreeMap<&'q str, kql::Span> = BTreeMap::new();
    for statement in statements {
        let StatementKind::Let(bound) = &statement.kind else { continue };
        if let LetValue::Function(function) = &bound.value {
            around.push(std::mem::take(&mut inner));
            twice(query, &function.body.statements, around, problems);
            inner = around.pop().unwrap_or_default();
        }
        let name: &'q str = &bound.name.text;
        let span = bound.name.span;
        if let Some(first) = inner.insert(name, span) {
            problems.push(
                query
                    .problem(Code::DuplicateLet, span, format!("`{name}` is bound twice"))
                    .related(query.place(first), "bound before")
                    .help("give one of the two another name: KQL has no assignment"),
            );
        } else if let Some(first) = around.iter().rev().find_map(|outer| outer.get(name))
            && !is_own_shadow(name, bound)
        {
            problems.push(
                query
                    .problem(Code::ShadowedLet, span, format!("`{name}` means something else in here"))
                    .related(query.place(*first), "bound before")
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

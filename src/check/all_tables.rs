//! Queries over every table of the workspace: the service refuses the plain ones, and the others cost as much.

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::{Expr, ExprKind, OperatorKind};

/// Finds `search *`, `union *`, and searches that name no table.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    for pipeline in query.pipelines() {
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let first = at == 0 && pipeline.source.is_none();
            let operator = &stage.operator;
            match &operator.kind {
                OperatorKind::Search { sources, predicate } if first && sources.is_empty() => {
                    problems.push(match is_all(predicate) {
                        true => refused(query, operator.span, "search *"),
                        false => query
                            .problem(Code::UnboundedSearch, operator.span, "`search` without `in` reads every table")
                            .help("name the tables: `search in (SigninLogs, AuditLogs) …`"),
                    });
                }
                OperatorKind::Find(find) if first && find.sources.is_empty() => problems.push(
                    query
                        .problem(Code::UnboundedSearch, operator.span, "`find` without `in` reads every table")
                        .help("name the tables: `find in (SigninLogs, AuditLogs) where …`"),
                ),
                OperatorKind::Union(tables) if tables.iter().any(is_all) => {
                    problems.push(refused(query, operator.span, "union *"));
                }
                _ => {}
            }
        }
    }
}

fn refused(query: &Query<'_>, span: crate::kql::Span, what: &str) -> Diagnostic {
    query
        .problem(Code::AllTables, span, format!("the service refuses `{what}` in an analytics rule"))
        .help("name the tables that the detection is about")
}

fn is_all(expr: &Expr<'_>) -> bool {
    matches!(expr.kind, ExprKind::Star | ExprKind::Wildcard("*"))
}

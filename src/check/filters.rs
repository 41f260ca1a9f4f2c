//! Rows that are carried further than they need be: filters that come late, or not at all.

use std::collections::BTreeSet;

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::{Expr, ExprKind, Operator, OperatorKind, Pipeline};
use crate::kql::{Span, TableBy};

/// Finds filters after `summarize` that could stand before it, tables that are never filtered, and joins with the
/// whole of a table.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    let tables: BTreeSet<&str> =
        facts.tables.iter().filter(|table| table.by == TableBy::Name).map(|table| table.name.as_str()).collect();
    let bound: BTreeSet<&str> = facts.bindings.iter().map(|binding| binding.name.as_str()).collect();
    for pipeline in query.pipelines() {
        late(query, pipeline, &bound, problems);
        unfiltered(query, pipeline, &tables, problems);
    }
    for operator in query.operators() {
        if let OperatorKind::Join(join) = &operator.kind
            && let Some((table, span)) = whole_table(&join.right, &tables)
        {
            problems.push(
                query
                    .problem(Code::WideJoin, span, format!("`{}` is given the whole of {table}", operator.keyword))
                    .help("filter it, and `project` the columns that the join needs"),
            );
        }
    }
}

/// `summarize … by A | where A == 1`
fn late(query: &Query<'_>, pipeline: &Pipeline<'_>, bound: &BTreeSet<&str>, problems: &mut Vec<Diagnostic>) {
    for pair in pipeline.stages.windows(2) {
        let [summarize, filter] = pair else { continue };
        let (OperatorKind::Summarize { by, .. }, OperatorKind::Filter(condition)) =
            (&summarize.operator.kind, &filter.operator.kind)
        else {
            continue;
        };
        let groups: BTreeSet<&str> = by.iter().filter_map(name_of).collect();
        let conditions = match &condition.kind {
            ExprKind::And(all) => all.as_slice(),
            _ => std::slice::from_ref(condition),
        };
        for condition in conditions {
            let mut names = Names::default();
            names.collect(condition);
            let fits = |name: &str| groups.contains(name) || bound.contains(name);
            if !names.opaque
                && names.found.iter().all(|name| fits(name))
                && names.found.iter().any(|n| groups.contains(n))
            {
                problems.push(
                    query
                        .problem(
                            Code::LateFilter,
                            condition.span,
                            "this condition needs nothing that `summarize` counts",
                        )
                        .help("move it before `summarize`: fewer rows are grouped"),
                );
            }
        }
    }
}

/// The names in a condition, as far as it is made of plain comparisons and calls.
#[derive(Default)]
struct Names<'e> {
    found: Vec<&'e str>,
    /// Whether something is in it that is not looked into.
    opaque: bool,
}

impl<'e> Names<'e> {
    fn collect(&mut self, expr: &'e Expr<'_>) {
        match &expr.kind {
            ExprKind::Name(name) => self.found.push(&name.text),
            ExprKind::Literal(_) | ExprKind::Dynamic(_) => {}
            ExprKind::Paren(inner) => self.collect(inner),
            ExprKind::And(all) | ExprKind::Or(all) => all.iter().for_each(|one| self.collect(one)),
            ExprKind::Compare(compare) => [&compare.left, &compare.right].into_iter().for_each(|one| self.collect(one)),
            ExprKind::In(list) => {
                self.collect(&list.left);
                list.items.iter().for_each(|item| self.collect(item));
            }
            ExprKind::Call(call) => call.args.iter().for_each(|arg| self.collect(arg)),
            _ => self.opaque = true,
        }
    }
}

/// A table that is grouped, joined or expanded before any row of it is left out.
fn unfiltered(query: &Query<'_>, pipeline: &Pipeline<'_>, tables: &BTreeSet<&str>, problems: &mut Vec<Diagnostic>) {
    let Some((table, source)) = pipeline.source.as_ref().and_then(|source| named_table(source, tables)) else { return };
    for stage in &pipeline.stages {
        let operator = &stage.operator;
        if reduces(operator) {
            return;
        }
        if works_on_all(operator) {
            problems.push(
                query
                    .problem(Code::NoFilter, source, format!("every row of {table} goes into `{}`", operator.keyword))
                    .related(query.place(keyword(operator)), "before any is left out")
                    .help("filter the rows first: `where EventID == …`"),
            );
            return;
        }
    }
}

fn keyword(operator: &Operator<'_>) -> Span {
    let length = u32::try_from(operator.keyword.len()).unwrap_or(0);
    Span::new(operator.span.start, operator.span.start + length)
}

/// Whether an operator leaves rows out.
fn reduces(operator: &Operator<'_>) -> bool {
    matches!(
        operator.kind,
        OperatorKind::Filter(_)
            | OperatorKind::Search { .. }
            | OperatorKind::Take(_)
            | OperatorKind::Sample(_)
            | OperatorKind::SampleDistinct { .. }
            | OperatorKind::Unknown
    ) || operator.keyword == "parse-where"
}

/// Whether an operator has to hold or to multiply the rows that it is given.
fn works_on_all(operator: &Operator<'_>) -> bool {
    matches!(
        operator.kind,
        OperatorKind::Summarize { .. }
            | OperatorKind::Join(_)
            | OperatorKind::MvExpand(_)
            | OperatorKind::MvApply(_)
            | OperatorKind::MakeSeries(_)
            | OperatorKind::Distinct(_)
            | OperatorKind::Sort(_)
            | OperatorKind::Top { .. }
            | OperatorKind::Serialize(_)
    )
}

/// The table that the right side of a join is, if nothing makes it smaller.
fn whole_table<'e>(expr: &'e Expr<'_>, tables: &BTreeSet<&str>) -> Option<(&'e str, Span)> {
    match &expr.kind {
        ExprKind::Paren(inner) => whole_table(inner, tables),
        ExprKind::Pipe(pipeline) => {
            let smaller = pipeline
                .stages
                .iter()
                .any(|stage| reduces(&stage.operator) || works_on_all(&stage.operator) || projects(&stage.operator));
            let source = pipeline.source.as_ref().filter(|_| !smaller)?;
            named_table(source, tables)
        }
        _ => named_table(expr, tables),
    }
}

fn projects(operator: &Operator<'_>) -> bool {
    matches!(operator.kind, OperatorKind::Project(_) | OperatorKind::ProjectKeep(_))
}

fn named_table<'e>(expr: &'e Expr<'_>, tables: &BTreeSet<&str>) -> Option<(&'e str, Span)> {
    let name = name_of(expr)?;
    tables.contains(name).then_some((name, expr.span))
}

fn name_of<'e>(expr: &'e Expr<'_>) -> Option<&'e str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(&name.text),
        _ => None,
    }
}

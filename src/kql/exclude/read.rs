//! A query as the host of exclusions.

use super::super::diagnostic::nearest;
use super::super::predicate::Column;
use super::super::resolver::{Facts, OutputColumn, analyze};
use super::super::schema::Schema;
use super::super::tree::{Expr, ExprKind, OperatorKind, Pipeline, StatementKind, Tree};
use super::super::types::Type;
use super::{Refusal, blocks};
use crate::kql::parse;

/// A query that exclusions can be placed on.
pub struct Host<'q> {
    pub(super) source: &'q str,
    pub(super) schema: &'q dyn Schema,
    pub(super) facts: Facts,
    /// The columns where the filter goes: of a column that a `project-reorder` behind it misspells, the resolver
    /// believes that it is there.
    columns: Vec<OutputColumn>,
    open: bool,
    /// Where the result's filter goes.
    pub(super) end: usize,
    /// How many operators the result's pipeline has.
    pub(super) stages: usize,
    /// How many of them stand before the filter.
    pub(super) before: usize,
    /// How many statements it has.
    pub(super) statements: usize,
}

impl<'q> Host<'q> {
    /// Reads a query, without exclusions of its own.
    ///
    /// # Errors
    /// If it has faults of syntax, a block of ours already, or no one place for a filter.
    pub fn read(source: &'q str, schema: &'q dyn Schema) -> Result<Self, Refusal> {
        if !blocks(source).is_empty() {
            return Err(Refusal::HasBlock);
        }
        let tree = parse(source);
        if let Some(fault) = tree.diagnostics.first() {
            return Err(Refusal::Syntax(fault.message.clone()));
        }
        let result = result(&tree)?;
        let place = Place::of(result)?;
        let facts = analyze(&tree, schema);
        if !facts.tabular {
            return Err(Refusal::Statements(0));
        }
        let Place { end, stages, before } = place;
        let (columns, open) = if before == stages {
            (facts.columns.clone(), facts.open)
        } else {
            let cut = analyze_text(&source[..end], schema);
            (cut.columns, cut.open)
        };
        let statements = tree.statements.len();
        Ok(Self { source, schema, facts, columns, open, end, stages, before, statements })
    }

    fn unites(&self) -> bool {
        self.facts.operators.iter().any(|(operator, _)| operator == "union")
    }

    /// A column of the result, as far as it is known.
    ///
    /// # Errors
    /// If it is certainly not there.
    pub fn result_column(&self, name: &str) -> Result<Column, Refusal> {
        if let Some(column) = self.columns.iter().find(|column| column.name == name) {
            // A union splits a column that has two types, and of an unknown type nobody knows.
            let split = self.open && column.ty == Type::Unknown && self.unites();
            return Ok(Column { name: name.to_owned(), ty: column.ty, certain: !split });
        }
        if self.open {
            return Ok(Column { name: name.to_owned(), ty: Type::Unknown, certain: false });
        }
        let near = nearest(name, self.columns.iter().map(|column| column.name.as_str()));
        let place = "in the query's result".to_owned();
        Err(Refusal::UnknownColumn { name: name.to_owned(), place, near: near.map(str::to_owned) })
    }
}

fn analyze_text(source: &str, schema: &dyn Schema) -> Facts {
    let tree = parse(source);
    analyze(&tree, schema)
}

/// The one tabular statement.
pub(super) fn result<'t, 'q>(tree: &'t Tree<'q>) -> Result<&'t Expr<'q>, Refusal> {
    let mut queries = tree.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Query(expr) => Some(expr),
        _ => None,
    });
    match (queries.next(), queries.count()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Refusal::Statements(0)),
        (Some(_), more) => Err(Refusal::Statements(more + 1)),
    }
}

/// The pipeline of an expression, if it is one.
pub(super) fn pipeline<'t, 'q>(expr: &'t Expr<'q>) -> Option<&'t Pipeline<'q>> {
    match &expr.kind {
        ExprKind::Pipe(pipeline) => Some(pipeline),
        _ => None,
    }
}

struct Place {
    end: usize,
    stages: usize,
    before: usize,
}

impl Place {
    fn of(result: &Expr<'_>) -> Result<Self, Refusal> {
        let Some(pipeline) = pipeline(result) else {
            return Ok(Self { end: result.span.end as usize, stages: 0, before: 0 });
        };
        let stages = &pipeline.stages;
        if let Some(last) = stages.iter().find(|stage| !may_be_followed(&stage.operator.kind)) {
            return Err(Refusal::End(last.operator.keyword.to_owned()));
        }
        let trailing = stages.iter().rev().take_while(|stage| stage.bar.is_some() && is_trailing(&stage.operator.kind));
        let before = stages.len() - trailing.count();
        let end = match (before.checked_sub(1).and_then(|at| stages.get(at)), &pipeline.source) {
            (Some(stage), _) => stage.operator.span.end,
            (None, Some(source)) => source.span.end,
            (None, None) => return Err(Refusal::Statements(0)),
        };
        Ok(Self { end: end as usize, stages: stages.len(), before })
    }
}

/// Operators that only order, cut, draw or name the rows: the columns before them are those behind them.
fn is_trailing(operator: &OperatorKind<'_>) -> bool {
    use OperatorKind::{As, ProjectReorder, Render, Sample, Sort, Take, Top};
    matches!(operator, Render { .. } | Sort(_) | Top { .. } | Take(_) | Sample(_) | ProjectReorder(_) | As(_))
}

fn may_be_followed(operator: &OperatorKind<'_>) -> bool {
    use OperatorKind::{Consume, ExecuteAndCache, Facet, Fork, Unknown};
    !matches!(operator, Fork(_) | Facet { .. } | Consume | ExecuteAndCache | Unknown)
}

//! The operators of a query, one after another.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::evaluate::{compare, is_true};
use super::fault::Fault;
use super::join;
use super::rows::Tables;
use super::scalar::Scalar;
use super::table::Table;
use crate::kql::tree::{Expr, ExprKind, Operator, OperatorKind, Ordered, Pipeline, StatementKind};
use crate::kql::{Keyword, Span, parse};

/// Runs a query.
///
/// # Errors
///
/// The first fault of syntax, or the first part that is not understood.
pub(super) fn run(query: &str, tables: &Tables) -> Result<Table, Fault> {
    let tree = parse(query);
    if let Some(fault) = tree.diagnostics.first() {
        return Err(Fault::syntax(fault.span, fault.message.clone()));
    }
    match tree.statements.as_slice() {
        [one] => match &one.kind {
            StatementKind::Query(expr) => Run { source: query, tables }.tabular(expr),
            _ => Err(Fault::unsupported(one.span, "this statement")),
        },
        [] => Err(Fault::syntax(Span::empty(0), "The query is empty.")),
        [_, second, ..] => Err(Fault::unsupported(second.span, "more than one statement")),
    }
}

pub(super) struct Run<'a> {
    pub(super) source: &'a str,
    tables: &'a Tables,
}

impl Run<'_> {
    /// The table of an expression: one by name, or a pipeline.
    pub(super) fn tabular(&self, expr: &Expr<'_>) -> Result<Table, Fault> {
        match &expr.kind {
            ExprKind::Name(name) => self.tables.find(&name.text).cloned().ok_or_else(|| {
                let what = format_args!("the table '{}'; there are resources and resourcecontainers", name.text);
                Fault::unsupported(name.span, what)
            }),
            ExprKind::Paren(inner) => self.tabular(inner),
            ExprKind::Pipe(pipeline) => self.pipeline(pipeline),
            _ => Err(Fault::unsupported(expr.span, "a query of this form")),
        }
    }

    fn pipeline(&self, pipeline: &Pipeline<'_>) -> Result<Table, Fault> {
        let mut table = match &pipeline.source {
            Some(source) => self.tabular(source)?,
            None => self.tables.default().clone(),
        };
        for stage in &pipeline.stages {
            table = self.stage(&stage.operator, table)?;
        }
        Ok(table)
    }

    fn stage(&self, operator: &Operator<'_>, table: Table) -> Result<Table, Fault> {
        if let Some(param) = operator.params.first()
            && !matches!(operator.kind, OperatorKind::Join(_))
        {
            return Err(Fault::unsupported(param.name.span, format_args!("the parameter `{}`", param.name.text)));
        }
        match &operator.kind {
            OperatorKind::Filter(predicate) => self.filter(predicate, table),
            OperatorKind::Project(columns) => self.project(columns, &table),
            OperatorKind::Extend(columns) => self.extend(columns, table),
            OperatorKind::ProjectAway(columns) => {
                let gone = self.columns(columns, &table)?;
                let kept: Vec<usize> = (0..table.columns.len()).filter(|at| !gone.contains(at)).collect();
                Ok(pick(&table, &kept))
            }
            OperatorKind::ProjectKeep(columns) => {
                let wanted = self.columns(columns, &table)?;
                let kept: Vec<usize> = (0..table.columns.len()).filter(|at| wanted.contains(at)).collect();
                Ok(pick(&table, &kept))
            }
            OperatorKind::ProjectRename(columns) => self.rename(columns, table),
            OperatorKind::Sort(keys) => self.sort(keys, table),
            OperatorKind::Take(count) => {
                let count = self.count(count)?;
                Ok(first(table, count))
            }
            OperatorKind::Top { count, by } => {
                let count = self.count(count)?;
                Ok(first(self.sort(std::slice::from_ref(by.as_ref()), table)?, count))
            }
            OperatorKind::Count { name } => {
                let name = name.as_ref().map_or("Count", |name| &name.text).to_owned();
                Ok(Table { columns: vec![name], rows: vec![vec![json!(table.rows.len())]] })
            }
            OperatorKind::Distinct(columns) => Ok(distinct(self.project(columns, &table)?)),
            OperatorKind::Summarize { aggregates, by, bin: None } => {
                self.summarize(aggregates, by, &table, operator.span)
            }
            OperatorKind::Join(join) => join::run(self, operator, join, table),
            _ => {
                let keyword = Span::new(operator.span.start, operator.span.start + operator.keyword.len() as u32);
                Err(Fault::unsupported(keyword, format_args!("the operator `{}`", operator.keyword)))
            }
        }
    }

    fn filter(&self, predicate: &Expr<'_>, mut table: Table) -> Result<Table, Fault> {
        let test = Scalar::bind(self.source, predicate, &table)?;
        let mut kept = Vec::new();
        for row in table.rows {
            if is_true(&test.of(&row).map_err(|why| Fault::unsupported(predicate.span, why))?) {
                kept.push(row);
            }
        }
        table.rows = kept;
        Ok(table)
    }

    fn project(&self, columns: &[Expr<'_>], table: &Table) -> Result<Table, Fault> {
        let mut made = Table { columns: Vec::new(), rows: vec![Vec::new(); table.rows.len()] };
        for column in columns {
            let (name, value) = Scalar::bind_named(self.source, column, table)?;
            if made.column(&name).is_some() {
                return Err(Fault::meaning(column.span, format!("A column named '{name}' is made twice")));
            }
            made.columns.push(name);
            for (from, to) in table.rows.iter().zip(&mut made.rows) {
                to.push(value.of(from).map_err(|why| Fault::unsupported(column.span, why))?);
            }
        }
        Ok(made)
    }

    /// Each value is of the table as it was before, but takes the place of a column of its name.
    fn extend(&self, columns: &[Expr<'_>], table: Table) -> Result<Table, Fault> {
        let made = self.project(columns, &table)?;
        let mut whole = table;
        for (at, name) in made.columns.iter().enumerate() {
            match whole.column(name) {
                Some(old) => {
                    for (row, new) in whole.rows.iter_mut().zip(&made.rows) {
                        row[old] = new[at].clone();
                    }
                }
                None => {
                    whole.columns.push(name.clone());
                    for (row, new) in whole.rows.iter_mut().zip(&made.rows) {
                        row.push(new[at].clone());
                    }
                }
            }
        }
        Ok(whole)
    }

    fn rename(&self, columns: &[Expr<'_>], mut table: Table) -> Result<Table, Fault> {
        let mut renamed = Vec::new();
        for column in columns {
            match Scalar::bind_named(self.source, column, &table)? {
                (name, Scalar::Column(at)) => renamed.push((name, at)),
                _ => return Err(Fault::meaning(column.span, "Only a column can be renamed")),
            }
        }
        for (name, at) in renamed {
            table.columns[at] = name;
        }
        Ok(table)
    }

    /// The places of columns given by name.
    fn columns(&self, columns: &[Expr<'_>], table: &Table) -> Result<Vec<usize>, Fault> {
        let place = |column: &Expr<'_>| match Scalar::bind(self.source, column, table)? {
            Scalar::Column(at) => Ok(at),
            _ => Err(Fault::meaning(column.span, "A column's name is expected")),
        };
        columns.iter().map(place).collect()
    }

    /// Descending and nulls last where nothing else is said; ascending has nulls first.
    fn sort(&self, keys: &[Ordered<'_>], mut table: Table) -> Result<Table, Fault> {
        // From the last key to the first: the sort is stable.
        for key in keys.iter().rev() {
            let ascending = match key.order {
                None | Some(Keyword::Desc) => false,
                Some(Keyword::Asc) => true,
                Some(_) => return Err(Fault::unsupported(key.expr.span, "this order")),
            };
            if key.nulls_first.is_some_and(|first| first != ascending) {
                return Err(Fault::unsupported(key.expr.span, "nulls at this end"));
            }
            let value = Scalar::bind(self.source, &key.expr, &table)?;
            let mut keyed = Vec::new();
            for row in table.rows {
                keyed.push((value.of(&row).map_err(|why| Fault::unsupported(key.expr.span, why))?, row));
            }
            keyed.sort_by(|(left, _), (right, _)| if ascending { compare(left, right) } else { compare(right, left) });
            table.rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        Ok(table)
    }

    fn count(&self, expr: &Expr<'_>) -> Result<usize, Fault> {
        match Scalar::bind(self.source, expr, &Table::default())? {
            Scalar::Constant(Value::Number(number)) if number.as_u64().is_some() => {
                Ok(usize::try_from(number.as_u64().unwrap_or_default()).unwrap_or(usize::MAX))
            }
            _ => Err(Fault::meaning(expr.span, "A count of rows is expected")),
        }
    }

    /// `summarize [name =] count() [by …]`
    fn summarize(&self, aggregates: &[Expr<'_>], by: &[Expr<'_>], table: &Table, span: Span) -> Result<Table, Fault> {
        let mut names = Vec::new();
        for aggregate in aggregates {
            let (name, value) = match &aggregate.kind {
                ExprKind::Named(named) if named.names.len() == 1 => (named.names[0].text.to_string(), &named.value),
                _ => ("count_".to_owned(), aggregate),
            };
            match &value.kind {
                ExprKind::Call(call) if call.name.text == "count" && call.args.is_empty() => names.push(name),
                _ => return Err(Fault::unsupported(value.span, "an aggregate other than `count()`")),
            }
        }
        let groups = self.project(by, table)?;
        let mut counts: HashMap<String, usize> = HashMap::new();
        for row in &groups.rows {
            *counts.entry(identity(row)).or_default() += 1;
        }
        let mut made = distinct(groups);
        if by.is_empty() {
            made.rows = vec![Vec::new()];
        }
        for row in &mut made.rows {
            let count = counts.get(&identity(row)).copied().unwrap_or_default();
            row.extend(names.iter().map(|_| json!(count)));
        }
        made.columns.extend(names);
        made.bounded(span)
    }
}

fn pick(table: &Table, kept: &[usize]) -> Table {
    Table {
        columns: kept.iter().map(|at| table.columns[*at].clone()).collect(),
        rows: table.rows.iter().map(|row| kept.iter().map(|at| row[*at].clone()).collect()).collect(),
    }
}

fn first(mut table: Table, count: usize) -> Table {
    table.rows.truncate(count);
    table
}

/// The rows, each once, in the order in which they are first met.
fn distinct(mut table: Table) -> Table {
    let mut seen = HashSet::new();
    table.rows.retain(|row| seen.insert(identity(row)));
    table
}

/// A text that is equal for equal rows.
fn identity(row: &[Value]) -> String {
    json!(row).to_string()
}

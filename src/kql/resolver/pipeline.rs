//! Pipelines: how each operator changes the columns that flow through it.

use std::borrow::Cow;

use super::super::tree::{Expr, ExprKind, Operator, OperatorKind, Ordered, ParsePart, Pipeline};
use super::call::Value;
use super::name_map::NameMap;
use super::project::{Given, Style};
use super::row::Projection;
use super::scope::{Meaning, declared_columns};
use super::table::matches_wildcard;
use super::{Column, Diagnostic, FunctionOrigin, Resolver, Row, Span, Type};

/// What `getschema` gives.
const SCHEMA_COLUMNS: [(&str, Type); 4] = [
    ("ColumnName", Type::String),
    ("ColumnOrdinal", Type::Long),
    ("DataType", Type::String),
    ("ColumnType", Type::String),
];

/// What `reduce` gives.
const REDUCE_COLUMNS: [(&str, Type); 3] =
    [("Pattern", Type::String), ("Count", Type::Long), ("Representative", Type::String)];

impl<'a> Resolver<'a> {
    /// The table that a pipeline gives. `input` flows into a pipeline without a source, such as a branch of `fork`.
    pub(super) fn pipeline_value(&mut self, pipeline: &'a Pipeline<'a>, input: Option<Row<'a>>) -> Value<'a> {
        Value::table(self.pipeline(pipeline, input).unwrap_or_else(Row::unknown))
    }

    pub(super) fn pipeline(&mut self, pipeline: &'a Pipeline<'a>, input: Option<Row<'a>>) -> Option<Row<'a>> {
        let mut row = match &pipeline.source {
            Some(source) => Some(self.table(source)),
            None => input,
        };
        for stage in &pipeline.stages {
            let operator = &stage.operator;
            self.operators.entry(operator.span.start).or_insert((operator.keyword, operator.span));
            let output = self.operator(operator, row);
            row = Some(self.bounded(output));
        }
        row
    }

    fn operator(&mut self, operator: &'a Operator<'a>, input: Option<Row<'a>>) -> Row<'a> {
        match &operator.kind {
            OperatorKind::Union(tables) => return self.union(operator, tables, input),
            OperatorKind::Find(find) => return self.find(operator, find),
            OperatorKind::Search { sources, predicate } => return self.search(sources, predicate, input),
            OperatorKind::Print(exprs) => return self.print(exprs),
            OperatorKind::Range(range) => {
                let from = self.scalar(&range.from, None);
                self.scalar(&range.to, None);
                let step = self.scalar(&range.step, None);
                let ty = if from == Type::DateTime { from } else { from.common(step) };
                return Row::closed(vec![Column::new(&*range.name.text, ty)]);
            }
            OperatorKind::MacroExpand { group, statements, scope } => {
                self.value(group, None);
                if let Some(scope) = scope {
                    self.name_table(scope, &Row::unknown());
                }
                self.statements(statements);
                return Row::unknown();
            }
            _ => {}
        }
        let input = input.unwrap_or_else(Row::unknown);
        if !self.spend(input.columns.len()) {
            return Row::unknown();
        }
        let derived = input.derived && inherits(&operator.kind);
        let mut output = self.piped(operator, input);
        output.derived |= derived;
        output
    }

    /// An operator that takes its rows from the one before it.
    fn piped(&mut self, operator: &'a Operator<'a>, row: Row<'a>) -> Row<'a> {
        match &operator.kind {
            OperatorKind::As(name) => self.name_table(name, &row),
            OperatorKind::Filter(condition) => self.filter(condition, &row),
            OperatorKind::Take(expr) | OperatorKind::Sample(expr) => {
                self.scalar(expr, Some(&row));
            }
            OperatorKind::Sort(keys) => self.ordered_all(keys, &row),
            OperatorKind::Top { count, by } => {
                self.scalar(count, Some(&row));
                self.scalar(&by.expr, Some(&row));
            }
            OperatorKind::Extend(exprs) => return self.extend(exprs, row, Style::Replace),
            OperatorKind::Serialize(exprs) => return self.extend(exprs, row, Style::New),
            OperatorKind::Project(exprs) => return self.projected(exprs, &row),
            OperatorKind::Distinct(exprs) => {
                let star = exprs.iter().any(|e| matches!(e.kind, ExprKind::Star));
                let mut output = self.projected(exprs, &row);
                output.open = row.open && star;
                return output;
            }
            OperatorKind::ProjectAway(patterns) => return self.chosen(patterns, row, false),
            OperatorKind::ProjectKeep(patterns) => return self.chosen(patterns, row, true),
            OperatorKind::ProjectRename(exprs) => return self.renamed(exprs, row),
            OperatorKind::ProjectReorder(keys) => return self.reordered(keys, row),
            OperatorKind::ProjectByNames(names) => return self.by_names(names, row),
            OperatorKind::Summarize { aggregates, by, bin } => {
                if let Some(bin) = bin {
                    self.scalar(bin, Some(&row));
                }
                return self.summarize(aggregates, by, &row);
            }
            OperatorKind::Count { name } => {
                let name = name.as_ref().map_or("Count", |n| &n.text);
                return Row::closed(vec![Column::new(name, Type::Long)]);
            }
            OperatorKind::Join(join) => return self.join(operator, join, row),
            OperatorKind::Lookup(join) => return self.lookup_join(join, row),
            OperatorKind::Evaluate { call, schema } => return self.evaluate(call, schema.as_ref(), row),
            OperatorKind::Invoke(expr) => return self.invoke(expr, row),
            OperatorKind::MvExpand(expand) => return self.expanded(operator, &expand.items, row),
            OperatorKind::MvApply(apply) => return self.mv_apply(operator, apply, row),
            OperatorKind::Parse(parse) => {
                self.scalar(&parse.input, Some(&row));
                return parsed(&parse.pattern, row);
            }
            OperatorKind::ParseKv { input, keys, .. } => {
                self.scalar(input, Some(&row));
                let mut row = row;
                row.columns.extend(declared_columns(&keys.columns));
                return row;
            }
            OperatorKind::MakeSeries(series) => return self.make_series(series, &row),
            OperatorKind::TopNested(levels) => return self.top_nested(levels, &row),
            OperatorKind::TopHitters { count, of, by } => {
                self.scalar(count, Some(&row));
                return self.top_hitters(of, by.as_deref(), &row);
            }
            OperatorKind::SampleDistinct { count, of } => {
                self.scalar(count, Some(&row));
                return self.projected(std::slice::from_ref(&**of), &row);
            }
            OperatorKind::Partition(partition) => {
                self.scalar(&partition.by, Some(&row));
                return self.pipeline(&partition.body, Some(row)).unwrap_or_else(Row::unknown);
            }
            OperatorKind::Fork(branches) => {
                for branch in branches {
                    self.pipeline(&branch.pipeline, Some(row.clone()));
                }
                return Row::unknown();
            }
            OperatorKind::Facet { by, with } => {
                by.iter().for_each(|column| {
                    self.scalar(column, Some(&row));
                });
                if let Some(with) = with {
                    self.pipeline(with, Some(row));
                }
                return Row::unknown();
            }
            OperatorKind::GetSchema => return fixed(&SCHEMA_COLUMNS),
            OperatorKind::Reduce { by, .. } => {
                self.scalar(by, Some(&row));
                let mut output = if operator.word("kind") == Some("source") { row } else { Row::default() };
                output.columns.extend(fixed(&REDUCE_COLUMNS).columns);
                return output;
            }
            OperatorKind::Scan(scan) => return self.scan(operator, scan, row),
            OperatorKind::Graph(graph) => return self.graph(graph, row),
            OperatorKind::Unknown => return Row::unknown(),
            _ => {}
        }
        row
    }

    /// `where a = 'x'` parses, as a condition named `a`, and a text is no condition; `where a = true` is one that always
    /// holds.
    fn filter(&mut self, condition: &'a Expr<'a>, row: &Row<'a>) {
        let ExprKind::Named(named) = &condition.kind else {
            self.scalar(condition, Some(row));
            return;
        };
        if !matches!(self.scalar(&named.value, Some(row)), Type::Bool | Type::Unknown) {
            let equal =
                Span::new(named.names.last().map_or(condition.span.start, |n| n.span.end), named.value.span.start);
            let fault = Diagnostic::meaning(equal, "`=` gives the condition a name, it does not compare");
            self.report(fault.with_help("write `==`"));
        }
    }

    fn ordered_all(&mut self, keys: &'a [Ordered<'a>], row: &Row<'a>) {
        for key in keys {
            self.scalar(&key.expr, Some(row));
        }
    }

    fn print(&mut self, exprs: &'a [Expr<'a>]) -> Row<'a> {
        let empty = Row::default();
        let mut output = Projection::default();
        for (at, expr) in exprs.iter().enumerate() {
            let given = Given { ty: None, name: Some(format!("print_{at}").into()) };
            self.project(expr, &empty, Style::Print, given, &mut output);
        }
        Row::closed(output.into_columns())
    }

    fn extend(&mut self, exprs: &'a [Expr<'a>], row: Row<'a>, style: Style) -> Row<'a> {
        let mut output = Projection::starting_with(row.columns.clone());
        self.project_all(exprs, &row, style, &mut output);
        Row::new(output.into_columns(), row.open)
    }

    pub(super) fn projected(&mut self, exprs: &'a [Expr<'a>], row: &Row<'a>) -> Row<'a> {
        let mut output = Projection::default();
        self.project_all(exprs, row, Style::New, &mut output);
        Row::closed(output.into_columns())
    }

    /// `project-away` and `project-keep`.
    fn chosen(&mut self, patterns: &'a [Expr<'a>], mut row: Row<'a>, keep: bool) -> Row<'a> {
        for pattern in patterns {
            if let ExprKind::Name(_) = pattern.kind {
                self.scalar(pattern, Some(&row));
            }
        }
        if !self.spend(patterns.len().saturating_mul(row.columns.len())) {
            return Row::unknown();
        }
        let named = |column: &Column<'a>| patterns.iter().any(|p| names_column(p, &column.name));
        row.columns.retain(|c| named(c) == keep);
        if keep {
            let wild = patterns.iter().any(|p| matches!(p.kind, ExprKind::Wildcard(_)));
            // Of an open row, the columns that are named are there as well.
            if row.open {
                for pattern in patterns {
                    if let ExprKind::Name(name) = &pattern.kind
                        && self.column(&row, &name.text).is_none()
                    {
                        row.columns.push(Column::new(&*name.text, Type::Unknown));
                    }
                }
            }
            row.open &= wild;
        }
        row
    }

    /// `project-by-names`: the columns that some strings name, those among them that are there.
    fn by_names(&mut self, names: &'a [Expr<'a>], row: Row<'a>) -> Row<'a> {
        let Some(names) = names.iter().map(|name| self.constant(name)).collect::<Option<Vec<_>>>() else {
            return Row::unknown();
        };
        let open = row.open;
        let mut columns = row.columns;
        columns.retain(|column| names.iter().any(|name| matches_wildcard(name, &column.name)));
        Row::new(columns, open)
    }

    fn renamed(&mut self, exprs: &'a [Expr<'a>], row: Row<'a>) -> Row<'a> {
        let mut output = Projection::starting_with(row.columns.clone());
        for expr in exprs {
            let ExprKind::Named(named) = &expr.kind else {
                self.scalar(expr, Some(&row));
                continue;
            };
            self.scalar(&named.value, Some(&row));
            if let (ExprKind::Name(old), Some(new)) = (&named.value.kind, named.names.first()) {
                if self.column(&row, &old.text).is_some() {
                    output.rename(&old.text, (&*new.text).into());
                } else if row.open {
                    output.add(Column::new(&*new.text, Type::Unknown), true);
                }
            }
        }
        Row::new(output.into_columns(), row.open)
    }

    fn reordered(&mut self, keys: &'a [Ordered<'a>], row: Row<'a>) -> Row<'a> {
        if !self.spend(keys.len().saturating_mul(row.columns.len())) {
            return Row::unknown();
        }
        let mut first: Vec<Column<'a>> = Vec::with_capacity(row.columns.len());
        let mut placed: NameMap<'a, ()> = NameMap::default();
        for key in keys {
            if let ExprKind::Name(_) = key.expr.kind {
                self.scalar(&key.expr, Some(&row));
            }
            let mut matched: Vec<&Column<'a>> = row
                .columns
                .iter()
                .filter(|c| names_column(&key.expr, &c.name) && !placed.contains_key(&c.name))
                .collect();
            match key.order {
                Some(super::super::keyword::Keyword::Asc | super::super::keyword::Keyword::GrannyAsc) => {
                    matched.sort_by_key(|c| c.name.to_ascii_lowercase());
                }
                Some(_) => matched.sort_by_key(|c| std::cmp::Reverse(c.name.to_ascii_lowercase())),
                None => {}
            }
            placed.extend(matched.iter().map(|c| (c.name.clone(), ())));
            first.extend(matched.into_iter().cloned());
            // A name that is not there is reported above if it can't be; either way the author means a column.
            if let ExprKind::Name(name) = &key.expr.kind
                && self.column(&row, &name.text).is_none()
                && placed.insert(Cow::Borrowed(&*name.text), ()).is_none()
            {
                first.push(Column::new(&*name.text, Type::Unknown));
            }
        }
        let rest = row.columns.into_iter().filter(|c| !placed.contains_key(&c.name)).collect::<Vec<_>>();
        first.extend(rest);
        Row::new(first, row.open)
    }

    fn summarize(&mut self, aggregates: &'a [Expr<'a>], by: &'a [Expr<'a>], row: &Row<'a>) -> Row<'a> {
        let mut output = Projection::default();
        self.project_all(by, row, Style::New, &mut output);
        for group in by {
            if let Some(column) = self.passed_column(group, row) {
                output.bar(column.name.clone());
            }
        }
        self.project_all(aggregates, row, Style::New, &mut output);
        let star = |e: &Expr<'a>| {
            let value = if let ExprKind::Named(named) = &e.kind { &named.value } else { e };
            matches!(&value.kind, ExprKind::Call(call) if call.args.iter().any(|a| matches!(a.kind, ExprKind::Star)))
        };
        Row::new(output.into_columns(), row.open && aggregates.iter().any(star))
    }

    fn invoke(&mut self, expr: &'a Expr<'a>, row: Row<'a>) -> Row<'a> {
        let ExprKind::Call(call) = &expr.kind else {
            self.value(expr, None);
            return Row::unknown();
        };
        let Some(Meaning::Function { function, scope }) = self.lookup(&call.name.text) else {
            self.function_use(&call.name.text, call.name.span, FunctionOrigin::Stored);
            for arg in &call.args {
                self.scalar(arg, Some(&row));
            }
            return Row::unknown();
        };
        self.function_use(&call.name.text, call.name.span, FunctionOrigin::Own);
        match self.call_own(function, scope, &call.args, Some(row.clone()), Some(&row)) {
            Value::Table(table) => std::rc::Rc::unwrap_or_clone(table),
            _ => Row::unknown(),
        }
    }
}

/// Whether the output is made of the input's columns. Others give a table of their own, or say for themselves.
fn inherits(kind: &OperatorKind<'_>) -> bool {
    !matches!(
        kind,
        OperatorKind::Count { .. }
            | OperatorKind::Evaluate { .. }
            | OperatorKind::GetSchema
            | OperatorKind::Join(_)
            | OperatorKind::Reduce { .. }
    )
}

fn fixed<'a>(columns: &[(&'static str, Type)]) -> Row<'a> {
    Row::closed(columns.iter().map(|(name, ty)| Column::new(*name, *ty)).collect())
}

/// Whether a name or a wildcard means the column.
pub(super) fn names_column(pattern: &Expr<'_>, column: &str) -> bool {
    match &pattern.kind {
        ExprKind::Name(name) => name.text == column,
        ExprKind::Wildcard(wildcard) => matches_wildcard(wildcard, column),
        ExprKind::Paren(inner) => names_column(inner, column),
        _ => false,
    }
}

/// The columns of `parse` go to the end; one that is there already is filled anew.
fn parsed<'a>(pattern: &'a [ParsePart<'a>], mut row: Row<'a>) -> Row<'a> {
    for part in pattern {
        if let ParsePart::Column(name, word) = part {
            let ty = word.as_ref().map_or(Type::String, |w| Type::of(&w.text).unwrap_or(Type::Unknown));
            row.columns.push(Column::new(&*name.text, ty));
        }
    }
    row
}

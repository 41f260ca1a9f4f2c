//! Operators that make rows or columns out of values: expansion, series, nested tops, scans.

use super::super::tree::{Expanded, Expr, ExprKind, MakeSeries, MvApply, Operator, ParameterKind, Scan, TopNested};
use super::pipeline::names_column;
use super::project::{Given, Style};
use super::row::Projection;
use super::{Column, Resolver, Row, Type};

impl<'a> Resolver<'a> {
    pub(super) fn expanded(&mut self, operator: &Operator<'a>, items: &'a [Expanded<'a>], row: Row<'a>) -> Row<'a> {
        let mut output = Projection::starting_with(row.columns.clone());
        for item in items {
            let to = item.to.as_ref().and_then(|schema| schema.columns.first());
            let given = Given { ty: to.and_then(|c| Type::of(&c.type_name.text)), name: None };
            self.project(&item.expr, &row, Style::Replace, given, &mut output);
        }
        if let Some(index) = operator.word("with_itemindex") {
            output.add(Column::new(index.to_owned(), Type::Long), false);
        }
        Row::new(output.into_columns(), row.open)
    }

    pub(super) fn mv_apply(&mut self, operator: &Operator<'a>, apply: &'a MvApply<'a>, row: Row<'a>) -> Row<'a> {
        let inner = self.expanded(operator, &apply.items, row.clone());
        let result = self.pipeline(&apply.body, Some(inner)).unwrap_or_else(Row::unknown);
        if !self.spend(apply.items.len().saturating_mul(row.columns.len())) {
            return Row::unknown();
        }
        let applied = |column: &Column<'a>| apply.items.iter().any(|i| names_column(&i.expr, &column.name));
        let kept = row.columns.into_iter().filter(|c| !applied(c)).collect();
        let mut output = Projection::starting_with(kept);
        for column in result.columns {
            output.add(column, true);
        }
        Row::new(output.into_columns(), row.open || result.open)
    }

    pub(super) fn make_series(&mut self, series: &'a MakeSeries<'a>, row: &Row<'a>) -> Row<'a> {
        let mut output = Projection::default();
        self.project_all(&series.by, row, Style::New, &mut output);
        let dynamic = || Given { ty: Some(Type::Dynamic), name: None };
        for (aggregate, default) in &series.aggregates {
            self.project(aggregate, row, Style::New, dynamic(), &mut output);
            if let Some(default) = default {
                self.scalar(default, Some(row));
            }
        }
        self.project(&series.on, row, Style::New, dynamic(), &mut output);
        for bound in &series.range {
            self.scalar(bound, Some(row));
        }
        Row::closed(output.into_columns())
    }

    pub(super) fn top_nested(&mut self, levels: &'a [TopNested<'a>], row: &Row<'a>) -> Row<'a> {
        let mut output = Projection::default();
        for level in levels {
            for expr in level.count.iter().chain(&level.others) {
                self.scalar(expr, Some(row));
            }
            let ty = self.scalar(&level.of, Some(row));
            let of = self.suggested_name(&level.of, row).unwrap_or_default();
            output.add(Column { name: of.clone(), ty }, false);
            let of = output.columns().last().map_or(of, |c| c.name.clone());
            let ty = self.scalar(&level.by.expr, Some(row));
            let name = match &level.by.expr.kind {
                ExprKind::Named(named) => named.names.first().map(|n| n.text.clone()),
                _ => None,
            };
            output.add(Column { name: name.unwrap_or(format!("aggregated_{of}").into()), ty }, false);
        }
        Row::closed(output.into_columns())
    }

    pub(super) fn top_hitters(&mut self, of: &'a Expr<'a>, by: Option<&'a Expr<'a>>, row: &Row<'a>) -> Row<'a> {
        let mut columns = self.projected(std::slice::from_ref(of), row).columns;
        let (prefix, counted) = by.map_or(("approximate_count", of), |by| ("approximate_sum", by));
        let ty = by.map_or(Type::Long, |by| self.scalar(by, Some(row)));
        let name = self.suggested_name(counted, row).unwrap_or_default();
        columns.push(Column::new(format!("{prefix}_{name}"), ty));
        Row::closed(columns)
    }

    pub(super) fn scan(&mut self, operator: &Operator<'a>, scan: &'a Scan<'a>, mut row: Row<'a>) -> Row<'a> {
        for parameter in &scan.declared {
            let ty = match &parameter.kind {
                ParameterKind::Scalar(word) => Type::of(&word.text).unwrap_or(Type::Unknown),
                _ => Type::Unknown,
            };
            row.columns.push(Column::new(&*parameter.name.text, ty));
        }
        // Steps refer to one another by name, as `s1.a`: nothing is reported of them.
        let open = Row::new(row.columns.clone(), true);
        for key in &scan.keys {
            self.scalar(key, Some(&open));
        }
        for step in &scan.steps {
            self.scalar(&step.predicate, Some(&open));
            for (_, value) in &step.assignments {
                self.scalar(value, Some(&open));
            }
        }
        let id = operator.word("with_match_id").unwrap_or("match_id").to_owned();
        row.columns.push(Column::new(id, Type::Long));
        row
    }
}

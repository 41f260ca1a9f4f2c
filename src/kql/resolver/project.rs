//! From the expressions of an operator to the columns of its output.

use std::borrow::Cow;

use super::super::functions::function;
use super::super::tree::{Expr, ExprKind, Named};
use super::call::Value;
use super::row::Projection;
use super::{Column, Diagnostic, Resolver, Row, Type};

/// How an operator puts its columns together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Every column is new: `project`, `summarize`, `distinct`.
    New,
    /// A column of the same name is replaced: `extend`, `mv-expand`.
    Replace,
    /// As `New`, but a function of several columns gives only its first.
    Print,
}

/// What an operator says of one of its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Given<'a> {
    /// The type, if it is not that of the expression.
    pub(super) ty: Option<Type>,
    /// The name if the expression suggests none.
    pub(super) name: Option<Cow<'a, str>>,
}

impl<'a> Resolver<'a> {
    /// Adds the columns of several expressions.
    pub(super) fn project_all(
        &mut self,
        exprs: &'a [Expr<'a>],
        row: &Row<'a>,
        style: Style,
        output: &mut Projection<'a>,
    ) {
        for expr in exprs {
            self.project(expr, row, style, Given::default(), output);
        }
    }

    /// Adds the column of one expression, or its columns.
    pub(super) fn project(
        &mut self,
        expr: &'a Expr<'a>,
        row: &Row<'a>,
        style: Style,
        given: Given<'a>,
        output: &mut Projection<'a>,
    ) {
        let replace = style == Style::Replace;
        match &expr.kind {
            ExprKind::Star => row.columns.iter().for_each(|c| output.add_input(c.clone(), true)),
            ExprKind::Named(named) => self.project_named(named, row, style, given, output),
            _ => {
                let value = self.value(expr, Some(row));
                if let Some(column) = self.passed_column(expr, row) {
                    let column = Column { name: column.name.clone(), ty: given.ty.unwrap_or(column.ty) };
                    self.declare(column, replace, expr, output);
                    return;
                }
                let (Value::Columns(columns), true) = (&value, style != Style::Print) else {
                    let ty = given.ty.unwrap_or(value.ty());
                    let print = if style == Style::Print { given.name.clone() } else { None };
                    let name = print.or_else(|| self.suggested_name(expr, row)).or(given.name);
                    let name = name.unwrap_or_else(|| self.numbered_name(row));
                    // A name that a closed row lacks is a column all the same, of an unknown type.
                    if matches!(expr.kind, ExprKind::Name(_)) {
                        self.declare(Column { name, ty }, replace, expr, output);
                    } else {
                        output.add(Column { name, ty }, replace);
                    }
                    return;
                };
                for column in columns {
                    self.add_tuple_column(column, expr, output);
                }
            }
        }
    }

    fn project_named(
        &mut self,
        named: &'a Named<'a>,
        row: &Row<'a>,
        style: Style,
        given: Given<'a>,
        output: &mut Projection<'a>,
    ) {
        let value = self.value(&named.value, Some(row));
        let replace = style == Style::Replace || self.passed_column(&named.value, row).is_some();
        let columns = match value {
            Value::Columns(columns) => columns,
            value => {
                if let Some(name) = named.names.first() {
                    let column = Column::new(&*name.text, given.ty.unwrap_or(value.ty()));
                    self.declare(column, replace, &named.value, output);
                }
                return;
            }
        };
        for (at, column) in columns.iter().enumerate() {
            match named.names.get(at) {
                Some(name) => {
                    let named_column = Column::new(&*name.text, given.ty.unwrap_or(column.ty));
                    self.declare(named_column, true, &named.value, output);
                }
                None if style == Style::Print => {}
                None => self.add_tuple_column(column, &named.value, output),
            }
        }
    }

    /// Adds one of a function's several columns.
    fn add_tuple_column(
        &mut self,
        column: &super::tuple::TupleColumn<'a>,
        call: &Expr<'a>,
        output: &mut Projection<'a>,
    ) {
        let prefix = match &call.kind {
            ExprKind::Call(call) => match function(&call.name.text).map(|f| f.naming) {
                Some(super::super::functions::ColumnNaming::Prefix(prefix)) => Some(prefix),
                _ => match &*call.name.text {
                    "argmin" => Some("min"),
                    "argmax" => Some("max"),
                    _ => None,
                },
            },
            _ => None,
        };
        match prefix {
            Some(prefix) => output.add(Column::new(format!("{prefix}_{}", column.name), column.ty), false),
            None if column.input => output.add_input(Column { name: column.name.clone(), ty: column.ty }, false),
            None => output.add(Column { name: column.name.clone(), ty: column.ty }, false),
        }
    }

    fn declare(&mut self, column: Column<'a>, replace: bool, at: &Expr<'a>, output: &mut Projection<'a>) {
        let name = column.name.clone();
        if !output.declare(column, replace) {
            self.report(Diagnostic::meaning(at.span, format!("the column `{name}` is there twice")));
        }
    }
}

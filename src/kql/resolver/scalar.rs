//! The value of an expression: a type for a scalar, columns for a table.

use std::rc::Rc;

use super::super::tree::{Expr, ExprKind, Name, Path, Step, StepKind};
use super::call::Value;
use super::scope::{Meaning, declared_columns};
use super::{Diagnostic, Resolver, Row, Type};

impl<'a> Resolver<'a> {
    /// The value of an expression. `row` holds the columns in sight; none where a table is expected.
    pub(super) fn value(&mut self, expr: &'a Expr<'a>, row: Option<&Row<'a>>) -> Value<'a> {
        if !self.spend(1) {
            return if row.is_none() { Value::table(Row::unknown()) } else { Value::Scalar(Type::Unknown) };
        }
        let ty = match &expr.kind {
            ExprKind::Literal(kind) => Type::of_literal(*kind),
            ExprKind::Dynamic(_) => Type::Dynamic,
            ExprKind::Missing | ExprKind::TypeOf(_) | ExprKind::Star | ExprKind::At => Type::Unknown,
            ExprKind::Name(name) => return self.named_value(name, row),
            ExprKind::Wildcard(pattern) => return self.matching_tables(pattern, expr.span),
            ExprKind::Call(call) => return self.call(call, row),
            ExprKind::Path(path) => return self.path(path, row),
            ExprKind::Paren(inner) => return self.value(inner, row),
            ExprKind::Named(named) => return self.value(&named.value, row),
            ExprKind::Pipe(pipeline) => return self.pipeline_value(pipeline, None),
            ExprKind::ToTable(inner) | ExprKind::Materialize(inner) => return self.value(inner, None),
            ExprKind::ToScalar(inner) => match self.value(inner, None) {
                Value::Table(table) => table.columns.first().map_or(Type::Unknown, |c| c.ty),
                value => value.ty(),
            },
            ExprKind::Datatable(table) => {
                for value in &table.values {
                    self.scalar(value, row);
                }
                return Value::table(Row::closed(declared_columns(&table.schema.columns)));
            }
            ExprKind::ExternalData(data) => {
                return Value::table(Row::closed(declared_columns(&data.schema.columns)));
            }
            ExprKind::Opaque(parts) => {
                for part in parts {
                    self.value(part, row);
                }
                return if row.is_none() { Value::table(Row::unknown()) } else { Value::Scalar(Type::Unknown) };
            }
            _ => self.operation(expr, row),
        };
        Value::Scalar(ty)
    }

    /// The type of an expression where only a scalar makes sense.
    pub(super) fn scalar(&mut self, expr: &'a Expr<'a>, row: Option<&Row<'a>>) -> Type {
        let empty = Row::default();
        self.value(expr, Some(row.unwrap_or(&empty))).ty()
    }

    fn operation(&mut self, expr: &'a Expr<'a>, row: Option<&Row<'a>>) -> Type {
        match &expr.kind {
            ExprKind::Sign(operand, _) => self.scalar(operand, row).at_least_long(),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                for operand in operands {
                    self.scalar(operand, row);
                }
                Type::Bool
            }
            ExprKind::Arithmetic(chain) => {
                let mut ty = self.scalar(&chain.first, row);
                for (op, operand) in &chain.rest {
                    ty = ty.arithmetic(*op, self.scalar(operand, row));
                }
                ty
            }
            ExprKind::Compare(compare) => {
                self.scalar(&compare.left, row);
                self.scalar(&compare.right, row);
                Type::Bool
            }
            ExprKind::In(list) => {
                self.scalar(&list.left, row);
                for item in &list.items {
                    self.scalar(item, row);
                }
                Type::Bool
            }
            ExprKind::Between(between) => {
                for operand in [&between.left, &between.low, &between.high] {
                    self.scalar(operand, row);
                }
                Type::Bool
            }
            _ => Type::Unknown,
        }
    }

    fn named_value(&mut self, name: &'a Name<'a>, row: Option<&Row<'a>>) -> Value<'a> {
        if let Some(column) = row.and_then(|r| self.column(r, &name.text)) {
            return Value::Scalar(column.ty);
        }
        match (self.lookup(&name.text), row) {
            (Some(Meaning::Scalar(ty, _)), _) => Value::Scalar(ty),
            (Some(Meaning::Table(table)), _) => Value::Table(table),
            (Some(Meaning::Function { function, scope }), row) => self.call_own(function, scope, &[], None, row),
            (Some(Meaning::Unknown), None) => Value::table(Row::unknown()),
            (Some(Meaning::Unknown), Some(_)) => Value::Scalar(Type::Unknown),
            (None, None) => self.table_by_name(name),
            (None, Some(_)) if self.schema.table(&name.text).is_some() => self.table_by_name(name),
            (None, Some(row)) => {
                let placeholder = name.text.starts_with(['{', '$']);
                if !row.open && self.spend(0) && !placeholder && !name.text.is_empty() {
                    self.unknown_column(&name.text, name.span, row);
                }
                Value::Scalar(Type::Unknown)
            }
        }
    }

    fn path(&mut self, path: &'a Path<'a>, row: Option<&Row<'a>>) -> Value<'a> {
        let mut value = match &path.root.kind {
            // The sides of a join are looked at where the join is.
            ExprKind::Name(name) if name.text == "$left" || name.text == "$right" => Value::Scalar(Type::Unknown),
            ExprKind::Name(name) if row.is_none() && self.is_unbound(name) => Value::Place,
            _ => self.value(&path.root, row),
        };
        self.roots.insert(std::ptr::from_ref(path), value.ty().has_members());
        for step in &path.steps {
            self.check_member(&value, step);
            value = match (&step.kind, value) {
                (StepKind::Call(call), Value::Place) => self.remote_call(call, row),
                (_, Value::Place) => Value::table(Row::unknown()),
                (StepKind::Call(call), _) => {
                    for arg in &call.args {
                        self.value(arg, row);
                    }
                    Value::Scalar(Type::Unknown)
                }
                (StepKind::Index(index), value) => {
                    self.scalar(index, row);
                    member_of(value)
                }
                (_, value) => member_of(value),
            };
        }
        match (value, row) {
            (Value::Place, None) => Value::table(Row::unknown()),
            (value, _) => value,
        }
    }

    /// Only dynamic values have members.
    fn check_member(&mut self, value: &Value<'a>, step: &'a Step<'a>) {
        let Value::Scalar(ty) = value else { return };
        if !ty.has_members() && !matches!(step.kind, StepKind::Call(_)) {
            let message = format!("a value of type {ty} has no members");
            self.report(Diagnostic::meaning(step.span, message).with_help("read it with `parse_json(...)` first"));
        }
    }

    /// A name at the root of a path that nothing in sight has: a database, say.
    fn is_unbound(&mut self, name: &Name<'a>) -> bool {
        self.lookup(&name.text).is_none()
    }
}

fn member_of(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Scalar(Type::Dynamic) => Value::Scalar(Type::Dynamic),
        Value::Table(_) => Value::Table(Rc::new(Row::unknown())),
        _ => Value::Scalar(Type::Unknown),
    }
}

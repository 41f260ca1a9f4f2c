//! The names that columns get when the query gives none.

use std::borrow::Cow;

use super::super::functions::{ColumnNaming, function};
use super::super::lexer::{LiteralKind, string_value};
use super::super::tree::{Call, Expr, ExprKind, Path, StepKind};
use super::{Column, Resolver, Row, Type};

/// The conversions, which keep a column as it is when it has the type already.
const CONVERSIONS: [(&str, Type); 14] = [
    ("tobool", Type::Bool),
    ("toboolean", Type::Bool),
    ("todatetime", Type::DateTime),
    ("todecimal", Type::Decimal),
    ("todouble", Type::Real),
    ("toreal", Type::Real),
    ("todynamic", Type::Dynamic),
    ("toguid", Type::Guid),
    ("toint", Type::Int),
    ("tolong", Type::Long),
    ("tostring", Type::String),
    ("totime", Type::TimeSpan),
    ("totimespan", Type::TimeSpan),
    ("parse_json", Type::Dynamic),
];

impl<'a> Resolver<'a> {
    /// The column that an expression merely passes on: `a`, `(a)`, `tostring(a)` of a string.
    pub(super) fn passed_column<'r>(&self, expr: &Expr<'a>, row: &'r Row<'a>) -> Option<&'r Column<'a>> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.passed_column(inner, row),
            ExprKind::Name(name) => self.column(row, &name.text),
            ExprKind::Call(call) => {
                let [Expr { kind: ExprKind::Name(arg), .. }] = call.args.as_slice() else { return None };
                let (_, ty) = CONVERSIONS.iter().find(|(name, _)| *name == call.name.text)?;
                self.column(row, &arg.text).filter(|column| column.ty == *ty)
            }
            _ => None,
        }
    }

    /// The name that an expression suggests for its column.
    pub(super) fn suggested_name(&mut self, expr: &'a Expr<'a>, row: &Row<'a>) -> Option<Cow<'a, str>> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.suggested_name(inner, row),
            ExprKind::Name(name) => Some(Cow::Borrowed(&*name.text)),
            ExprKind::Named(named) => named.names.first().map(|n| Cow::Borrowed(&*n.text)),
            ExprKind::Call(call) => self.call_name(call, row),
            ExprKind::Path(path) => self.path_name(path, row),
            _ => None,
        }
    }

    /// `a.b["c"]` of a dynamic `a` is named `a_b_c`; of anything else, after the last step.
    fn path_name(&mut self, path: &'a Path<'a>, row: &Row<'a>) -> Option<Cow<'a, str>> {
        // A root may hold a query, whose own paths have roots: to walk each twice would take exponential time.
        let dynamic = match self.roots.get(&std::ptr::from_ref(path)) {
            Some(dynamic) => *dynamic,
            None => self.value(&path.root, Some(row)).ty().has_members(),
        };
        let mut name = self.suggested_name(&path.root, row).filter(|_| dynamic);
        for step in &path.steps {
            let part: Option<Cow<'a, str>> = match &step.kind {
                StepKind::Member(member) => Some(Cow::Borrowed(&*member.text)),
                StepKind::Index(index) => self.index_name(index),
                StepKind::Call(call) => self.call_name(call, row),
                StepKind::Wildcard(_) | StepKind::At => None,
            };
            name = match (name, part) {
                (Some(left), Some(right)) if dynamic => Some(format!("{left}_{right}").into()),
                (Some(left), None) if dynamic => Some(format!("{left}_").into()),
                (_, right) => right,
            };
        }
        name
    }

    fn index_name(&self, index: &Expr<'a>) -> Option<Cow<'a, str>> {
        let text = index.span.text(self.source);
        match index.kind {
            ExprKind::Literal(LiteralKind::String) => Some(string_value(text)),
            ExprKind::Literal(LiteralKind::Long | LiteralKind::Int) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn call_name(&mut self, call: &'a Call<'a>, row: &Row<'a>) -> Option<Cow<'a, str>> {
        let own = self.lookup(&call.name.text).is_some();
        let naming = function(&call.name.text).filter(|_| !own)?.naming;
        let first = call.args.first();
        match naming {
            ColumnNaming::Numbered => None,
            ColumnNaming::PrefixOnly(prefix) => Some(Cow::Borrowed(prefix)),
            ColumnNaming::Prefix(prefix) => {
                let name = first.and_then(|arg| self.suggested_name(arg, row)).unwrap_or_default();
                Some(format!("{prefix}_{name}").into())
            }
            ColumnNaming::First => self.suggested_name(first?, row),
            ColumnNaming::Only if call.args.len() == 1 => self.suggested_name(first?, row),
            ColumnNaming::Only => None,
            ColumnNaming::Value => self.constant(first?).filter(|name| row.get(name).is_some()),
        }
    }

    /// `Column1`, `Column2` and so on, through the whole query.
    pub(super) fn numbered_name(&mut self, row: &Row<'a>) -> Cow<'a, str> {
        loop {
            self.numbered += 1;
            let name = format!("Column{}", self.numbered);
            if self.column(row, &name).is_none() {
                return name.into();
            }
        }
    }
}

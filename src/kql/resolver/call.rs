//! Calls of functions.

use std::rc::Rc;

use super::super::functions::{Returns, function};
use super::super::tree::{Call, Expr, ExprKind};
use super::scope::Meaning;
use super::tuple::TupleColumn;
use super::{Column, FunctionOrigin, Resolver, Row, Type};

/// What an expression gives.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// A scalar of a type.
    Scalar(Type),
    /// Several columns: `arg_max(a, *)`.
    Columns(Vec<TupleColumn<'a>>),
    /// A table.
    Table(Rc<Row<'a>>),
    /// A database, a workspace, a cluster: tables are members of it.
    Place,
}

impl<'a> Value<'a> {
    pub(super) fn table(row: Row<'a>) -> Self {
        Value::Table(Rc::new(row))
    }

    /// The type where a scalar is expected; of several columns, that of the first.
    pub(super) fn ty(&self) -> Type {
        match self {
            Value::Scalar(ty) => *ty,
            Value::Columns(columns) => columns.first().map_or(Type::Unknown, |c| c.ty),
            Value::Table(_) | Value::Place => Type::Unknown,
        }
    }
}

/// The functions that lead out of the workspace.
const REMOTE: [&str; 7] = ["workspace", "app", "adx", "arg", "resource", "cluster", "database"];

impl<'a> Resolver<'a> {
    pub(super) fn call(&mut self, call: &'a Call<'a>, row: Option<&Row<'a>>) -> Value<'a> {
        let name = &*call.name.text;
        if let Some(meaning) = self.lookup(name) {
            self.function_use(name, call.name.span, FunctionOrigin::Own);
            if let Meaning::Function { function, scope } = meaning {
                return self.call_own(function, scope, &call.args, None, row);
            }
            return Value::Scalar(Type::Unknown);
        }
        if REMOTE.contains(&name) {
            return self.remote_call(call, row);
        }
        if name == "table" {
            self.function_use(name, call.name.span, FunctionOrigin::BuiltIn);
            return self.table_function(call);
        }
        if let Some(known) = function(name) {
            self.function_use(name, call.name.span, FunctionOrigin::BuiltIn);
            return self.built_in(call, known.returns, row);
        }
        self.function_use(name, call.name.span, FunctionOrigin::Stored);
        self.arguments(call, row);
        match (name, row) {
            ("_GetWatchlist", _) => Value::table(watchlist()),
            (_, None) => Value::table(Row::unknown()),
            (_, Some(_)) => Value::Scalar(Type::Unknown),
        }
    }

    /// `workspace("x")` and its like, and the functions that are found there: what they give is not known here.
    pub(super) fn remote_call(&mut self, call: &'a Call<'a>, row: Option<&Row<'a>>) -> Value<'a> {
        let name = &*call.name.text;
        let origin = if REMOTE.contains(&name) { FunctionOrigin::Remote } else { FunctionOrigin::Stored };
        self.function_use(name, call.name.span, origin);
        self.arguments(call, row);
        Value::Place
    }

    fn arguments(&mut self, call: &'a Call<'a>, row: Option<&Row<'a>>) -> Vec<Type> {
        call.args.iter().map(|arg| self.scalar(arg, row)).collect()
    }

    fn built_in(&mut self, call: &'a Call<'a>, returns: Returns, row: Option<&Row<'a>>) -> Value<'a> {
        if returns == Returns::Tuple {
            let empty = Row::default();
            return Value::Columns(self.tuple(call, row.unwrap_or(&empty)));
        }
        let types = self.arguments(call, row);
        let argument = |at: usize| types.get(at).copied().unwrap_or(Type::Unknown);
        let named = |at: usize| call.args.get(at).map_or(Type::Unknown, type_literal);
        Value::Scalar(match returns {
            Returns::Type(ty) => ty,
            Returns::Argument(at) => argument(at),
            Returns::FirstAsLong => argument(0).widest(Type::Int).or(argument(0)),
            Returns::Named(at) => named(at),
            Returns::StringOrNamed => match call.args.last().map(|a| &a.kind) {
                Some(ExprKind::TypeOf(_)) => named(call.args.len() - 1),
                _ => Type::String,
            },
            Returns::Common => self.common_type(call, &types),
            Returns::Average => match argument(0) {
                ty @ (Type::Decimal | Type::TimeSpan | Type::DateTime | Type::Unknown) => ty,
                _ => Type::Real,
            },
            Returns::Bin => match argument(0) {
                ty @ (Type::TimeSpan | Type::DateTime | Type::Unknown) => ty,
                ty => ty.widest(argument(1)),
            },
            Returns::Tuple => Type::Unknown,
            Returns::Table => return Value::Place,
        })
    }

    /// `iff(a, b, c)` and `case(a, b, c, d, e)` have the type of their results, not of their conditions. A dynamic
    /// result gives way to any other.
    fn common_type(&self, call: &Call<'a>, types: &[Type]) -> Type {
        let last = types.len().saturating_sub(1);
        let (choice, is_result): (bool, fn(usize, usize) -> bool) = match &*call.name.text {
            "iff" | "iif" => (true, |at, _| at > 0),
            "case" => (true, |at, last| at % 2 == 1 || at == last),
            _ => (false, |_, _| true),
        };
        let results: Vec<Type> =
            types.iter().enumerate().filter(|(at, _)| is_result(*at, last)).map(|(_, ty)| *ty).collect();
        let plain = results.iter().copied().filter(|ty| !choice || *ty != Type::Dynamic).reduce(Type::common);
        plain.or(results.first().copied()).unwrap_or(Type::Unknown)
    }
}

impl Type {
    /// This type, or `other` if it is unknown.
    fn or(self, other: Type) -> Type {
        if self == Type::Unknown { other } else { self }
    }
}

/// The type that `typeof(...)` names.
fn type_literal(expr: &Expr<'_>) -> Type {
    match &expr.kind {
        ExprKind::TypeOf(schema) => {
            schema.columns.first().and_then(|c| Type::of(&c.type_name.text)).unwrap_or(Type::Unknown)
        }
        _ => Type::Unknown,
    }
}

/// What every watchlist has; its own columns come on top.
fn watchlist<'a>() -> Row<'a> {
    let columns = vec![
        Column::new("_DTItemId", Type::String),
        Column::new("LastUpdatedTimeUTC", Type::DateTime),
        Column::new("SearchKey", Type::String),
        Column::new("WatchlistItem", Type::Dynamic),
    ];
    Row::new(columns, true)
}

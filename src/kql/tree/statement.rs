//! Statements: what semicolons separate.

use super::super::span::Span;
use super::{Expr, Name, Pipeline, TypedName};

/// One statement.
#[derive(Debug)]
pub struct Statement<'q> {
    /// From its first token to its last, the semicolon not included.
    pub span: Span,
    /// What it does.
    pub kind: StatementKind<'q>,
}

/// What a statement does.
#[derive(Debug)]
pub enum StatementKind<'q> {
    /// `let a = ...`
    Let(Let<'q>),
    /// A tabular or scalar expression: the query itself.
    Query(Expr<'q>),
    /// `set name = value`
    Set {
        /// The option.
        name: Name<'q>,
        /// Its value, if one is given.
        value: Option<Expr<'q>>,
    },
    /// `declare query_parameters (a: string = "x")`
    QueryParameters(Vec<Parameter<'q>>),
    /// `declare pattern p = (a: string)[b: string] { ("x").["y"] = { ... }; }`
    Pattern {
        /// The pattern.
        name: Name<'q>,
        /// One body a case.
        bodies: Vec<Body<'q>>,
    },
    /// `alias database name = cluster(...).database(...)`
    Alias {
        /// The alias.
        name: Name<'q>,
        /// What it stands for.
        value: Expr<'q>,
    },
    /// `restrict access to (T, database("x").*)`
    Restrict(Vec<Expr<'q>>),
}

/// `let name = value`
#[derive(Debug)]
pub struct Let<'q> {
    /// The name that it binds.
    pub name: Name<'q>,
    /// What it is bound to.
    pub value: LetValue<'q>,
}

/// What a `let` binds.
#[derive(Debug)]
pub enum LetValue<'q> {
    /// A scalar or a table.
    Expr(Expr<'q>),
    /// `(a: string, T: (b: long)) { ... }`
    Function(Function<'q>),
    /// `entity_group [cluster("x").database("y"), ...]`
    EntityGroup(Vec<Expr<'q>>),
}

/// A function of the query's own.
#[derive(Debug)]
pub struct Function<'q> {
    /// Whether it is a `view`, which `union *` and `search *` then see.
    pub view: bool,
    /// The parameters.
    pub parameters: Vec<Parameter<'q>>,
    /// The braces and what is between them.
    pub body: Body<'q>,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter<'q> {
    /// Its name.
    pub name: Name<'q>,
    /// Its type.
    pub kind: ParameterKind<'q>,
    /// The value when no argument is given.
    pub default: Option<Expr<'q>>,
}

/// The type of a parameter.
#[derive(Debug)]
pub enum ParameterKind<'q> {
    /// A scalar of the type that the word names.
    Scalar(Name<'q>),
    /// A table with at least these columns: `T: (a: string)`.
    Table(Vec<TypedName<'q>>),
    /// A table with any columns: `T: (*)`.
    AnyTable,
}

/// `{ let a = 1; T | take a }`
#[derive(Debug)]
pub struct Body<'q> {
    /// Braces included.
    pub span: Span,
    /// `let` and `declare` statements.
    pub statements: Vec<Statement<'q>>,
    /// The result.
    pub result: Option<Expr<'q>>,
}

impl<'q> Statement<'q> {
    /// The pipeline of a query statement: the whole of `T | where ...`, or none for a `let` or a bare expression.
    pub fn pipeline(&self) -> Option<&Pipeline<'q>> {
        match &self.kind {
            StatementKind::Query(Expr { kind: super::ExprKind::Pipe(pipeline), .. }) => Some(pipeline),
            _ => None,
        }
    }
}

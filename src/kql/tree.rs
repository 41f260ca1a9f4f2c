//! The syntax tree of a query.
//!
//! The tree borrows the source and owns nothing but its shape. Every node has its span, so any part of a query can be
//! reprinted exactly by slicing the source. Chains that authors write at length (`a or b or c`, `x.y.z`, `T | p | q`)
//! are flat lists, so the depth of a tree is the depth of its brackets and nothing else.

mod expression;
mod operator;
mod statement;
mod walk;

use std::borrow::Cow;

use super::diagnostic::Diagnostic;
use super::span::Span;

pub use expression::*;
pub use operator::*;
pub use statement::*;
pub use walk::Part;

/// A parsed query: its statements, and what is wrong with them.
#[derive(Debug)]
pub struct Tree<'q> {
    /// The text that all spans point into.
    pub source: &'q str,
    /// The statements in order. Parts that could not be read are absent or `ExprKind::Missing`.
    pub statements: Vec<Statement<'q>>,
    /// Faults of syntax, in source order. None means that Microsoft's parser accepts the query too.
    pub diagnostics: Vec<Diagnostic>,
}

/// A name as it stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name<'q> {
    /// The name itself: `a b` for `['a b']`.
    pub text: Cow<'q, str>,
    /// The whole of it, brackets included.
    pub span: Span,
}

/// `name: type`, of a parameter or a column.
#[derive(Debug)]
pub struct TypedName<'q> {
    /// The name.
    pub name: Name<'q>,
    /// The type's word, such as `string`.
    pub type_name: Name<'q>,
}

/// `(a: string, b: long)`, of a table written in a query.
#[derive(Debug, Default)]
pub struct RowSchema<'q> {
    /// Whether a `*` keeps the columns that are there (`evaluate ... : (*, a: string)`).
    pub star: bool,
    /// The columns.
    pub columns: Vec<TypedName<'q>>,
}

/// `kind=inner`, `hint.strategy=shuffle`, `withsource=T`.
#[derive(Debug)]
pub struct Param<'q> {
    /// The parameter's name.
    pub name: Name<'q>,
    /// Its value; a word is a name.
    pub value: Expr<'q>,
}

impl<'q> Param<'q> {
    /// The value if it is a word or a name: `inner` of `kind=inner`.
    pub fn word(&self) -> Option<&str> {
        match &self.value.kind {
            ExprKind::Name(name) => Some(&name.text),
            _ => None,
        }
    }
}

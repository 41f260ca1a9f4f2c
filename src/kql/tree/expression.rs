//! Expressions: scalars, and the tables that pipelines start from.

use super::super::lexer::LiteralKind;
use super::super::span::Span;
use super::{Name, Operator, Param, RowSchema};

/// An expression and its place.
#[derive(Debug)]
pub struct Expr<'q> {
    /// From its first token to its last.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind<'q>,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind<'q> {
    /// Nothing could be read here; a diagnostic says why.
    Missing,
    /// A literal; its text is the span's. Several strings in a row are one literal.
    Literal(LiteralKind),
    /// `dynamic(...)`
    Dynamic(Json),
    /// `typeof(string)`, `typeof(*, a: long)`
    TypeOf(RowSchema<'q>),
    /// A column, a variable, a table; `{name}` is a parameter that a workbook fills in.
    Name(Name<'q>),
    /// `Signin*`, in `union`, `find`, `project-away` and their like.
    Wildcard(&'q str),
    /// `*`
    Star,
    /// `@`, of a graph or entity path.
    At,
    /// `f(a, b)`
    Call(Box<Call<'q>>),
    /// `a.b["c"].d(e)`
    Path(Box<Path<'q>>),
    /// `-a`, `+a`
    Sign(Box<Expr<'q>>, SignOp),
    /// `a and b and c`; at least two.
    And(Vec<Expr<'q>>),
    /// `a or b or c`; at least two.
    Or(Vec<Expr<'q>>),
    /// `a + b - c` or `a * b / c`
    Arithmetic(Box<Arithmetic<'q>>),
    /// `a == b`, `a has b`
    Compare(Box<Compare<'q>>),
    /// `a in (b, c)`, `a has_any (T | project x)`
    In(Box<In<'q>>),
    /// `a between (b .. c)`
    Between(Box<Between<'q>>),
    /// `a = b`, `(a, b) = c`
    Named(Box<Named<'q>>),
    /// `(a)`
    Paren(Box<Expr<'q>>),
    /// `toscalar(T | count)`
    ToScalar(Box<Expr<'q>>),
    /// `totable(...)`
    ToTable(Box<Expr<'q>>),
    /// `materialize(T | ...)`
    Materialize(Box<Expr<'q>>),
    /// `T | where a | take 1`
    Pipe(Box<Pipeline<'q>>),
    /// `datatable(a: string)["x"]`
    Datatable(Box<Datatable<'q>>),
    /// `externaldata(a: string)["https://..."] with (format="csv")`
    ExternalData(Box<ExternalData<'q>>),
    /// A table of Microsoft's internal or preview forms, which is read over.
    Opaque(Vec<Expr<'q>>),
}

/// A call of a function.
#[derive(Debug)]
pub struct Call<'q> {
    /// The function.
    pub name: Name<'q>,
    /// The arguments, which may be named.
    pub args: Vec<Expr<'q>>,
}

/// A root and the steps from it.
#[derive(Debug)]
pub struct Path<'q> {
    /// What the steps start from.
    pub root: Expr<'q>,
    /// At least one.
    pub steps: Vec<Step<'q>>,
}

/// One step of a path.
#[derive(Debug)]
pub struct Step<'q> {
    /// The dot or brackets included.
    pub span: Span,
    /// What it is.
    pub kind: StepKind<'q>,
}

/// What a step of a path is.
#[derive(Debug)]
pub enum StepKind<'q> {
    /// `.name`, `.['name']`
    Member(Name<'q>),
    /// `.f(x)`
    Call(Call<'q>),
    /// `[x]`
    Index(Expr<'q>),
    /// `.T*`, after `database("x")`
    Wildcard(&'q str),
    /// `.@`
    At,
}

/// The sign before a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SignOp {
    Plus,
    Minus,
}

/// `first op a op b ...`, all operators of one rank.
#[derive(Debug)]
pub struct Arithmetic<'q> {
    /// The first operand.
    pub first: Expr<'q>,
    /// Operators and further operands; at least one.
    pub rest: Vec<(ArithmeticOp, Expr<'q>)>,
}

/// An operator on numbers, times and spans of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// `left op right`
#[derive(Debug)]
pub struct Compare<'q> {
    /// The left operand; may be `*`.
    pub left: Expr<'q>,
    /// The operator.
    pub op: CompareOp,
    /// Its place.
    pub op_span: Span,
    /// The right operand.
    pub right: Expr<'q>,
}

/// An operator that gives true or false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`, `!=` (and `<>`), `<`, `<=`, `>`, `>=`
    Order(OrderOp),
    /// An operator on strings, such as `has` or `=~`.
    Text(TextOp),
}

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum OrderOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// An operator on strings: what it looks for, whether it is negated, whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOp {
    /// What it looks for.
    pub test: TextTest,
    /// `!has`, `!~`
    pub negated: bool,
    /// `has_cs`
    pub case_sensitive: bool,
}

/// What an operator on strings looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TextTest {
    /// `=~`
    Equals,
    /// `:` of `search`, a `has` on a named column.
    Search,
    Has,
    HasPrefix,
    HasSuffix,
    Contains,
    StartsWith,
    EndsWith,
    Like,
    MatchesRegex,
}

/// `left op (items)`
#[derive(Debug)]
pub struct In<'q> {
    /// The operand.
    pub left: Expr<'q>,
    /// The operator.
    pub op: InOp,
    /// Its place.
    pub op_span: Span,
    /// Values, or one table whose first column holds them.
    pub items: Vec<Expr<'q>>,
}

/// An operator on a list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InOp {
    /// `in`, `!in`, `in~`, `!in~`
    In {
        /// `!in`
        negated: bool,
        /// `in` as against `in~`
        case_sensitive: bool,
    },
    /// `has_any`
    HasAny,
    /// `has_all`
    HasAll,
}

/// `left between (low .. high)`
#[derive(Debug)]
pub struct Between<'q> {
    /// The operand.
    pub left: Expr<'q>,
    /// `!between`
    pub negated: bool,
    /// The lower bound.
    pub low: Expr<'q>,
    /// The upper bound, or its distance from the lower.
    pub high: Expr<'q>,
}

/// `names = value`
#[derive(Debug)]
pub struct Named<'q> {
    /// One name, or several in parentheses.
    pub names: Vec<Name<'q>>,
    /// Whether parentheses are around the names.
    pub list: bool,
    /// The value.
    pub value: Expr<'q>,
}

/// A value inside `dynamic(...)`. Its text is the span's.
#[derive(Debug)]
pub struct Json {
    /// From its first token to its last.
    pub span: Span,
    /// What it is.
    pub kind: JsonKind,
}

/// What a value inside `dynamic(...)` is.
#[derive(Debug)]
pub enum JsonKind {
    /// Nothing could be read here; a diagnostic says why.
    Missing,
    /// `null`
    Null,
    /// A string, a number (a minus sign included), a truth value, a time, a GUID.
    Literal(LiteralKind),
    /// `[...]`
    Array(Vec<Json>),
    /// `{...}`; the first of each pair is the span of the key's literal.
    Object(Vec<(Span, Json)>),
}

/// A source and the operators that its rows flow through.
#[derive(Debug)]
pub struct Pipeline<'q> {
    /// The table at the head; none if an operator is: `union A, B | ...`, or a branch of `mv-apply`.
    pub source: Option<Expr<'q>>,
    /// The operators. The first has no bar before it if there is no source.
    pub stages: Vec<Stage<'q>>,
}

/// One operator of a pipeline.
#[derive(Debug)]
pub struct Stage<'q> {
    /// Offset of the `|` before it.
    pub bar: Option<u32>,
    /// The operator.
    pub operator: Operator<'q>,
}

/// A table written in the query.
#[derive(Debug)]
pub struct Datatable<'q> {
    /// Its columns.
    pub schema: RowSchema<'q>,
    /// The values, row after row.
    pub values: Vec<Expr<'q>>,
}

/// A file read at run time.
#[derive(Debug)]
pub struct ExternalData<'q> {
    /// Its columns.
    pub schema: RowSchema<'q>,
    /// Where it is, usually `h@"https://..."`.
    pub locations: Vec<Expr<'q>>,
    /// `with (format="csv")`
    pub properties: Vec<Param<'q>>,
}

//! Expressions, bound to the columns of the table that they are asked of.

use serde_json::{Value, json};

use super::fault::Fault;
use super::function::Function;
use super::table::Table;
use crate::kql::tree::{CompareOp, Expr, ExprKind, InOp, Name, SignOp, StepKind, TextTest};
use crate::kql::{LiteralKind, TokenKind, lex, string_value};

/// Steps of one path: each is a level of nesting here, and none in the syntax tree.
const LONGEST_PATH: usize = 64;

/// An expression whose names are places of columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Constant(Value),
    Column(usize),
    Member(Box<Scalar>, String),
    Index(Box<Scalar>, Box<Scalar>),
    And(Vec<Scalar>),
    Or(Vec<Scalar>),
    Compare(Box<(Scalar, Scalar)>, CompareOp),
    In { left: Box<Scalar>, items: Vec<Scalar>, negated: bool, case_sensitive: bool },
    Call(Function, Vec<Scalar>),
}

impl Scalar {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// A name that is no column, and whatever the emulator does not understand.
    pub(super) fn bind(source: &str, expr: &Expr<'_>, table: &Table) -> Result<Self, Fault> {
        let bind = |expr: &Expr<'_>| Self::bind(source, expr, table);
        let boxed = |expr: &Expr<'_>| bind(expr).map(Box::new);
        let all = |exprs: &[Expr<'_>]| exprs.iter().map(bind).collect::<Result<Vec<_>, _>>();
        let text = expr.span.text(source);
        Ok(match &expr.kind {
            ExprKind::Literal(kind) => Self::Constant(constant(*kind, text, expr)?),
            ExprKind::Sign(inner, sign) => match bind(inner)? {
                Self::Constant(Value::Number(number)) => Self::Constant(match (sign, number.as_i64()) {
                    (SignOp::Plus, _) => Value::Number(number),
                    (SignOp::Minus, Some(number)) => json!(number.saturating_neg()),
                    (SignOp::Minus, None) => json!(-number.as_f64().unwrap_or_default()),
                }),
                _ => return Err(Fault::unsupported(expr.span, "a sign before what is no number")),
            },
            ExprKind::Name(name) => Self::Column(table.require(&name.text, name.span)?),
            ExprKind::Paren(inner) => bind(inner)?,
            ExprKind::And(parts) => Self::And(all(parts)?),
            ExprKind::Or(parts) => Self::Or(all(parts)?),
            ExprKind::Path(path) => {
                if path.steps.len() > LONGEST_PATH {
                    let what = format_args!("a path of more than {LONGEST_PATH} steps");
                    return Err(Fault::unsupported(expr.span, what));
                }
                let mut whole = bind(&path.root)?;
                for step in &path.steps {
                    whole = match &step.kind {
                        StepKind::Member(name) => Self::Member(Box::new(whole), name.text.clone().into_owned()),
                        StepKind::Index(index) => Self::Index(Box::new(whole), boxed(index)?),
                        StepKind::Call(_) | StepKind::Wildcard(_) | StepKind::At => {
                            return Err(Fault::unsupported(step.span, "this step of a path"));
                        }
                    };
                }
                whole
            }
            ExprKind::Compare(compare) => {
                if let CompareOp::Text(op) = compare.op
                    && matches!(op.test, TextTest::Search | TextTest::Like | TextTest::MatchesRegex)
                {
                    let operator = compare.op_span.text(source);
                    return Err(Fault::unsupported(compare.op_span, format_args!("the operator `{operator}`")));
                }
                Self::Compare(Box::new((bind(&compare.left)?, bind(&compare.right)?)), compare.op)
            }
            ExprKind::In(within) => match within.op {
                InOp::In { negated, case_sensitive } => {
                    Self::In { left: boxed(&within.left)?, items: all(&within.items)?, negated, case_sensitive }
                }
                InOp::HasAny | InOp::HasAll => {
                    let operator = within.op_span.text(source);
                    return Err(Fault::unsupported(within.op_span, format_args!("the operator `{operator}`")));
                }
            },
            ExprKind::Call(call) => {
                let Some((function, least, most)) = Function::named(&call.name.text) else {
                    let what = format_args!("the function `{}`", call.name.text);
                    return Err(Fault::unsupported(call.name.span, what));
                };
                if !(least..=most).contains(&call.args.len()) {
                    let message = format!("{}(): function expects {least} argument(s).", call.name.text);
                    return Err(Fault::meaning(expr.span, message));
                }
                Self::Call(function, all(&call.args)?)
            }
            _ => return Err(Fault::unsupported(expr.span, "this expression")),
        })
    }

    /// Reads a column to be made: `name = value`, or a value with a name of its own (`a`, `a.b`, which is `a_b`).
    pub(super) fn bind_named(source: &str, expr: &Expr<'_>, table: &Table) -> Result<(String, Self), Fault> {
        if let ExprKind::Named(named) = &expr.kind {
            let [Name { text, .. }] = named.names.as_slice() else {
                return Err(Fault::unsupported(expr.span, "several names for one value"));
            };
            return Ok((text.clone().into_owned(), Self::bind(source, &named.value, table)?));
        }
        let bound = Self::bind(source, expr, table)?;
        let name = bound
            .name(table)
            .ok_or_else(|| Fault::unsupported(expr.span, "a value without a name; write `name = value`"))?;
        Ok((name, bound))
    }

    /// The name that the language gives a column or a path from one.
    fn name(&self, table: &Table) -> Option<String> {
        match self {
            Self::Column(at) => table.columns.get(*at).cloned(),
            Self::Member(of, name) => Some(format!("{}_{name}", of.name(table)?)),
            Self::Index(of, index) => match index.as_ref() {
                Self::Constant(Value::String(name)) => Some(format!("{}_{name}", of.name(table)?)),
                _ => None,
            },
            _ => None,
        }
    }
}

fn constant(kind: LiteralKind, text: &str, expr: &Expr<'_>) -> Result<Value, Fault> {
    Ok(match kind {
        // Several in a row are one.
        LiteralKind::String => {
            let lexed = lex(text);
            let strings = lexed.tokens.iter().filter(|token| token.kind == TokenKind::Literal(LiteralKind::String));
            json!(strings.map(|token| string_value(token.span.text(text))).collect::<String>())
        }
        LiteralKind::Bool if text.eq_ignore_ascii_case("true") => json!(true),
        LiteralKind::Bool if text.eq_ignore_ascii_case("false") => json!(false),
        LiteralKind::Long if text.parse::<i64>().is_ok() => json!(text.parse::<i64>().unwrap_or_default()),
        LiteralKind::Real if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            json!(text.parse::<f64>().unwrap_or_default())
        }
        _ => return Err(Fault::unsupported(expr.span, format_args!("the literal `{text}`"))),
    })
}

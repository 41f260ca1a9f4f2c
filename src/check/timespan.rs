//! Spans of time that a query writes down, as far as they are constant.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::query::Query;
use crate::kql::LiteralKind;
use crate::kql::tree::{ArithmeticOp, Call, Expr, ExprKind, LetValue, SignOp, StatementKind};
use crate::rule::duration::Duration;

/// How far names are followed.
const DEEPEST: u32 = 8;

/// A name, how deep it was asked for, and whether for how long ago it is.
type Asked<'q> = (&'q str, u32, bool);

/// The constants of a query.
pub(super) struct Timespans<'s, 'q> {
    query: &'s Query<'q>,
    bound: BTreeMap<&'q str, &'q Expr<'q>>,
    /// The seconds of names, once asked for: one that is used twice by each of the next would be computed two to the
    /// power of their number times.
    known: RefCell<HashMap<Asked<'q>, Option<f64>>>,
}

impl<'s, 'q> Timespans<'s, 'q> {
    /// Collects what `let` binds at the top of the query.
    pub(super) fn of(query: &'s Query<'q>) -> Self {
        let bound = query.tree.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Let(bound) => match &bound.value {
                LetValue::Expr(value) => Some((&*bound.name.text, value)),
                _ => None,
            },
            _ => None,
        });
        Self { query, bound: bound.collect(), known: RefCell::default() }
    }

    /// How far before now an expression lies: `ago(7d)`, `now() - 7d`, `now(-7d)`.
    pub(super) fn before_now(&self, expr: &Expr<'q>) -> Option<Duration> {
        let seconds = self.past(expr, 0)?;
        (seconds >= 0.0).then_some(Duration { seconds: whole(seconds) })
    }

    fn named(&self, name: &str, depth: u32, ago: bool) -> Option<f64> {
        let (name, value) = self.bound.get_key_value(name)?;
        let key = (*name, depth, ago);
        let known = self.known.borrow().get(&key).copied();
        known.unwrap_or_else(|| {
            let seconds = if ago { self.past(value, depth) } else { self.seconds(value, depth) };
            self.known.borrow_mut().insert(key, seconds);
            seconds
        })
    }

    fn past(&self, expr: &Expr<'q>, depth: u32) -> Option<f64> {
        if depth > DEEPEST {
            return None;
        }
        match &expr.kind {
            ExprKind::Paren(inner) => self.past(inner, depth + 1),
            ExprKind::Name(name) => self.named(&name.text, depth + 1, true),
            ExprKind::Call(call) => self.past_of_call(call, depth + 1),
            ExprKind::Arithmetic(chain) => {
                chain.rest.iter().try_fold(self.past(&chain.first, depth + 1)?, |past, (op, operand)| {
                    let span = self.seconds(operand, depth + 1)?;
                    match op {
                        ArithmeticOp::Subtract => Some(past + span),
                        ArithmeticOp::Add => Some(past - span),
                        _ => None,
                    }
                })
            }
            _ => None,
        }
    }

    fn past_of_call(&self, call: &Call<'q>, depth: u32) -> Option<f64> {
        match (&*call.name.text, call.args.as_slice()) {
            ("ago", [span]) => self.seconds(span, depth),
            ("now", []) => Some(0.0),
            ("now", [span]) => self.seconds(span, depth).map(|span| -span),
            ("startofday" | "bin" | "todatetime", [inner, ..]) => self.past(inner, depth),
            _ => None,
        }
    }

    fn seconds(&self, expr: &Expr<'q>, depth: u32) -> Option<f64> {
        if depth > DEEPEST {
            return None;
        }
        match &expr.kind {
            ExprKind::Literal(LiteralKind::TimeSpan) => literal(expr.span.text(self.query.text)),
            ExprKind::Paren(inner) => self.seconds(inner, depth + 1),
            ExprKind::Sign(inner, SignOp::Minus) => Some(-self.seconds(inner, depth + 1)?),
            ExprKind::Sign(inner, SignOp::Plus) => self.seconds(inner, depth + 1),
            ExprKind::Name(name) => self.named(&name.text, depth + 1, false),
            ExprKind::Call(call) if matches!(&*call.name.text, "totimespan" | "toscalar") => {
                let [arg] = call.args.as_slice() else { return None };
                match self.query.string(arg) {
                    Some(text) => literal(&text),
                    None => self.seconds(arg, depth + 1),
                }
            }
            ExprKind::Arithmetic(chain) => {
                let first = self.seconds(&chain.first, depth + 1).or_else(|| self.number(&chain.first));
                chain.rest.iter().try_fold(first?, |sum, (op, operand)| {
                    let value = || self.seconds(operand, depth + 1);
                    match op {
                        ArithmeticOp::Add => Some(sum + value()?),
                        ArithmeticOp::Subtract => Some(sum - value()?),
                        ArithmeticOp::Multiply => Some(sum * value().or_else(|| self.number(operand))?),
                        ArithmeticOp::Divide => Some(sum / self.number(operand).filter(|n| *n != 0.0)?),
                        ArithmeticOp::Modulo => None,
                    }
                })
            }
            _ => None,
        }
    }

    fn number(&self, expr: &Expr<'q>) -> Option<f64> {
        match expr.kind {
            ExprKind::Literal(LiteralKind::Long | LiteralKind::Real) => expr.span.text(self.query.text).parse().ok(),
            _ => None,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be positive; a cast saturates")]
fn whole(seconds: f64) -> u64 {
    seconds.round() as u64
}

/// `7d`, `1.5h`, `timespan(7d)`, `time(1.02:03:04)`, in seconds.
fn literal(text: &str) -> Option<f64> {
    let text = text.trim();
    let inner = ["timespan(", "time("].iter().find_map(|call| text.strip_prefix(call)?.strip_suffix(')'));
    let text = inner.unwrap_or(text).trim().trim_matches(['"', '\'']);
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if unit.starts_with(':') {
        return clock(text);
    }
    let number: f64 = number.parse().ok()?;
    Some(
        number
            * match unit {
                "d" | "day" | "days" | "" => 86_400.0,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
                "m" | "min" | "minute" | "minutes" => 60.0,
                "s" | "sec" | "second" | "seconds" => 1.0,
                "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => 0.001,
                _ => return None,
            },
    )
}

/// `1.02:03:04`: days, hours, minutes, seconds.
fn clock(text: &str) -> Option<f64> {
    let (first, rest) = text.split_once(':')?;
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let mut parts = rest.split(':').map(str::parse::<f64>);
    let minutes = parts.next()?.ok()?;
    let seconds = parts.next().and_then(Result::ok).unwrap_or(0.0);
    Some(days.parse::<f64>().ok()? * 86_400.0 + hours.parse::<f64>().ok()? * 3600.0 + minutes * 60.0 + seconds)
}

//! The value of an expression for one row.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Value, json};

use super::scalar::Scalar;
use crate::kql::tree::{CompareOp, OrderOp, TextOp, TextTest};

impl Scalar {
    /// The value for a row of the table that the expression was bound to.
    ///
    /// # Errors
    ///
    /// In words, where a value would be too long.
    pub(super) fn of(&self, row: &[Value]) -> Result<Value, String> {
        Ok(match self {
            Self::Constant(value) => value.clone(),
            Self::Column(at) => row.get(*at).cloned().unwrap_or_default(),
            Self::Member(of, name) => of.of(row)?.get(name).cloned().unwrap_or_default(),
            Self::Index(of, index) => element(&of.of(row)?, &index.of(row)?),
            Self::And(all) => {
                for one in all {
                    if !is_true(&one.of(row)?) {
                        return Ok(json!(false));
                    }
                }
                json!(true)
            }
            Self::Or(all) => {
                for one in all {
                    if is_true(&one.of(row)?) {
                        return Ok(json!(true));
                    }
                }
                json!(false)
            }
            Self::Compare(sides, op) => {
                let (left, right) = (sides.0.of(row)?, sides.1.of(row)?);
                match op {
                    CompareOp::Order(op) => ordered(*op, &left, &right),
                    CompareOp::Text(op) => json!(matches(*op, &text(&left), &text(&right)) != op.negated),
                }
            }
            Self::In { left, items, negated, case_sensitive } => {
                let left = left.of(row)?;
                let mut found = false;
                for item in items {
                    let item = item.of(row)?;
                    found |= if *case_sensitive {
                        left == item
                    } else {
                        text(&left).to_lowercase() == text(&item).to_lowercase()
                    };
                }
                json!(found != *negated)
            }
            Self::Call(function, args) => {
                let args: Vec<Value> = args.iter().map(|arg| arg.of(row)).collect::<Result<_, _>>()?;
                function.call(&args)?
            }
        })
    }
}

/// Whether a predicate holds: what is no truth value does not.
pub(super) fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

/// `tostring()`: null is empty, and an object or array its JSON.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn element(of: &Value, index: &Value) -> Value {
    let found = match (of, index) {
        (Value::Object(members), Value::String(name)) => members.get(name),
        (Value::Array(items), Value::Number(at)) => at.as_i64().and_then(|at| {
            // From the end where it is negative.
            let at = if at < 0 { i64::try_from(items.len()).ok()?.checked_add(at)? } else { at };
            items.get(usize::try_from(at).ok()?)
        }),
        _ => None,
    };
    found.cloned().unwrap_or_default()
}

/// `==`, `<` and their like. Null equals nothing, not even null, and has no order ("Null values" of the language).
fn ordered(op: OrderOp, left: &Value, right: &Value) -> Value {
    match (op, left.is_null(), right.is_null()) {
        (_, true, true) => return Value::Null,
        (OrderOp::Equal, true, _) | (OrderOp::Equal, _, true) => return json!(false),
        (OrderOp::NotEqual, true, _) | (OrderOp::NotEqual, _, true) => return json!(true),
        (_, true, _) | (_, _, true) => return Value::Null,
        _ => {}
    }
    let numbers = left.as_f64().zip(right.as_f64());
    let same = numbers.map_or_else(|| left == right, |(left, right)| left == right);
    let order = numbers.and_then(|(left, right)| left.partial_cmp(&right));
    match op {
        OrderOp::Equal => json!(same),
        OrderOp::NotEqual => json!(!same),
        OrderOp::Less => json!(order == Some(Ordering::Less)),
        OrderOp::LessEqual => json!(order.is_some_and(Ordering::is_le)),
        OrderOp::Greater => json!(order == Some(Ordering::Greater)),
        OrderOp::GreaterEqual => json!(order.is_some_and(Ordering::is_ge)),
    }
}

/// Whether a text is what the operator looks for, its negation aside.
fn matches(op: TextOp, whole: &str, part: &str) -> bool {
    let (whole, part) = if op.case_sensitive {
        (Cow::Borrowed(whole), Cow::Borrowed(part))
    } else {
        (Cow::Owned(whole.to_lowercase()), Cow::Owned(part.to_lowercase()))
    };
    match op.test {
        TextTest::Equals => whole == part,
        TextTest::Contains => whole.contains(&*part),
        TextTest::StartsWith => whole.starts_with(&*part),
        TextTest::EndsWith => whole.ends_with(&*part),
        TextTest::Has => terms(&whole, &part, true, true),
        TextTest::HasPrefix => terms(&whole, &part, true, false),
        TextTest::HasSuffix => terms(&whole, &part, false, true),
        // Refused when the expression is read.
        TextTest::Search | TextTest::Like | TextTest::MatchesRegex => false,
    }
}

/// Whether a part stands in a text with a term's boundary before or after it: no letter or digit.
fn terms(whole: &str, part: &str, before: bool, after: bool) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    whole.match_indices(part).any(|(at, _)| {
        (!before || ends(whole[..at].chars().next_back())) && (!after || ends(whole[at + part.len()..].chars().next()))
    })
}

/// The order of two values in `sort by`: null first, then truth values, numbers, texts, and the rest by its JSON.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    rank(left).cmp(&rank(right)).then_with(|| match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => text(left).cmp(&text(right)),
    })
}

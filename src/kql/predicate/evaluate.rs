//! Conditions on a row in memory. What they mean is written down in the module above.

use core::net::IpAddr;

use super::{Bound, Column, Operation, Predicate, Test, TextTest};
use crate::kql::types::Type;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value, or no such column.
    Nothing,
    /// The text that `tostring()` gives.
    Text(String),
    /// A dynamic array.
    List(Vec<Cell>),
}

impl Predicate {
    /// Whether it holds of a row; `row` gives the value of a column.
    pub fn holds(&self, row: &dyn Fn(&Column) -> Cell) -> bool {
        self.decide(row, false)
    }

    fn decide(&self, row: &dyn Fn(&Column) -> Cell, negated: bool) -> bool {
        match self {
            Predicate::All(parts) => parts.iter().all(|part| part.decide(row, negated)),
            Predicate::Any(parts) => parts.iter().any(|part| part.decide(row, negated)),
            Predicate::Not(inner) => !inner.decide(row, !negated),
            Predicate::Test(test) => test.decide(&row(&test.column), negated),
        }
    }
}

impl Test {
    fn decide(&self, cell: &Cell, negated: bool) -> bool {
        match (cell, &self.operation) {
            (Cell::Nothing, operation) => text(operation, ""),
            (Cell::Text(value), operation) => text(operation, value),
            (Cell::List(items), Operation::IsEmpty) => items.is_empty(),
            // Whatever it says, the row is kept.
            (Cell::List(_), _) if self.column.ty == Type::Unknown => negated,
            (Cell::List(items), Operation::OneOf { .. }) => {
                let element = |item: &Cell| matches!(item, Cell::Text(value) if text(&self.operation, value));
                !items.is_empty() && items.iter().all(element)
            }
            (Cell::List(_), _) => false,
        }
    }
}

fn text(operation: &Operation, value: &str) -> bool {
    match operation {
        Operation::OneOf { values, case_sensitive } | Operation::Listed { values, case_sensitive, .. } => {
            if *case_sensitive {
                values.iter().any(|one| one == value)
            } else {
                values.iter().any(|one| fold(one) == fold(value))
            }
        }
        Operation::Text { test, value: part, case_sensitive: true } => holds(*test, value, part),
        Operation::Text { test, value: part, case_sensitive: false } => holds(*test, &fold(value), &fold(part)),
        Operation::Matches(pattern) => pattern.is_match(value),
        Operation::InRange(ranges) => {
            value.parse::<IpAddr>().is_ok_and(|address| ranges.iter().any(|range| range.contains(address)))
        }
        Operation::Compare { greater, bound } => {
            let order = match bound {
                Bound::Number(bound) => number(value).and_then(|value| value.partial_cmp(bound)),
                Bound::Time(bound) => value.parse::<jiff::Timestamp>().ok().map(|value| value.cmp(bound)),
            };
            order.is_some_and(|order| if *greater { order.is_gt() } else { order.is_lt() })
        }
        Operation::IsEmpty => value.is_empty(),
    }
}

fn holds(test: TextTest, value: &str, part: &str) -> bool {
    match test {
        TextTest::Contains => value.contains(part),
        TextTest::StartsWith => value.starts_with(part),
        TextTest::EndsWith => value.ends_with(part),
        TextTest::Has => {
            let bounded = |at: usize| {
                let before = value[..at].chars().next_back();
                let after = value[at + part.len()..].chars().next();
                !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
            };
            // `match_indices` would pass over the second `a-a` of `xa-a-a`.
            value.char_indices().any(|(at, _)| value[at..].starts_with(part) && bounded(at))
        }
    }
}

/// A text in which case no longer matters.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        })
        .collect()
}

/// A number as `todouble()` reads it; the words for infinity and not-a-number are none.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    text.parse().ok().filter(|_| plain)
}

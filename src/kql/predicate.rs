//! Conditions on the columns of a row: as KQL, and as an evaluator that says the same of a row in memory.
//!
//! # What a condition means
//!
//! Every condition is true or false, never null, whatever the row holds; so `not` means "is not so", and
//! `not(A and B)` is what it says. A condition that can't be decided (no such column, no value, a text where an address
//! or a number is asked for) is false. Only `isEmpty` is true of a value that is not there.
//!
//! - Values are compared as the text that `tostring()` gives: a number as its digits, a boolean as `true` or `false`.
//! - Text is compared without case unless asked for: character by character, each with its one-to-one upper case form.
//!   Beyond ASCII that is our reading of Kusto's ordinal comparison; nobody could verify it against the live service.
//! - `has` finds whole terms: neither neighbour of what is found is a letter or a digit. Its operand begins and ends
//!   with an ASCII letter or digit, for nothing else is a term (Kusto's page on string operators).
//! - `matches` finds its expression anywhere in the text, as `matches regex` does.
//! - `inRange` takes one address in its usual form, an IPv4 address against IPv4 ranges and an IPv6 address against
//!   IPv6 ranges. An address with a prefix length (`10.0.0.1/8`) is none: Kusto would compare with the shorter of both
//!   prefixes, and `0.0.0.0/0` in a row would be in every range.
//! - `greaterThan` and `lessThan` compare numbers as reals, or instants.
//! - An array (a dynamic column such as `make_set` makes) is one of some values only if it has an element and *every*
//!   element is: an alert on several accounts is hidden only if all of them are excluded. It fits no other condition,
//!   and is empty if it has no element. In a column whose type is not known, an array is never a reason to hide a row:
//!   a condition on it counts as not met, and under `not` as met.

mod address;
mod evaluate;
mod pattern;
mod print;

pub use address::AddressRange;
pub use evaluate::{Cell, fold};
pub use pattern::Pattern;
pub use print::{Unprintable, literal, name as name_in_query};

use super::types::Type;

/// A tree of conditions.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// All of them hold; true if there is none.
    All(Vec<Predicate>),
    /// One of them holds; false if there is none.
    Any(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A condition on one column.
    Test(Test),
}

/// A condition on one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The column.
    pub column: Column,
    /// What holds of its value.
    pub operation: Operation,
}

/// A column as far as it is known where the condition is to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name; case counts.
    pub name: String,
    /// Its type, or [`Type::Unknown`].
    pub ty: Type,
    /// Whether it is certain that it is there. Else it is read with `column_ifexists`, and is empty where it is not.
    pub certain: bool,
}

/// What holds of a column's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// It is one of these texts.
    OneOf {
        /// The texts; at least one, none of them empty.
        values: Vec<String>,
        /// Whether upper and lower case differ.
        case_sensitive: bool,
    },
    /// It is one of these texts, which stand in a watchlist and not in the query. An array can't be decided by it.
    Listed {
        /// The watchlist's alias.
        alias: String,
        /// What the watchlist holds, for the evaluator; at least one, none of them empty.
        values: Vec<String>,
        /// Whether upper and lower case differ.
        case_sensitive: bool,
    },
    /// It holds a text in some way.
    Text {
        /// In which way.
        test: TextTest,
        /// The text; not empty.
        value: String,
        /// Whether upper and lower case differ.
        case_sensitive: bool,
    },
    /// It matches a regular expression somewhere.
    Matches(Pattern),
    /// It is an address in one of these ranges.
    InRange(Vec<AddressRange>),
    /// It is above or below a bound, which is not part of it.
    Compare {
        /// Above, not below.
        greater: bool,
        /// The bound.
        bound: Bound,
    },
    /// It has no value, or an empty one.
    IsEmpty,
}

/// How a value holds a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum TextTest {
    Contains,
    Has,
    StartsWith,
    EndsWith,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A number; finite.
    Number(f64),
    /// An instant.
    Time(jiff::Timestamp),
}

impl Predicate {
    /// Calls `visit` with every condition on a column.
    pub fn each<'p>(&'p self, visit: &mut dyn FnMut(&'p Test)) {
        match self {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|part| part.each(visit)),
            Predicate::Not(inner) => inner.each(visit),
            Predicate::Test(test) => visit(test),
        }
    }
}

impl Predicate {
    /// The same conditions, each with the operation that `change` makes of its own.
    #[must_use]
    pub fn with(&self, change: &dyn Fn(&Operation) -> Operation) -> Predicate {
        let all = |parts: &[Predicate]| parts.iter().map(|part| part.with(change)).collect();
        match self {
            Predicate::All(parts) => Predicate::All(all(parts)),
            Predicate::Any(parts) => Predicate::Any(all(parts)),
            Predicate::Not(inner) => Predicate::Not(Box::new(inner.with(change))),
            Predicate::Test(test) => {
                Predicate::Test(Test { column: test.column.clone(), operation: change(&test.operation) })
            }
        }
    }

    /// The same conditions, each on the column that `lookup` makes of its own.
    ///
    /// # Errors
    /// The first that `lookup` gives.
    pub fn on<E>(&self, lookup: &dyn Fn(&Column) -> Result<Column, E>) -> Result<Predicate, E> {
        let all = |parts: &[Predicate]| parts.iter().map(|part| part.on(lookup)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Predicate::All(parts) => Predicate::All(all(parts)?),
            Predicate::Any(parts) => Predicate::Any(all(parts)?),
            Predicate::Not(inner) => Predicate::Not(Box::new(inner.on(lookup)?)),
            Predicate::Test(test) => {
                Predicate::Test(Test { column: lookup(&test.column)?, operation: test.operation.clone() })
            }
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

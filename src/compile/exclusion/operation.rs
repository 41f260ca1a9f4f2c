//! An operator as its author wrote it to what the query language has for it.

use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::kql::predicate::{AddressRange, Bound, Operation, Pattern, TextTest};
use crate::rule::exclusion::{self, FieldTest};
use crate::rule::fields::quoted;

/// The operation, and whether it must not hold.
///
/// # Errors
/// An operand that can never work, at its place.
pub(super) fn operation(test: &FieldTest) -> Result<(Operation, bool), Box<Diagnostic>> {
    match &test.operation {
        exclusion::Operation::Matches(value) => match Pattern::new(&value.value, test.case_sensitive) {
            Ok(pattern) => Ok((Operation::Matches(pattern), false)),
            Err(why) => {
                let message = format!("{} is no regular expression: {why}", quoted(&value.value));
                Err(fault(value, message, "Kusto has neither look-around nor back-references"))
            }
        },
        _ => proven(test),
    }
}

/// The same of an exclusion that was proven when it was read: expressions are not compiled again.
///
/// # Errors
/// As [`operation`].
pub(super) fn proven(test: &FieldTest) -> Result<(Operation, bool), Box<Diagnostic>> {
    let case_sensitive = test.case_sensitive;
    let text = |test, value: &Spanned<String>| Operation::Text { test, value: value.value.clone(), case_sensitive };
    let found = match &test.operation {
        exclusion::Operation::OneOf(values) => {
            Operation::OneOf { values: values.iter().map(|value| value.value.clone()).collect(), case_sensitive }
        }
        exclusion::Operation::Contains(value) => text(TextTest::Contains, value),
        exclusion::Operation::StartsWith(value) => text(TextTest::StartsWith, value),
        exclusion::Operation::EndsWith(value) => text(TextTest::EndsWith, value),
        exclusion::Operation::Has(value) => {
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if !edge(value.value.chars().next()) || !edge(value.value.chars().next_back()) {
                let message = format!("`has` looks for whole terms, and {} is none", quoted(&value.value));
                return Err(fault(value, message, "begin and end it with an ASCII letter or digit, or use `contains`"));
            }
            text(TextTest::Has, value)
        }
        exclusion::Operation::Matches(value) => Operation::Matches(Pattern::proven(&value.value, case_sensitive)),
        exclusion::Operation::InRange(ranges) => {
            Operation::InRange(ranges.iter().map(range).collect::<Result<_, _>>()?)
        }
        exclusion::Operation::GreaterThan(bound) => Operation::Compare { greater: true, bound: self::bound(*bound) },
        exclusion::Operation::LessThan(bound) => Operation::Compare { greater: false, bound: self::bound(*bound) },
        exclusion::Operation::IsEmpty(wanted) => return Ok((Operation::IsEmpty, !wanted)),
    };
    Ok((found, false))
}

fn range(text: &Spanned<String>) -> Result<AddressRange, Box<Diagnostic>> {
    AddressRange::parse(text.value.trim()).ok_or_else(|| {
        let message = format!("{} is no range of addresses", quoted(&text.value));
        fault(
            text,
            message,
            "write 10.20.0.0/16 or 2001:db8::/32, with no bits beyond the prefix; one address is a range too",
        )
    })
}

fn bound(bound: exclusion::Bound) -> Bound {
    match bound {
        exclusion::Bound::Number(number) => Bound::Number(number),
        exclusion::Bound::Time(time) => Bound::Time(time),
    }
}

fn fault(value: &Spanned<String>, message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidValue, value.span, message).help(help))
}

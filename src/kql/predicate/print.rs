//! Conditions as KQL.

use super::{AddressRange, Bound, Column, Operation, Predicate, Test, TextTest};
use crate::diagnostic::hidden::is_hidden;
use crate::kql::lexer::{TokenKind, lex};
use crate::kql::types::Type;

/// Why a condition has no KQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// A control, format or separator character could end a line or hide what is read.
    #[error("a value has a hidden character")]
    HiddenCharacter,
    /// An array is decided element by element, which only `equals` and `in` are.
    #[error("the column {0} is dynamic and may hold an array: only equals, in and isEmpty can be decided there")]
    Dynamic(String),
    /// A watchlist's values are no array that an array could be held against.
    #[error("the column {0} is dynamic and may hold an array, which can't be held against a watchlist")]
    DynamicList(String),
    /// The column's type has no order, or another one.
    #[error("the column {column} is of type {ty}, which can't be compared with {with}")]
    Incomparable {
        /// The column.
        column: String,
        /// Its type.
        ty: Type,
        /// What it would be compared with.
        with: &'static str,
    },
    /// A `has` that no term begins or ends with.
    #[error("has looks for whole terms, and this operand does not begin and end with an ASCII letter or digit")]
    NoTerm,
}

impl Predicate {
    /// The condition as a Boolean expression of KQL that is never null, on one line.
    ///
    /// # Errors
    /// See [`Unprintable`].
    pub fn to_kql(&self) -> Result<String, Unprintable> {
        self.print(false)
    }

    /// `negated` is whether an odd number of `not`s is around it.
    fn print(&self, negated: bool) -> Result<String, Unprintable> {
        match self {
            Predicate::All(parts) => join(parts, negated, " and ", "true"),
            Predicate::Any(parts) => join(parts, negated, " or ", "false"),
            Predicate::Not(inner) => Ok(format!("not({})", inner.print(!negated)?)),
            Predicate::Test(test) => test.print(negated),
        }
    }
}

fn join(parts: &[Predicate], negated: bool, word: &str, none: &str) -> Result<String, Unprintable> {
    match parts {
        [] => Ok(none.to_owned()),
        [one] => one.print(negated),
        many => {
            let parts: Vec<String> = many.iter().map(|part| part.print(negated)).collect::<Result<_, _>>()?;
            Ok(format!("({})", parts.join(word)))
        }
    }
}

/// What a dynamic value may be whose JSON text could hold what is looked for.
const SEVERAL: &str = "(\"array\", \"dictionary\")";

impl Test {
    fn print(&self, negated: bool) -> Result<String, Unprintable> {
        let Test { column, operation } = self;
        let (value, text) = (value(column)?, text(column)?);
        let (dynamic, unknown) = (column.ty == Type::Dynamic, column.ty == Type::Unknown);
        let refused = || Unprintable::Dynamic(column.name.clone());
        // An array of unknown type keeps its row: under `not` the condition counts as met.
        let kept = |condition: String| match unknown && negated {
            true => format!("({condition} or gettype({value}) in {SEVERAL})"),
            false => condition,
        };
        // So does one whose JSON text could hold what is looked for.
        let whole = |condition: String| match (unknown, negated) {
            (true, false) => format!("({condition} and gettype({value}) !in {SEVERAL})"),
            _ => kept(condition),
        };
        match operation {
            Operation::OneOf { values, case_sensitive } => {
                let scalar = one_of(&text, values, *case_sensitive)?;
                if !dynamic {
                    return Ok(kept(scalar));
                }
                let array = every_element_of(&value, values, *case_sensitive)?;
                Ok(format!("coalesce(iff(gettype({value}) == \"array\", {array}, {scalar}), false)"))
            }
            Operation::Listed { .. } if dynamic => Err(Unprintable::DynamicList(column.name.clone())),
            Operation::Listed { alias, case_sensitive, .. } => {
                let word = if *case_sensitive { "in" } else { "in~" };
                Ok(kept(format!("{text} {word} ((_GetWatchlist({}) | project tostring(SearchKey)))", literal(alias)?)))
            }
            Operation::IsEmpty if dynamic || unknown => {
                Ok(format!("(isempty({text}) or (gettype({value}) == \"array\" and {text} == \"[]\"))"))
            }
            Operation::IsEmpty => Ok(format!("isempty({text})")),
            _ if dynamic => Err(refused()),
            Operation::Text { test, value: part, case_sensitive } => {
                if *test == TextTest::Has && !is_term(part) {
                    return Err(Unprintable::NoTerm);
                }
                let word = match test {
                    TextTest::Contains => "contains",
                    TextTest::Has => "has",
                    TextTest::StartsWith => "startswith",
                    TextTest::EndsWith => "endswith",
                };
                let suffix = if *case_sensitive { "_cs" } else { "" };
                Ok(whole(format!("{text} {word}{suffix} {}", literal(part)?)))
            }
            Operation::Matches(pattern) => Ok(whole(format!("{text} matches regex {}", literal(&pattern.source())?))),
            Operation::InRange(ranges) => {
                let parts: Vec<String> = ranges.iter().map(|range| in_range(&text, *range)).collect();
                Ok(kept(if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" or ")) }))
            }
            Operation::Compare { greater, bound } => {
                let sign = if *greater { '>' } else { '<' };
                let (left, right) = compared(column, &value, &text, *bound)?;
                Ok(kept(format!("coalesce({left} {sign} {right}, false)")))
            }
        }
    }
}

fn one_of(text: &str, values: &[String], case_sensitive: bool) -> Result<String, Unprintable> {
    let literals: Vec<String> = values.iter().map(|value| literal(value)).collect::<Result<_, _>>()?;
    Ok(match (literals.as_slice(), case_sensitive) {
        ([one], true) => format!("{text} == {one}"),
        ([one], false) => format!("{text} =~ {one}"),
        (many, true) => format!("{text} in ({})", many.join(", ")),
        (many, false) => format!("{text} in~ ({})", many.join(", ")),
    })
}

/// Whether an array has an element, and every one is among some values. Without case its JSON text is lowered, which
/// leaves it JSON: no escape of JSON has an upper-case letter that counts. It is read from its text with case too, for
/// Microsoft's analysis refuses `array_length` of a value that it knows to be an element of an array (KS234).
fn every_element_of(value: &str, values: &[String], case_sensitive: bool) -> Result<String, Unprintable> {
    let lowered = |one: &String| if case_sensitive { one.clone() } else { one.to_lowercase() };
    let literals: Vec<String> = values.iter().map(|one| literal(&lowered(one))).collect::<Result<_, _>>()?;
    let text = if case_sensitive { format!("tostring({value})") } else { format!("tolower(tostring({value}))") };
    let array = format!("todynamic({text})");
    let rest = format!("array_length(set_difference({array}, dynamic([{}])))", literals.join(", "));
    Ok(format!("array_length({array}) > 0 and {rest} == 0"))
}

/// Null where there is no address, so false is put in its place; a row's own prefix length is no address.
fn in_range(text: &str, range: AddressRange) -> String {
    if range.is_ipv4() {
        format!("coalesce(ipv4_is_in_range({text}, \"{range}\") and {text} !contains \"/\", false)")
    } else {
        let plain = "@\"^[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*$\"";
        format!("coalesce(ipv6_is_in_range({text}, \"{range}\") and {text} matches regex {plain}, false)")
    }
}

fn compared(column: &Column, value: &str, text: &str, bound: Bound) -> Result<(String, String), Unprintable> {
    use Type::{Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String as Text, TimeSpan, Unknown};
    let fault = |with| Unprintable::Incomparable { column: column.name.clone(), ty: column.ty, with };
    match bound {
        Bound::Number(number) => {
            let left = match column.ty {
                Int | Long | Real => value.to_owned(),
                Decimal => format!("todouble({value})"),
                Text | Unknown => format!("todouble({text})"),
                Bool | DateTime | TimeSpan | Guid | Dynamic => return Err(fault("a number")),
            };
            Ok((left, format!("real({number})")))
        }
        Bound::Time(time) => {
            let left = match column.ty {
                DateTime => value.to_owned(),
                Text | Unknown => format!("todatetime({text})"),
                Bool | Int | Long | Real | Decimal | TimeSpan | Guid | Dynamic => return Err(fault("a time")),
            };
            Ok((left, format!("datetime({time})")))
        }
    }
}

/// A column's value. One that may not be there is empty where it is not.
fn value(column: &Column) -> Result<String, Unprintable> {
    if !column.certain {
        return Ok(format!("column_ifexists({}, \"\")", literal(&column.name)?));
    }
    name(&column.name)
}

/// A column's value as text, whatever its type is taken for: a wrong guess would break the rule.
fn text(column: &Column) -> Result<String, Unprintable> {
    Ok(format!("tostring({})", value(column)?))
}

/// A name as it may stand in a query: in brackets unless it is a plain word that means nothing else.
pub fn name(name: &str) -> Result<String, Unprintable> {
    let tokens = lex(name).tokens;
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.as_bytes()[0].is_ascii_digit()
        && tokens
            .first()
            .is_some_and(|token| token.kind == TokenKind::Identifier && token.span.range() == (0..name.len()));
    if plain { Ok(name.to_owned()) } else { Ok(format!("[{}]", literal(name)?)) }
}

/// A text as a string literal. Nothing in it can end the literal or the line.
///
/// # Errors
/// If it has a control, format or separator character.
pub fn literal(text: &str) -> Result<String, Unprintable> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\\' | '"' => quoted.extend(['\\', c]),
            '\t' | '\n' | '\r' => return Err(Unprintable::HiddenCharacter),
            c if is_hidden(c) => return Err(Unprintable::HiddenCharacter),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

fn is_term(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(text.chars().next()) && ends(text.chars().next_back())
}

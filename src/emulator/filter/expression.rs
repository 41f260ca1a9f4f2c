//! The expressions of `$filter`: comparisons, `contains` and its like, joined by `and`, `or`, `not` and parentheses.

use std::cmp::Ordering;

use serde_json::Value;

use super::{compare, is_path};

/// How deep parentheses may nest.
const DEPTH: usize = 32;

/// One expression that a resource fulfils or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Any(Vec<Expression>),
    All(Vec<Expression>),
    Not(Box<Expression>),
    /// A comparison: pointer, the orders that fulfil it, value.
    Compare(String, &'static [Ordering], Value),
    /// A function of a property's text, without case.
    Text(Test, String, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Contains,
    StartsWith,
    EndsWith,
}

impl Expression {
    /// Reads a text; `None` where it is not understood to its end.
    pub(super) fn read(text: &str) -> Option<Self> {
        let words = words(text)?;
        let mut reader = Reader { words: &words, depth: 0 };
        let expression = reader.any()?;
        reader.words.is_empty().then_some(expression)
    }

    pub(super) fn holds(&self, resource: &Value) -> bool {
        let at = |pointer: &str| resource.pointer(pointer).unwrap_or(&Value::Null);
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(resource)),
            Self::All(parts) => parts.iter().all(|part| part.holds(resource)),
            Self::Not(part) => !part.holds(resource),
            Self::Compare(pointer, orders, value) => {
                let found = at(pointer);
                // Nothing is greater or less than null.
                let ordered = !found.is_null() && !value.is_null();
                let equality = orders.contains(&Ordering::Equal) == (orders.len() == 1);
                (ordered || equality) && orders.contains(&compare(found, value))
            }
            Self::Text(test, pointer, text) => at(pointer).as_str().is_some_and(|found| {
                let found = found.to_lowercase();
                match test {
                    Test::Contains => found.contains(text),
                    Test::StartsWith => found.starts_with(text),
                    Test::EndsWith => found.ends_with(text),
                }
            }),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Open,
    Close,
    Comma,
    Name(String),
    Text(String),
}

/// Splits a text into words; quotes are doubled inside of a text.
fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            ',' => (Word::Comma, 1),
            '\'' => {
                let mut end = 1;
                loop {
                    end += rest[end..].find('\'')? + 1;
                    if !rest[end..].starts_with('\'') {
                        break;
                    }
                    end += 1;
                }
                (Word::Text(rest[1..end - 1].replace("''", "'")), end)
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "(),'".contains(c)).unwrap_or(rest.len());
                (Word::Name(rest[..end].to_owned()), end)
            }
        };
        words.push(word);
        rest = rest[length..].trim_start();
    }
    Some(words)
}

struct Reader<'a> {
    words: &'a [Word],
    depth: usize,
}

impl Reader<'_> {
    fn any(&mut self) -> Option<Expression> {
        self.joined("or", Self::all, Expression::Any)
    }

    fn all(&mut self) -> Option<Expression> {
        self.joined("and", Self::one, Expression::All)
    }

    fn joined(
        &mut self,
        by: &str,
        part: fn(&mut Self) -> Option<Expression>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Option<Expression> {
        let mut parts = vec![part(self)?];
        while self.take_name(by) {
            parts.push(part(self)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(join(parts)) }
    }

    fn one(&mut self) -> Option<Expression> {
        if self.take_name("not") {
            self.depth += 1;
            let part = (self.depth <= DEPTH).then(|| self.one())??;
            self.depth -= 1;
            return Some(Expression::Not(Box::new(part)));
        }
        match self.next()? {
            Word::Open => {
                self.depth += 1;
                let inner = (self.depth <= DEPTH).then(|| self.any())??;
                self.depth -= 1;
                (self.next()? == Word::Close).then_some(inner)
            }
            Word::Name(name) if self.words.first() == Some(&Word::Open) => self.function(&name),
            Word::Name(path) if is_path(&path) => {
                let Word::Name(operator) = self.next()? else { return None };
                let value = self.value()?;
                Some(Expression::Compare(format!("/{path}"), orders(&operator)?, value))
            }
            _ => None,
        }
    }

    fn function(&mut self, name: &str) -> Option<Expression> {
        let test = match name.to_ascii_lowercase().as_str() {
            "contains" => Test::Contains,
            "startswith" => Test::StartsWith,
            "endswith" => Test::EndsWith,
            _ => return None,
        };
        let (Word::Open, Word::Name(path), Word::Comma, Word::Text(text), Word::Close) =
            (self.next()?, self.next()?, self.next()?, self.next()?, self.next()?)
        else {
            return None;
        };
        is_path(&path).then(|| Expression::Text(test, format!("/{path}"), text.to_lowercase()))
    }

    /// A text in quotes, a number, a boolean, null, or a time, which OData writes without quotes.
    fn value(&mut self) -> Option<Value> {
        match self.next()? {
            Word::Text(text) => Some(Value::String(text)),
            Word::Name(word) => match serde_json::from_str(&word) {
                Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => Some(value),
                _ => word.parse::<jiff::Timestamp>().is_ok().then_some(Value::String(word)),
            },
            _ => None,
        }
    }

    fn next(&mut self) -> Option<Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first.clone())
    }

    fn take_name(&mut self, name: &str) -> bool {
        let found = matches!(self.words.first(), Some(Word::Name(word)) if word.eq_ignore_ascii_case(name));
        if found {
            self.words = &self.words[1..];
        }
        found
    }
}

fn orders(operator: &str) -> Option<&'static [Ordering]> {
    use Ordering::{Equal, Greater, Less};
    Some(match operator.to_ascii_lowercase().as_str() {
        "eq" => &[Equal],
        "ne" => &[Less, Greater],
        "gt" => &[Greater],
        "ge" => &[Greater, Equal],
        "lt" => &[Less],
        "le" => &[Less, Equal],
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_hold_as_they_say() {
        let resource = json!({"name": "O'Neil", "properties": {
            "status": "Closed", "number": 7, "at": "2026-11-24T08:00:00Z", "flag": true, "none": null,
        }});
        for (text, holds) in [
            ("properties/status eq 'closed'", true),
            ("properties/status ne 'Closed'", false),
            ("properties/number gt 6 and properties/number le 7", true),
            ("properties/number lt 7 or properties/flag eq true", true),
            ("not (properties/status eq 'New') and name eq 'O''Neil'", true),
            ("properties/at ge 2026-11-24T09:00:00+01:00", true),
            ("properties/at gt '2026-11-24T08:00:00.000Z'", false),
            ("properties/none eq null and properties/missing eq null", true),
            ("properties/missing lt 5", false),
            ("properties/missing ne 5", true),
            ("contains(name,'NEIL') and startswith(name, 'o') and endswith(properties/status, 'ed')", true),
            ("((properties/status eq 'Active') or (properties/status eq 'New'))", false),
        ] {
            assert_eq!(Expression::read(text).unwrap().holds(&resource), holds, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_filter() {
        let deep = format!("{}name eq 'x'{}", "(".repeat(100), ")".repeat(100));
        let denied = format!("{} name eq 'x'", "not ".repeat(10_000));
        for text in [
            "",
            "name",
            "name eq",
            "name eq x",
            "name like 'x'",
            "name eq 'x",
            "name eq 'x' and",
            "name eq 'x' name",
            "(name eq 'x'",
            "name eq 'x')",
            "length(name) eq 3",
            "contains(name)",
            "contains('x',name)",
            "properties/labels/any(l: l eq 'x')",
            "na~me eq 'x'",
            &deep,
            &denied,
        ] {
            assert_eq!(Expression::read(text), None, "{text}");
        }
    }
}

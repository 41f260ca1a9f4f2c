//! The tree under `when`.

use super::{Bound, Condition, Field, FieldTest, IncidentProperty, Operation, moment};
use crate::diagnostic::hidden::is_hidden;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned, nearest};
use crate::rule::fields::{Fields, quoted};
use crate::rule::read::one_or_more;
use crate::rule::yaml::{Node, Value, as_bool};

/// Whose conditions are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rule) enum Subject {
    /// A row of a query's result.
    Row,
    /// What was raised: an incident, or the row behind it.
    Incident,
}

impl Subject {
    /// The keys that name a field.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Row => &FIELDS,
            Self::Incident => &INCIDENT_FIELDS,
        }
    }
}

const GROUPS: [&str; 3] = ["all", "any", "not"];
pub(in crate::rule) const FIELDS: [&str; 3] = ["entity", "column", "customDetail"];
pub(in crate::rule) const INCIDENT_FIELDS: [&str; 4] = ["entity", "incident", "customDetail", "column"];
pub(in crate::rule) const OPERATORS: [&str; 11] = [
    "equals",
    "in",
    "contains",
    "has",
    "startsWith",
    "endsWith",
    "matches",
    "inRange",
    "greaterThan",
    "lessThan",
    "isEmpty",
];
const A_CONDITION: &str =
    "write a group (`all`, `any` or `not`), or a field with an operator: `{entity: Account.Name, equals: svc-backup}`";

/// Reads a condition.
pub(in crate::rule) fn condition(
    node: Node<'_>,
    subject: Subject,
    problems: &mut Vec<Diagnostic>,
) -> Option<Condition> {
    let span = node.span;
    if let Value::Sequence(_) = &node.value {
        problems.push(
            Diagnostic::new(Code::WrongType, span, "a condition must be a mapping, this is a list")
                .help("say `all:` or `any:` before the list: whether all of them must hold, or one"),
        );
        return None;
    }
    let mut fields = Fields::of(node, "a condition", problems)?;
    let before = fields.problems.len();
    let groups: Vec<&'static str> = GROUPS.into_iter().filter(|key| fields.has(key)).collect();
    let found = match groups.as_slice() {
        [] => field_test(subject, &mut fields),
        ["not"] => fields.take("not").and_then(|entry| {
            condition(entry.value, subject, fields.problems).map(|inner| Condition::Not(Box::new(inner)))
        }),
        [key] => group(key, subject, &mut fields),
        [_, key, ..] => {
            fault(
                &mut fields,
                span,
                format!("a condition has `{}` and `{key}`: which of them counts is left open", groups[0]),
            );
            fields.keep(&GROUPS);
            None
        }
    };
    if let (None, [key]) = (&found, groups.as_slice())
        && fields.problems.len() == before
    {
        fault(&mut fields, span, format!("`{key}` holds nothing"));
    }
    fields.finish_strict();
    found
}

fn fault(fields: &mut Fields<'_, '_>, span: Span, message: String) {
    fields.problems.push(Diagnostic::new(Code::InvalidValue, span, message).help(A_CONDITION));
}

fn group(key: &'static str, subject: Subject, fields: &mut Fields<'_, '_>) -> Option<Condition> {
    let list = fields.list(key)?;
    if list.value.is_empty() {
        fault(fields, list.span, format!("`{key}` holds nothing"));
        return None;
    }
    let wanted = list.value.len();
    let parts: Vec<Condition> =
        list.value.into_iter().filter_map(|item| condition(item, subject, fields.problems)).collect();
    if parts.len() < wanted {
        return None;
    }
    Some(if key == "all" { Condition::All(parts) } else { Condition::Any(parts) })
}

fn field_test(subject: Subject, fields: &mut Fields<'_, '_>) -> Option<Condition> {
    let span = fields.span;
    let field = field(subject, fields);
    let operation = operation(fields);
    let case = fields.boolean("caseSensitive");
    if let (Some(case), Some(operation)) = (&case, &operation)
        && matches!(
            operation,
            Operation::InRange(_) | Operation::GreaterThan(_) | Operation::LessThan(_) | Operation::IsEmpty(_)
        )
    {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, case.span, "`caseSensitive` has no meaning for this operator")
                .help("remove it"),
        );
    }
    let case_sensitive = case.is_some_and(|case| case.value);
    Some(Condition::Field(FieldTest { field: field?, operation: operation?, case_sensitive, span }))
}

fn field(subject: Subject, fields: &mut Fields<'_, '_>) -> Option<Field> {
    let named: Vec<&'static str> = subject.fields().iter().copied().filter(|key| fields.has(key)).collect();
    let key = match named.as_slice() {
        [one] => *one,
        [] => {
            fields.missing("entity", A_CONDITION);
            return None;
        }
        [first, second, ..] => {
            let message = format!("a condition has both `{first}` and `{second}`");
            let span = fields.span;
            fields.problems.push(
                Diagnostic::new(Code::InvalidValue, span, message).help("give each a condition of its own in an `all`"),
            );
            fields.keep(subject.fields());
            return None;
        }
    };
    let name = fields.text(key)?;
    let name = operand(name, key, fields.problems)?;
    match key {
        "entity" => entity(&name, fields.problems),
        "column" => Some(Field::Column(name.value)),
        "incident" => incident(&name, fields.problems),
        _ => Some(Field::CustomDetail(name.value)),
    }
}

fn entity(name: &Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<Field> {
    let field = parse_entity(&name.value);
    if field.is_none() {
        problems.push(
            Diagnostic::new(Code::InvalidValue, name.span, format!("`entity` can't be {}", quoted(&name.value)))
                .help("name the entity's type and the identifier: Account.Name, or Account[2].Name for the second one"),
        );
    }
    field
}

fn incident(name: &Spanned<String>, problems: &mut Vec<Diagnostic>) -> Option<Field> {
    let found = IncidentProperty::named(&name.value);
    if found.is_none() {
        let words: Vec<&str> = IncidentProperty::WORDS.iter().map(|(word, _)| *word).collect();
        let near = nearest(&name.value, words.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        problems.push(
            Diagnostic::new(
                Code::InvalidValue,
                name.span,
                format!("`incident` can't be {}: automation rules can't ask for it", quoted(&name.value)),
            )
            .help(format!("{}It takes {}", near.unwrap_or_default(), words.join(", "))),
        );
    }
    found.map(Field::Incident)
}

/// Reads `Account.Name` and `Account[2].Name`.
pub(super) fn parse_entity(text: &str) -> Option<Field> {
    let (entity_type, identifier) = text.trim().split_once('.')?;
    let (entity_type, index) = match entity_type.split_once('[') {
        Some((name, index)) => {
            let index: usize = index.strip_suffix(']')?.parse().ok()?;
            (name, Some(index).filter(|index| *index > 0))
        }
        None => (entity_type, None),
    };
    // Rules are written with `File Hash` and `file-hash` too: names match without case and punctuation.
    let word = |text: &str| {
        text.bytes().any(|b| b.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" -_".contains(&b))
    };
    let indexed = text.contains('[') == index.is_some();
    (word(entity_type) && word(identifier) && indexed).then(|| Field::Entity {
        entity_type: entity_type.to_owned(),
        index,
        identifier: identifier.to_owned(),
    })
}

fn operation(fields: &mut Fields<'_, '_>) -> Option<Operation> {
    let named: Vec<&'static str> = OPERATORS.into_iter().filter(|key| fields.has(key)).collect();
    let key = match named.as_slice() {
        [one] => *one,
        [] => {
            // A misspelled operator is told of by name, with the right one beside it.
            fields.keep(&OPERATORS);
            fields.missing("equals", &format!("or another operator: {}", OPERATORS.join(", ")));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a condition has both `{first}` and `{second}`");
            let span = fields.span;
            fields.problems.push(
                Diagnostic::new(Code::InvalidValue, span, message).help("give each a condition of its own in an `all`"),
            );
            fields.keep(&OPERATORS);
            return None;
        }
    };
    let Some(entry) = fields.take(key) else {
        let span = fields.span;
        fields.problems.push(empty(key, span));
        return None;
    };
    let (node, problems) = (entry.value, &mut *fields.problems);
    match key {
        "in" | "inRange" => {
            if key == "in" && !matches!(node.value, Value::Sequence(_)) {
                let message = format!("`in` must be a list, this is {}", node.type_name());
                problems.push(
                    Diagnostic::new(Code::WrongType, node.span, message)
                        .help("write `in: [a, b]`, or `equals:` for one"),
                );
                return None;
            }
            let span = node.span;
            let list = one_or_more(node, key, problems);
            let wanted = list.len();
            if wanted == 0 {
                problems.push(empty(key, span));
                return None;
            }
            let list: Vec<_> = list.into_iter().filter_map(|one| operand(one, key, problems)).collect();
            if list.len() < wanted {
                return None;
            }
            Some(if key == "in" { Operation::OneOf(list) } else { Operation::InRange(list) })
        }
        "isEmpty" => {
            let plain = matches!(&node.value, Value::Scalar { plain: true, .. });
            let Some(wanted) = node.text().filter(|_| plain).and_then(as_bool) else {
                problems.push(
                    Diagnostic::new(Code::WrongType, node.span, "`isEmpty` must be true or false")
                        .help("write true or false, without quotes"),
                );
                return None;
            };
            Some(Operation::IsEmpty(wanted))
        }
        "greaterThan" | "lessThan" => {
            let text = operand(crate::rule::fields::text(node, key, problems)?, key, problems)?;
            let bound = bound(&text.value);
            if bound.is_none() {
                problems.push(
                    Diagnostic::new(Code::InvalidValue, text.span, format!("`{key}` can't be {}", quoted(&text.value)))
                        .help(format!("give a number, or {}", moment::EXPECTED)),
                );
            }
            let bound = bound?;
            Some(if key == "lessThan" { Operation::LessThan(bound) } else { Operation::GreaterThan(bound) })
        }
        _ => {
            let text = operand(crate::rule::fields::text(node, key, problems)?, key, problems)?;
            Some(match key {
                "equals" => Operation::OneOf(vec![text]),
                "contains" => Operation::Contains(text),
                "has" => Operation::Has(text),
                "startsWith" => Operation::StartsWith(text),
                "endsWith" => Operation::EndsWith(text),
                _ => Operation::Matches(text),
            })
        }
    }
}

fn bound(text: &str) -> Option<Bound> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let number = text.parse::<f64>().ok().filter(|number| plain && number.is_finite());
    number.map(Bound::Number).or_else(|| moment::begin(text).map(Bound::Time))
}

/// Text that may stand in a query: neither empty, for that would fit everything or nothing, nor with hidden characters.
fn operand(text: Spanned<String>, key: &str, problems: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    if text.value.trim().is_empty() {
        problems.push(empty(key, text.span));
        return None;
    }
    if let Some(c) = text.value.chars().find(|&c| is_hidden(c) || matches!(c, '\t' | '\n' | '\r')) {
        let message =
            format!("`{key}` has the character U+{:04X}, which nobody sees and which may end a line", c as u32);
        problems.push(
            Diagnostic::new(Code::InvalidValue, text.span, message)
                .help("remove it; `matches` finds such characters by their class, `\\s` or `\\p{C}`"),
        );
        return None;
    }
    Some(text)
}

fn empty(key: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::InvalidValue, span, format!("`{key}` has nothing to look for"))
        .help("an empty operand would fit every row or none; `isEmpty: true` finds rows without a value")
}

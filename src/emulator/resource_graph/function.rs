//! The scalar functions that a query may call.

use serde_json::{Value, json};

use super::evaluate::{is_true, text};

/// The longest text that a function may make, in bytes.
const LONGEST: usize = 1 << 20;

/// A function, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Coalesce,
    Iff,
    IsEmpty { negated: bool },
    IsNull { negated: bool },
    Not,
    Split,
    Strcat,
    Strlen,
    ToLower,
    ToText,
    ToUpper,
}

impl Function {
    /// The function of a name, with the least and the most arguments that it takes.
    pub(super) fn named(name: &str) -> Option<(Self, usize, usize)> {
        Some(match name {
            "coalesce" => (Self::Coalesce, 2, 64),
            "iff" | "iif" => (Self::Iff, 3, 3),
            "isempty" => (Self::IsEmpty { negated: false }, 1, 1),
            "isnotempty" | "notempty" => (Self::IsEmpty { negated: true }, 1, 1),
            "isnull" => (Self::IsNull { negated: false }, 1, 1),
            "isnotnull" | "notnull" => (Self::IsNull { negated: true }, 1, 1),
            "not" => (Self::Not, 1, 1),
            "split" => (Self::Split, 2, 2),
            "strcat" => (Self::Strcat, 1, 64),
            "strlen" => (Self::Strlen, 1, 1),
            "tolower" => (Self::ToLower, 1, 1),
            "tostring" => (Self::ToText, 1, 1),
            "toupper" => (Self::ToUpper, 1, 1),
            _ => return None,
        })
    }

    /// Its value for these arguments, of which there are as many as it takes.
    ///
    /// # Errors
    ///
    /// In words, where the value would be too long.
    pub(super) fn call(self, args: &[Value]) -> Result<Value, String> {
        let first = args.first().unwrap_or(&Value::Null);
        let second = args.get(1).unwrap_or(&Value::Null);
        let is_empty = |value: &Value| text(value).is_empty();
        Ok(match self {
            Self::Coalesce => args.iter().find(|arg| !is_empty(arg)).cloned().unwrap_or_default(),
            Self::Iff => if is_true(first) { second } else { args.get(2).unwrap_or(&Value::Null) }.clone(),
            Self::IsEmpty { negated } => json!(is_empty(first) != negated),
            Self::IsNull { negated } => json!(first.is_null() != negated),
            Self::Not => match first {
                Value::Bool(flag) => json!(!flag),
                _ => Value::Null,
            },
            Self::Split => match text(second).as_ref() {
                "" => json!([text(first)]),
                at => text(first).split(at).collect(),
            },
            Self::Strcat => {
                let length: usize = args.iter().map(|arg| text(arg).len()).sum();
                if length > LONGEST {
                    return Err(format!("a text of more than {LONGEST} bytes"));
                }
                json!(args.iter().map(text).collect::<String>())
            }
            Self::Strlen => json!(text(first).chars().count()),
            Self::ToLower => json!(text(first).to_lowercase()),
            Self::ToText => json!(text(first)),
            Self::ToUpper => json!(text(first).to_uppercase()),
        })
    }
}

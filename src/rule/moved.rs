//! A rule whose id became another: the live rule goes on under the name that it has.
//!
//! ```yaml
//! kind: Moved
//! from: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000
//! to: 0f0e0d0c-0b0a-4908-8706-050403020100
//! reason: The id was one of another repository
//! ```

use serde_json::{Value, json};

use super::fields::{Fields, quoted};
use super::schema::{document, text};
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};

/// One document of kind Moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The id that was. No rule has it any more.
    pub from: Spanned<String>,
    /// The id of the rule that goes on.
    pub to: Spanned<String>,
    pub span: Span,
}

/// Reads a document of kind Moved.
pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Moved> {
    let span = node.span;
    let mut fields = Fields::of(node, "a moved rule", problems)?;
    fields.keep(&["kind", "description", "reason"]);
    let [from, to] = [("from", "the id that the rule had"), ("to", "the id that it has now")].map(|(key, help)| {
        let id = fields.text(key).map(|id| id.map(|id| id.trim().to_owned())).filter(|id| !id.value.is_empty());
        if id.is_none() {
            fields.missing(key, help);
        }
        id
    });
    fields.finish_strict();
    let (from, to) = (from?, to?);
    if from.value.eq_ignore_ascii_case(&to.value) {
        let message = format!("{} moves to itself", quoted(&from.value));
        problems.push(Diagnostic::new(Code::InvalidValue, to.span, message).help("give the rule's new id"));
        return None;
    }
    Some(Moved { from, to, span })
}

/// The JSON Schema of the document.
pub fn schema() -> Value {
    let keys = vec![
        ("kind", json!({"const": "Moved"})),
        ("description", json!({"description": "For people"})),
        ("reason", text("Why, for people")),
        ("from", text("The id that the rule had: its live name")),
        ("to", text("The id that it has now")),
    ];
    document("moved", "Moved", "A rule whose id became another", keys, json!({"required": ["kind", "from", "to"]}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::schema::tests::{asked, offered};

    #[test]
    fn the_keys_are_those_of_the_reader() {
        let read = |node: Node<'_>, problems: &mut Vec<Diagnostic>| {
            let _ = read(node, problems);
        };
        assert_eq!(offered(&schema(), ""), asked("zzzzzzzz: 1", read));
    }
}

//! Drift that somebody knows of and lets be, for a time and with a reason.
//!
//! ```yaml
//! kind: DriftIgnore
//! rules: ["Brute force*"]
//! fields: [severity]           # optional: every field without it
//! workspaces: [contoso]        # optional: everywhere without it
//! reason: The customer tries another severity
//! expires: 2027-02-01
//! ```

use jiff::Timestamp;
use serde_json::{Value, json};

use super::exclusion::read::{rules, workspaces};
use super::exclusion::{RuleScope, WorkspaceScope, moment};
use super::fields::Fields;
use super::read::one_or_more;
use super::schema::{document, map_of, mapping, one_or_more as texts, text};
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};

/// One document of kind DriftIgnore.
#[derive(Debug, Clone)]
pub struct DriftIgnore {
    pub rules: RuleScope,
    /// Fields as written; every one where there is none.
    pub fields: Vec<Spanned<String>>,
    /// Everywhere where nothing is said.
    pub workspaces: Option<WorkspaceScope>,
    pub reason: Spanned<String>,
    /// When it has ended.
    pub expires: Spanned<Timestamp>,
    pub span: Span,
}

impl DriftIgnore {
    /// Whether its end has passed.
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        self.expires.value <= now
    }
}

/// Reads a document of kind DriftIgnore. `unknown` says what is wrong with the name of a field.
pub fn read(
    node: Node<'_>,
    unknown: &dyn Fn(&Spanned<String>) -> Option<Diagnostic>,
    problems: &mut Vec<Diagnostic>,
) -> Option<DriftIgnore> {
    let span = node.span;
    let mut fields = Fields::of(node, "ignored drift", problems)?;
    fields.keep(&["kind", "description", "owner", "ticket"]);
    let rules = rules(&mut fields);
    let named = fields.take("fields").map(|entry| {
        let (at, named) = (entry.value.span, one_or_more(entry.value, "fields", fields.problems));
        if named.is_empty() {
            let problem = Diagnostic::new(Code::InvalidValue, at, "an empty `fields`: nothing would be ignored");
            fields.problems.push(problem.help("leave `fields` out to ignore every field"));
        }
        fields.problems.extend(named.iter().filter_map(unknown));
        named
    });
    let place = fields.take("workspaces").map(|entry| workspaces(entry.value, fields.problems));
    let reason = fields.text("reason").filter(|reason| !reason.value.trim().is_empty());
    if reason.is_none() {
        fields.missing("reason", "why the drift is left alone");
    }
    let has_end = fields.has("expires");
    let expires = fields.parsed("expires", moment::end, moment::EXPECTED);
    if !has_end {
        fields.missing("expires", "when the drift is looked at again, such as 2027-02-01");
    }
    fields.finish_strict();
    Some(DriftIgnore {
        rules: rules?,
        fields: named.unwrap_or_default(),
        // A scope that can't be read is not everywhere.
        workspaces: place.map_or(Some(None), |scope| scope.map(Some))?,
        reason: reason?,
        expires: expires?,
        span,
    })
}

/// The JSON Schema of the document.
pub fn schema() -> Value {
    let by = mapping(vec![("tactics", texts("Tactics")), ("severity", texts("Severities")), ("tags", texts("Tags"))]);
    let place = mapping(vec![("names", texts("Names with * and ?")), ("labels", map_of(text("The label's value")))]);
    let keys = vec![
        ("kind", json!({"const": "DriftIgnore"})),
        ("description", json!({"description": "For people"})),
        ("owner", json!({"description": "For people"})),
        ("ticket", json!({"description": "For people"})),
        ("rules", json!({"anyOf": [texts("Ids or names with * and ?"), by], "description": "Which rules"})),
        ("match", json!({"anyOf": [by, {"type": "null"}], "description": "In place of `rules`"})),
        ("fields", texts("Fields of the rule, such as severity; every one where this is left out")),
        ("workspaces", json!({"anyOf": [texts("Names with * and ?"), place], "description": "Everywhere if left out"})),
        ("reason", text("Why the drift is left alone")),
        ("expires", text("A date or a time: then it is looked at again")),
    ];
    let rest = json!({
        "required": ["kind", "reason", "expires"],
        "anyOf": [{"required": ["rules"]}, {"required": ["match"]}],
    });
    document("drift-ignore", "DriftIgnore", "Drift that is known and left alone for a time", keys, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::schema::tests::{asked, offered};

    #[test]
    fn the_keys_are_those_of_the_reader() {
        let read = |node: Node<'_>, problems: &mut Vec<Diagnostic>| {
            let _ = read(node, &|_| None, problems);
        };
        let schema = schema();
        for (text, pointer) in [
            ("zzzzzzzz: 1", ""),
            ("match: {tags: [x], zzzzzzzz: 1}", "/properties/match/anyOf/0"),
            ("rules: {tags: [x], zzzzzzzz: 1}", "/properties/rules/anyOf/1"),
            ("workspaces: {names: [x], zzzzzzzz: 1}", "/properties/workspaces/anyOf/1"),
        ] {
            let keys = asked(text, read);
            assert!(!keys.is_empty(), "{text}");
            assert_eq!(offered(&schema, pointer), keys, "{text}");
        }
    }
}

//! JSON Schema of exclusions.

use serde_json::{Value, json};

use super::Overflow;
use super::condition::{FIELDS, OPERATORS};
use super::read::{STAGES, UNMAPPED};
use super::rows::EXPECTATIONS;
use crate::rule::schema::{boolean, document, list, map_of, mapping, one_or_more, required, text, word};

/// The keys that say whose document it is and what it is for; exclusions and suppressions share them.
pub fn name_and_scope(kind: &str, id: &str) -> Vec<(&'static str, Value)> {
    let matching = mapping(vec![
        ("tactics", one_or_more("Any of these tactics")),
        ("severity", one_or_more("Any of these severities")),
        ("tags", one_or_more("Any of these tags")),
    ]);
    let nested = required(mapping(vec![("match", matching.clone())]), &["match"]);
    let rules = json!({
        "description": "Ids, or names in which * and ? are special",
        "anyOf": [one_or_more("Ids or names"), nested, matching],
    });
    let scope =
        mapping(vec![("names", one_or_more("Names of workspaces")), ("labels", map_of(text("A label's value")))]);
    let workspaces = json!({
        "description": "Where it holds; wherever the rule goes, where this is left out",
        "anyOf": [one_or_more("Names of workspaces"), scope],
    });
    vec![
        ("kind", json!({"const": kind})),
        ("id", json!({"type": ["string", "number"], "pattern": "^[a-z0-9-]{1,64}$", "description": id})),
        ("name", text("For people")),
        ("description", json!({"description": "For people"})),
        ("rules", rules),
        ("match", matching),
        ("workspaces", workspaces),
    ]
}

/// When something begins or ends.
pub fn moment(what: &str) -> Value {
    text(&format!("{what}: a date, or a time such as 2026-12-05T18:00:00Z"))
}

/// Rows that prove what is hidden.
pub fn tests() -> Value {
    let test = mapping(vec![
        ("row", json!({"type": "object", "description": "Values by field, such as Account.Name"})),
        ("expect", word(names(EXPECTATIONS), "What becomes of the row")),
    ]);
    list(required(test, &["row", "expect"]), "Rows that must be hidden or kept")
}

/// An exclusion.
pub fn schema() -> Value {
    let mut keys = name_and_scope("Exclusion", "Lower-case letters, digits and hyphens: it stands in the query");
    keys.extend([
        ("stage", word(names(STAGES), "Whether rows of the result are hidden, or events before it")),
        ("table", one_or_more("With stage event: the tables whose events are dropped")),
        ("unmapped", word(names(UNMAPPED), "What becomes of a rule that does not map a field")),
        ("overflow", word(names(Overflow::WORDS), "What becomes of its list where a query would be too long")),
        ("when", json!({"$ref": "#/definitions/condition"})),
        ("reason", text("Why the rows are hidden")),
        ("owner", text("Who answers for it")),
        ("ticket", text("Where it was agreed")),
        ("starts", moment("When it begins")),
        ("expires", moment("When it ends; a date is the end of that day in UTC")),
        ("tests", tests()),
    ]);
    let rest = json!({
        "required": ["kind", "id", "when"],
        "oneOf": [{"required": ["rules"]}, {"required": ["match"]}],
        "definitions": {"condition": condition(&FIELDS, &OPERATORS)},
    });
    document("exclusion", "Exclusion", "Rows that a rule must not raise, compiled into its query", keys, rest)
}

fn names<T>(words: &'static [(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    words.iter().map(|(word, _)| *word)
}

/// A group of conditions, or a field with one operator.
pub fn condition(fields: &[&'static str], operators: &[&'static str]) -> Value {
    let inner = || json!({"$ref": "#/definitions/condition"});
    let group = |key: &'static str| {
        let parts = json!({"type": "array", "items": inner(), "minItems": 1});
        required(mapping(vec![(key, parts)]), &[key])
    };
    let operand = json!({"type": ["string", "number", "boolean"]});
    let operator = |key: &'static str| match key {
        "in" => json!({"type": "array", "items": operand, "minItems": 1}),
        "inRange" => json!({"anyOf": [operand, {"type": "array", "items": operand, "minItems": 1}]}),
        "isEmpty" => boolean("Whether there is no value"),
        _ => operand.clone(),
    };
    let mut keys: Vec<(&str, Value)> = fields.iter().map(|key| (*key, text("Such as Account.Name"))).collect();
    keys.extend(operators.iter().map(|key| (*key, operator(key))));
    keys.push(("caseSensitive", boolean("Whether case counts")));
    let mut test = mapping(keys);
    let one = |keys: &[&str]| keys.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>();
    test["allOf"] = json!([{"oneOf": one(fields)}, {"oneOf": one(operators)}]);
    json!({"anyOf": [group("all"), group("any"), required(mapping(vec![("not", inner())]), &["not"]), test]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::exclusion;
    use crate::rule::schema::tests::{asked, offered};

    #[test]
    fn the_keys_are_those_of_the_reader() {
        let schema = schema();
        for (text, pointer) in [
            ("zzzzzzzz: 1", ""),
            ("match: {tactics: [x], zzzzzzzz: 1}", "/properties/match"),
            ("rules: {tactics: [x], zzzzzzzz: 1}", "/properties/rules/anyOf/2"),
            ("workspaces: {zzzzzzzz: 1}", "/properties/workspaces/anyOf/1"),
            ("tests: [{zzzzzzzz: 1}]", "/properties/tests/items"),
        ] {
            let keys = asked(text, |node, problems| drop(exclusion::read(node, problems)));
            assert!(!keys.is_empty(), "{text}");
            assert_eq!(offered(&schema, pointer), keys, "{text}");
        }
    }
}

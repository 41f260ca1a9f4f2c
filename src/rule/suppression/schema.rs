//! JSON Schema of suppressions.

use serde_json::{Value, json};

use super::{CLASSIFICATIONS, Effect, Trigger};
use crate::rule::exclusion::condition::{INCIDENT_FIELDS, OPERATORS};
use crate::rule::exclusion::read::UNMAPPED;
use crate::rule::exclusion::schema::{condition, moment, name_and_scope, tests};
use crate::rule::parts::Severity;
use crate::rule::schema::{document, list, mapping, nullable, one_or_more, required, text, word};

/// A suppression.
pub fn schema() -> Value {
    let mut reasons: Vec<&str> = CLASSIFICATIONS.iter().flat_map(|(_, reasons)| reasons.iter().copied()).collect();
    reasons.sort_unstable();
    let close = mapping(vec![
        ("classification", word(CLASSIFICATIONS.iter().map(|(word, _)| *word), "How the incident is classified")),
        ("reason", word(reasons, "What goes with the classification")),
        ("comment", text("What is written to the incident")),
    ]);
    let set = mapping(vec![
        ("severity", word(Severity::WORDS.iter().map(|(word, _)| *word), "The incident's new severity")),
        ("labels", one_or_more("Labels that are added to the incident")),
        ("owner", text("The object id of a user or group that the incident is assigned to")),
    ]);
    let task = mapping(vec![("title", text("What is to be done")), ("description", text("How"))]);
    let playbook =
        mapping(vec![("id", text("The ARM id of a logic app")), ("tenant", text("The tenant that it is in"))]);
    let mut keys = name_and_scope("Suppression", "Lower-case letters, digits and hyphens; no exclusion has the same");
    keys.extend([
        ("effect", word(names(Effect::WORDS), "Whether incidents are closed, which is the default, or never raised")),
        ("when", json!({"$ref": "#/definitions/condition"})),
        ("trigger", word(names(Trigger::WORDS), "When the automation rule runs")),
        ("close", required(nullable(close), &["classification"])),
        ("set", nullable(set)),
        ("tasks", list(required(task, &["title"]), "Tasks that are added to the incident")),
        ("playbook", required(nullable(playbook), &["id"])),
        (
            "order",
            json!({
                "type": ["integer", "null"], "minimum": 1, "maximum": 1000,
                "description": "When it runs among automation rules",
            }),
        ),
        ("unmapped", word(names(UNMAPPED), "With effect hide: what becomes of a rule that does not map a field")),
        ("tests", tests()),
        ("reason", text("Why it is closed or hidden")),
        ("owner", text("Who answers for it")),
        ("ticket", text("Where it was agreed")),
        ("starts", moment("When it begins")),
        ("expires", moment("When it ends; a date is the end of that day in UTC")),
    ]);
    let rest = json!({
        "required": ["kind", "id"],
        "oneOf": [{"required": ["rules"]}, {"required": ["match"]}],
        "definitions": {"condition": condition(&INCIDENT_FIELDS, &OPERATORS)},
    });
    document("suppression", "Suppression", "What happens to incidents that some rules raise", keys, rest)
}

fn names<T>(words: &'static [(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    words.iter().map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::schema::tests::{asked, offered};
    use crate::rule::suppression;

    #[test]
    fn the_keys_are_those_of_the_reader() {
        let schema = schema();
        for (text, pointer) in [
            ("zzzzzzzz: 1", ""),
            ("close: {zzzzzzzz: 1}", "/properties/close"),
            ("set: {zzzzzzzz: 1}", "/properties/set"),
            ("playbook: {zzzzzzzz: 1}", "/properties/playbook"),
            ("tasks: [{zzzzzzzz: 1}]", "/properties/tasks/items"),
        ] {
            let keys = asked(text, |node, problems| drop(suppression::read(node, problems)));
            assert!(!keys.is_empty(), "{text}");
            assert_eq!(offered(&schema, pointer), keys, "{text}");
        }
    }
}

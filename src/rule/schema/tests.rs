//! The keys of a schema are those that a reader asks for.

use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::rule::analytics::RuleKind;
use crate::rule::yaml::{self, Node};

/// The keys that a reader knows in the mapping that has the key `zzzzzzzz`, as its own message tells.
pub(crate) fn asked(text: &str, read: impl Fn(Node<'_>, &mut Vec<Diagnostic>)) -> BTreeSet<String> {
    let mut sources = Sources::default();
    let documents = yaml::parse(sources.add("x.yaml", text), text);
    let mut problems = Vec::new();
    for document in documents.into_iter().flatten() {
        read(document, &mut problems);
    }
    let unknown = problems.iter().find(|p| p.code == Code::UnknownKey && p.message.contains("zzzzzzzz"));
    let help = unknown.and_then(|problem| problem.help.as_deref()).unwrap_or_default();
    let known = help.strip_prefix("known keys are ").unwrap_or_default();
    known.split(", ").filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

/// The keys of the mapping at a JSON pointer of a schema, aliases of other tools aside.
pub(crate) fn offered(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let at = schema.pointer(pointer).and_then(|mapping| mapping.get("properties")).and_then(Value::as_object);
    let aliases = ["displayName", "techniques"];
    at.into_iter().flatten().map(|(key, _)| key.clone()).filter(|key| !aliases.contains(&key.as_str())).collect()
}

#[test]
fn the_keys_are_those_of_the_reader() {
    let read = |node: Node<'_>, problems: &mut Vec<Diagnostic>| {
        let _ = crate::rule::read::rule(node, RuleKind::Scheduled, problems);
    };
    let schema = rule();
    for (text, pointer) in [
        ("zzzzzzzz: 1", ""),
        ("entityMappings: [{zzzzzzzz: 1}]", "/properties/entityMappings/items"),
        (
            "entityMappings: [{fieldMappings: [{zzzzzzzz: 1}]}]",
            "/properties/entityMappings/items/properties/fieldMappings/items",
        ),
        ("sentinelEntitiesMappings: [{zzzzzzzz: 1}]", "/properties/sentinelEntitiesMappings/items"),
        ("alertDetailsOverride: {zzzzzzzz: 1}", "/properties/alertDetailsOverride"),
        (
            "alertDetailsOverride: {alertDynamicProperties: [{zzzzzzzz: 1}]}",
            "/properties/alertDetailsOverride/properties/alertDynamicProperties/items",
        ),
        ("eventGroupingSettings: {zzzzzzzz: 1}", "/properties/eventGroupingSettings"),
        ("incidentConfiguration: {zzzzzzzz: 1}", "/properties/incidentConfiguration"),
        (
            "incidentConfiguration: {groupingConfiguration: {zzzzzzzz: 1}}",
            "/properties/incidentConfiguration/properties/groupingConfiguration",
        ),
    ] {
        let keys = asked(text, read);
        assert!(!keys.is_empty(), "{text}");
        assert_eq!(offered(&schema, pointer), keys, "{text}");
    }
}

#[test]
fn the_keys_of_a_table_are_those_of_the_reader() {
    let keys = asked("zzzzzzzz: 1", |node, problems| drop(crate::rule::table::read(node, problems)));
    assert!(!keys.is_empty());
    assert_eq!(offered(&table(), ""), keys);
}

#[test]
fn words_are_taken_in_any_case() {
    assert_eq!(any_case("Ab1-c", ""), "[Aa][Bb]1\\-[Cc]");
}

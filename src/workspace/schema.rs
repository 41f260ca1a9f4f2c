//! JSON Schema of workspaces and of palisade.yaml.

use serde_json::{Value, json};

use super::AUTH_METHODS;
use super::exclusion_policy::{Forbidden, Required};
use super::ownership_policy::{ON_DRIFT, SECOND_WRITER};
use super::policy::{PROFILES, SETTINGS};
use super::read::CLOUDS;
use crate::diagnostic::Code;
use crate::rule::exclusion::Overflow;
use crate::rule::schema::{
    boolean, details, document, list, map_of, mapping, nullable, one_or_more, required, text, word,
};

/// A workspace.
pub fn workspace() -> Value {
    let rules = mapping(vec![
        ("include", selectors("Rules that go here; all where it is left out")),
        ("exclude", selectors("Rules that don't, even if included")),
    ]);
    let over =
        required(mapping(vec![("rules", selectors("Which rules")), ("set", mapping(details()))]), &["rules", "set"]);
    let keys = vec![
        ("kind", json!({"const": "Workspace"})),
        ("name", json!({"type": ["string", "number"], "description": "What -w takes", "not": {"const": "local"}})),
        ("description", json!({"description": "For people"})),
        ("tenant", text("The tenant of the subscription")),
        ("subscription", text("The subscription's id")),
        ("resourceGroup", text("The resource group's name")),
        ("workspace", text("The Log Analytics workspace's name")),
        ("cloud", word(CLOUDS.iter().map(|(name, _)| *name), "Where ARM is")),
        ("endpoint", text("A server on loopback in place of ARM")),
        ("emulator", text("A file of the project: a workspace in the embedded emulator")),
        ("auth", auth()),
        ("labels", map_of(text("A word to select workspaces by"))),
        ("rules", nullable(rules)),
        ("overrides", list(over, "What is otherwise here: in order, the last wins")),
        ("names", map_of(text("The live name of the rule with this id"))),
        ("adopt", json!({"type": ["boolean", "string"], "description": "Take live rules without a mark over"})),
        ("parameters", json!({"description": "For templates"})),
        ("policy", nullable(mapping(live_policy()))),
    ];
    let rest = json!({
        "required": ["kind", "name"],
        "anyOf": [{"required": ["emulator"]}, {"required": ["subscription", "resourceGroup", "workspace"]}],
    });
    document("workspace", "Workspace", "Where rules go, which, and what is otherwise there", keys, rest)
}

/// What exclusions must say and may not be.
fn exclusions() -> Value {
    let required = word(Required::WORDS.iter().map(|(name, _)| *name), "A key that every exclusion must have");
    let forbidden = word(Forbidden::WORDS.iter().map(|(name, _)| *name), "What no exclusion may be");
    mapping(vec![
        ("require", list(required, "Keys that must be there; [expires] if it is left out")),
        ("maxLifetime", text("The longest time from `starts`, or from now, to `expires`, such as 90d")),
        ("forbid", list(forbidden, "What no exclusion may be")),
        (
            "overflow",
            word(Overflow::WORDS.iter().map(|(name, _)| *name), "What becomes of a list that makes a query too long"),
        ),
    ])
}

/// What is decided about live resources.
fn live_policy() -> Vec<(&'static str, Value)> {
    let count = |description: &str| json!({"type": ["integer", "null"], "minimum": 1, "description": description});
    let share = json!({
        "description": "The share of a workspace's live rules that no plan may delete, disable or lower; 30% if left out",
        "anyOf": [
            {"type": "string", "pattern": "^\\s*([1-9][0-9]?|100)\\s*%?\\s*$"},
            {"type": "integer", "minimum": 1, "maximum": 100},
            {"type": "null"},
        ],
    });
    let guards = mapping(vec![
        ("share", share),
        ("ofAtLeast", count("A share is looked at where so many live rules are; 10 if left out")),
        ("workspaces", count("In so many workspaces at once no plan may weaken rules; 10 if left out")),
        (
            "scheduled",
            count("Enabled Scheduled rules that a workspace takes; 512 if left out, 1024 on a dedicated cluster"),
        ),
        ("nrt", count("Enabled NRT rules that a workspace takes; 50 if left out")),
    ]);
    vec![("prune", boolean("Whether rules that left the project are deleted")), ("guards", nullable(guards))]
}

/// palisade.yaml.
pub fn project() -> Value {
    let settings = || word(SETTINGS.iter().map(|(name, _)| *name), "The level of its problems");
    // `off` is false to YAML 1.1.
    let setting = || json!({"anyOf": [settings(), {"const": false}]});
    let checks = Code::ALL.iter().map(|code| {
        let mut setting = setting();
        setting["description"] = json!(code.summary());
        (code.name(), setting)
    });
    let mut policy = vec![
        ("checks", nullable(mapping(checks.collect()))),
        ("nrt", word(PROFILES.iter().map(|(name, _)| *name), "Which rules of NRT rules hold")),
        ("exclusions", nullable(exclusions())),
        ("drift", word(ON_DRIFT.iter().map(|(name, _)| *name), "What becomes of edits made out of band")),
        ("secondWriter", word(SECOND_WRITER.iter().map(|(name, _)| *name), "Rules that somebody else manages too")),
    ];
    policy.extend(live_policy());
    let policy = mapping(policy);
    let protect = mapping(["id", "name", "tactics", "severity"].map(|key| (key, one_or_more(key))).into());
    let protect = json!({"anyOf": [{"type": ["string", "number", "boolean"]}, protect]});
    let name = json!({
        "type": "string", "pattern": "^[a-z0-9-]{1,32}$",
        "description": "Tells the rules of this project from others",
    });
    let keys = vec![
        ("kind", json!({"description": "Not needed"})),
        ("project", name),
        ("formerly", one_or_more("Names that the project had before")),
        ("include", one_or_more("Only files that one of these patterns matches are read")),
        ("exclude", one_or_more("Files that are not read")),
        ("auth", auth()),
        ("apiVersions", map_of(text("The api-version that requests of this type are sent with"))),
        ("policy", nullable(policy)),
        ("protect", list(protect, "Rules that no plan may delete or disable: an id, a name with * and ?, or fields")),
    ];
    document("project", "palisade.yaml", "The project: its name, and what bounds it", keys, json!({}))
}

fn auth() -> Value {
    nullable(mapping(vec![
        ("tenant", text("The tenant that issues the token: an MSSP's own under Lighthouse")),
        ("method", word(AUTH_METHODS.iter().map(|(name, _)| *name), "How to get a token")),
    ]))
}

fn selectors(description: &str) -> Value {
    let keys = ["id", "name", "path", "tactics", "severity", "tags"];
    let fields = mapping(keys.into_iter().map(|key| (key, one_or_more(key))).collect());
    let selector = json!({"anyOf": [{"type": ["string", "number", "boolean"]}, fields]});
    list(selector, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::rule::schema::tests::{asked, offered};
    use crate::rule::yaml::Node;
    use crate::workspace::project::ProjectSettings;

    #[test]
    fn the_keys_are_those_of_the_reader() {
        let read = |node: Node<'_>, problems: &mut Vec<Diagnostic>| {
            let _ = crate::workspace::read::workspace(node, problems);
        };
        let schema = workspace();
        // A workspace in the emulator has other keys than one in Azure.
        let mut keys = asked("zzzzzzzz: 1", read);
        keys.extend(asked("emulator: x\nzzzzzzzz: 1", read));
        assert_eq!(offered(&schema, ""), keys);
        for (text, pointer) in [
            ("auth: {zzzzzzzz: 1}", "/properties/auth"),
            ("policy: {zzzzzzzz: 1}", "/properties/policy"),
            ("policy: {guards: {zzzzzzzz: 1}}", "/properties/policy/properties/guards"),
            ("rules: {zzzzzzzz: 1}", "/properties/rules"),
            ("rules: {include: [{zzzzzzzz: 1}]}", "/properties/rules/properties/include/items/anyOf/1"),
            ("overrides: [{zzzzzzzz: 1}]", "/properties/overrides/items"),
            ("overrides: [{set: {zzzzzzzz: 1}}]", "/properties/overrides/items/properties/set"),
        ] {
            let keys = asked(text, read);
            assert!(!keys.is_empty(), "{text}");
            assert_eq!(offered(&schema, pointer), keys, "{text}");
        }
    }

    #[test]
    fn the_keys_of_a_project_are_those_of_the_reader() {
        let read = |node: Node<'_>, problems: &mut Vec<Diagnostic>| {
            let _ = ProjectSettings::read(node, problems);
        };
        let schema = project();
        for (text, pointer) in [
            ("zzzzzzzz: 1", ""),
            ("auth: {zzzzzzzz: 1}", "/properties/auth"),
            ("policy: {zzzzzzzz: 1}", "/properties/policy"),
            ("policy: {exclusions: {zzzzzzzz: 1}}", "/properties/policy/properties/exclusions"),
            ("policy: {guards: {zzzzzzzz: 1}}", "/properties/policy/properties/guards"),
            ("protect: [{zzzzzzzz: 1}]", "/properties/protect/items/anyOf/1"),
        ] {
            let keys = asked(text, read);
            assert!(!keys.is_empty(), "{text}");
            assert_eq!(offered(&schema, pointer), keys, "{text}");
        }
    }
}

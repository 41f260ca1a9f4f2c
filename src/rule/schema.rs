//! JSON Schema (draft 7, which yaml-language-server reads) of what an author may write.
//!
//! Words come from the tables that the readers use; a test holds the keys equal to those that the readers ask for. A
//! schema takes what `check` takes, in any spelling that it takes; only of keys it is stricter: `check` warns of one
//! that is unknown and near no other, a schema refuses it.

use serde_json::{Map, Value, json};

use super::parts::{AggregationKind, Correlation, MatchingMethod, Severity, TriggerOperator};
use super::words::{ENTITY_TYPES, TACTICS};

/// A document: its keys with their schemas, and a sentence on what it is.
pub fn document(name: &str, title: &str, description: &str, keys: Vec<(&str, Value)>, rest: Value) -> Value {
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": format!("https://raw.githubusercontent.com/palisade-rules/palisade/main/docs/schemas/{name}.json"),
        "title": title,
        "description": description,
    });
    for part in [mapping(keys), rest] {
        if let (Value::Object(schema), Value::Object(part)) = (&mut schema, part) {
            schema.extend(part);
        }
    }
    schema
}

/// A mapping with these keys and no others. A key without a value counts as absent.
pub fn mapping(keys: Vec<(&str, Value)>) -> Value {
    let keys: Map<String, Value> = keys.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    json!({"type": "object", "properties": keys, "additionalProperties": false})
}

/// A mapping from any key to one schema.
pub fn map_of(schema: Value) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": schema})
}

/// Text; numbers and booleans are taken as they are written.
pub fn text(description: &str) -> Value {
    json!({"type": ["string", "number", "boolean", "null"], "description": description})
}

/// `true` or `false`.
pub fn boolean(description: &str) -> Value {
    json!({"type": ["boolean", "null"], "description": description})
}

/// A list.
pub fn list(items: Value, description: &str) -> Value {
    json!({"type": ["array", "null"], "items": items, "description": description})
}

/// A list of texts, or one text alone.
pub fn one_or_more(description: &str) -> Value {
    let word = json!({"type": ["string", "number", "boolean"]});
    json!({"anyOf": [word, {"type": "array", "items": word}, {"type": "null"}], "description": description})
}

/// One of a few words, in any case.
pub fn word<'w>(words: impl IntoIterator<Item = &'w str>, description: &str) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    let folded: Vec<String> = words.iter().map(|word| any_case(word, "")).collect();
    json!({
        "description": description,
        "anyOf": [
            {"enum": words},
            {"type": "string", "pattern": format!("^\\s*({})\\s*$", folded.join("|"))},
            {"type": "null"},
        ],
    })
}

/// A word that is offered, where any other is taken too.
fn open_word(words: &[&str]) -> Value {
    json!({"anyOf": [{"enum": words}, {"type": ["string", "number", "boolean"]}]})
}

/// A regular expression for a word in any case, with `between` its characters: the dialect of JSON Schema has no flags.
fn any_case(word: &str, between: &str) -> String {
    let one = |c: char| {
        if c.is_ascii_alphabetic() {
            format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase())
        } else if c.is_ascii_digit() {
            c.to_string()
        } else {
            format!("\\{c}")
        }
    };
    word.chars().map(one).collect::<Vec<_>>().join(between)
}

/// A duration in the short form or in ISO 8601.
pub fn duration(description: &str) -> Value {
    json!({
        "type": ["string", "null"],
        "pattern": "^\\s*([0-9]+[smhdSMHD]|[Pp][0-9TtYyMmWwDdHhSs.]+)\\s*$",
        "description": description,
        "examples": ["5m", "1h", "14d", "PT1H"],
    })
}

/// An analytics rule.
pub fn rule() -> Value {
    let mut keys = vec![
        ("id", text("A new GUID for every rule, never changed: it is the live rule's name")),
        ("kind", word(["Scheduled", "NRT"], "Scheduled, where it is left out, or NRT (near real time)")),
        ("version", text("The rule's own version, such as 1.0.0; kept, never sent")),
        ("tags", json!({"description": "Words for selectors; kept, never sent"})),
        ("requiredDataConnectors", json!({"description": "Kept for people and other tools, never sent"})),
        ("status", json!({"description": "Kept for people and other tools, never sent"})),
        ("metadata", json!({"description": "Kept for people and other tools, never sent"})),
    ];
    keys.extend(details());
    let scheduled = ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];
    let nrt = format!("^\\s*{}\\s*$", any_case("NRT", ""));
    let rest = json!({
        "required": ["id", "severity", "query"],
        "anyOf": [{"required": ["name"]}, {"required": ["displayName"]}],
        "if": {"required": ["kind"], "properties": {"kind": {"type": "string", "pattern": nrt}}},
        "else": {"required": scheduled},
    });
    let description = "A Scheduled or NRT rule of Microsoft Sentinel, in the dialect of the Azure-Sentinel repository";
    document("rule", "Analytics rule", description, keys, rest)
}

/// The columns of a table or of a function that is used like one.
pub fn table() -> Value {
    let types = ["string", "bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "dynamic"];
    let ty = json!({"anyOf": [{"enum": types}, {"type": "string"}]});
    let keys = vec![
        ("kind", json!({"const": "Table"})),
        ("name", json!({"type": "string", "minLength": 1, "description": "Its name, in the case that queries use"})),
        ("description", json!({"description": "For people"})),
        ("workspaces", one_or_more("Where it is so; everywhere where this is left out")),
        (
            "columns",
            json!({
                "type": ["object", "null"], "additionalProperties": ty,
                "description": "Names and types; where they are left out, it may have any",
            }),
        ),
    ];
    let rest = json!({"required": ["kind", "name"]});
    document("table", "Table", "What the columns of a table are: queries are checked against them", keys, rest)
}

/// The fields of a rule that a workspace may override.
pub fn details() -> Vec<(&'static str, Value)> {
    let tactics =
        json!({"type": ["array", "null"], "items": open_word(TACTICS), "description": "Tactics of MITRE ATT&CK"});
    let words = |table: Vec<&'static str>, description| word(table, description);
    vec![
        ("name", text("The name that alerts and incidents carry")),
        ("displayName", text("Another tool's spelling of `name`")),
        ("description", text("What it means, what to do, what it is closed for")),
        ("severity", words(names(Severity::WORDS), "How grave an alert is")),
        ("enabled", boolean("Whether the rule runs")),
        ("query", text("The KQL that the rule runs: 1 to 10,000 characters")),
        ("queryFrequency", duration("How often the rule runs: 5m to 14d")),
        ("queryPeriod", duration("How far the rule looks back: 5m to 14d, at least queryFrequency")),
        ("triggerOperator", words(names(TriggerOperator::WORDS), "How the number of rows is compared")),
        (
            "triggerThreshold",
            json!({
                "type": ["integer", "null"], "minimum": 0, "maximum": 10_000,
                "description": "The number that the rows are compared with",
            }),
        ),
        ("tactics", tactics),
        ("relevantTechniques", list(text("T1234 or T1234.001"), "Techniques of MITRE ATT&CK")),
        ("techniques", list(text("T1234 or T1234.001"), "Another tool's spelling of `relevantTechniques`")),
        ("entityMappings", list(entity_mapping(), "Columns that become entities of the alert; at most 10")),
        (
            "sentinelEntitiesMappings",
            list(mapping(vec![("columnName", text("The column that holds the entities"))]), "Columns of entities"),
        ),
        ("customDetails", map_of(text("A column of the query's output"))),
        ("alertDetailsOverride", nullable(alert_details())),
        (
            "eventGroupingSettings",
            nullable(mapping(vec![(
                "aggregationKind",
                words(names(AggregationKind::WORDS), "One alert for all rows of a run, or one for each"),
            )])),
        ),
        ("incidentConfiguration", nullable(incident())),
        ("suppressionEnabled", boolean("Whether the rule rests after an alert")),
        ("suppressionDuration", duration("How long it rests: 5m to 24h")),
        ("alertRuleTemplateName", text("The Content Hub template that the rule was made from")),
        ("templateVersion", text("That template's version; only with alertRuleTemplateName")),
        ("startTimeUtc", text("When the rule first runs, such as 2026-11-01T08:00:00Z")),
        (
            "correlation",
            words(names(Correlation::WORDS), "Whether Defender may merge the rule's incidents with others"),
        ),
    ]
}

fn names<T>(words: &'static [(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(word, _)| *word).collect()
}

/// The same, or nothing.
pub fn nullable(mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("type".to_owned(), json!(["object", "null"]));
    }
    schema
}

fn entity_mapping() -> Value {
    let folded: Vec<String> = ENTITY_TYPES.iter().map(|word| any_case(word, "[^0-9A-Za-z]*")).collect();
    let entity = json!({
        "anyOf": [
            {"enum": ENTITY_TYPES},
            {"type": "string", "pattern": format!("^[^0-9A-Za-z]*({})[^0-9A-Za-z]*$", folded.join("|"))},
        ],
        "description": "What the columns are",
    });
    let field = mapping(vec![
        ("identifier", text("What identifies the entity, such as Name or Address")),
        ("columnName", text("A column of the query's output")),
    ]);
    let mut fields = list(required(field, &["identifier", "columnName"]), "At most 3");
    fields["minItems"] = json!(1);
    required(mapping(vec![("entityType", entity), ("fieldMappings", fields)]), &["entityType", "fieldMappings"])
}

/// The same, with keys that must be there.
pub fn required(mut schema: Value, keys: &[&str]) -> Value {
    schema["required"] = json!(keys);
    schema
}

fn alert_details() -> Value {
    let property = mapping(vec![
        ("alertProperty", text("Such as AlertLink or ProductName")),
        ("value", text("A column of the query's output")),
    ]);
    mapping(vec![
        ("alertDisplayNameFormat", text("The alert's name, with columns in double braces: at most 3")),
        ("alertDescriptionFormat", text("The alert's description, with columns in double braces: at most 3")),
        ("alertTacticsColumnName", text("The column of the alert's tactics")),
        ("alertSeverityColumnName", text("The column of the alert's severity")),
        ("alertDynamicProperties", list(required(property, &["alertProperty", "value"]), "More of the alert")),
    ])
}

fn incident() -> Value {
    let matching = names(MatchingMethod::WORDS);
    let grouping = mapping(vec![
        ("enabled", boolean("Whether alerts are grouped")),
        ("reopenClosedIncident", boolean("Whether a new alert opens a closed incident again")),
        ("lookbackDuration", duration("How far apart alerts of one incident may be: 5m to 7d")),
        ("matchingMethod", word(matching, "By what alerts are grouped")),
        ("groupByEntities", list(text("An entity type"), "With matchingMethod Selected")),
        ("groupByAlertDetails", list(text("DisplayName or Severity"), "With matchingMethod Selected")),
        ("groupByCustomDetails", list(text("A key of customDetails"), "With matchingMethod Selected")),
    ]);
    mapping(vec![
        ("createIncident", boolean("Whether alerts become incidents")),
        ("groupingConfiguration", nullable(grouping)),
    ])
}

#[cfg(test)]
pub(crate) mod tests;

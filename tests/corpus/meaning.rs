//! What a rule says, read once from its YAML and once from its JSON, by a reader that shares nothing with the
//! product but the YAML parser: the oracle of what differs between two versions.
//!
//! Both sides give one spelling: lengths of time in seconds, words in lower case without punctuation, texts without
//! blanks at their ends, lists without order where order has no meaning.

use std::collections::{BTreeMap, BTreeSet};

use palisade::rule::yaml::{Node, Value as Yaml};
use serde_json::{Value, json};

/// What a rule says, by the path of the field in ARM. A field that says nothing is not there.
pub(crate) type Meaning = BTreeMap<String, Value>;

const INCIDENT: &str = "incidentConfiguration";
const GROUPING: &str = "incidentConfiguration.groupingConfiguration";

/// What acts where a field says nothing.
fn defaults() -> Vec<(String, Value)> {
    let mut all = vec![
        ("enabled".to_owned(), json!(true)),
        ("suppressionEnabled".to_owned(), json!(false)),
        ("suppressionDuration".to_owned(), json!(5 * 3600)),
        ("eventGroupingSettings.aggregationKind".to_owned(), json!("singlealert")),
        (format!("{INCIDENT}.createIncident"), json!(true)),
    ];
    let grouping = [
        ("enabled", json!(false)),
        ("reopenClosedIncident", json!(false)),
        ("lookbackDuration", json!(5 * 3600)),
        ("matchingMethod", json!("allentities")),
    ];
    all.extend(grouping.map(|(key, value)| (format!("{GROUPING}.{key}"), value)));
    all
}

/// Every field in which two meanings differ.
pub(crate) fn differing(a: &Meaning, b: &Meaning) -> BTreeSet<String> {
    a.keys().chain(b.keys()).filter(|key| a.get(*key) != b.get(*key)).cloned().collect()
}

/// What a document of the Azure-Sentinel dialect says.
pub(crate) fn of_yaml(document: &Node<'_>) -> Meaning {
    let mut raw = plain(document);
    let nrt = raw["kind"].as_str().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("nrt"));
    let keys = raw.as_object_mut().unwrap();
    for (written, arm) in [("name", "displayName"), ("relevantTechniques", "techniques")] {
        if let Some(value) = keys.remove(written) {
            keys.insert(arm.to_owned(), value);
        }
    }
    if nrt {
        keys.retain(|key, _| !key.starts_with("query") || key == "query");
        keys.retain(|key, _| !key.starts_with("trigger"));
    }
    if let Some(Value::String(text)) = keys.get_mut("description") {
        *text = unwrapped(text);
    }
    let techniques: Vec<String> = items(keys.get("techniques")).iter().map(|t| text(t).to_ascii_uppercase()).collect();
    let parents = techniques.iter().map(|t| t.split('.').next().unwrap_or_default());
    keys.insert("techniques".to_owned(), parents.collect::<BTreeSet<_>>().into_iter().collect());
    keys.insert("subTechniques".to_owned(), techniques.iter().filter(|t| t.contains('.')).cloned().collect());
    of_arm(&raw)
}

/// What the properties of an alert rule say.
pub(crate) fn of_arm(properties: &Value) -> Meaning {
    let mut meaning: Meaning = defaults().into_iter().collect();
    let mut say = |path: &str, value: Value| {
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        if !empty {
            meaning.insert(path.to_owned(), value);
        }
    };
    for key in ["displayName", "description", "query", "alertRuleTemplateName", "templateVersion", "startTimeUtc"] {
        say(key, text(&properties[key]).into());
    }
    for key in ["severity", "triggerOperator"] {
        say(key, word(&properties[key]).into());
    }
    for key in ["queryFrequency", "queryPeriod", "suppressionDuration"] {
        say(key, seconds(&properties[key]));
    }
    say("enabled", scalar(&properties["enabled"]));
    say("suppressionEnabled", scalar(&properties["suppressionEnabled"]));
    say("triggerThreshold", scalar(&properties["triggerThreshold"]));
    say("tactics", set(&properties["tactics"], word));
    say("techniques", set(&properties["techniques"], text));
    say("subTechniques", set(&properties["subTechniques"], text));
    say("entityMappings", items(properties.get("entityMappings")).iter().map(mapping).collect());
    let columns = items(properties.get("sentinelEntitiesMappings"));
    say("sentinelEntitiesMappings", columns.iter().map(|column| text(&column["columnName"])).collect());
    let details = properties["customDetails"].as_object().cloned().unwrap_or_default();
    say("customDetails", details.into_iter().map(|(key, column)| (key, text(&column))).collect());
    let alert = &properties["alertDetailsOverride"];
    let formats =
        ["alertDisplayNameFormat", "alertDescriptionFormat", "alertTacticsColumnName", "alertSeverityColumnName"];
    for key in formats {
        say(&format!("alertDetailsOverride.{key}"), text(&alert[key]).into());
    }
    let dynamic = items(alert.get("alertDynamicProperties"));
    say(
        "alertDetailsOverride.alertDynamicProperties",
        dynamic.iter().map(|item| [text(&item["alertProperty"]), text(&item["value"])].join("=")).collect(),
    );
    say("eventGroupingSettings.aggregationKind", word(&properties["eventGroupingSettings"]["aggregationKind"]).into());
    say(&format!("{INCIDENT}.createIncident"), scalar(&properties[INCIDENT]["createIncident"]));
    let grouping = &properties[INCIDENT]["groupingConfiguration"];
    for key in ["enabled", "reopenClosedIncident"] {
        say(&format!("{GROUPING}.{key}"), scalar(&grouping[key]));
    }
    say(&format!("{GROUPING}.lookbackDuration"), seconds(&grouping["lookbackDuration"]));
    say(&format!("{GROUPING}.matchingMethod"), word(&grouping["matchingMethod"]).into());
    let entities = items(grouping.get("groupByEntities"));
    say(&format!("{GROUPING}.groupByEntities"), entities.iter().map(word).collect());
    for key in ["groupByAlertDetails", "groupByCustomDetails"] {
        say(&format!("{GROUPING}.{key}"), items(grouping.get(key)).iter().map(text).collect());
    }
    meaning
}

/// A document as JSON, every scalar as text.
fn plain(node: &Node<'_>) -> Value {
    match &node.value {
        Yaml::Scalar { .. } if node.is_null() => Value::Null,
        Yaml::Scalar { text, .. } => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(entries) => entries.iter().map(|e| (e.key.as_ref().to_owned(), plain(&e.value))).collect(),
    }
}

/// A description without the quotes that community files put around it inside of a block.
fn unwrapped(written: &str) -> String {
    let text = written.trim();
    let (first, last) = (text.starts_with('\''), text.ends_with('\''));
    let lone = text.matches('\'').count() == 1;
    if (first && last && text.len() > 1) || (last && lone) {
        text[usize::from(first)..text.len() - 1].trim().to_owned()
    } else {
        text.to_owned()
    }
}

fn items(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace("\r\n", "\n").trim().to_owned()
}

/// A word of the service, in a spelling that all of its spellings share.
fn word(value: &Value) -> String {
    let word: String = text(value).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    match word.as_str() {
        "gt" => "greaterthan",
        "lt" => "lessthan",
        "eq" => "equal",
        "ne" => "notequal",
        _ => return word,
    }
    .to_owned()
}

/// A boolean or a number, of text or of itself.
fn scalar(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text.trim().to_lowercase()).unwrap(),
        value => value.clone(),
    }
}

fn set(value: &Value, spell: fn(&Value) -> String) -> Value {
    items(Some(value)).iter().map(spell).collect::<BTreeSet<_>>().into_iter().collect()
}

fn mapping(mapping: &Value) -> Value {
    let fields = items(mapping.get("fieldMappings"));
    let fields = fields.iter().map(|field| [text(&field["identifier"]), text(&field["columnName"])].join("="));
    json!([word(&mapping["entityType"]), fields.collect::<Vec<_>>()])
}

/// The seconds of `1h`, `PT1H`, `P1DT1H` or `PT1D`.
fn seconds(value: &Value) -> Value {
    let text = text(value).to_uppercase();
    let (mut total, mut digits) = (0, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                digits.push(c);
                continue;
            }
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            'P' | 'T' => continue,
            _ => panic!("{text} is no length of time"),
        };
        total += unit * digits.parse::<u64>().unwrap();
        digits.clear();
    }
    if text.is_empty() { Value::Null } else { total.into() }
}

//! The JSON Schemas: committed, and judged by documents that `check` takes and by slips of the keyboard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use palisade::diagnostic::Sources;
use palisade::ops::schema::{ALL, Schema};
use palisade::ops::{LoadOptions, load};
use palisade::rule::yaml::{self, Node, as_bool};
use serde_json::{Map, Value};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(kind: &str) -> Validator {
    let schema: Value = serde_json::from_str(&Schema::named(kind).unwrap().text()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A document as an editor's YAML library reads it.
fn json(node: &Node<'_>) -> Value {
    match &node.value {
        yaml::Value::Scalar { text, plain } => {
            if node.is_null() {
                Value::Null
            } else if !plain {
                text.as_ref().into()
            } else if let Some(value) = as_bool(text) {
                value.into()
            } else if let Ok(value) = text.parse::<i64>() {
                value.into()
            } else if let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) {
                value.into()
            } else {
                text.as_ref().into()
            }
        }
        yaml::Value::Sequence(items) => items.iter().map(json).collect(),
        yaml::Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect::<Map<_, _>>().into()
        }
    }
}

fn documents(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let mut sources = Sources::default();
    yaml::parse(sources.add("x", text), text).unwrap().iter().map(json).collect()
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') {
            found.extend(yaml_files(&path));
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The schema for a document of a project.
fn kind_of(path: &Path, document: &Value) -> String {
    if path.file_name().unwrap() == "palisade.yaml" {
        return "project".to_owned();
    }
    document.get("kind").and_then(Value::as_str).unwrap_or("Scheduled").trim().to_owned()
}

#[test]
fn the_schemas_are_committed() {
    for schema in ALL {
        let path = root().join(format!("docs/schemas/{}.json", schema.name));
        if std::env::var_os("PALISADE_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, schema.text()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == schema.text(), "PALISADE_BLESS=1 cargo test --test schemas writes {}", path.display());
    }
}

#[test]
fn our_own_documents_are_valid_and_slips_are_not() {
    let mut slips = 0;
    for folder in ["rules", "templates", "examples"] {
        for path in yaml_files(&root().join(folder)) {
            for document in documents(&path) {
                let validator = validator(&kind_of(&path, &document));
                let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
                // Every key without its second letter.
                for key in document.as_object().unwrap().keys().filter(|key| key.len() > 2) {
                    let mut slip = document.as_object().unwrap().clone();
                    let value = slip.remove(key).unwrap();
                    slip.insert(format!("{}{}", &key[..1], &key[2..]), value);
                    assert!(!validator.is_valid(&slip.into()), "{}: {key} misspelled", path.display());
                    slips += 1;
                }
            }
        }
    }
    assert!(slips > 300, "{slips}");
}

/// Exclusions of the cases that `check` takes are valid, and only those.
#[test]
fn exclusions() {
    let validator = validator("exclusion");
    let (mut valid, mut invalid) = (0, 0);
    for case in std::fs::read_dir(root().join("tests/cases/exclusions")).unwrap() {
        let case = case.unwrap().path().join("in");
        if !case.is_dir() {
            continue;
        }
        let loaded = load(&case, &LoadOptions::default());
        let faulty = loaded.content.faulty_exclusions.len();
        for path in yaml_files(&case) {
            for document in documents(&path).iter().filter(|document| document["kind"] == "Exclusion") {
                let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
                assert!(errors.is_empty() || faulty > 0, "{}: {errors:?}", path.display());
                valid += usize::from(errors.is_empty());
                invalid += usize::from(!errors.is_empty());
            }
        }
    }
    eprintln!("{valid} exclusions are valid, {invalid} are not");
    assert!(valid >= 10, "{valid}");
    let good = serde_json::json!({
        "kind": "Exclusion", "id": "x", "rules": ["*"], "when": {"entity": "Account.Name", "equals": "svc"},
    });
    assert!(validator.is_valid(&good));
    for (pointer, wrong) in [
        ("/id", serde_json::json!("Not This")),
        ("/when", serde_json::json!({"entity": "Account.Name", "equal": "svc"})),
        ("/when", serde_json::json!({"entity": "Account.Name", "equals": "a", "has": "b"})),
        ("/when", serde_json::json!({"entity": "Account.Name", "column": "A", "equals": "a"})),
        ("/when", serde_json::json!({"all": []})),
        ("/when", serde_json::json!([])),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

#[test]
fn wrong_values_are_refused() {
    let text = std::fs::read_to_string(root().join("templates/scheduled-rule.yaml")).unwrap();
    let validator = validator("rule");
    for (right, wrong) in [
        ("severity: Medium", "severity: Mediun"),
        ("triggerOperator: gt", "triggerOperator: more"),
        ("triggerThreshold: 0", "triggerThreshold: \"0\""),
        ("queryFrequency: 1h", "queryFrequency: 1 hour"),
        ("enabled: true", "enabled: yes"),
        ("entityType: Host", "entityType: Hots"),
        ("kind: Scheduled", "kind: Sheduled"),
        ("columnName: Computer", "column: Computer"),
        ("matchingMethod: Selected", "matchingMethod: Some"),
    ] {
        assert!(text.contains(right), "{right}");
        let text = text.replacen(right, wrong, 1);
        let mut sources = Sources::default();
        let document = json(&yaml::parse(sources.add("x", text.as_str()), &text).unwrap()[0]);
        assert!(!validator.is_valid(&document), "{wrong}");
    }
}

/// Files that `check` takes with a warning of a key, and that a schema refuses for it: three with a key that has no
/// effect, one with a key in another case.
const STRICTER: &[&str] = &[
    "azure-sentinel-forks/shikhin-metron+Azure-Sentinel/Solutions/Digital Shadows/Analytic Rules/Digital_Shadows_incident_creation.yaml",
    "noodlemctwoodle-sentinel-as-code/Content/AnalyticalRules/Custom/PotentialMaliciousDomainRegistrationDetectionRule.yaml",
    "noodlemctwoodle-sentinel-as-code/Content/AnalyticalRules/MicrosoftEntraID/MfaExplicitDenyDetectionRule.yaml",
    "noodlemctwoodle-sentinel.blog/MicrosoftSentinel/Detections/MicrosoftEntraID/mfa_explicit_deny_detection_rule.yaml",
];

#[test]
fn what_check_takes_of_others_is_valid() {
    let Some(corpus) = std::env::var_os("PALISADE_CORPUS") else { return };
    let corpus = root().join(corpus).join("rules");
    let loaded = load(&corpus, &LoadOptions::default());
    let refused: Vec<&str> = loaded
        .problems
        .iter()
        // Another file with the same id says nothing of this one.
        .filter(|problem| problem.is_error() && problem.code.name() != "duplicate-id")
        .filter_map(|problem| Some(loaded.sources.path(problem.span?.file)))
        .collect();
    let validator = validator("rule");
    let (mut taken, mut stricter) = (0, Vec::new());
    for path in yaml_files(&corpus) {
        let name = path.strip_prefix(&corpus).unwrap().to_str().unwrap().replace('\\', "/");
        if refused.contains(&name.as_str()) {
            continue;
        }
        for document in documents(&path).iter().filter(|document| is_rule(document)) {
            taken += 1;
            let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
            if !errors.is_empty() {
                eprintln!("{name}: {errors:?}");
                stricter.push(name.clone());
            }
        }
    }
    eprintln!("{} of {taken} rules that check takes are valid", taken - stricter.len());
    assert!(taken > 900, "{taken}");
    assert_eq!(stricter, STRICTER);
}

fn is_rule(document: &Value) -> bool {
    let has = |key: &str| document.get(key).is_some_and(|value| !value.is_null());
    let kind = document.get("kind").and_then(Value::as_str).unwrap_or("Scheduled").trim().to_lowercase();
    has("query") && (has("severity") || has("triggerOperator")) && ["scheduled", "nrt"].contains(&kind.as_str())
}

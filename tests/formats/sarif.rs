//! SARIF, against the official schema and the rules of GitHub.

use std::path::PathBuf;
use std::process::Command;

use palisade::diagnostic::Code;
use palisade::ops::{LoadOptions, load};
use palisade::report::sarif;
use serde_json::Value;

use crate::{hostile, rule};

/// The schema of SARIF 2.1.0 as the OASIS committee publishes it, from the package that carries it.
fn schema() -> Value {
    // Packages of other platforms were not downloaded.
    let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into())).arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif");
    let manifest = PathBuf::from(package.unwrap()["manifest_path"].as_str().unwrap());
    let text = std::fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // A stray bracket in it is no regular expression to a strict reader; we name no language.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    schema
}

#[test]
fn the_log_is_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut wrong: Value = serde_json::from_str(&sarif::log("check", &[], &Default::default())).unwrap();
    assert!(validator.is_valid(&wrong));
    wrong["runs"][0]["columnKind"] = "bytes".into();
    assert!(!validator.is_valid(&wrong), "the schema refuses nothing");

    let loaded = hostile();
    let text = sarif::log("check", &loaded.problems, &loaded.sources);
    crate::assert_inert(&text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), loaded.problems.len());
}

#[test]
fn results_name_their_rule_and_their_place() {
    let loaded = hostile();
    let log: Value = serde_json::from_str(&sarif::log("check", &loaded.problems, &loaded.sources)).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    for (result, problem) in run["results"].as_array().unwrap().iter().zip(&loaded.problems) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let span = problem.span.unwrap();
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%".contains(c)), "{uri}");
        // The region, cut out of the file, is the place of the problem.
        let text = loaded.sources.text(span.file);
        let at = |line: &Value, column: &Value| {
            let line = usize::try_from(line.as_u64().unwrap()).unwrap();
            let column = usize::try_from(column.as_u64().unwrap()).unwrap();
            let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
        };
        let region = &place["region"];
        assert_eq!(at(&region["startLine"], &region["startColumn"]), span.start as usize, "{problem:?}");
        assert_eq!(at(&region["endLine"], &region["endColumn"]), span.end as usize, "{problem:?}");
    }
}

#[test]
fn a_fingerprint_does_not_see_lines_above() {
    let prints = |before: &str| {
        let project = tempfile::tempdir().unwrap();
        let text = format!("{before}{}", rule(1, &[("tactics", "[Evasion, Evasion]"), ("status", "Available")]));
        std::fs::write(project.path().join("a.yaml"), text).unwrap();
        let loaded = load(project.path(), &LoadOptions::default());
        let log: Value = serde_json::from_str(&sarif::log("check", &loaded.problems, &loaded.sources)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"].to_string()).collect::<Vec<_>>()
    };
    let plain = prints("");
    assert!(plain.len() >= 2);
    assert_eq!(plain, prints("# a comment\n\n"));
    assert_ne!(plain[0], plain[1], "two results are one to a server");
}

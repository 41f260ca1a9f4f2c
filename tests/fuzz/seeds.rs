//! Queries to begin with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use palisade::diagnostic::Sources;
use palisade::rule::yaml::{self, Node, Value};

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The queries of a file as `tests/oracle/by-hand` has them: one a line, or several lines between `<<<` and `>>>`.
fn listed(path: &Path) -> Vec<String> {
    let (mut queries, mut block) = (Vec::new(), None::<String>);
    for line in fs::read_to_string(path).unwrap().lines() {
        match (&mut block, line) {
            (None, "<<<") => block = Some(String::new()),
            (Some(text), ">>>") => {
                queries.push(unescaped(text.trim_end_matches('\n')));
                block = None;
            }
            (Some(text), line) => *text += &format!("{line}\n"),
            (None, line) if line.starts_with(";;") || line.is_empty() => {}
            (None, line) => queries.push(unescaped(line)),
        }
    }
    queries
}

/// `{U+2028}` stands for the character.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("{U+");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        result.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        result.push_str(rest);
    }
    result
}

pub(crate) fn findings() -> Vec<String> {
    listed(&package("tests/fuzz/findings.kql"))
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|e| *e == ending)) {
            found.push(path);
        }
    }
}

fn found(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    files(folder, &[ending], &mut paths);
    paths.sort();
    paths
}

/// The queries of the rules below a folder.
fn rules(folder: &Path, queries: &mut Vec<String>) {
    for path in found(folder, "yaml") {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let mut sources = Sources::default();
        let file = sources.add("x.yaml", text.as_str());
        for node in yaml::parse(file, &text).unwrap_or_default() {
            queries.extend(query(&node));
        }
    }
}

fn query(rule: &Node<'_>) -> Option<String> {
    let Value::Mapping(entries) = &rule.value else { return None };
    entries.iter().find(|entry| entry.key == "query").and_then(|entry| match &entry.value.value {
        Value::Scalar { text, .. } => Some(text.to_string()),
        _ => None,
    })
}

pub(crate) fn seeds() -> &'static [String] {
    static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut queries = Vec::new();
        for path in found(&package("tests/oracle/by-hand"), "kql") {
            queries.extend(listed(&path));
        }
        for folder in ["rules", "examples", "templates"] {
            rules(&package(folder), &mut queries);
        }
        if let Some(corpus) = std::env::var_os("PALISADE_CORPUS") {
            let corpus = package("").join(corpus);
            rules(&corpus.join("rules"), &mut queries);
            for path in found(&corpus.join("kql"), "kql") {
                queries.extend(fs::read_to_string(path));
            }
        }
        assert!(queries.len() > 500, "{} seeds", queries.len());
        queries
    });
    &SEEDS
}

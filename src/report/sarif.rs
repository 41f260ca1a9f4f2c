//! Problems as SARIF 2.1.0 (OASIS, errata 01), which GitHub, Azure DevOps and editors show.
//!
//! Paths are relative to the project, against `%SRCROOT%`. What was silenced by an exception or a baseline is no
//! result.

use serde_json::{Map, Value, json};

use crate::diagnostic::fingerprint::fingerprints;
use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Code, Diagnostic, Fix, Level, Sources, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/palisade-rules/palisade";

/// All that a verb found as one run. Every code is a rule of it, in the order of the registry.
pub fn log(verb: &str, problems: &[Diagnostic], sources: &Sources) -> String {
    let prints = fingerprints(problems, sources);
    let results: Vec<Value> =
        problems.iter().zip(&prints).map(|(problem, print)| result(problem, &print.digest, sources)).collect();
    let version = env!("CARGO_PKG_VERSION");
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    let driver = json!({
        "name": "palisade", "version": version, "semanticVersion": version, "informationUri": HOME, "rules": rules,
    });
    let run = json!({
        "tool": {"driver": driver},
        // One category: a run replaces the results of the one before.
        "automationDetails": {"id": format!("palisade/{verb}/")},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": true}],
        "results": results,
    });
    let log = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": message(code.summary())},
        "fullDescription": {"text": message(code.summary())},
        "help": {"text": message(code.explanation()), "markdown": code.explanation()},
        "helpUri": code.help_uri(),
        "defaultConfiguration": {"level": level(code.level())},
        "properties": {"tags": [code.group()]},
    })
}

/// SARIF's word. It calls information a note.
fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

fn result(problem: &Diagnostic, digest: &str, sources: &Sources) -> Value {
    let help = problem.help.as_ref().map(|help| format!("\n{}", message(help))).unwrap_or_default();
    let mut result = json!({
        "ruleId": problem.code.name(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == problem.code),
        "level": level(problem.level),
        "message": {"text": format!("{}{help}", message(&problem.message))},
        "locations": problem.span.iter().map(|span| location(*span, sources)).collect::<Vec<_>>(),
        "partialFingerprints": {"palisade/v1": digest},
    });
    let related: Vec<Value> = problem
        .related
        .iter()
        .enumerate()
        .map(|(at, (span, why))| {
            let mut place = location(*span, sources);
            set(&mut place, "id", json!(at + 1));
            set(&mut place, "message", json!({"text": message(why)}));
            place
        })
        .collect();
    if !related.is_empty() {
        set(&mut result, "relatedLocations", json!(related));
    }
    if let Some(fix) = problem.fix.as_deref().and_then(|fix| edit(fix, sources)) {
        set(&mut result, "fixes", json!([fix]));
    }
    result
}

fn set(value: &mut Value, key: &str, new: Value) {
    value.as_object_mut().unwrap_or(&mut Map::new()).insert(key.to_owned(), new);
}

fn location(span: Span, sources: &Sources) -> Value {
    json!({"physicalLocation": {"artifactLocation": artifact(span, sources), "region": region(span, sources)}})
}

fn artifact(span: Span, sources: &Sources) -> Value {
    json!({"uri": uri(sources.path(span.file)), "uriBaseId": "%SRCROOT%"})
}

fn region(span: Span, sources: &Sources) -> Value {
    let (end_line, end_column) = sources.end(span);
    json!({
        "startLine": span.line, "startColumn": span.column, "endLine": end_line, "endColumn": end_column,
    })
}

fn edit(fix: &Fix, sources: &Sources) -> Option<Value> {
    let place = fix.place(&sources.text(fix.span.file))?;
    // Inside of quotes it begins one character later.
    let quote = u32::try_from(place.start).ok()? - fix.span.start;
    let (line, end) = sources.end(fix.span);
    if line != fix.span.line {
        return None;
    }
    let region = json!({
        "startLine": line, "startColumn": fix.span.column + quote, "endLine": line, "endColumn": end - quote,
    });
    let replacement = json!({"deletedRegion": region, "insertedContent": {"text": fix.replacement}});
    Some(json!({
        "description": {"text": message(&format!("write {}", fix.replacement))},
        "artifactChanges": [{"artifactLocation": artifact(fix.span, sources), "replacements": [replacement]}],
    }))
}

/// A text as a message: nothing hidden in it, and no brackets that a viewer would take for a link (section 3.11.6).
fn message(text: &str) -> String {
    let shown = visible(text, true);
    if shown.contains("](") { shown.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]") } else { shown }
}

/// A relative path as a URI: what RFC 3986 does not leave unreserved is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_uris() {
        assert_eq!(uri("rules/a b/é#[1].yaml"), "rules/a%20b/%C3%A9%23%5B1%5D.yaml");
        assert_eq!(uri("javascript:x"), "javascript%3Ax");
    }

    #[test]
    fn a_message_is_no_link() {
        assert_eq!(message("see [x](http://evil) \u{202e}"), "see \\[x\\](http://evil) \\\\u{202e}");
        assert_eq!(message("`a[0]` is text"), "`a[0]` is text");
    }
}

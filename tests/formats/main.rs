//! The formats of `palisade check`, judged by what reads them: hostile text in a project stays text in each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod github;
mod junit;
mod sarif;

use palisade::ops::{LoadOptions, Loaded, load};

/// A rule with these lines in place of its own.
fn rule(id: u8, lines: &[(&str, &str)]) -> String {
    let own = [
        ("id", format!("6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a0{id:02}")),
        ("kind", "Scheduled".to_owned()),
        ("name", "Failed sign-ins".to_owned()),
        ("description", "Somebody guesses a password.".to_owned()),
        ("severity", "Medium".to_owned()),
        ("query", "SigninLogs | where ResultType == \"50126\"".to_owned()),
        ("queryFrequency", "1h".to_owned()),
        ("queryPeriod", "1h".to_owned()),
        ("triggerOperator", "gt".to_owned()),
        ("triggerThreshold", "0".to_owned()),
        ("version", "1.0.0".to_owned()),
    ];
    let own = own.iter().map(|(key, value)| (*key, value.as_str()));
    let kept = own.filter(|(key, _)| !lines.iter().any(|(other, _)| other == key));
    kept.chain(lines.iter().copied()).map(|(key, value)| format!("{key}: {value}\n")).collect()
}

/// What an attacker would write into a file that others check: escapes of a terminal, of XML, of workflow commands, of
/// Markdown and of JSON; characters that turn a line around or end it.
const HOSTILE: &str = r#""\e[31m\u202e]]><a&'\"\r\n::error file=x::y%0A[l](http://evil)\u2028\uffff\\ {0} `x`""#;

/// A project in which most texts that are shown come from an attacker.
fn hostile() -> Loaded {
    let project = tempfile::tempdir().unwrap();
    let write = |path: &str, text: String| {
        let path = project.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("rules/a.yaml", rule(1, &[("severity", HOSTILE), ("tactics", &format!("[{HOSTILE}]"))]));
    write("rules/b, é [1]&<.yaml", rule(2, &[(HOSTILE, "1"), ("queryFrequency", HOSTILE), ("Severity", "low")]));
    write("rules/c.yaml", rule(3, &[("query", "|\n  \u{202e}SigninLogs\n  | take 1")]));
    write("rules/d.yaml", format!("a: [{HOSTILE}\n"));
    write("rules/e.yaml", rule(4, &[]));
    write("rules/f.yaml", rule(3, &[("query", "SecurityEvent")]));
    let loaded = load(project.path(), &LoadOptions::default());
    assert!(loaded.problems.len() >= 8, "{:#?}", loaded.problems);
    loaded
}

/// Characters that must never reach a reader as they are.
fn assert_inert(text: &str) {
    for c in ['\u{1b}', '\u{202e}', '\u{2028}', '\u{ffff}', '\r'] {
        assert!(!text.contains(c), "{c:?} in {text}");
    }
}

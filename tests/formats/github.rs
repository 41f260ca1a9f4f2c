//! Workflow commands, read as GitHub's runner reads them.

use palisade::report::github;

use crate::{assert_inert, hostile};

/// One command: its name, properties and message, unescaped as the runner does (`ActionCommand.cs`).
fn read(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let value = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let pair = |text: &str| text.split_once('=').map(|(key, text)| (key.to_owned(), value(text))).unwrap();
    (name.to_owned(), properties.split(',').map(pair).collect(), data(message))
}

#[test]
fn one_command_a_problem() {
    let loaded = hostile();
    let text = github::commands(&loaded.problems, &loaded.sources, "detections/");
    assert_inert(&text);
    assert_eq!(text.lines().count(), loaded.problems.len());
    for (line, problem) in text.lines().zip(&loaded.problems) {
        let (name, properties, message) = read(line);
        assert!(["error", "warning", "notice"].contains(&name.as_str()), "{line}");
        let property = |key: &str| properties.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str());
        assert_eq!(property("title"), Some(problem.code.name()));
        let span = problem.span.unwrap();
        assert_eq!(property("file").unwrap(), format!("detections/{}", loaded.sources.path(span.file)));
        assert_eq!(property("line").unwrap(), span.line.to_string());
        assert!(!message.is_empty(), "{line}");
    }
}

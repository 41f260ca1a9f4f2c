//! Each code's example of bad gives exactly that code; its example of good gives nothing.

use std::collections::BTreeSet;
use std::fs;

use palisade::diagnostic::Code;
use palisade::diagnostic::page::Example;
use palisade::ops::{LoadOptions, Loaded, load};

/// What an example that is not whole leaves out.
const ORDINARY: &[(&str, &str)] = &[
    ("id", "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000"),
    ("kind", "kind: Scheduled"),
    ("name", "name: Many failed sign-ins of one user"),
    ("description", "description: Somebody guesses a password."),
    ("severity", "severity: Medium"),
    (
        "query",
        "query: |\n  SigninLogs\n  | where ResultType == \"50126\"\n  \
         | summarize Failures = count(), TimeGenerated = max(TimeGenerated) by UserPrincipalName\n  \
         | where Failures > 20",
    ),
    ("queryFrequency", "queryFrequency: 1h"),
    ("queryPeriod", "queryPeriod: 1h"),
    ("triggerOperator", "triggerOperator: gt"),
    ("triggerThreshold", "triggerThreshold: 0"),
    ("version", "version: 1.0.0"),
];

/// Keys that a rule of kind NRT does not have.
const SCHEDULE: &[&str] = &["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];

/// Codes without an example, each with the reason.
const NO_EXAMPLE: &[(Code, &str)] = &[
    (Code::FileUnreadable, "a matter of permissions"),
    (Code::FileTooLarge, "more than 1 MiB"),
    (Code::FileNotText, "its bytes are no text"),
    (Code::LinkOutside, "a matter of links"),
    (Code::YamlBudget, "thousands of values"),
    (Code::UnsupportedKind, "these documents are carried out one version after the other"),
    (Code::StaleBaseline, "a baseline is no document"),
    (Code::ExclusionUnplaced, "the check of a whole project tells it, against each rule"),
    (Code::ExclusionSkipped, "the check of a whole project tells it, against each rule"),
    (Code::ExclusionColumns, "the check of a whole project tells it, against each rule"),
    (Code::ExclusionTampered, "it takes a live rule"),
    (Code::AutoDisabled, "it takes a live rule"),
    (Code::CorrelationEdited, "it takes a live rule"),
    (Code::MarkDamaged, "it takes a live rule"),
    (Code::MarkCopied, "it takes a live rule"),
    (Code::SecondWriter, "it takes a live rule"),
    (Code::Twin, "it takes a live rule"),
    (Code::NrtNotPortable, "it takes the strict profile"),
    (Code::Quota, "dozens of rules"),
    (Code::DriftFound, "it takes a live rule"),
    (Code::DriftConflict, "it takes a live rule"),
    (Code::DriftUnknown, "it takes a live rule"),
    (Code::RuleMissing, "it takes a live rule"),
    (Code::RuleMoved, "it takes a live rule"),
    (Code::AutomationLeft, "it takes a live rule"),
    (Code::DriftIgnoreUnused, "it takes a live rule"),
    (Code::EmptyProject, "it takes a plan"),
    (Code::Protected, "it takes a plan"),
    (Code::BlastRadius, "it takes a plan"),
    (Code::ManyWorkspaces, "it takes a plan"),
    (Code::LastOverTable, "it takes a plan"),
    (Code::LastOfTactic, "it takes a plan"),
    (Code::IncidentsOff, "it takes a plan"),
    (Code::MappingsLost, "it takes a plan"),
    (Code::ExclusionWidens, "it takes a plan"),
    (Code::RuleQuota, "it takes a plan"),
    (Code::KustoDisagrees, "it takes Microsoft's parser"),
];

fn completed(example: &Example<'_>) -> String {
    if example.whole {
        return format!("{}\n", example.text);
    }
    let has = |key: &str| example.text.lines().any(|line| line.starts_with(&format!("{key}:")));
    let nrt = example.text.lines().any(|line| line == "kind: NRT");
    let added = ORDINARY.iter().filter(|(key, _)| !(has(key) || nrt && SCHEDULE.contains(key)));
    let mut text: String = added.map(|(_, lines)| format!("{lines}\n")).collect();
    text.push_str(example.text);
    text.push('\n');
    text
}

pub(crate) fn run(examples: &[Example<'_>]) -> Loaded {
    let project = tempfile::tempdir().unwrap();
    for example in examples {
        let path = project.path().join(example.path.unwrap_or("rules/example.yaml"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, completed(example)).unwrap();
    }
    load(project.path(), &LoadOptions { now: "2026-01-01T00:00:00Z".parse().ok(), ..LoadOptions::default() })
}

fn told(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

#[test]
fn every_pair_tells_its_code_and_no_other() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let page = code.page();
        if let Some((_, reason)) = NO_EXAMPLE.iter().find(|(without, _)| *without == code) {
            assert!(page.bad.is_empty() && page.good.is_empty(), "{code} has an example all the same ({reason})");
            continue;
        }
        if page.bad.is_empty() || page.good.is_empty() {
            wrong.push(format!("{code}: no example"));
            continue;
        }
        let bad = run(&page.bad);
        let codes: BTreeSet<Code> = bad.problems.iter().map(|problem| problem.code).collect();
        if codes != BTreeSet::from([code]) {
            wrong.push(format!("{code}: the bad example tells {:#?}", told(&bad)));
        }
        for problem in bad.problems.iter().filter(|problem| problem.is_error()) {
            let help = problem.help.as_deref().unwrap_or_default();
            assert!(!help.trim().is_empty(), "{code}: no way out of {:?}", problem.message);
        }
        let good = run(&page.good);
        if !good.problems.is_empty() {
            wrong.push(format!("{code}: the good example tells {:#?}", told(&good)));
        }
        if good.sources.is_empty() || (good.content.rules.is_empty() && code.group() != "Workspaces and the project") {
            wrong.push(format!("{code}: the good example holds no rule"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

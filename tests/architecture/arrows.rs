//! Which module may name which.

use crate::paths::named;
use crate::source::{Source, sources};

/// Each module of the crate's root, with the modules that it may name beside itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("resource", &[]),
    ("rule", &["diagnostic"]),
    ("workspace", &["rule", "resource", "diagnostic"]),
    ("kql", &["diagnostic"]),
    ("check", &["rule", "workspace", "kql", "diagnostic"]),
    ("compile", &["rule", "workspace", "kql", "resource", "diagnostic"]),
    ("plan", &["resource", "diagnostic"]),
    ("arm", &["resource"]),
    // An emulator that shares the product's model would agree with its misreadings.
    ("emulator", &["arm::transport", "kql"]),
    ("report", &["plan", "resource", "diagnostic"]),
    ("ops", &["diagnostic", "resource", "rule", "workspace", "kql", "check", "compile", "plan", "arm"]),
    ("cli", &["ops", "report", "emulator", "diagnostic"]),
    // The program itself.
    ("main", &["cli"]),
];

/// Files that may name more, each with its reason.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("cli/connect.rs", "arm", "the one place that tells Azure from the emulator")];

/// What a file names against the arrows.
fn violations(file: &Source) -> Vec<String> {
    let own = file.path.split('/').next().unwrap().trim_end_matches(".rs");
    if own == "lib" {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(module, _)| *module == own) else {
        return vec![format!("src/{}: {own} has no row in the table of arrows", file.path)];
    };
    named(file)
        .iter()
        .filter(|path| path.own && !path.parts.is_empty() && path.parts[0] != own)
        .filter(|path| !allowed.iter().any(|prefix| path.is_within(prefix)))
        .filter(|path| !EXCEPTIONS.iter().any(|(at, prefix, _)| *at == file.path && path.is_within(prefix)))
        .map(|path| format!("src/{}:{}: {own} may not name {}", file.path, path.line, path.text()))
        .collect()
}

#[test]
fn every_module_names_only_what_it_may() {
    let found: Vec<String> = sources().iter().flat_map(violations).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let sources = sources();
    for (at, prefix, reason) in EXCEPTIONS {
        let file = sources.iter().find(|file| file.path == *at);
        let used = file.is_some_and(|file| named(file).iter().any(|path| path.own && path.is_within(prefix)));
        assert!(used, "{at} does not name {prefix} any more ({reason})");
    }
}

#[test]
fn a_forbidden_arrow_is_found() {
    for (path, text, found) in [
        ("rule/read.rs", "use crate::plan::Plan;", "src/rule/read.rs:1: rule may not name plan::Plan"),
        ("plan.rs", "\nfn f(x: crate::rule::Rule) {}", "src/plan.rs:2: plan may not name rule::Rule"),
        ("check/mitre.rs", "use super::super::arm;", "src/check/mitre.rs:1: check may not name arm"),
        (
            "emulator/call.rs",
            "use crate::arm::{transport, error};",
            "src/emulator/call.rs:1: emulator may not name arm::error",
        ),
        ("report.rs", "use crate::*;", "src/report.rs:1: report may not name *"),
        ("cli/plan.rs", "use crate::arm::retry;", "src/cli/plan.rs:1: cli may not name arm::retry"),
        ("helpers.rs", "", "src/helpers.rs: helpers has no row in the table of arrows"),
    ] {
        assert_eq!(violations(&Source::new(path, text)), [found]);
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    for (path, text) in [
        ("rule/read.rs", "use crate::diagnostic::Code; use super::yaml; // crate::plan"),
        ("emulator/call.rs", "use crate::arm::transport::{Request, Response};"),
        ("cli/connect.rs", "use crate::arm::retry::Retrying;"),
        ("plan.rs", "#[cfg(test)] mod tests { use crate::rule::Rule; }"),
        ("rule.rs", "fn f() -> &'static str { \"crate::plan::Plan\" }"),
    ] {
        assert_eq!(violations(&Source::new(path, text)), Vec::<String>::new());
    }
}

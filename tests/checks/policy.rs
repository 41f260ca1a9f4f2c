//! What a project decides, and what takes many rules to show.

use std::collections::BTreeSet;
use std::fs;

use palisade::check::{self, Settings};
use palisade::diagnostic::Code;
use palisade::kql::{SchemaColumn, Type};
use palisade::ops::{LoadOptions, Loaded, load};
use palisade::workspace::policy::NrtProfile;

fn nrt(query: &str) -> Loaded {
    let project = tempfile::tempdir().unwrap();
    let text = format!(
        "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000\nkind: NRT\nname: x\nseverity: Low\nquery: |\n  {}\n",
        query.replace('\n', "\n  ")
    );
    fs::write(project.path().join("a.yaml"), text).unwrap();
    load(project.path(), &LoadOptions::default())
}

/// The messages that a query gives under these settings and not without, with the text that each is about.
fn told(query: &str, settings: Settings<'_>, code: Code) -> Vec<(String, String)> {
    let loaded = nrt(query);
    let [rule] = loaded.content.rules.as_slice() else { panic!("{:?}", loaded.problems) };
    let mut problems = Vec::new();
    check::details(rule.kind, &rule.details, &loaded.sources, settings, &mut problems);
    let of_code = problems.into_iter().filter(|problem| problem.code == code);
    of_code
        .map(|problem| {
            let span = problem.span.unwrap();
            let text = loaded.sources.text(span.file);
            (problem.message, text[span.start as usize..span.end as usize].to_owned())
        })
        .collect()
}

#[test]
fn the_strict_profile_of_nrt_rules_allows_one_table() {
    let strict = Settings { nrt: NrtProfile::Strict, ..Settings::default() };
    let places = |query: &str| -> Vec<String> {
        told(query, strict, Code::NrtNotPortable).into_iter().map(|(_, place)| place).collect()
    };
    assert_eq!(places("SigninLogs | where A == 1"), [""; 0]);
    let joined = "join kind=inner (AuditLogs | where B == 1) on C";
    assert_eq!(places(&format!("SigninLogs | where A == 1 | {joined}")), [joined, "AuditLogs"]);
    assert_eq!(places("workspace('x').SigninLogs | where A == 1"), ["workspace"]);
    assert_eq!(places("union Signin* | where A == 1"), ["union Signin*"]);
    assert_eq!(told("union A, B | where C == 1", Settings::default(), Code::NrtNotPortable), []);
}

#[test]
fn a_known_table_has_its_columns_and_no_other() {
    let column = |name: &str| SchemaColumn { name: name.to_owned(), ty: Type::String };
    let tables =
        std::collections::BTreeMap::from([("SigninLogs".to_owned(), vec![column("IPAddress"), column("Location")])]);
    let settings = Settings { schema: &tables, ..Settings::default() };
    let query = "SigninLogs\n| where Locaton == 'NL' and IPAddress == '203.0.113.7'";
    let found = told(query, settings, Code::KqlMeaning);
    assert_eq!(found, [("there is no column `Locaton` here".to_owned(), "Locaton".to_owned())]);
    assert_eq!(told(query, Settings::default(), Code::KqlMeaning), []);
    assert_eq!(told("AuditLogs | where Anything == 1", settings, Code::KqlMeaning), []);
}

#[test]
fn a_workspace_takes_so_many_rules() {
    let project = tempfile::tempdir().unwrap();
    let rule = |n: usize, kind: &str, enabled: bool| {
        let text = format!(
            "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1{n:04}\nkind: {kind}\nname: Rule {n}\ndescription: x\nversion: 1.0.0\n\
             severity: Low\nenabled: {enabled}\nquery: SigninLogs | where A == {n}\n"
        );
        fs::write(project.path().join(format!("{n}.yaml")), text).unwrap();
    };
    fs::write(project.path().join("w.yaml"), "kind: Workspace\nname: contoso\nemulator: contoso.db\n").unwrap();
    let quota = || -> Vec<String> {
        let loaded = load(project.path(), &LoadOptions::default());
        let codes: BTreeSet<Code> = loaded.problems.iter().map(|problem| problem.code).collect();
        assert!(codes.is_subset(&BTreeSet::from([Code::Quota])), "{codes:?}");
        loaded.problems.into_iter().map(|problem| problem.message).collect()
    };
    (0..50).for_each(|n| rule(n, "NRT", true));
    assert_eq!(quota(), [""; 0]);
    rule(50, "NRT", false);
    assert_eq!(quota(), [""; 0]);
    rule(51, "NRT", true);
    assert_eq!(quota(), ["contoso is given 51 enabled NRT rules: a workspace takes 50"]);
    rule(51, "NRT", false);
    (52..101).for_each(|n| rule(n, "NRT", false));
    assert_eq!(quota(), ["contoso is given 101 NRT rules: a workspace takes 100"]);
}

#[test]
fn a_workspace_takes_so_many_automation_rules() {
    let project = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).unwrap();
    write("a.yaml", "kind: Workspace\nname: contoso\nemulator: contoso.db\n");
    write("b.yaml", "kind: Workspace\nname: fabrikam\nemulator: fabrikam.db\nrules: {exclude: [\"Rule*\"]}\n");
    write(
        "rule.yaml",
        "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000\nkind: NRT\nname: Rule\nseverity: Low\nquery: SigninLogs | where A == 1\n",
    );
    let suppressions = |count: usize, effect: &str, expires: &str| {
        let one = |n: usize| {
            format!(
                "---\nkind: Suppression\nid: s{n}\nrules: [\"Rule*\"]\neffect: {effect}\n\
                 when: {{incident: severity, in: [Low]}}\n\
                 close: {{classification: BenignPositive, reason: SuspiciousButExpected}}\nexpires: {expires}\n"
            )
        };
        write("suppressions.yaml", &(0..count).map(one).collect::<String>());
        let now = "2026-01-01T00:00:00Z".parse().ok();
        let loaded = load(project.path(), &LoadOptions { now, ..LoadOptions::default() });
        let quota = loaded.problems.into_iter().filter(|problem| problem.code == Code::Quota);
        quota.map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert_eq!(suppressions(512, "resolve", "2026-06-01"), [""; 0]);
    let over = "contoso is given 513 automation rules: a workspace takes 512";
    assert_eq!(suppressions(513, "resolve", "2026-06-01"), [over]);
    assert_eq!(suppressions(513, "resolve", "2025-06-01"), [""; 0], "those that have lapsed are none");
}

//! What may happen to a live resource between two runs, on each kind of resource, and the case that shows it.
//!
//! docs/ownership.md has the table for people; both are held together here.

use std::fs;
use std::path::Path;

use crate::tree;

/// A kind of resource, as documents name it, and the type that its requests go to.
const KINDS: [(&str, &str); 3] =
    [("Scheduled", "alertRules"), ("NRT", "alertRules"), ("Suppression", "automationRules")];

/// What a case prints about a resource of each kind: `{name}` and `{id}` are its own.
type Says = [&'static str; 3];

struct Row {
    /// As docs/ownership.md calls it.
    name: &'static str,
    /// The case of each of [`KINDS`], below tests/cases.
    cases: [&'static str; 3],
    says: Says,
}

const fn row(name: &'static str, rules: &'static str, automation_rules: &'static str, says: Says) -> Row {
    Row { name, cases: [rules, rules, automation_rules], says }
}

const ROWS: [Row; 18] = [
    row("portal edit", "ownership/portal-edit", "ownership/portal-edit-of-automation-rules", ["* drift {name} ["; 3]),
    row(
        "portal edit that weakens",
        "ownership/portal-edit-that-weakens",
        "ownership/portal-edit-that-weakens-of-automation-rules",
        ["! weakened {name} ["; 3],
    ),
    row("pending change", "ownership/pending", "ownership/pending-of-automation-rules", ["~ update {name} ["; 3]),
    row("conflict", "ownership/conflict", "ownership/conflict-of-automation-rules", ["! conflict {name} ["; 3]),
    row(
        "same change on both sides",
        "ownership/same-change-on-both-sides",
        "ownership/same-change-on-both-sides-of-automation-rules",
        ["~ adopt {name} ["; 3],
    ),
    row("no base", "ownership/no-base", "ownership/no-base-of-automation-rules", ["! unmarked {name} ["; 3]),
    row(
        "AUTO DISABLED",
        "ownership/auto-disabled",
        "suppressions/lapsed-and-renewed",
        ["! auto-disabled {name}", "! auto-disabled {name}", "the service has disabled its automation rule"],
    ),
    row(
        "deletion out of band",
        "ownership/deleted-out-of-band",
        "ownership/deleted-out-of-band-of-automation-rules",
        [
            "failed {name} in contoso: 409",
            "failed {name} in contoso: 409",
            "deleted out of band: its mark is still there",
        ],
    ),
    row(
        "creation out of band",
        "ownership/created-out-of-band",
        "ownership/created-out-of-band-of-automation-rules",
        ["\"Mine\"", "\"Mine too\"", "\"Mine\""],
    ),
    row(
        "second writer: another project",
        "ownership/second-project",
        "ownership/second-project-of-automation-rules",
        ["! second writer {name} ["; 3],
    ),
    row(
        "second writer: Repositories",
        "ownership/repositories-write-too",
        "ownership/repositories-write-automation-rules-too",
        ["! second writer {name} ["; 3],
    ),
    row(
        "damaged mark",
        "ownership/damaged-mark",
        "ownership/damaged-mark-of-automation-rules",
        ["! mark-damaged {name}"; 3],
    ),
    row(
        "copied rule",
        "ownership/copied-rule",
        "ownership/copied-rule-of-automation-rules",
        ["! mark-copied {name}"; 3],
    ),
    row(
        "orphaned metadata",
        "ownership/orphaned-metadata",
        "ownership/orphaned-metadata",
        [
            "the rule that it marks is gone",
            "the rule that it marks is gone",
            "the automation rule that it marks is gone",
        ],
    ),
    row(
        "crash between a resource and its metadata",
        "ownership/crash-between-a-rule-and-its-mark",
        "ownership/crash-between-a-rule-and-its-mark",
        ["failed {name} in contoso: 400 BadRequest: The request is invalid.; written, but not its mark"; 3],
    ),
    row(
        "tampered exclusion",
        "ownership/tampered-exclusion",
        "ownership/tampered-exclusion",
        ["! weakened {name} ["; 3],
    ),
    row(
        "lapsed exclusion",
        "ownership/lapsed-exclusion",
        "ownership/lapsed-exclusion",
        ["~ update {name} [", "~ update {name} [", "- delete {name} ["],
    ),
    row(
        "API version that adds fields",
        "ownership/api-version-that-adds-fields",
        "ownership/api-version-that-adds-fields-of-automation-rules",
        ["* drift {name} ["; 3],
    ),
];

#[test]
fn every_row_of_ownership_has_a_case_of_each_kind() {
    let mut wrong = Vec::new();
    for row in &ROWS {
        for (((kind, resource), case), says) in KINDS.iter().zip(row.cases).zip(row.says) {
            let told = |why: &str| format!("{} on {kind}: {case} {why}", row.name);
            wrong.extend(
                shows(&crate::folder("tests/cases").join(case), kind, resource, says).err().map(|why| told(&why)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a case has a document of that kind, reads and writes its resource, and says what the row is about.
fn shows(case: &Path, kind: &str, resource: &str, says: &str) -> Result<(), String> {
    let read = |file: &str| fs::read_to_string(case.join(file)).map_err(|_| format!("has no {file}"));
    let (steps, exit, stdout, requests) = (read("cmd")?, read("exit")?, read("stdout")?, read("requests.txt")?);
    let runs = steps.lines().filter(|line| line.starts_with("palisade ")).count();
    if runs == 0 || exit.lines().count() != runs {
        return Err(format!("runs {runs} commands and has {} exit codes", exit.lines().count()));
    }
    let documents: Vec<String> = tree::files(&case.join("in"))
        .iter()
        .map(|file| fs::read_to_string(case.join("in").join(file)).unwrap_or_default())
        .filter(|text| text.lines().any(|line| line == format!("kind: {kind}")))
        .collect();
    if documents.is_empty() {
        return Err("has no document of that kind".to_owned());
    }
    let value = |text: &str, key: &str| {
        let mut values = text.lines().filter_map(|line| line.strip_prefix(key));
        values.next().map(|value| value.trim().to_owned())
    };
    let told = documents.iter().any(|text| {
        let (Some(id), Some(name)) = (value(text, "id:"), value(text, "name:")) else { return false };
        let name = if resource == "automationRules" { format!("{name} [{id}]") } else { name };
        stdout.contains(&says.replace("{name}", &name).replace("{id}", &id)) && stdout.contains(&format!("[{id}]"))
    });
    if !told {
        return Err(format!("does not print `{says}` of a document of that kind"));
    }
    let reached = requests.lines().any(|line| line.starts_with("PUT ") && line.contains(&format!("/{resource}/")));
    if reached { Ok(()) } else { Err(format!("writes none of {resource}")) }
}

#[test]
fn the_docs_name_these_cases() {
    let docs = fs::read_to_string(crate::folder("docs/ownership.md")).unwrap().replace("\r\n", "\n");
    let name = |case: &str| format!("`{}`", case.strip_prefix("ownership/").unwrap_or(case));
    let table: String = ROWS
        .iter()
        .map(|row| {
            let [rules, nrt, automation_rules] = row.cases;
            assert_eq!(rules, nrt);
            let same = rules == automation_rules;
            let other = if same { "the same".to_owned() } else { name(automation_rules) };
            format!("| {} | {} | {other} |\n", row.name, name(rules))
        })
        .collect();
    assert!(docs.contains(&table), "docs/ownership.md lacks:\n{table}");
}

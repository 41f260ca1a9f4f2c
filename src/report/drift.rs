//! What was edited out of band: for people, for machines, and as problems at the lines that say otherwise.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::FORMAT_VERSION;
use super::markdown::{cell, code};
use super::paint::Paint;
use super::values::{Shown, inline, shown};
use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Code, Diagnostic, Level, Sources, Span};
use crate::plan::drift::{Drift, DriftedField, DriftedResource, DriftedWorkspace, State, Tally};
use crate::plan::{Left, Verdict};

/// Everything, workspace by workspace.
pub fn human(drift: &Drift, paint: Paint) -> String {
    let mut text = String::new();
    for workspace in &drift.workspaces {
        one(&mut text, workspace, paint);
    }
    let _ = writeln!(text, "{} {}.", paint.strong("Drift:"), counts(drift.tally()));
    text
}

fn one(text: &mut String, workspace: &DriftedWorkspace, paint: Paint) {
    let _ = writeln!(text, "{} ({})", paint.strong(&workspace.workspace), visible(&workspace.resource_id, false));
    if workspace.resources.is_empty() {
        let _ = writeln!(text, "  as it was left");
    }
    for resource in &workspace.resources {
        let name = visible(&resource.name, false);
        let line = match resource.state {
            State::Missing => paint.removed(&format!("! missing {name}")),
            State::Edited => paint.changed(&format!("~ edited {name}")),
        };
        let _ = writeln!(text, "  {line} {}", paint.faint(&format!("[{}]", visible(&resource.resource_name, false))));
        if resource.state == State::Missing {
            let _ = writeln!(text, "      {}", resource.reason);
        }
        if let Some(when) = when(resource) {
            let _ = writeln!(text, "      {}", paint.faint(&when));
        }
        for field in &resource.fields {
            self::field(text, field, paint);
        }
    }
    super::departures::human(text, &workspace.left, paint);
    for (finding, _) in &workspace.findings {
        let what = visible(&format!("{}: {} [{}]", finding.name, finding.message, finding.code), false);
        let _ = writeln!(text, "  {}: {what}", finding.level);
    }
    if workspace.unmanaged > 0 {
        let _ = writeln!(text, "  {}", paint.faint(super::plan::strangers(workspace.unmanaged).trim()));
    }
    text.push('\n');
}

fn when(resource: &DriftedResource) -> Option<String> {
    let by = resource.modified_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    resource.modified.as_ref().map(|at| visible(&format!("last changed at {at}{by}"), false))
}

/// What is said of a field beside its values.
fn notes(field: &DriftedField) -> String {
    let mut notes = vec![field.verdict.name().to_owned()];
    if field.weakens {
        notes.push("detects less".to_owned());
    }
    if let Some(ignored) = &field.ignored {
        notes.push(format!("ignored until {}: {}", ignored.expires, visible(&ignored.reason, false)));
    }
    notes.join(", ")
}

fn field(text: &mut String, field: &DriftedField, paint: Paint) {
    let notes = notes(field);
    match shown(&field.files, &field.live) {
        Shown::Line { before, after } => {
            let (files, live) = (paint.removed(&before), paint.added(&after));
            let _ = writeln!(text, "      {}: {files} in the files, {live} live  ({notes})", field.path);
        }
        Shown::Diff(lines) => {
            let _ = writeln!(text, "      {}: - files, + live  ({notes})", field.path);
            for line in lines {
                let painted = match line.chars().next() {
                    Some('+') => paint.added(&line),
                    Some('-') => paint.removed(&line),
                    Some('@') => paint.faint(&line),
                    _ => line,
                };
                let _ = writeln!(text, "        {painted}");
            }
        }
    }
}

fn counts(tally: Tally) -> String {
    let Tally { drift, conflict, unknown, missing, ignored, tampered } = tally;
    let mut text = format!("{drift} edited, {missing} missing");
    let more = [
        (conflict, "in conflict"),
        (unknown, "with no base"),
        (tampered, "exclusion blocks tampered with"),
        (ignored, "fields ignored"),
    ];
    for (n, what) in more.into_iter().filter(|(n, _)| *n > 0) {
        let _ = write!(text, ", {n} {what}");
    }
    text
}

/// The comment of an issue or a pull request. No text of a workspace is a link, a mention or markup.
pub fn markdown(drift: &Drift) -> String {
    let mut text = format!("## Drift: {}\n\n", counts(drift.tally()));
    for workspace in &drift.workspaces {
        let _ = writeln!(text, "### {}\n", code(&workspace.workspace));
        for (finding, _) in &workspace.findings {
            let what = code(&format!("{}: {}", finding.name, finding.message));
            let _ = writeln!(text, "- {} {}: {what}", finding.level, code(&finding.code));
        }
        if !workspace.findings.is_empty() {
            text.push('\n');
        }
        super::departures::markdown(&mut text, &workspace.left);
        if workspace.resources.is_empty() {
            let _ = writeln!(text, "As it was left.\n");
            continue;
        }
        let _ = writeln!(text, "| rule | field | files | live | |\n| --- | --- | --- | --- | --- |");
        for resource in &workspace.resources {
            let name = cell(&resource.name);
            if resource.state == State::Missing {
                let _ = writeln!(text, "| {name} | | | missing | {} |", cell(&resource.reason));
            }
            let when = when(resource).map(|when| format!(" {}", cell(&when))).unwrap_or_default();
            for field in &resource.fields {
                let [files, live] = [&field.files, &field.live].map(|value| cell(&short(value)));
                let _ = writeln!(
                    text,
                    "| {name} | {} | {files} | {live} | {}{when} |",
                    cell(&field.path),
                    cell(&notes(field))
                );
            }
        }
        text.push('\n');
    }
    text
}

/// A value that fits into a cell.
fn short(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = inline(value);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Everything as JSON.
pub fn json(drift: &Drift, sources: &Sources) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        workspaces: Vec<Workspace<'a>>,
        summary: Tally,
    }
    #[derive(Serialize)]
    struct Workspace<'a> {
        workspace: &'a str,
        resource_id: &'a str,
        resources: Vec<Resource<'a>>,
        findings: Vec<&'a crate::plan::exclusions::Finding>,
        unmanaged: usize,
        left: &'a [Left],
    }
    #[derive(Serialize)]
    struct Resource<'a> {
        resource: &'a str,
        id: &'a str,
        name: &'a str,
        resource_name: &'a str,
        state: &'static str,
        reason: &'a str,
        modified: Option<&'a str>,
        modified_by: Option<&'a str>,
        fields: Vec<Field<'a>>,
    }
    #[derive(Serialize)]
    struct Field<'a> {
        path: &'a str,
        live: &'a Value,
        files: &'a Value,
        verdict: &'static str,
        weakens: bool,
        ignored: Option<Ignored<'a>>,
        file: &'a str,
        line: u32,
        column: u32,
    }
    #[derive(Serialize)]
    struct Ignored<'a> {
        reason: &'a str,
        expires: &'a str,
    }
    let mut workspaces = Vec::with_capacity(drift.workspaces.len());
    for one in &drift.workspaces {
        let resources = one
            .resources
            .iter()
            .map(|resource| Resource {
                resource: &resource.resource,
                id: &resource.id,
                name: &resource.name,
                resource_name: &resource.resource_name,
                state: resource.state.name(),
                reason: &resource.reason,
                modified: resource.modified.as_deref(),
                modified_by: resource.modified_by.as_deref(),
                fields: resource
                    .fields
                    .iter()
                    .map(|field| Field {
                        path: &field.path,
                        live: &field.live,
                        files: &field.files,
                        verdict: field.verdict.name(),
                        weakens: field.weakens,
                        ignored: field
                            .ignored
                            .as_ref()
                            .map(|ignored| Ignored { reason: &ignored.reason, expires: &ignored.expires }),
                        file: field.span.map_or("", |span| sources.path(span.file)),
                        line: field.span.map_or(0, |span| span.line),
                        column: field.span.map_or(0, |span| span.column),
                    })
                    .collect(),
            })
            .collect();
        workspaces.push(Workspace {
            workspace: &one.workspace,
            resource_id: &one.resource_id,
            resources,
            findings: one.findings.iter().map(|(finding, _)| finding).collect(),
            unmanaged: one.unmanaged,
            left: &one.left,
        });
    }
    let report = Report { format_version: FORMAT_VERSION, workspaces, summary: drift.tally() };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

/// Everything as problems at the lines that say otherwise: for SARIF, JUnit and annotations.
pub fn problems(drift: &Drift) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for workspace in &drift.workspaces {
        let place = &workspace.workspace;
        for resource in &workspace.resources {
            if resource.state == State::Missing {
                let message = format!("{} does not live in {place}", resource.name);
                problems.push(
                    at(Code::RuleMissing, resource.span, message)
                        .help("it was deleted out of band, or is not applied yet: palisade apply creates it"),
                );
            }
            problems
                .extend(resource.fields.iter().filter(|field| field.counts()).map(|one| edited(place, resource, one)));
        }
        for (finding, span) in &workspace.findings {
            let Some(code) = Code::named(&finding.code) else { continue };
            problems.push(at(code, *span, format!("{} in {place}: {}", finding.name, finding.message)));
        }
    }
    problems.extend(unused(&drift.unused));
    problems.sort_by_key(|problem| (problem.span.map(|s| (s.file, s.line, s.column)), problem.code));
    problems
}

/// Documents that ignore drift and met none, as problems.
pub fn unused(documents: &[Span]) -> Vec<Diagnostic> {
    let unused = |span: &Span| {
        Diagnostic::new(Code::DriftIgnoreUnused, *span, "no drift was found that this document ignores")
            .help("remove it, so that it does not hide the next edit")
    };
    documents.iter().map(unused).collect()
}

fn edited(place: &str, resource: &DriftedResource, field: &DriftedField) -> Diagnostic {
    let (live, files) = (short(&field.live), short(&field.files));
    let when = when(resource).map(|when| format!(", {when}")).unwrap_or_default();
    let (code, how) = match field.verdict {
        Verdict::Conflict => (Code::DriftConflict, "was edited out of band, and changed in the files"),
        Verdict::Unknown => (Code::DriftUnknown, "is otherwise, and nothing tells what was applied"),
        _ => (Code::DriftFound, "was edited out of band"),
    };
    let message = format!("{} of {} {how}: {live} in {place}, {files} here{when}", field.path, resource.name);
    let mut problem = at(code, field.span, message)
        .help("palisade adopt writes it into the file, apply --on-drift overwrite undoes it");
    if field.weakens {
        problem.level = Level::Error;
    }
    problem
}

fn at(code: Code, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic { span, ..Diagnostic::unplaced(code, message) }
}

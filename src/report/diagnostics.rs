//! Problems with their snippets, and as JSON.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Level as Mark, Renderer, Snippet};
use serde::Serialize;

use super::FORMAT_VERSION;
use super::excerpt::excerpts;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Code, Diagnostic, Level, Sources, Span};

/// What a check went over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub files: usize,
    pub rules: usize,
    pub exclusions: usize,
    pub suppressions: usize,
    pub errors: usize,
    pub warnings: usize,
}

impl Counts {
    /// Counts errors and warnings; the rest is given.
    pub fn of(files: usize, rules: usize, problems: &[Diagnostic]) -> Self {
        let count = |level| problems.iter().filter(|problem| problem.level == level).count();
        Self {
            files,
            rules,
            exclusions: 0,
            suppressions: 0,
            errors: count(Level::Error),
            warnings: count(Level::Warning),
        }
    }
}

/// How many places of a repeated remark are named.
const PLACES: usize = 3;

/// Every problem with the lines that it is about. What is merely worth knowing is told once, however often it holds.
pub fn human(problems: &[Diagnostic], sources: &Sources, paint: Paint) -> String {
    let renderer = if paint.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    let (remarks, grave): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| problem.level == Level::Info);
    for problem in grave {
        text.push_str(&one(problem, &[], sources, &renderer));
        text.push_str("\n\n");
    }
    let mut told: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut index: HashMap<(Code, &str), usize> = HashMap::new();
    for remark in remarks {
        match index.entry((remark.code, &remark.message)) {
            Entry::Occupied(at) => told[*at.get()].push(remark),
            Entry::Vacant(free) => {
                free.insert(told.len());
                told.push(vec![remark]);
            }
        }
    }
    for same in told {
        let Some((first, more)) = same.split_first() else { continue };
        text.push_str(&one(first, more, sources, &renderer));
        text.push_str("\n\n");
    }
    text
}

/// Where else the same holds.
fn elsewhere(more: &[&Diagnostic], sources: &Sources) -> Option<String> {
    let place = |span: Span| format!("{}:{}:{}", sources.path(span.file), span.line, span.column);
    let named: Vec<String> = more.iter().filter_map(|problem| problem.span).take(PLACES).map(place).collect();
    let rest = match more.len() - named.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    (!more.is_empty()).then(|| format!("so in {}{rest}", named.join(", ")))
}

fn one(problem: &Diagnostic, more: &[&Diagnostic], sources: &Sources, renderer: &Renderer) -> String {
    let mark = match problem.level {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
        Level::Info => Mark::INFO,
    };
    let title = mark.primary_title(visible(&problem.message, false)).id(problem.code.name());
    let excerpts = excerpts(problem, sources);
    let mut group = Group::with_title(title);
    for excerpt in &excerpts {
        let annotations = excerpt.marks.iter().map(|(range, kind, why)| {
            let annotation = kind.span(range.clone());
            if why.is_empty() { annotation } else { annotation.label(why) }
        });
        group = group.element(
            Snippet::source(&excerpt.text).line_start(excerpt.line).path(&excerpt.path).annotations(annotations),
        );
    }
    if let Some(elsewhere) = elsewhere(more, sources) {
        group = group.element(Mark::NOTE.message(visible(&elsewhere, false)));
    }
    if let Some(help) = &problem.help {
        group = group.element(Mark::HELP.message(visible(help, false)));
    }
    renderer.render(&[group])
}

/// The line that closes a check.
pub fn closing(counts: Counts, paint: Paint) -> String {
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let tuning = [(counts.exclusions, "exclusion"), (counts.suppressions, "suppression")];
    let tuning: String =
        tuning.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(" and {}", plural(*n, what))).collect();
    let what = format!("{}{tuning} in {}", plural(counts.rules, "rule"), plural(counts.files, "file"));
    let found = format!("{}, {}", plural(counts.errors, "error"), plural(counts.warnings, "warning"));
    let found = match counts {
        Counts { errors: 1.., .. } => paint.removed(&found),
        Counts { warnings: 1.., .. } => paint.changed(&found),
        _ => paint.added(&found),
    };
    let mut text = String::new();
    let _ = writeln!(text, "Checked {what}: {found}.");
    text
}

/// A problem as machines read it.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    help: Option<&'a str>,
}

/// Problems as machines read them. One without a place is at line 0 of no file.
pub fn rows<'a>(problems: &'a [Diagnostic], sources: &'a Sources) -> Vec<Row<'a>> {
    problems
        .iter()
        .map(|problem| Row {
            code: problem.code.name(),
            level: problem.level.name(),
            message: &problem.message,
            file: problem.span.map_or("", |span| sources.path(span.file)),
            line: problem.span.map_or(0, |span| span.line),
            column: problem.span.map_or(0, |span| span.column),
            help: problem.help.as_deref(),
        })
        .collect()
}

/// The whole check as JSON.
pub fn json(problems: &[Diagnostic], sources: &Sources, counts: Counts) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        diagnostics: Vec<Row<'a>>,
        summary: Counts,
    }
    let report = Report { format_version: FORMAT_VERSION, diagnostics: rows(problems, sources), summary: counts };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

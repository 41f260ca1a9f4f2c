//! A plan as the comment of a pull request. No text of a rule becomes a link, a mention or markup.

use std::fmt::Write;

use super::departures;
use super::exclusions;
use super::guards;
use super::plan::{counts, is_kept, is_told, strangers, verdict, word};
use super::suppressions;
use super::values::{Shown, shown};
use crate::diagnostic::hidden::visible;
use crate::plan::{Action, Change, Plan, WorkspacePlan};

/// The whole plan.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "## Plan: {}\n", counts(plan.summary));
    guards::markdown(&mut text, &plan.guards);
    for one in &plan.workspaces {
        workspace(&mut text, one);
    }
    let unmanaged: usize = plan.workspaces.iter().map(|one| one.unmanaged).sum();
    if unmanaged > 0 {
        let _ = writeln!(text, "{}\n", strangers(unmanaged).trim());
    }
    let _ = writeln!(text, "Digest {}", code(&plan.digest));
    text
}

fn workspace(text: &mut String, plan: &WorkspacePlan) {
    let _ = writeln!(text, "### {}\n", code(&plan.workspace));
    exclusions::markdown(text, &plan.exclusions, &plan.findings);
    departures::markdown(text, &plan.left);
    suppressions::markdown(text, &plan.suppressions);
    let moving: Vec<&Change> = plan.changes.iter().filter(|change| is_told(change)).collect();
    if moving.is_empty() {
        let _ = writeln!(text, "Nothing to do.\n");
        return;
    }
    let _ = writeln!(text, "| action | rule | fields |\n| --- | --- | --- |");
    for change in &moving {
        let fields: Vec<String> = change.fields.iter().map(|field| cell(&field.path)).collect();
        let told = change.action == Action::Blocked || change.refusal.is_some();
        let why = if told { cell(&change.reason) } else { fields.join(", ") };
        let _ = writeln!(text, "| {} | {} | {why} |", word(change), cell(&change.name));
    }
    text.push('\n');
    for change in moving.into_iter().filter(|change| !change.fields.is_empty()) {
        details(text, change);
    }
}

fn details(text: &mut String, change: &Change) {
    let _ = writeln!(text, "<details><summary>{}</summary>\n", html(&change.name));
    for field in &change.fields {
        let kept = is_kept(change, field);
        let sides = if kept && field.before != field.after { ": - live, + files" } else { "" };
        let verdict = match &field.ignored {
            // What a person wrote stays text.
            Some(_) => format!("{sides} {}", code(verdict(field, kept).trim())),
            None => format!("{sides}{}", verdict(field, kept)),
        };
        let lines = match shown(&field.before, &field.after) {
            Shown::Line { before, after } => vec![format!("-{before}"), format!("+{after}")],
            Shown::Diff(lines) => lines,
        };
        let _ = writeln!(text, "{}{verdict}\n\n{}\n", code(&field.path), fenced(&lines.join("\n")));
    }
    let _ = writeln!(text, "</details>\n");
}

/// A code span that no text can leave: one more backtick around it than it holds in a row.
pub fn code(text: &str) -> String {
    let text = visible(text, false);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A code span for the cell of a table.
pub fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A block of code that no text can leave.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}diff\n{text}\n{fence}")
}

/// Text for HTML inside of Markdown: nothing in it is markup, a link or a mention.
fn html(text: &str) -> String {
    let mut safe = String::new();
    for c in visible(text, false).chars() {
        if c.is_alphanumeric() || c == ' ' {
            safe.push(c);
        } else {
            let _ = write!(safe, "&#{};", c as u32);
        }
    }
    safe
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_text() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x`"), "`` `x` ``");
        assert_eq!(cell("a|b"), "`a\\|b`");
        assert_eq!(code("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
        assert_eq!(html("<b>@all"), "&#60;b&#62;&#64;all");
        assert!(fenced("x\n````\n@all").starts_with("`````diff\n"));
    }
}

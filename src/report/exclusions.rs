//! Exclusions: the lines of a plan, and the list of what is in force where.

use std::fmt::Write;

use serde::Serialize;

use super::FORMAT_VERSION;
use super::markdown::code;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;
use crate::plan::exclusions::{ExclusionChange, Finding, Turn};

/// One line of a plan, without its sign: `backup begins on 3 rules, for 69 days`.
pub fn line(change: &ExclusionChange) -> String {
    let ExclusionChange { id, change: turn, starts, expires, days, rules, untouched } = change;
    let on = on(rules.len(), untouched.len());
    let would = rules.is_empty() && !untouched.is_empty();
    let end = expires.as_deref().map_or("without end".to_owned(), |end| format!("until {end}"));
    let left = days.map(|days| format!(", {}", left(days))).unwrap_or_default();
    let widens = if rules.len() == 1 { "the query widens again" } else { "the queries widen again" };
    let text = match turn {
        Turn::Begins => {
            let begins = if would { "would begin" } else { "begins" };
            let at = starts.as_deref().map(|starts| format!(" at {starts}")).unwrap_or_default();
            format!("{begins} on {on}{at}, {end}{left}")
        }
        Turn::Changes => format!("{} on {on}, {end}{left}", if would { "would change" } else { "changes" }),
        Turn::Ends if would => format!("would end on {on}"),
        Turn::Lapses if would => {
            format!("lapsed at {}, and is left on {on}", expires.as_deref().unwrap_or("an unknown time"))
        }
        Turn::Ends => format!("ends on {on}: {widens}"),
        Turn::Lapses => {
            format!("lapsed at {} on {on}: {widens}", expires.as_deref().unwrap_or("an unknown time"))
        }
    };
    visible(&format!("{id} {text}"), false)
}

/// How many rules, with those that are left as they are.
pub(super) fn on(rules: usize, untouched: usize) -> String {
    let several = |n: usize| format!("{n} rule{}", if n == 1 { "" } else { "s" });
    let stay = if untouched == 1 { "stays as it is" } else { "stay as they are" };
    match (rules, untouched) {
        (rules, 0) => several(rules),
        (0, untouched) => format!("{}, which {stay}", several(untouched)),
        (rules, untouched) => format!("{}, but not on {untouched} that {stay}", several(rules)),
    }
}

pub(super) fn left(days: i64) -> String {
    match days {
        ..0 => format!("{} day{} ago", -days, if days == -1 { "" } else { "s" }),
        0 => "less than a day left".to_owned(),
        1 => "1 day left".to_owned(),
        n => format!("{n} days left"),
    }
}

/// The lines of a workspace's plan.
pub fn human(text: &mut String, changes: &[ExclusionChange], findings: &[Finding], paint: Paint) {
    for change in changes {
        let sign = match change.change {
            _ if change.rules.is_empty() => '!',
            Turn::Begins => '+',
            Turn::Changes => '~',
            Turn::Ends | Turn::Lapses => '-',
        };
        let line = format!("{sign} exclusion {}", line(change));
        let line = match change.change {
            _ if change.rules.is_empty() => paint.changed(&line),
            Turn::Begins => paint.added(&line),
            Turn::Changes => paint.changed(&line),
            Turn::Ends | Turn::Lapses => paint.removed(&line),
        };
        let _ = writeln!(text, "  {line}");
    }
    for Finding { code, name, message, .. } in findings {
        let line = format!("! {code} {}", visible(name, false));
        let _ = writeln!(text, "  {}\n      {}", paint.removed(&line), visible(message, false));
    }
}

/// The same as Markdown.
pub fn markdown(text: &mut String, changes: &[ExclusionChange], findings: &[Finding]) {
    for finding in findings {
        let what = visible(&finding.message, false);
        let _ = writeln!(text, "- **{}** {}: {what}", finding.code, code(&finding.name));
    }
    for change in changes {
        let line = line(change);
        let rest = line.strip_prefix(&change.id).unwrap_or(&line);
        let _ = writeln!(text, "- exclusion {}{rest}", code(&change.id));
    }
    if !(changes.is_empty() && findings.is_empty()) {
        text.push('\n');
    }
}

/// An exclusion or a suppression in a workspace.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    pub workspace: &'a str,
    pub id: &'a str,
    /// `Exclusion` or `Suppression`.
    pub kind: &'static str,
    /// `hide`: not raised; `resolve`: raised, then closed by an automation rule.
    pub effect: &'static str,
    pub name: Option<&'a str>,
    /// `in-force`, `pending` or `lapsed`.
    pub state: &'static str,
    /// `result` or `event`; nothing for effect resolve.
    pub stage: Option<&'static str>,
    /// RFC 3339.
    pub starts: Option<String>,
    /// RFC 3339; that instant is no longer part of it.
    pub expires: Option<String>,
    /// Whole days until then.
    pub days: Option<i64>,
    pub rules: Vec<Rule<'a>>,
    pub blocked: Vec<Without<'a>>,
    pub skipped: Vec<Without<'a>>,
    pub owner: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub ticket: Option<&'a str>,
    /// `file:line`
    pub place: &'a str,
}

/// A rule that has an exclusion in its query.
#[derive(Debug, Serialize)]
pub struct Rule<'a> {
    pub id: &'a str,
    pub name: &'a str,
}

/// A rule that an exclusion is for, and whose query does not have it.
#[derive(Debug, Serialize)]
pub struct Without<'a> {
    pub id: &'a str,
    pub why: &'a str,
}

/// The list as JSON.
pub fn list_json(rows: &[Row<'_>]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        exclusions: &'a [Row<'a>],
    }
    let mut text =
        serde_json::to_string_pretty(&Report { format_version: FORMAT_VERSION, exclusions: rows }).unwrap_or_default();
    text.push('\n');
    text
}

/// The list for people, by workspace.
pub fn list_human(rows: &[Row<'_>], paint: Paint) -> String {
    let mut text = String::new();
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let mut workspace = "";
    for row in rows {
        if row.workspace != workspace {
            let gap = if workspace.is_empty() { "" } else { "\n" };
            workspace = row.workspace;
            let _ = writeln!(text, "{gap}{}", paint.strong(workspace));
        }
        let when = when(row);
        let when = match row.state {
            "lapsed" => paint.faint(&when),
            _ if row.days.is_some_and(|days| days < 14) => paint.changed(&when),
            _ => when,
        };
        let does = if row.effect == "hide" { "" } else { ", closed by an automation rule" };
        let _ = writeln!(text, "  {:<width$}  {when}; {}{does}", row.id, reach(row));
        for one in &row.blocked {
            let _ = writeln!(text, "      {} {}", paint.removed("blocked:"), visible(one.why, false));
        }
        for one in &row.skipped {
            let _ = writeln!(text, "      without it: {} ({})", visible(one.id, false), visible(one.why, false));
        }
        let said = [("owner", row.owner), ("ticket", row.ticket), ("reason", row.reason)];
        let said: Vec<String> = said
            .iter()
            .filter_map(|(key, value)| value.map(|value| format!("{key}: {}", visible(value, false))))
            .collect();
        if !said.is_empty() {
            let _ = writeln!(text, "      {}", paint.faint(&said.join("; ")));
        }
    }
    if rows.is_empty() {
        text.push_str("No exclusion or suppression holds here.\n");
    }
    text
}

/// The list as a table of Markdown.
pub fn list_markdown(rows: &[Row<'_>]) -> String {
    let head = "| workspace | exclusion | effect | state | rules | owner | ticket |\n|---|---|---|---|---|---|---|\n";
    let mut text = head.to_owned();
    let cell = |text: &str| code(text).replace('|', "\\|");
    let maybe = |text: Option<&str>| text.map(cell).unwrap_or_default();
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            cell(row.workspace),
            cell(row.id),
            row.effect,
            when(row),
            reach(row),
            maybe(row.owner),
            maybe(row.ticket)
        );
    }
    text
}

fn when(row: &Row<'_>) -> String {
    let end = row.expires.as_deref().map_or("without end".to_owned(), |end| format!("until {end}"));
    match (row.state, &row.starts, row.days) {
        ("lapsed", _, _) => format!("lapsed at {}", row.expires.as_deref().unwrap_or_default()),
        ("pending", Some(starts), _) => format!("begins at {starts}, {end}"),
        (_, _, Some(days)) => format!("{end}, {}", left(days)),
        _ => end,
    }
}

fn reach(row: &Row<'_>) -> String {
    let mut text = format!("{} rule{}", row.rules.len(), if row.rules.len() == 1 { "" } else { "s" });
    for (n, what) in [(row.blocked.len(), "blocked"), (row.skipped.len(), "skipped")] {
        if n > 0 {
            let _ = write!(text, ", {n} {what}");
        }
    }
    text
}

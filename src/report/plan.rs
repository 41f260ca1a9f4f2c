//! A plan for people at a terminal.

use std::fmt::Write;

use serde_json::Value;

use super::departures;
use super::exclusions;
use super::guards;
use super::paint::Paint;
use super::suppressions;
use super::values::{Shown, shown};
use crate::diagnostic::hidden::visible;
use crate::plan::{Action, Change, FieldChange, Plan, Refusal, Summary, Verdict, WorkspacePlan};
use crate::resource::ResourceType;
use crate::resource::duration::short;

/// The whole plan.
pub fn human(plan: &Plan, paint: Paint) -> String {
    let mut text = String::new();
    for one in &plan.workspaces {
        workspace(&mut text, one, paint);
    }
    guards::human(&mut text, &plan.guards, paint);
    let many = plan.workspaces.len() > 1;
    if many {
        for one in &plan.workspaces {
            let _ = writeln!(text, "{}: {}", one.workspace, counts(one.summary));
        }
    }
    let unmanaged: usize = plan.workspaces.iter().map(|one| one.unmanaged).sum();
    let _ = writeln!(text, "{} {}.{}", paint.strong("Plan:"), counts(plan.summary), strangers(unmanaged));
    text
}

/// The whole plan as JSON: what `--out` saves.
pub fn json(plan: &Plan) -> String {
    crate::plan::file::write(plan)
}

fn workspace(text: &mut String, plan: &WorkspacePlan, paint: Paint) {
    let moving: Vec<&Change> = plan.changes.iter().filter(|change| is_told(change)).collect();
    let _ = writeln!(text, "{} ({})", paint.strong(&plan.workspace), visible(&plan.resource_id, false));
    if moving.is_empty() {
        let as_wanted = format!(": {} as wanted", rules(plan.summary.noop));
        let _ = writeln!(text, "  nothing to do{}", if plan.findings.is_empty() { &as_wanted } else { "" });
    }
    for change in moving {
        one(text, change, paint);
    }
    departures::human(text, &plan.left, paint);
    exclusions::human(text, &plan.exclusions, &plan.findings, paint);
    suppressions::human(text, &plan.suppressions, paint);
    text.push('\n');
}

/// Whether a change is more than a rule that is as it should be.
pub fn is_told(change: &Change) -> bool {
    change.action != Action::Noop || change.refusal.is_some() || !change.fields.is_empty()
}

fn one(text: &mut String, change: &Change, paint: Paint) {
    let name = visible(&change.name, false);
    let line = format!("{} {} {name}", sign(change), word(change));
    let line = match (change.action, change.refusal) {
        (Action::Create, None) => paint.added(&line),
        (Action::Delete | Action::Blocked, _) | (_, Some(_)) => paint.removed(&line),
        _ => paint.changed(&line),
    };
    let _ = writeln!(text, "  {line} {}", paint.faint(&format!("[{}]", visible(&change.resource_name, false))));
    match change.action {
        Action::Create => {
            let _ = writeln!(text, "      {}", paint.faint(&gist(change)));
            // Its mark outlived it: somebody deleted it.
            if change.mark.as_ref().is_some_and(|mark| mark.before.is_some()) {
                let _ = writeln!(text, "      {}", visible(&change.reason, false));
            }
        }
        Action::Blocked | Action::Adopt | Action::Noop | Action::Delete | Action::Replace => {
            let _ = writeln!(text, "      {}", visible(&change.reason, false));
        }
        _ => {}
    }
    if let Some(modified) = &change.modified {
        let by = change.modified_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let _ = writeln!(text, "      {}", paint.faint(&visible(&format!("last changed at {modified}{by}"), false)));
    }
    for field in &change.fields {
        self::field(text, field, is_kept(change, field), paint);
    }
}

/// Whether a field stays as it lives.
pub fn is_kept(change: &Change, field: &FieldChange) -> bool {
    !change.action.writes() || change.kept.contains(&field.path) || field.before == field.after
}

/// What happens, in a word.
pub fn word(change: &Change) -> &'static str {
    match (change.action, change.refusal) {
        (_, Some(refusal)) => match refusal {
            Refusal::Conflict => "conflict",
            Refusal::Weakened => "weakened",
            Refusal::Drift => "drift",
            Refusal::Unmarked => "unmarked",
            Refusal::NewerMark => "newer mark",
            Refusal::Twin => "twin",
            Refusal::SecondWriter => "second writer",
        },
        (Action::Noop, None) if !change.fields.is_empty() && change.fields.iter().all(|one| one.ignored.is_some()) => {
            "ignored"
        }
        (Action::Noop, None) => "drift",
        (action, None) => action.name(),
    }
}

fn sign(change: &Change) -> &'static str {
    match change.action {
        _ if change.refusal.is_some() => "!",
        Action::Create => "+",
        Action::Delete => "-",
        Action::Blocked => "!",
        Action::Noop => "*",
        Action::Replace => "+/-",
        Action::Update | Action::Adopt => "~",
    }
}

/// What a new resource is, in a line.
fn gist(change: &Change) -> String {
    let body = change.after.as_ref();
    let word = |path: &str| body.and_then(|body| body.pointer(path)).and_then(Value::as_str).unwrap_or("");
    let mut parts = vec![word("/kind").to_owned(), word("/properties/severity").to_owned()];
    let (frequency, period) = (word("/properties/queryFrequency"), word("/properties/queryPeriod"));
    if !frequency.is_empty() {
        parts.push(format!("every {} over {}", short(frequency), short(period)));
    }
    if body.and_then(|body| body.pointer("/properties/enabled")) == Some(&Value::Bool(false)) {
        parts.push("disabled".to_owned());
    }
    if change.resource_type() == Some(ResourceType::Watchlists) {
        let lines = word("/properties/rawContent").lines().count();
        parts.push(format!("a watchlist of {} items for the exclusion {}", lines.saturating_sub(1), change.id));
    }
    if change.resource_type() == Some(ResourceType::AutomationRules) {
        let on = |path: &str| word(&format!("/properties/triggeringLogic/{path}")).to_lowercase();
        let order = body.and_then(|body| body.pointer("/properties/order")).and_then(Value::as_i64).unwrap_or(0);
        parts.push(format!("automation rule for {} {}, order {order}", on("triggersOn"), on("triggersWhen")));
    }
    parts.retain(|part| !part.is_empty());
    visible(&parts.join(", "), false)
}

/// What a field's verdict is called: nothing where it is what everybody expects.
pub fn verdict(field: &FieldChange, kept: bool) -> String {
    match (field.verdict, &field.ignored) {
        (verdict, Some(ignored)) => {
            let reason = visible(&ignored.reason, false);
            format!("  ({}, ignored until {}: {reason})", verdict.name(), ignored.expires)
        }
        (Verdict::Pending, None) if !kept => String::new(),
        (verdict, None) => format!("  ({})", verdict.name()),
    }
}

fn field(text: &mut String, field: &FieldChange, kept: bool, paint: Paint) {
    let verdict = verdict(field, kept);
    match shown(&field.before, &field.after) {
        Shown::Line { before, after } if before == after => {
            let _ = writeln!(text, "      {}: {before}{verdict}", field.path);
        }
        Shown::Line { before, after } if kept => {
            let _ = writeln!(text, "      {}: live {before}, files {after}{verdict}", field.path);
        }
        Shown::Line { before, after } => {
            let (before, after) = (paint.removed(&before), paint.added(&after));
            let _ = writeln!(text, "      {}: {before} -> {after}{verdict}", field.path);
        }
        Shown::Diff(lines) => {
            let sides = if kept && field.before != field.after { " - live, + files" } else { "" };
            let _ = writeln!(text, "      {}:{sides}{verdict}", field.path);
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

/// `3 to create, 1 to update, 0 to delete, 4 unchanged`, and what else there is.
pub fn counts(summary: Summary) -> String {
    let Summary { create, update, delete, adopt, replace, noop, blocked, drift, conflict } = summary;
    let mut text = format!("{create} to create, {update} to update, {delete} to delete, {noop} unchanged");
    let more = [
        (adopt, "to adopt"),
        (replace, "to replace"),
        (blocked, "blocked"),
        (drift, "drifted"),
        (conflict, "in conflict"),
    ];
    for (n, what) in more.into_iter().filter(|(n, _)| *n > 0) {
        let _ = write!(text, ", {n} {what}");
    }
    text
}

/// Live rules that are none of ours.
pub fn strangers(unmanaged: usize) -> String {
    match unmanaged {
        0 => String::new(),
        1 => " 1 live rule is not in the project and is left alone.".to_owned(),
        n => format!(" {n} live rules are not in the project and are left alone."),
    }
}

fn rules(n: usize) -> String {
    format!("{n} rule{} {}", if n == 1 { "" } else { "s" }, if n == 1 { "is" } else { "are" })
}

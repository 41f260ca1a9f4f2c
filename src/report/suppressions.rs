//! Suppressions: the lines of a plan.

use std::fmt::Write;

use super::exclusions::{left, on};
use super::markdown::code;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;
use crate::plan::suppressions::{SuppressionChange, Turn};

/// One line of a plan, without its sign: `pentest begins on 3 rules, until …, 11 days left`.
pub fn line(change: &SuppressionChange) -> String {
    let SuppressionChange { id, effect, change: turn, starts, expires, days, rules, untouched } = change;
    let hides = effect == "hide";
    let on = match (rules.len(), untouched.len()) {
        (0, 0) => String::new(),
        (rules, untouched) => format!(" on {}", on(rules, untouched)),
    };
    let would = rules.is_empty() && !untouched.is_empty();
    let end = expires.as_deref().map_or("without end".to_owned(), |end| format!("until {end}"));
    let left = days.map(|days| format!(", {}", left(days))).unwrap_or_default();
    let does = if hides { "hides" } else { "resolves" };
    let text = match (turn, starts) {
        (turn, _) if would => {
            let word = match turn {
                Turn::Begins | Turn::Waits => "would begin",
                Turn::Changes => "would change",
                Turn::Ends | Turn::Lapses => "would end",
            };
            format!("{word}{on}, {end}{left}")
        }
        (Turn::Begins, Some(starts)) => format!("begins{on} at {starts}, {does} {end}{left}"),
        (Turn::Begins, None) => format!("begins{on}, {does} {end}{left}"),
        (Turn::Changes, _) => format!("changes{on}, {does} {end}{left}"),
        (Turn::Waits, starts) => {
            let starts = starts.as_deref().unwrap_or("a later time");
            format!("begins{on} at {starts}: an apply at or after that time creates its automation rule")
        }
        (Turn::Ends, _) if hides => format!("ends{on}: what it hid is raised again"),
        (Turn::Ends, _) => format!("ends{on}: incidents stay open again once its automation rule is gone"),
        (Turn::Lapses, _) => {
            let end = expires.as_deref().unwrap_or("an unknown time");
            let then =
                if hides { "what it hid is raised again" } else { "the service has disabled its automation rule" };
            format!("lapsed at {end}{on}: {then}")
        }
    };
    visible(&format!("{id} {text}"), false)
}

/// The lines of a workspace's plan.
pub fn human(text: &mut String, changes: &[SuppressionChange], paint: Paint) {
    for change in changes {
        let line = line(change);
        let line = match change.change {
            _ if change.rules.is_empty() && !change.untouched.is_empty() => {
                paint.changed(&format!("! suppression {line}"))
            }
            Turn::Begins => paint.added(&format!("+ suppression {line}")),
            Turn::Changes => paint.changed(&format!("~ suppression {line}")),
            Turn::Waits => paint.faint(&format!("  suppression {line}")),
            Turn::Ends | Turn::Lapses => paint.removed(&format!("- suppression {line}")),
        };
        let _ = writeln!(text, "  {line}");
    }
}

/// The same as Markdown.
pub fn markdown(text: &mut String, changes: &[SuppressionChange]) {
    for change in changes {
        let line = line(change);
        let rest = line.strip_prefix(&change.id).unwrap_or(&line);
        let _ = writeln!(text, "- suppression {}{rest}", code(&change.id));
    }
    if !changes.is_empty() {
        text.push('\n');
    }
}

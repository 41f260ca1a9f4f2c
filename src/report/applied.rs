//! What became of a plan.

use std::fmt::Write;

use serde::Serialize;

use super::FORMAT_VERSION;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;
use crate::plan::outcome::{Applied, Outcome};

/// How many changes came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub applied: usize,
    pub unchanged: usize,
    pub existed: usize,
    pub stale: usize,
    pub failed: usize,
    pub unknown: usize,
    pub differs: usize,
    pub skipped: usize,
}

impl Tally {
    /// Counts outcomes.
    pub fn of(applied: &[Applied]) -> Self {
        let mut tally = Self::default();
        for done in applied.iter().flat_map(|one| &one.changes) {
            let count = match done.outcome {
                Outcome::Applied => &mut tally.applied,
                Outcome::Unchanged => &mut tally.unchanged,
                Outcome::Existed => &mut tally.existed,
                Outcome::Stale(_) => &mut tally.stale,
                Outcome::Failed(_) => &mut tally.failed,
                Outcome::Unanswered(_) => &mut tally.unknown,
                Outcome::Differs(_) => &mut tally.differs,
                Outcome::Skipped(_) => &mut tally.skipped,
            };
            *count += 1;
        }
        tally
    }
}

/// Everything that did not come out as planned, then the counts.
pub fn human(applied: &[Applied], paint: Paint) -> String {
    let mut text = String::new();
    for one in applied {
        for done in one.changes.iter().filter(|done| !matches!(done.outcome, Outcome::Applied | Outcome::Unchanged)) {
            let name = visible(&done.name, false);
            let line = format!("{} {name}", done.outcome.name());
            let detail = visible(&done.outcome.detail(), false);
            let _ = writeln!(text, "  {} in {}: {detail}", paint.removed(&line), one.workspace);
        }
        if let Some(why) = &one.failure {
            let _ = writeln!(text, "  {}: {}", paint.removed(&one.workspace), visible(why, false));
        }
    }
    if applied.len() > 1 {
        text.push_str(&table(applied, paint));
    }
    let Tally { applied, unchanged, existed, stale, failed, unknown, differs, skipped } = Tally::of(applied);
    let _ = write!(text, "{} {applied} applied", paint.strong("Apply:"));
    let more = [
        (unchanged, "as the plan wants already"),
        (existed, "existed"),
        (stale, "stale and left untouched"),
        (failed, "failed"),
        (unknown, "unknown"),
        (differs, "kept otherwise by the service"),
        (skipped, "skipped"),
    ];
    for (n, what) in more.into_iter().filter(|(n, _)| *n > 0) {
        let _ = write!(text, ", {n} {what}");
    }
    text.push_str(".\n");
    text
}

/// A row a workspace, and a column for each outcome that there is.
fn table(applied: &[Applied], paint: Paint) -> String {
    let counts = |tally: Tally| {
        let Tally { applied, unchanged, existed, stale, failed, unknown, differs, skipped } = tally;
        [applied, unchanged, existed, stale, failed, unknown, differs, skipped]
    };
    let names = ["applied", "unchanged", "existed", "stale", "failed", "unknown", "differs", "skipped"];
    let sums = counts(Tally::of(applied));
    let columns: Vec<usize> = (0..names.len()).filter(|&at| at == 0 || sums[at] > 0).collect();
    let width = applied.iter().map(|one| one.workspace.chars().count()).max().unwrap_or_default().max(9);
    let mut text = String::new();
    let head: String = columns.iter().map(|&at| format!("  {:>9}", names[at])).collect();
    let _ = writeln!(text, "{}", paint.strong(&format!("{:width$}{head}", "workspace")));
    for one in applied {
        let counts = counts(Tally::of(std::slice::from_ref(one)));
        let row: String = columns.iter().map(|&at| format!("  {:>9}", counts[at])).collect();
        let failed = if one.failure.is_some() { "  failed as a whole" } else { "" };
        let _ = writeln!(text, "{:width$}{row}{failed}", one.workspace);
    }
    text
}

/// Every outcome as JSON.
pub fn json(applied: &[Applied]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        workspaces: Vec<Workspace<'a>>,
        summary: Tally,
    }
    #[derive(Serialize)]
    struct Workspace<'a> {
        workspace: &'a str,
        changes: Vec<Change<'a>>,
        failure: Option<&'a str>,
    }
    #[derive(Serialize)]
    struct Change<'a> {
        resource: &'a str,
        id: &'a str,
        name: &'a str,
        action: &'static str,
        outcome: &'static str,
        detail: String,
        /// The service's own words, where it refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        correlation_id: Option<&'a str>,
    }
    let workspaces = applied
        .iter()
        .map(|one| Workspace {
            workspace: &one.workspace,
            changes: one
                .changes
                .iter()
                .map(|done| Change {
                    resource: &done.resource,
                    id: &done.id,
                    name: &done.name,
                    action: done.action.name(),
                    outcome: done.outcome.name(),
                    detail: done.outcome.detail(),
                    status: done.outcome.failure().and_then(|why| why.status),
                    code: done.outcome.failure().and_then(|why| why.code.as_deref()),
                    correlation_id: done.outcome.failure().and_then(|why| why.correlation_id.as_deref()),
                })
                .collect(),
            failure: one.failure.as_deref(),
        })
        .collect();
    let report = Report { format_version: FORMAT_VERSION, workspaces, summary: Tally::of(applied) };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

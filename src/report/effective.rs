//! Effective rules: the query for people, everything for machines.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::FORMAT_VERSION;
use super::diagnostics::Row;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;

/// A rule as a workspace would get it.
#[derive(Debug, Serialize)]
pub struct Effective<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    pub workspace: &'a str,
    pub query: &'a str,
    pub body: &'a Value,
    /// The ids of the exclusions in its query.
    pub exclusions: &'a [String],
    /// Exclusions that it goes without, for it does not have the field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped<'a>>,
    /// What keeps it from being deployed there.
    pub blocked: Vec<Row<'a>>,
}

/// An exclusion that a rule goes without.
#[derive(Debug, Serialize)]
pub struct Skipped<'a> {
    pub id: &'a str,
    pub why: &'a str,
}

/// An automation rule as a workspace would get it.
#[derive(Debug, Serialize)]
pub struct AutomationRule<'a> {
    /// The suppression's id.
    pub id: &'a str,
    pub name: &'a str,
    pub resource_name: &'a str,
    pub workspace: &'a str,
    /// The ids of the rules that it is for.
    pub rules: &'a [String],
    pub body: &'a Value,
}

/// All rules, and what closes their incidents, as JSON.
pub fn json(rules: &[Effective<'_>], automation_rules: &[AutomationRule<'_>]) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        rules: &'a [Effective<'a>],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        automation_rules: &'a [AutomationRule<'a>],
    }
    let report = Report { format_version: FORMAT_VERSION, rules, automation_rules };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

/// Each rule's name, workspace and query, and the conditions of each automation rule.
pub fn human(rules: &[Effective<'_>], automation_rules: &[AutomationRule<'_>], paint: Paint) -> String {
    let mut text = String::new();
    for rule in rules {
        let title = visible(rule.name, false);
        let _ = writeln!(text, "{} ({}, {} in {})", paint.strong(&title), rule.kind, rule.id, rule.workspace);
        if !rule.blocked.is_empty() {
            let _ = writeln!(text, "  {}", paint.removed("blocked: see the problems above"));
        }
        for Skipped { id, why } in &rule.skipped {
            let _ = writeln!(text, "  without the exclusion {id}: {}", visible(why, false));
        }
        for line in visible(rule.query, true).lines() {
            let _ = writeln!(text, "    {line}");
        }
        text.push('\n');
    }
    for rule in automation_rules {
        let AutomationRule { id, name, workspace, rules, body, .. } = rule;
        let title = visible(name, false);
        let _ = writeln!(text, "{} (automation rule, {id} in {workspace})", paint.strong(&title));
        let _ = writeln!(text, "  for {}", rules.join(", "));
        let shown = serde_json::to_string_pretty(&body["properties"]).unwrap_or_default();
        for line in visible(&shown, true).lines() {
            let _ = writeln!(text, "    {line}");
        }
        text.push('\n');
    }
    text
}

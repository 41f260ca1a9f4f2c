//! How many rules a workspace takes (Microsoft's service limits, 2025-03, and its docs of NRT rules).

use crate::diagnostic::{Code, Diagnostic};
use crate::rule::{Rule, RuleKind};
use crate::workspace::Workspace;

/// Rules of each kind: enabled ones, and all.
pub const QUOTAS: [(RuleKind, usize, usize); 2] = [(RuleKind::Scheduled, 512, 1024), (RuleKind::Nrt, 50, 100)];

/// Finds workspaces that are given more rules than they take. `rules` are those that go there, each with whether it is
/// enabled there. What else lives in the workspace is not known here.
pub fn check(workspace: &Workspace, rules: &[(&Rule, bool)], problems: &mut Vec<Diagnostic>) {
    for (kind, most_enabled, most) in QUOTAS {
        let all = rules.iter().filter(|(rule, _)| rule.kind == kind);
        let (count, enabled) = all.fold((0, 0), |(all, on), (_, enabled)| (all + 1, on + usize::from(*enabled)));
        let over = match (enabled > most_enabled, count > most) {
            (true, _) => format!("{enabled} enabled {} rules: a workspace takes {most_enabled}", kind.name()),
            (_, true) => format!("{count} {} rules: a workspace takes {most}", kind.name()),
            _ => continue,
        };
        problems.push(
            Diagnostic::new(Code::Quota, workspace.name.span, format!("{} is given {over}", workspace.name.value))
                .help("leave rules out under `rules: {exclude: …}`, or disable some; a dedicated cluster takes more"),
        );
    }
}

/// Automation rules of a workspace (Microsoft's service limits, 2025-03).
pub const AUTOMATION_RULES: usize = 512;

/// Finds workspaces that are given more automation rules, which suppressions become, than they take.
pub fn automation_rules(workspace: &Workspace, count: usize, problems: &mut Vec<Diagnostic>) {
    if count > AUTOMATION_RULES {
        let message =
            format!("{} is given {count} automation rules: a workspace takes {AUTOMATION_RULES}", workspace.name.value);
        problems.push(
            Diagnostic::new(Code::Quota, workspace.name.span, message)
                .help("remove suppressions that have done their work, or give some of them `effect: hide`"),
        );
    }
}

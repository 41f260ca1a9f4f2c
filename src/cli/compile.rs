//! `palisade compile`

use super::args::{CheckFormat, Compile, Global};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops;
use crate::ops::suppression_list::AutomationRule;
use crate::report::diagnostics;
use crate::report::effective::{self, Effective, Skipped};

pub(crate) fn run(global: &Global, args: &Compile, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let mut loaded = session::project(global, &[]);
    // Nothing is deployed here: a faulty rule is shown as blocked, beside the others.
    let told = session::faults(&loaded, output);
    let workspaces = match session::workspaces(&mut loaded, &args.workspaces, output) {
        Ok(workspaces) => workspaces,
        Err(exit) => return exit,
    };
    let rules = match ops::compile::compile(&loaded, &workspaces, &args.rules) {
        Ok(rules) => rules,
        Err(why) => {
            output.error(&why, None);
            return Exit::Usage;
        }
    };
    let rows: Vec<Effective<'_>> = rules
        .iter()
        .map(|rule| Effective {
            id: &rule.id,
            kind: rule.kind,
            name: &rule.name,
            workspace: &rule.workspace,
            query: &rule.query,
            body: &rule.body,
            exclusions: &rule.exclusions,
            skipped: rule.skipped.iter().map(|(id, why)| Skipped { id, why }).collect(),
            blocked: diagnostics::rows(&rule.blocked, &loaded.sources),
        })
        .collect();
    for rule in &rules {
        let new: Vec<_> = rule.blocked.iter().filter(|why| !loaded.problems.contains(why)).cloned().collect();
        output.aside(&diagnostics::human(&new, &loaded.sources, output.paint_error()));
    }
    let mut closing = Vec::new();
    for workspace in &workspaces {
        match ops::suppression_list::automation_rules(&loaded, workspace) {
            Ok(found) => closing.extend(found),
            Err(why) => output.error(&format!("{}: {why}", workspace.name.value), None),
        }
    }
    // Of some rules, what closes their incidents; of all, everything.
    let shown = |rule: &AutomationRule| {
        args.rules.is_empty() || rules.iter().any(|one| one.workspace == rule.workspace && rule.rules.contains(&one.id))
    };
    let closing: Vec<_> = closing.iter().filter(|rule| shown(rule)).map(row).collect();
    match args.format {
        CheckFormat::Human => output.result(&effective::human(&rows, &closing, output.paint())),
        CheckFormat::Json => output.result(&effective::json(&rows, &closing)),
    }
    let blocked = rules.iter().any(|rule| !rule.blocked.is_empty());
    told.and(if blocked { Exit::Failed } else { Exit::Done })
}

fn row(rule: &AutomationRule) -> effective::AutomationRule<'_> {
    let AutomationRule { id, name, resource_name, workspace, rules, body } = rule;
    effective::AutomationRule { id, name, resource_name, workspace, rules, body }
}

//! `palisade exclusions`

use super::args::{Exclusions, Global, PlanFormat};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops;
use crate::report::exclusions::{self, Row, Rule, Without};

pub(crate) fn run(global: &Global, args: &Exclusions, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let mut loaded = session::project(global, &[]);
    let told = match session::tell(&loaded, false, output) {
        Ok(exit) => exit,
        Err(exit) => return exit,
    };
    let workspaces = match session::workspaces(&mut loaded, &args.workspaces, output) {
        Ok(workspaces) => workspaces,
        Err(exit) => return exit,
    };
    let found = ops::exclusions::in_force(&loaded, &workspaces);
    let rows: Vec<Row<'_>> = found
        .iter()
        .map(|one| Row {
            workspace: &one.workspace,
            id: &one.id,
            kind: one.kind,
            effect: one.effect,
            name: one.name.as_deref(),
            state: one.state.name(),
            stage: one.stage,
            starts: one.starts.map(|starts| starts.to_string()),
            expires: one.expires.map(|expires| expires.to_string()),
            days: one.days,
            rules: rules(&one.rules),
            blocked: without(&one.blocked),
            skipped: without(&one.skipped),
            owner: one.owner.as_deref(),
            reason: one.reason.as_deref(),
            ticket: one.ticket.as_deref(),
            place: &one.place,
        })
        .collect();
    output.result(&match args.format {
        PlanFormat::Human => exclusions::list_human(&rows, output.paint()),
        PlanFormat::Json => exclusions::list_json(&rows),
        PlanFormat::Markdown => exclusions::list_markdown(&rows),
    });
    let blocked = found.iter().any(|one| !one.blocked.is_empty());
    told.and(if blocked { Exit::Failed } else { Exit::Done })
}

fn rules(found: &[(String, String)]) -> Vec<Rule<'_>> {
    found.iter().map(|(id, name)| Rule { id, name }).collect()
}

fn without(found: &[(String, String)]) -> Vec<Without<'_>> {
    found.iter().map(|(id, why)| Without { id, why }).collect()
}

//! `palisade drift`

use super::args::{Drift as Args, DriftFormat, Global, Live};
use super::check::folder_in_repository;
use super::exit::Exit;
use super::output::Output;
use super::plan::{Made, make, targets};
use crate::ops::drift::drift;
use crate::report;

pub(crate) async fn run(global: &Global, args: Args, output: &Output) -> Exit {
    let Args { workspaces, auth, keep_going, detailed_exitcode, format } = args;
    let live = Live { auth, keep_going, ..Live::of(workspaces) };
    let Made { planned, loaded, workspaces, exit, .. } = match make(global, &live, output).await {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let found = drift(&loaded, &workspaces, &planned.plan);
    let sources = &loaded.sources;
    let problems = || report::drift::problems(&found);
    output.result(&match format {
        DriftFormat::Human => report::drift::human(&found, output.paint()),
        DriftFormat::Json => report::drift::json(&found, sources),
        DriftFormat::Markdown => report::drift::markdown(&found),
        DriftFormat::Sarif => report::sarif::log("drift", &problems(), sources),
        DriftFormat::Junit => report::junit::suite("drift", &problems(), sources),
        DriftFormat::Github => report::github::commands(&problems(), sources, &folder_in_repository(global)),
    });
    if format == DriftFormat::Human {
        let unused: Vec<_> = problems().into_iter().filter(|one| one.code == UNUSED).collect();
        output.aside(&report::diagnostics::human(&unused, sources, output.paint_error()));
    }
    targets(&planned, format == DriftFormat::Human, output);
    let failed = if planned.failures.is_empty() { Exit::Done } else { Exit::Failed };
    let drifted = if detailed_exitcode && found.tally().any() { Exit::Changes } else { Exit::Done };
    exit.and(failed).and(drifted)
}

const UNUSED: crate::diagnostic::Code = crate::diagnostic::Code::DriftIgnoreUnused;

//! `palisade plan`

use std::sync::Arc;

use super::args::{DriftPolicy, Global, Live, Plan as PlanArgs, PlanFormat};
use super::connect::Doors;
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::diagnostic::Code;
use crate::ops::journal::JournalFile;
use crate::ops::ownership::Choices;
use crate::ops::plan::{Planned, plan};
use crate::ops::target::leaves_this_machine;
use crate::ops::{Action, Allowance, Change, Loaded, OnDrift, Origin, Refusal, Workspace, drift_ignores, plan_file};
use crate::report;

pub(crate) async fn run(global: &Global, args: &PlanArgs, output: &Output) -> Exit {
    let made = match make(global, &args.live, output).await {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    show(&made.planned, args.format, output);
    unused(&made, output);
    if let Some(file) = &args.out {
        let file = &global.path(file);
        if let Err(error) = plan_file::save(&made.planned.plan, file) {
            output.error(&format!("the plan could not be saved to {}: {error}", file.display()), None);
            return made.exit.and(Exit::Failed);
        }
        output.note(&format!("saved to {}\n", file.display()));
    }
    targets(&made.planned, args.format == PlanFormat::Human, output);
    let summary = made.planned.plan.summary;
    let changes = args.detailed_exitcode && (summary.writes() > 0 || summary.drift > 0 || summary.conflict > 0);
    let told = session::complete(made.journal.as_deref(), output);
    made.exit.and(told).and(verdict(&made.planned)).and(if changes { Exit::Changes } else { Exit::Done })
}

/// A plan with what it was made from.
pub(crate) struct Made {
    pub(crate) planned: Planned,
    pub(crate) loaded: Loaded,
    pub(crate) workspaces: Vec<Workspace>,
    /// What making it already says of the exit code.
    pub(crate) exit: Exit,
    pub(crate) journal: Option<Arc<JournalFile>>,
}

/// Loads, checks, compiles, reads, compares.
pub(crate) async fn make(global: &Global, live: &Live, output: &Output) -> Result<Made, Exit> {
    session::folder(&global.folder, output)?;
    let at = session::commit(global, live.at.as_deref(), output)?;
    let mut loaded = session::project_at(global, &[], at.clone());
    let mut exit = session::tell(&loaded, live.keep_going, output)?;
    let workspaces = session::workspaces(&mut loaded, &live.workspaces, output)?;
    if let Err(unnamed) = named(&loaded, &workspaces, output) {
        exit = exit.and(unnamed);
    }
    let content = &loaded.content;
    let journal = session::journal(global, live, output)?;
    let doors = Doors::new(global, live, content.settings.auth.clone(), content.api_versions.clone())
        .with_journal(journal.clone());
    let named = at.map_or_else(|| commit(&global.folder), |at| Some(at.id.clone()));
    let planned = planned(named, live, &loaded, &workspaces, &doors, output).await;
    if let Some(name) = live.adopt.iter().find(|name| adopts_nothing(name, &planned)) {
        output.error(&format!("--adopt {name}: no rule has this id or name"), Some("give a rule's id, or `all`"));
        return Err(Exit::Usage);
    }
    Ok(Made { planned, loaded, workspaces, exit, journal })
}

/// Whether a name of `--adopt` is nobody's. Of workspaces that could not be read nobody knows.
fn adopts_nothing(name: &str, planned: &Planned) -> bool {
    let mut changes = planned.plan.workspaces.iter().flat_map(|one| &one.changes);
    let wanted = name.to_lowercase();
    let named = |change: &Change| {
        [&change.id, &change.name, &change.resource_name].iter().any(|one| one.to_lowercase() == wanted)
    };
    name != "all" && planned.failures.is_empty() && !changes.any(named)
}

/// Reads and compares workspaces; those that can't be read are told. `commit` is what the project was read at.
pub(crate) async fn planned(
    commit: Option<String>,
    live: &Live,
    loaded: &Loaded,
    workspaces: &[Workspace],
    doors: &Doors,
    output: &Output,
) -> Planned {
    let origin = origin(loaded, commit);
    let planned = plan(loaded, workspaces, doors, origin, &choices(live), &output.watch()).await;
    for failure in &planned.failures {
        output.error(&format!("{}: {}", failure.workspace, failure.why), None);
    }
    planned
}

/// What the command line says of live rules that are not as the project left them.
fn choices(live: &Live) -> Choices {
    let on_drift = live.on_drift.map(|drift| match drift {
        DriftPolicy::Keep => OnDrift::Keep,
        DriftPolicy::Overwrite => OnDrift::Overwrite,
        DriftPolicy::Fail => OnDrift::Fail,
    });
    let allow = live.allow.iter().filter_map(|code| match code {
        Code::Twin => Some(Allowance::Twin),
        Code::SecondWriter => Some(Allowance::SecondWriter),
        _ => None,
    });
    Choices {
        on_drift,
        adopt: live.adopt.clone(),
        allow: allow.collect(),
        guards: live.allow.clone(),
        prune: live.prune,
        retire: live.retire,
        keep_suppressions: live.keep_suppressions,
    }
}

/// Writing to Azure needs the project's name: it says whose a rule is.
pub(crate) fn named(loaded: &Loaded, workspaces: &[Workspace], output: &Output) -> Result<(), Exit> {
    let Some(workspace) = workspaces.iter().find(|workspace| leaves_this_machine(workspace)) else { return Ok(()) };
    if loaded.content.settings.name.is_some() {
        return Ok(());
    }
    output.error(
        &format!("{} is in Azure, and the project has no name: nothing will be written", workspace.name.value),
        Some("give `project: <name>` in palisade.yaml"),
    );
    Err(Exit::Invalid)
}

fn origin(loaded: &Loaded, commit: Option<String>) -> Origin {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_else(|_| jiff::Timestamp::now());
    Origin { created: now.to_string(), project: plan_file::project_name(loaded), commit, inputs: loaded.digest.clone() }
}

/// The commit that a folder is at; nothing where there is no git or no repository.
pub(crate) fn commit(folder: &std::path::Path) -> Option<String> {
    let answer = std::process::Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["rev-parse", "--verify", "--quiet", "HEAD"])
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    let commit = String::from_utf8(answer.stdout).ok()?.trim().to_owned();
    (answer.status.success() && commit.len() >= 40).then_some(commit)
}

/// Prints a plan in the form asked for.
pub(crate) fn show(planned: &Planned, format: PlanFormat, output: &Output) {
    output.result(&match format {
        PlanFormat::Human => report::plan::human(&planned.plan, output.paint()),
        PlanFormat::Json => report::plan::json(&planned.plan),
        PlanFormat::Markdown => report::markdown::plan(&planned.plan),
    });
}

/// Documents that ignore drift and met none: they would hide the next edit.
pub(crate) fn unused(made: &Made, output: &Output) {
    let spans = drift_ignores::unused(&made.loaded, &made.workspaces, &made.planned.plan);
    let problems = report::drift::unused(&spans);
    output.aside(&report::diagnostics::human(&problems, &made.loaded.sources, output.paint_error()));
}

/// The last line: what the command worked on.
pub(crate) fn targets(planned: &Planned, human: bool, output: &Output) {
    let titles: Vec<&str> = planned.places.iter().map(|place| place.connection.title.as_str()).collect();
    let text = match titles.as_slice() {
        [] => "Target: none could be read\n".to_owned(),
        [one] => format!("Target: {one}\n"),
        many => format!("Targets: {}\n", many.join("; ")),
    };
    let missed: Vec<&str> = planned.failures.iter().map(|failure| failure.workspace.as_str()).collect();
    let missed = if missed.is_empty() { String::new() } else { format!("Not read: {}\n", missed.join(", ")) };
    if human { output.result(&(missed + &text)) } else { output.note(&(missed + &text)) }
}

/// What a plan says of the exit code.
pub(crate) fn verdict(planned: &Planned) -> Exit {
    let failed = if planned.failures.is_empty() { Exit::Done } else { Exit::Failed };
    let guarded = planned.plan.refusals().next().map_or(Exit::Done, |_| Exit::Guarded);
    let changes = planned.plan.workspaces.iter().flat_map(|one| &one.changes);
    changes.fold(failed.and(guarded), |exit, change| {
        exit.and(match (change.refusal, change.action) {
            (Some(refusal), _) => refused(refusal),
            (None, Action::Blocked) => Exit::Failed,
            (None, _) => Exit::Done,
        })
    })
}

/// What a refusal is to the shell.
fn refused(refusal: Refusal) -> Exit {
    match refusal {
        Refusal::Conflict
        | Refusal::Weakened
        | Refusal::Drift
        | Refusal::Unmarked
        | Refusal::NewerMark
        | Refusal::Twin
        | Refusal::SecondWriter => Exit::Stale,
    }
}

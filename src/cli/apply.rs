//! `palisade apply`

use std::path::Path;

use super::args::{Apply, CheckFormat, Global, Live, PlanFormat};
use super::connect::Doors;
use super::exit::Exit;
use super::interrupt::interruptible;
use super::output::Output;
use super::progress;
use super::{plan as plan_command, session};
use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Sources, Span};
use crate::ops::apply::floor::floor;
use crate::ops::apply::{ApplyOptions, Stop, apply};
use crate::ops::choose::{Choice, choose};
use crate::ops::connection::Connector;
use crate::ops::guards::{self, Trip};
use crate::ops::plan::{Opened, Planned};
use crate::ops::{ApiVersions, Applied, Auth, Loaded, Outcome, Plan, Workspace, adopt, names, plan_file};
use crate::report;

pub(crate) async fn run(global: &Global, args: &Apply, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    match &args.file {
        Some(_) if decides(&args.live) => {
            output.error(
                "a saved plan leaves nothing to decide: --on-drift, --adopt, --allow, --prune, --retire and \
                 --keep-suppressions belong to `palisade plan`",
                Some("plan again with them"),
            );
            Exit::Usage
        }
        Some(file) => saved(global, args, &global.path(file), output).await,
        None => fresh(global, args, output).await,
    }
}

/// Whether a flag is given that a plan is made by.
fn decides(live: &Live) -> bool {
    live.on_drift.is_some()
        || !(live.adopt.is_empty() && live.allow.is_empty())
        || live.prune
        || live.retire
        || live.keep_suppressions
}

/// Plans, prints, asks, writes.
async fn fresh(global: &Global, args: &Apply, output: &Output) -> Exit {
    if !args.auto_approve && !output.can_ask() {
        output.error("nobody can be asked here", Some("give --auto-approve, or apply a saved plan"));
        return Exit::Usage;
    }
    let made = match plan_command::make(global, &args.live, output).await {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let human = args.format == CheckFormat::Human;
    if human {
        plan_command::show(&made.planned, PlanFormat::Human, output);
    }
    plan_command::unused(&made, output);
    let exit = made.exit.and(plan_command::verdict(&made.planned));
    if made.exit == Exit::Invalid && !args.live.keep_going {
        plan_command::targets(&made.planned, human, output);
        return exit;
    }
    if refused(&made.planned, human, output) {
        return exit;
    }
    if made.planned.plan.summary.writes() > 0 && !args.auto_approve {
        let answer = output.ask("Apply these changes? Only yes is taken for it: ");
        if answer.as_deref() != Some("yes") {
            output.aside("nothing was written\n");
            return exit.and(Exit::Failed);
        }
    }
    let project = Project { folder: &global.folder, loaded: &made.loaded, workspaces: &made.workspaces };
    let done = carry_out(&made.planned, Some(&project), args, output).await;
    exit.and(done).and(session::complete(made.journal.as_deref(), output))
}

/// Carries out a saved plan, if the project still says what it says.
async fn saved(global: &Global, args: &Apply, file: &Path, output: &Output) -> Exit {
    let plan = match plan_file::open(file, args.expect_sha256.as_deref()) {
        Ok(plan) => plan,
        Err(why) => {
            output.error(&format!("{}: {why}", file.display()), Some("make a new plan: palisade plan --out FILE"));
            return match why {
                plan_file::Unusable::Unreadable(_) => Exit::Usage,
                _ => Exit::Stale,
            };
        }
    };
    let workspaces = if args.detached { detached(&plan, output) } else { attached(global, args, &plan, output) };
    let workspaces = match workspaces {
        Ok(workspaces) => workspaces,
        Err(exit) => return exit,
    };
    let Chosen { chosen, auth, versions, exit, loaded } = workspaces;
    let journal = match session::journal(global, &args.live, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    let doors = Doors::new(global, &args.live, auth, versions).with_journal(journal.clone());
    let mut places = Vec::new();
    for (planned, workspace) in plan.workspaces.iter().zip(&chosen) {
        let connection = match doors.connect(workspace) {
            Ok(connection) => connection,
            Err(why) => {
                output.error(&format!("{}: {why}", planned.workspace), None);
                return Exit::Failed;
            }
        };
        let same_place = connection.requests.scope.resource_id().eq_ignore_ascii_case(&planned.resource_id);
        if !same_place || connection.cloud != planned.cloud {
            output.error(
                &format!(
                    "{} points elsewhere by now: the plan was made for {} ({})",
                    planned.workspace, planned.resource_id, planned.cloud
                ),
                Some("make a new plan"),
            );
            return Exit::Stale;
        }
        places.push(Opened { connection, read: None });
    }
    let planned = Planned { plan, places, failures: Vec::new() };
    let exit = exit.and(plan_command::verdict(&planned));
    if refused(&planned, args.format == CheckFormat::Human, output) {
        return exit;
    }
    let project = loaded.as_ref().map(|loaded| Project { folder: &global.folder, loaded, workspaces: &chosen });
    let done = carry_out(&planned, project.as_ref(), args, output).await;
    exit.and(done).and(session::complete(journal.as_deref(), output))
}

/// Whether a guard stops everything before the first write.
fn refused(planned: &Planned, human: bool, output: &Output) -> bool {
    let refusals: Vec<&Trip> = planned.plan.refusals().collect();
    if refusals.is_empty() {
        return false;
    }
    for trip in &refusals {
        output.error(&report::guards::line(trip), Some(&report::guards::way_out(trip)));
    }
    output.error("a guard refuses the plan: nothing was written", None);
    plan_command::targets(planned, human, output);
    true
}

/// Where a saved plan goes.
struct Chosen {
    chosen: Vec<Workspace>,
    auth: Auth,
    versions: ApiVersions,
    /// What choosing it already says of the exit code.
    exit: Exit,
    /// The project, where there is one.
    loaded: Option<Loaded>,
}

/// The project that is applied.
struct Project<'a> {
    folder: &'a Path,
    loaded: &'a Loaded,
    workspaces: &'a [Workspace],
}

/// Inside the project: compiled anew, and refused if anything would be written otherwise.
fn attached(global: &Global, args: &Apply, plan: &Plan, output: &Output) -> Result<Chosen, Exit> {
    let at = session::commit(global, args.live.at.as_deref(), output)?;
    let mut loaded = session::project_at(global, &[], at);
    let exit = session::tell(&loaded, args.live.keep_going, output)?;
    let names = plan.workspaces.iter().map(|one| one.workspace.clone()).collect();
    let choice = Choice { names, ..Choice::default() };
    let chosen = choose(&loaded.content, &mut loaded.sources, &choice).map_err(|why| {
        output.error(&why.to_string(), Some("make a new plan"));
        Exit::Stale
    })?;
    let in_order: Vec<Workspace> = plan
        .workspaces
        .iter()
        .filter_map(|one| chosen.iter().find(|workspace| workspace.name.value == one.workspace).cloned())
        .collect();
    plan_command::named(&loaded, &in_order, output)?;
    let outdated = plan_file::outdated(plan, &loaded, &in_order);
    let forbidden = guards::since(&loaded, &in_order, plan);
    if outdated.is_empty() && forbidden.is_empty() {
        return Ok(Chosen {
            chosen: in_order,
            auth: loaded.content.settings.auth.clone(),
            versions: loaded.content.api_versions.clone(),
            exit,
            loaded: Some(loaded),
        });
    }
    for why in outdated {
        output.error(&why, None);
    }
    for trip in &forbidden {
        output.error(&report::guards::line(trip), Some(&report::guards::way_out(trip)));
    }
    output.error("the project is not what the plan was made from: nothing was written", Some("make a new plan"));
    Err(if forbidden.is_empty() { Exit::Stale } else { Exit::Guarded })
}

/// Outside of the project: the plan is trusted by its SHA-256, and its targets are ARM ids and nothing else.
fn detached(plan: &Plan, output: &Output) -> Result<Chosen, Exit> {
    let mut sources = Sources::default();
    let span = Span::start_of(sources.add("(plan)", ""));
    let mut chosen = Vec::new();
    for one in &plan.workspaces {
        let workspace = if one.cloud == super::connect::EMULATOR {
            (one.workspace == "local").then(|| Workspace::local(span))
        } else {
            Workspace::of_plan(&one.workspace, &one.resource_id, &one.cloud, span)
        };
        let Some(workspace) = workspace else {
            let message = format!("{} can't be reached without its project: {}", one.workspace, one.resource_id);
            output.error(&message, Some("apply the plan inside of the project"));
            return Err(Exit::Failed);
        };
        chosen.push(workspace);
    }
    Ok(Chosen { chosen, auth: Auth::default(), versions: ApiVersions::default(), exit: Exit::Done, loaded: None })
}

async fn carry_out(planned: &Planned, project: Option<&Project<'_>>, args: &Apply, output: &Output) -> Exit {
    let human = args.format == CheckFormat::Human;
    let options = ApplyOptions { parallel: usize::from(args.parallel), all_or_nothing: args.all_or_nothing };
    let stop = Stop::default();
    let least = floor(&planned.plan, &planned.places);
    let limits =
        "200 writes, then 10 a second, for each subscription; 100 reads or writes of automation rules in 5 minutes";
    if let Some(text) = progress::announcement("this", least, limits) {
        output.note(&text);
    }
    let watch = output.watch();
    let work = apply(&planned.plan, &planned.places, options, &stop, &watch);
    let Some(applied) = interruptible(&stop, output, work).await else {
        output.error(
            "stopped at once: what became of the writes under way is unknown",
            Some("run the same command again: it goes on from what is live"),
        );
        return Exit::Failed;
    };
    output.result(&match args.format {
        CheckFormat::Human => report::applied::human(&applied, output.paint()),
        CheckFormat::Json => report::applied::json(&applied),
    });
    if let Some(project) = project {
        write_names(project, planned, &applied, args, output);
    }
    plan_command::targets(planned, human, output);
    verdict(&applied)
}

/// Writes down what rules whose kind changed are called now. They are found without it too: a file that can't be written
/// is no failure.
fn write_names(project: &Project<'_>, planned: &Planned, applied: &[Applied], args: &Apply, output: &Output) {
    let (names, files) = names::names(project.loaded, project.workspaces, &planned.plan, applied);
    let failure = match args.live.at.is_some() {
        true => Some("the files are not those of --at".to_owned()),
        false => adopt::write(project.folder, &files).err(),
    };
    for name in names {
        let written = failure.clone().map_or(name.written, Err);
        let entry = visible(&format!("names: {{{}: {}}}", name.id, name.resource_name), false);
        output.aside(&match written {
            Ok(file) => format!("{file} says `{entry}` now: commit it\n"),
            Err(why) => format!("the workspace {} should say `{entry}`: {why}\n", name.workspace),
        });
    }
}

fn verdict(applied: &[Applied]) -> Exit {
    applied.iter().fold(Exit::Done, |exit, one| {
        let failed = one.failure.as_ref().map_or(Exit::Done, |_| Exit::Failed);
        one.changes.iter().fold(exit.and(failed), |exit, done| {
            exit.and(match done.outcome {
                Outcome::Applied | Outcome::Unchanged | Outcome::Existed => Exit::Done,
                Outcome::Stale(_) => Exit::Stale,
                Outcome::Failed(_) | Outcome::Unanswered(_) | Outcome::Differs(_) | Outcome::Skipped(_) => Exit::Failed,
            })
        })
    })
}

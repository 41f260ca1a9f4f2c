//! `palisade adopt`

use super::args::{Adopt, AdoptTo, CheckFormat, Global, Live};
use super::connect::Doors;
use super::exit::Exit;
use super::output::Output;
use super::{plan, session};
use crate::ops::adopt::{self, Adoption, Fate, To, Unmanaged, Wish};
use crate::ops::{Loaded, Workspace};
use crate::report;

pub(crate) async fn run(global: &Global, args: &Adopt, output: &Output) -> Exit {
    let live = Live { auth: args.auth.clone(), keep_going: false, ..Live::of(args.workspaces.clone()) };
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let mut loaded = session::project(global, &[]);
    if let Err(exit) = session::tell(&loaded, false, output) {
        return exit;
    }
    let workspaces = match session::workspaces(&mut loaded, &live.workspaces, output) {
        Ok(workspaces) => workspaces,
        Err(exit) => return exit,
    };
    let [workspace] = workspaces.as_slice() else {
        output.error("the edits of one workspace at a time can be taken into the files", Some("name it with -w"));
        return Exit::Usage;
    };
    match work(global, args, &live, &loaded, workspace, output).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn work(
    global: &Global,
    args: &Adopt,
    live: &Live,
    loaded: &Loaded,
    workspace: &Workspace,
    output: &Output,
) -> Result<Exit, Exit> {
    let content = &loaded.content;
    let doors = Doors::new(global, live, content.settings.auth.clone(), content.api_versions.clone());
    let planned =
        plan::planned(plan::commit(&global.folder), live, loaded, std::slice::from_ref(workspace), &doors, output)
            .await;
    let (Some(of), Some(place)) = (planned.plan.workspaces.first(), planned.places.first()) else {
        return Err(Exit::Failed);
    };
    let wish = Wish {
        only: args.rules.clone(),
        to: args.to.map(|to| match to {
            AdoptTo::Rules => To::Rules,
            AdoptTo::Overrides => To::Overrides,
        }),
        conflicts: args.take_conflicts,
        unknown: args.take_unknown,
    };
    let usage = |why: String| {
        output.error(&why, None);
        Exit::Usage
    };
    let (mut adoption, mut new) = (Adoption::default(), Vec::new());
    if args.unmanaged {
        let rules = adopt::live(&place.connection).await;
        let rules = rules.map_err(|why| {
            output.error(&format!("{}: {why}", workspace.name.value), None);
            Exit::Failed
        })?;
        let folder = args.into.trim_end_matches('/');
        let taken = |path: &str| global.folder.join(path).symlink_metadata().is_ok();
        new = adopt::unmanaged(loaded, workspace, &rules, &wish, folder, &taken).map_err(usage)?;
    } else {
        adoption = adopt::adopt(loaded, workspace, of, &wish).map_err(usage)?;
    }
    let mut files = adoption.files.clone();
    files.extend(new.iter().filter_map(|one| match &one.fate {
        Fate::File(file) => Some(file.clone()),
        Fate::Refused(_) | Fate::Kind(_) => None,
    }));
    let refused = adoption.fields.iter().any(|field| field.refused.is_some())
        || new.iter().any(|one| matches!(one.fate, Fate::Refused(_)));
    let exit = if refused { Exit::Failed } else { Exit::Done };
    let human = args.format == CheckFormat::Human;
    if !args.dry_run {
        write(global, loaded, &files, output)?;
    } else if human {
        output.result(&report::adopt::diffs(&report_files(&files), output.paint()));
    }
    let told = told(&workspace.name.value, &adoption, &new, args.dry_run);
    output.result(&if human { report::adopt::human(&told, output.paint()) } else { report::adopt::json(&told) });
    plan::targets(&planned, human, output);
    Ok(exit)
}

/// Writes the files, and reads the project again. Nothing stays that made it worse.
fn write(global: &Global, loaded: &Loaded, files: &[adopt::File], output: &Output) -> Result<(), Exit> {
    let failed = |why: String| {
        output.error(&why, Some("nothing was changed; run it again"));
        Exit::Failed
    };
    adopt::write(&global.folder, files).map_err(failed)?;
    let errors = |loaded: &Loaded| loaded.problems.iter().filter(|problem| problem.is_error()).count();
    let again = session::project(global, &[]);
    if errors(&again) <= errors(loaded) {
        return Ok(());
    }
    session::faults(&again, output);
    match adopt::restore(&global.folder, files) {
        Ok(()) => output.error("the edits would bring the errors above: nothing was changed", None),
        Err(why) => output.error(&format!("the edits bring the errors above; {why}"), None),
    }
    Err(Exit::Failed)
}

fn report_files(files: &[adopt::File]) -> Vec<report::adopt::Diff<'_>> {
    files
        .iter()
        .map(|file| match &file.write {
            adopt::Write::Edit(edited) => {
                report::adopt::Diff { path: &file.path, before: &edited.before, after: &edited.after }
            }
            adopt::Write::New(text) => report::adopt::Diff { path: &file.path, before: "", after: text },
        })
        .collect()
}

fn told<'a>(
    workspace: &'a str,
    adoption: &'a Adoption,
    new: &'a [Unmanaged],
    dry_run: bool,
) -> report::adopt::Told<'a> {
    let field = |field: &'a adopt::Field| report::adopt::Field {
        id: &field.id,
        name: &field.name,
        path: &field.path,
        files: &field.files,
        live: &field.live,
        file: &field.file,
        refused: field.refused.as_deref(),
    };
    report::adopt::Told {
        workspace,
        fields: adoption.fields.iter().map(field).collect(),
        beyond: adoption.beyond.iter().map(field).collect(),
        files: adoption.files.len(),
        new: new
            .iter()
            .map(|one| report::adopt::New {
                id: &one.id,
                name: &one.name,
                fate: match &one.fate {
                    Fate::File(file) => report::adopt::Fate::File(&file.path),
                    Fate::Refused(why) => report::adopt::Fate::Refused(why),
                    Fate::Kind(why) => report::adopt::Fate::Kind(why),
                },
            })
            .collect(),
        dry_run,
    }
}

//! What most commands begin with: load the project, tell its problems, choose the workspaces.

use std::path::Path;
use std::sync::Arc;

use super::args::{Global, Live, Workspaces};
use super::exit::Exit;
use super::output::Output;
use crate::diagnostic::{Diagnostic, Level};
use crate::ops::choose::{Choice, choose};
use crate::ops::commit::{Commit, CommitError};
use crate::ops::journal::JournalFile;
use crate::ops::{LoadOptions, Loaded, Workspace, load};
use crate::report::diagnostics;

/// Loads the project of the command line's folder.
pub(crate) fn project(global: &Global, only: &[std::path::PathBuf]) -> Loaded {
    project_at(global, only, None)
}

/// Loads the project as it was at a commit; the folder as it is without.
pub(crate) fn project_at(global: &Global, only: &[std::path::PathBuf], at: Option<Arc<Commit>>) -> Loaded {
    let options = LoadOptions {
        at,
        only: only.to_vec(),
        trusted_hosts: global.trust_endpoint.clone(),
        now: Some(global.now.unwrap_or_else(jiff::Timestamp::now)),
        ..LoadOptions::default()
    };
    load(&global.folder, &options)
}

/// The commit that the command line names.
pub(crate) fn commit(global: &Global, at: Option<&str>, output: &Output) -> Result<Option<Arc<Commit>>, Exit> {
    let Some(reference) = at else { return Ok(None) };
    match Commit::open(&global.folder, reference) {
        Ok(commit) => Ok(Some(Arc::new(commit))),
        Err(why) => {
            output.error(&why.to_string(), Some("--at takes a commit, a branch or a tag of the project's repository"));
            Err(if matches!(why, CommitError::Git(_)) { Exit::Failed } else { Exit::Usage })
        }
    }
}

/// Whether the folder can be worked in at all.
pub(crate) fn folder(path: &Path, output: &Output) -> Result<(), Exit> {
    if path.is_dir() {
        return Ok(());
    }
    output.error(&format!("{} is no folder", path.display()), Some("give the project's folder with -C"));
    Err(Exit::Usage)
}

/// Opens the journal that the command line asks for. Without it nothing starts.
pub(crate) fn journal(global: &Global, live: &Live, output: &Output) -> Result<Option<Arc<JournalFile>>, Exit> {
    let Some(file) = live.journal.as_ref().map(|file| global.path(file)) else { return Ok(None) };
    JournalFile::open(&file).map(|journal| Some(Arc::new(journal))).map_err(|why| {
        output.error(&format!("the journal {} can't be written: {why}", file.display()), Some("nothing was started"));
        Exit::Failed
    })
}

/// Whether the journal holds every request.
pub(crate) fn complete(journal: Option<&JournalFile>, output: &Output) -> Exit {
    let Some(why) = journal.and_then(JournalFile::failure) else { return Exit::Done };
    output.error(&format!("the journal lacks requests: {why}"), None);
    Exit::Failed
}

/// Tells the problems of a project that is about to be planned. `Err` if the work must stop.
pub(crate) fn tell(loaded: &Loaded, keep_going: bool, output: &Output) -> Result<Exit, Exit> {
    let told = faults(loaded, output);
    if told == Exit::Done {
        return Ok(told);
    }
    if keep_going {
        output.aside("the documents above are left out\n");
        return Ok(told);
    }
    output.error(
        "the content is invalid: nothing was planned",
        Some("correct the documents above, or leave them out with --keep-going"),
    );
    Err(told)
}

/// Tells the errors of a project, and how many warnings there are.
pub(crate) fn faults(loaded: &Loaded, output: &Output) -> Exit {
    let errors: Vec<Diagnostic> = loaded.problems.iter().filter(|problem| problem.is_error()).cloned().collect();
    let warnings = loaded.problems.iter().filter(|problem| problem.level == Level::Warning).count();
    if warnings > 0 {
        let plural = if warnings == 1 { "" } else { "s" };
        output.note(&format!("{warnings} warning{plural}: see palisade check\n"));
    }
    if errors.is_empty() {
        return Exit::Done;
    }
    output.aside(&diagnostics::human(&errors, &loaded.sources, output.paint_error()));
    Exit::Invalid
}

/// The workspaces that the command line means.
pub(crate) fn workspaces(loaded: &mut Loaded, args: &Workspaces, output: &Output) -> Result<Vec<Workspace>, Exit> {
    let choice = Choice { names: args.names.clone(), labels: args.select.clone(), all: args.all };
    choose(&loaded.content, &mut loaded.sources, &choice).map_err(|why| {
        output.error(&why.to_string(), None);
        Exit::Usage
    })
}

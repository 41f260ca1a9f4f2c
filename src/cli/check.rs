//! `palisade check`

use std::path::PathBuf;

use super::args::{Check, Global, ProblemFormat};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::diagnostic::Level;
use crate::ops::{self, Effect, Loaded};
use crate::report::diagnostics::{self, Counts};
use crate::report::{edits, github, junit, sarif};

/// Where GitHub Actions checked the repository out.
const GITHUB_WORKSPACE: &str = "GITHUB_WORKSPACE";

pub(crate) fn run(global: &Global, args: &Check, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    if let Some(missing) = args.paths.iter().find(|path| !global.folder.join(path).exists()) {
        output.error(&format!("{} does not exist", missing.display()), None);
        return Exit::Usage;
    }
    let mut loaded = session::project(global, &args.paths);
    if args.fix {
        loaded = match fix(loaded, global, args, output) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
    }
    ops::exclusions::tell_placements(&mut loaded);
    if let Err(why) = second_opinion(&mut loaded, global, args) {
        output.error(&why, Some("npm install @kusto/language-service-next"));
        return Exit::Usage;
    }
    let files = loaded.sources.len();
    if let Err(exit) = baseline(&mut loaded, global, args, output) {
        return exit;
    }
    print(&loaded, files, global, args.format, output);
    let denied = args.deny_warnings && loaded.problems.iter().any(|problem| problem.level == Level::Warning);
    if loaded.has_errors() || denied { Exit::Invalid } else { Exit::Done }
}

/// Asks Microsoft's parser, if that is wanted.
#[cfg(feature = "kusto-engine")]
fn second_opinion(loaded: &mut Loaded, global: &Global, args: &Check) -> Result<(), String> {
    use crate::ops::query::Engine;
    let Some(folder) = &args.kusto_engine else { return Ok(()) };
    let named = (!folder.as_os_str().is_empty()).then(|| global.path(folder));
    let package = named.or_else(|| Engine::find(&global.folder));
    let package = package.ok_or("no node_modules here or above holds @kusto/language-service-next")?;
    ops::second_opinion::tell(loaded, &Engine::load(&package)?);
    Ok(())
}

#[cfg(not(feature = "kusto-engine"))]
fn second_opinion(_loaded: &mut Loaded, _global: &Global, _args: &Check) -> Result<(), String> {
    Ok(())
}

/// Corrects what can be corrected, and reads the project again. Nothing stays that made it worse.
fn fix(loaded: Loaded, global: &Global, args: &Check, output: &Output) -> Result<Loaded, Exit> {
    let edited = ops::fix::edits(&loaded);
    let count: usize = edited.iter().map(|file| file.count).sum();
    if args.dry_run {
        for file in &edited {
            output.result(&edits::diff(&file.path, &file.before, &file.after, output.paint()));
        }
        return Err(if loaded.has_errors() { Exit::Invalid } else { Exit::Done });
    }
    let mut written = Vec::new();
    for file in &edited {
        if let Err(why) = ops::fix::write(&global.folder, file) {
            output.error(&why, Some("run it again"));
            return Err(Exit::Failed);
        }
        written.push(file);
    }
    let again = session::project(global, &args.paths);
    let errors = |loaded: &Loaded| loaded.problems.iter().filter(|problem| problem.is_error()).count();
    if errors(&again) > errors(&loaded) {
        for file in written {
            if let Err(why) = ops::fix::restore(&global.folder, file) {
                output.error(&why, None);
            }
        }
        output.error("the edits would bring new errors: nothing was changed", None);
        return Err(Exit::Failed);
    }
    output.note(&format!("{count} corrected in {} files\n", edited.len()));
    Ok(again)
}

fn baseline(loaded: &mut Loaded, global: &Global, args: &Check, output: &Output) -> Result<(), Exit> {
    if let Some(file) = &args.baseline {
        let shown = file.to_string_lossy().replace('\\', "/");
        let whole = args.paths.is_empty();
        let silenced = ops::baseline::lay(loaded, &global.path(file), &shown, whole).map_err(|why| {
            output.error(&why, Some("--write-baseline writes one"));
            Exit::Usage
        })?;
        if silenced > 0 {
            output.note(&format!("{silenced} known: see {shown}\n"));
        }
    }
    if let Some(file) = &args.write_baseline {
        let recorded = ops::baseline::record(loaded, &global.path(file)).map_err(|why| {
            output.error(&format!("{}: {why}", file.display()), None);
            Exit::Failed
        })?;
        output.note(&format!("{recorded} recorded in {}; errors are never\n", file.display()));
    }
    Ok(())
}

fn print(loaded: &Loaded, files: usize, global: &Global, format: ProblemFormat, output: &Output) {
    let Loaded { content, sources, problems, .. } = loaded;
    let hides = content.suppressions.iter().filter(|one| one.effect == Effect::Hide).count();
    let counts = Counts {
        exclusions: content.exclusions.len() - hides,
        suppressions: content.suppressions.len(),
        ..Counts::of(files, content.rules.len(), problems)
    };
    match format {
        ProblemFormat::Human => {
            let paint = output.paint();
            output.result(&diagnostics::human(problems, sources, paint));
            output.result(&diagnostics::closing(counts, paint));
        }
        ProblemFormat::Json => output.result(&diagnostics::json(problems, sources, counts)),
        ProblemFormat::Sarif => output.result(&sarif::log("check", problems, sources)),
        ProblemFormat::Junit => output.result(&junit::suite("check", problems, sources)),
        ProblemFormat::Github => {
            output.result(&github::commands(problems, sources, &folder_in_repository(global)));
            output.note(&diagnostics::closing(counts, output.paint_error()));
        }
    }
}

/// The project's folder below the repository that GitHub checked out, with `/` at its end; empty where it is the same.
pub(crate) fn folder_in_repository(global: &Global) -> String {
    let repository = std::env::var_os(GITHUB_WORKSPACE).and_then(|path| PathBuf::from(path).canonicalize().ok());
    let folder = global.folder.canonicalize().ok();
    let below = repository.zip(folder).and_then(|(repository, folder)| {
        let names = folder.strip_prefix(repository).ok()?.iter().map(|name| format!("{}/", name.to_string_lossy()));
        Some(names.collect::<String>())
    });
    below.unwrap_or_default()
}

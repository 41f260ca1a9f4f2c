//! `palisade check`

use std::path::PathBuf;

use super::args::{Check, Global, ProblemFormat};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops::Loaded;
use crate::report::diagnostics::{self, Counts};
use crate::report::{github, junit, sarif};

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
    let loaded = session::project(global, &args.paths);
    print(&loaded, global, args.format, output);
    if loaded.has_errors() { Exit::Invalid } else { Exit::Done }
}

fn print(loaded: &Loaded, global: &Global, format: ProblemFormat, output: &Output) {
    let Loaded { content, sources, problems, .. } = loaded;
    let counts = Counts::of(sources.len(), content.rules.len(), problems);
    match format {
        ProblemFormat::Human => {
            let paint = output.paint();
            output.result(&diagnostics::human(problems, sources, paint));
            output.result(&diagnostics::closing(counts, paint));
        }
        ProblemFormat::Json => output.result(&diagnostics::json(problems, sources, counts)),
        ProblemFormat::Sarif => output.result(&sarif::log(problems, sources)),
        ProblemFormat::Junit => output.result(&junit::suite(problems, sources)),
        ProblemFormat::Github => {
            output.result(&github::commands(problems, sources, &folder_in_repository(global)));
            output.note(&diagnostics::closing(counts, output.paint_error()));
        }
    }
}

/// The project's folder below the repository that GitHub checked out, with `/` at its end; empty where it is the same.
fn folder_in_repository(global: &Global) -> String {
    let repository = std::env::var_os(GITHUB_WORKSPACE).and_then(|path| PathBuf::from(path).canonicalize().ok());
    let folder = global.folder.canonicalize().ok();
    let below = repository.zip(folder).and_then(|(repository, folder)| {
        let names = folder.strip_prefix(repository).ok()?.iter().map(|name| format!("{}/", name.to_string_lossy()));
        Some(names.collect::<String>())
    });
    below.unwrap_or_default()
}

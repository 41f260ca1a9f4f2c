//! What others wrote and what the live service made of it: the oracles that are not us.
//!
//! The corpus is not part of this repository: `PALISADE_CORPUS` names its folder, and without it these tests say
//! that they looked at nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod adopt;
mod bodies;
mod emulated;
mod findings;
mod history;
mod malformed;
mod meaning;
mod pairs;
mod reasons;
mod rules;
mod seeds;

use std::path::{Path, PathBuf};

use palisade::ops::{LoadOptions, Loaded, load};

/// The corpus, if this machine has it.
fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PALISADE_CORPUS").filter(|folder| !folder.is_empty()) else {
        eprintln!("PALISADE_CORPUS is not set: nothing was compared");
        return None;
    };
    // Relative to the package, so that it means the same wherever the test is started.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    assert!(folder.is_dir(), "PALISADE_CORPUS names no folder: {}", folder.display());
    Some(folder)
}

fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

fn list(path: &Path) -> Vec<serde_json::Value> {
    serde_json::from_str(&read(path)).unwrap()
}

/// Every YAML file below a folder, sorted.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no YAML file below {}", folder.display());
    found
}

/// Loads a copy of one file, under its own name, as a project of its own.
fn load_alone(file: &Path) -> Loaded {
    let project = tempfile::tempdir().unwrap();
    // Under its own path: a folder of hunting queries is one wherever it stands.
    let own = corpus().and_then(|corpus| file.strip_prefix(corpus).ok().map(Path::to_owned));
    let copy = project.path().join(own.as_deref().unwrap_or(file.file_name().unwrap().as_ref()));
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    std::fs::copy(file, copy).unwrap();
    load(project.path(), &LoadOptions::default())
}

/// What a load made of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// It holds rules, and no error.
    Taken,
    /// It holds an error.
    Refused,
    /// It is none of our business.
    LeftAlone,
}

/// The verdict on a project of one file.
fn verdict(loaded: &Loaded) -> Verdict {
    match (loaded.has_errors(), loaded.content.rules.is_empty()) {
        (true, _) => Verdict::Refused,
        (false, false) => Verdict::Taken,
        (false, true) => Verdict::LeftAlone,
    }
}

/// The errors of a load, each held to the form that an author can work with: a place, a message, a way out.
fn errors<'a>(loaded: &'a Loaded, file: &Path) -> Vec<&'a palisade::diagnostic::Diagnostic> {
    let errors: Vec<_> = loaded.problems.iter().filter(|problem| problem.is_error()).collect();
    for error in &errors {
        let span = error.span.unwrap_or_else(|| panic!("{}: an error without a place: {error:?}", file.display()));
        assert!(span.line >= 1 && span.column >= 1, "{}: {error:?}", file.display());
        let text = loaded.sources.text(span.file);
        let lines = text.split('\n').count().max(1);
        assert!(span.line as usize <= lines, "{}: line {} of {lines}", file.display(), span.line);
        assert!(!error.message.trim().is_empty(), "{}: {error:?}", file.display());
        let help = error.help.as_deref().unwrap_or_default();
        assert!(!help.trim().is_empty(), "{}: an error without a way out: {error:?}", file.display());
    }
    errors
}

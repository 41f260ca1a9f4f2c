//! The YAML files of a project, read.

use std::path::{Path, PathBuf};

pub use super::bounded::Fault;
use super::{bounded, walk};
use crate::workspace::project::ProjectSettings;

/// The project's own document.
pub const PROJECT_FILE: &str = "palisade.yaml";

/// A file that was found, with its text or why there is none.
pub struct Found {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: Result<String, Fault>,
}

/// Finds and reads the YAML files below `root`, in the order of their paths.
///
/// Hidden folders, what .gitignore names and folders with a `palisade.yaml` of their own are passed over, and
/// so is what `settings` exclude. `only` narrows the walk to some files and folders below `root`.
pub fn find(root: &Path, only: &[PathBuf], settings: &ProjectSettings) -> Vec<Found> {
    let places = walk::walk(root, only, settings);
    places
        .into_iter()
        .map(|(path, place)| Found { path, text: place.and_then(|place| bounded::text(&place)) })
        .collect()
}

/// Reads the project's own document, if there is one.
pub fn project_file(root: &Path) -> Option<Found> {
    let place = walk::project_file(root)?;
    Some(Found { path: PROJECT_FILE.to_owned(), text: place.and_then(|place| bounded::text(&place)) })
}

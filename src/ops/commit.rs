//! The project as it was at a commit: read through the git command, without a checkout.
//!
//! What the commit holds is judged as the walk judges a folder: hidden folders, what .gitignore names and other
//! projects are passed over. What git keeps elsewhere (a submodule, a file of Git LFS) and links are faults of the
//! project: a rule behind them would be missing in silence. Content is taken as it is stored, before any filter.

mod git;
mod pick;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::bounded::{self, Fault};
use super::files::{Found, PROJECT_FILE};
use crate::workspace::project::ProjectSettings;
use pick::Pick;

/// Why there is no project at a commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    #[error("{0:?} can't name a commit: a name neither begins with `-` nor holds control characters")]
    Reference(String),
    #[error("git can't be run: {0}")]
    Git(String),
    #[error("the folder is in no git repository")]
    NoRepository,
    #[error("no commit is named {0:?} here")]
    Unknown(String),
    #[error("the folder {folder:?} is not in the commit {commit}")]
    NoFolder { folder: String, commit: String },
}

/// A commit, and what its tree holds below the project's folder.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Its full id in hex.
    pub id: String,
    folder: PathBuf,
    entries: Vec<Entry>,
}

/// A file of a tree, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Relative to the project, with `/`.
    path: String,
    kind: Kind,
    /// The object's id in hex.
    object: String,
    /// Bytes; 0 if it is no file.
    size: u64,
}

/// What a tree's entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Submodule,
}

impl Commit {
    /// Finds a commit by whatever name git knows it, and lists what it holds below `folder`.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub fn open(folder: &Path, reference: &str) -> Result<Self, CommitError> {
        let harmless = !reference.is_empty() && !reference.starts_with('-') && !reference.contains(char::is_control);
        if !harmless {
            return Err(CommitError::Reference(reference.to_owned()));
        }
        let prefix = git::text(folder, &["rev-parse", "--show-prefix"])?.ok_or(CommitError::NoRepository)?;
        let unknown = || CommitError::Unknown(reference.to_owned());
        let id = git::object(folder, &format!("{reference}^{{commit}}"))?.ok_or_else(unknown)?;
        let prefix = prefix.trim_end_matches('/');
        let tree = git::object(folder, &format!("{id}:{prefix}"))?;
        let tree = tree.ok_or_else(|| CommitError::NoFolder { folder: prefix.to_owned(), commit: id.clone() })?;
        let entries = git::tree(folder, &tree)?;
        Ok(Self { id, folder: folder.to_owned(), entries })
    }

    /// The project's own document, if the commit has one.
    pub fn project_file(&self) -> Option<Found> {
        let entry = self.entries.iter().find(|entry| entry.path == PROJECT_FILE)?;
        let pick = match entry.kind {
            Kind::File => Pick::of_file(entry),
            Kind::Link => Pick::Fault(pick::link()),
            Kind::Submodule => Pick::Fault(pick::submodule()),
        };
        self.read(vec![(PROJECT_FILE.to_owned(), pick)]).pop()
    }

    /// The YAML files that the project had at the commit, in the order of their paths.
    pub fn files(&self, settings: &ProjectSettings) -> Vec<Found> {
        // What the choice itself hangs on: .gitignore files, and where links lead.
        let needed = self.entries.iter().filter(|entry| entry.kind == Kind::Link || pick::is_ignore_file(entry));
        let needed: Vec<&str> =
            needed.filter(|entry| entry.size <= bounded::LIMIT).map(|entry| entry.object.as_str()).collect();
        let texts = git::blobs(&self.folder, &needed).unwrap_or_default();
        let texts: BTreeMap<&str, String> = texts
            .iter()
            .map(|(object, bytes)| (object.as_str(), String::from_utf8_lossy(bytes).into_owned()))
            .collect();
        self.read(pick::pick(&self.entries, &texts, settings))
    }

    fn read(&self, picked: Vec<(String, Pick)>) -> Vec<Found> {
        let objects: Vec<&str> = picked
            .iter()
            .filter_map(|(_, pick)| match pick {
                Pick::Object(object) => Some(object.as_str()),
                Pick::Fault(_) => None,
            })
            .collect();
        let blobs = git::blobs(&self.folder, &objects);
        let text = |object: &str| -> Result<String, Fault> {
            let blobs = blobs.as_ref().map_err(|why| Fault::missing(why.to_string()))?;
            let bytes = blobs.get(object).ok_or_else(|| Fault::missing("git does not have its content here"))?;
            let text = bounded::decode(bytes.clone())?;
            if text.starts_with("version https://git-lfs.github.com/spec/") { Err(pick::lfs()) } else { Ok(text) }
        };
        picked
            .into_iter()
            .map(|(path, pick)| Found {
                path,
                text: match pick {
                    Pick::Object(object) => text(&object),
                    Pick::Fault(fault) => Err(fault),
                },
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

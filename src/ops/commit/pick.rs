//! Which files of a commit are the project's own. Pure: entries and the texts that the choice hangs on come in.

use std::collections::{BTreeMap, BTreeSet};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Entry, Kind};
use crate::ops::bounded::{Fault, LIMIT};
use crate::ops::files::PROJECT_FILE;
use crate::ops::walk::{GITIGNORE, is_yaml};
use crate::workspace::project::ProjectSettings;

/// What becomes of a file.
pub(super) enum Pick {
    /// The content of this object.
    Object(String),
    Fault(Fault),
}

impl Pick {
    pub(super) fn of_file(entry: &Entry) -> Self {
        if entry.size > LIMIT { Self::Fault(Fault::too_large()) } else { Self::Object(entry.object.clone()) }
    }
}

pub(super) fn is_ignore_file(entry: &Entry) -> bool {
    entry.kind == Kind::File && entry.path.rsplit('/').next() == Some(GITIGNORE)
}

/// Chooses among everything that a commit holds. `texts` has the content of links and .gitignore files, by object.
pub(super) fn pick(
    entries: &[Entry],
    texts: &BTreeMap<&str, String>,
    settings: &ProjectSettings,
) -> Vec<(String, Pick)> {
    let ignores = Ignores::of(entries, texts);
    let projects: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.path.strip_suffix(PROJECT_FILE)?.strip_suffix('/'))
        .filter(|folder| !folder.is_empty())
        .collect();
    let files: BTreeSet<&str> = entries.iter().filter(|one| one.kind == Kind::File).map(|one| &*one.path).collect();
    let mut picked: Vec<(String, Pick)> = entries
        .iter()
        .filter(|entry| entry.path != PROJECT_FILE && !entry.path.split('/').any(|name| name.starts_with('.')))
        .filter(|entry| !folders(&entry.path).any(|folder| projects.contains(folder)))
        .filter_map(|entry| {
            let path = entry.path.as_str();
            let yaml = is_yaml(path);
            let pick = match entry.kind {
                Kind::File => (yaml && settings.admits(path)).then(|| Pick::of_file(entry)),
                Kind::Submodule => settings.reaches(path).then(|| Pick::Fault(submodule())),
                Kind::Link if yaml => settings.admits(path).then(|| Pick::Fault(link())),
                // It may be one to a folder of rules.
                Kind::Link => {
                    let target = texts.get(entry.object.as_str()).and_then(|target| resolve(path, target));
                    let file = target.is_some_and(|target| files.contains(target.as_str()));
                    (!file && settings.reaches(path)).then(|| Pick::Fault(link()))
                }
            };
            pick.filter(|_| !ignores.holds(path, entry.kind == Kind::Submodule)).map(|pick| (path.to_owned(), pick))
        })
        .collect();
    picked.sort_by(|(a, _), (b, _)| a.cmp(b));
    picked
}

/// Every folder that a path stands in, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Where a link leads, by its text alone. Nothing if that is outside of the project.
fn resolve(link: &str, target: &str) -> Option<String> {
    let mut names: Vec<&str> = link.split('/').collect();
    names.pop();
    if target.starts_with('/') {
        return None;
    }
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

pub(super) fn link() -> Fault {
    Fault::link("a symbolic link, which is not followed in a commit")
}

pub(super) fn submodule() -> Fault {
    Fault {
        help: "exclude it in palisade.yaml, or check the commit out and work there",
        ..Fault::missing("a submodule: its content is in another repository")
    }
}

pub(super) fn lfs() -> Fault {
    Fault {
        help: "check the commit out and work there",
        ..Fault::missing("a pointer of Git LFS: its content is not in the repository")
    }
}

/// The .gitignore files of a commit, by folder.
struct Ignores(BTreeMap<String, Gitignore>);

impl Ignores {
    fn of(entries: &[Entry], texts: &BTreeMap<&str, String>) -> Self {
        let mut found = BTreeMap::new();
        for entry in entries.iter().filter(|entry| is_ignore_file(entry)) {
            let Some(text) = texts.get(entry.object.as_str()) else { continue };
            let folder = entry.path.strip_suffix(GITIGNORE).unwrap_or_default().trim_end_matches('/');
            let mut builder = GitignoreBuilder::new(format!("/{folder}"));
            for line in text.lines() {
                // Git passes over a line that it can't read as a pattern.
                let _ = builder.add_line(None, line);
            }
            if let Ok(ignore) = builder.build() {
                found.insert(folder.to_owned(), ignore);
            }
        }
        Self(found)
    }

    /// Whether a path is passed over, itself or a folder that it stands in.
    fn holds(&self, path: &str, is_folder: bool) -> bool {
        if self.0.is_empty() {
            return false;
        }
        folders(path).any(|folder| self.names(folder, true)) || self.names(path, is_folder)
    }

    /// Whether the innermost .gitignore that says something of a path names it.
    fn names(&self, path: &str, is_folder: bool) -> bool {
        let above: Vec<&str> = std::iter::once("").chain(folders(path)).collect();
        for ignore in above.into_iter().rev().filter_map(|folder| self.0.get(folder)) {
            match ignore.matched(format!("/{path}"), is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

//! The walk: which files of a project's folders are its own.
//!
//! A repository may be written by an attacker. So no link leads out of the root, nothing but plain files is ever
//! opened, `.gitignore` included, and a folder is entered once, however many links point at it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, DirEntry, FileType};
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::bounded::{self, Fault};
use super::files::PROJECT_FILE;
use crate::workspace::project::ProjectSettings;

pub(super) const GITIGNORE: &str = ".gitignore";

/// A path relative to the root, with `/`, and the file that may be read there or why it may not.
pub(super) type Place = (String, Result<PathBuf, Fault>);

/// Finds the YAML files below `root`, or below those of its files and folders that `only` names, sorted by path.
pub(super) fn walk(root: &Path, only: &[PathBuf], settings: &ProjectSettings) -> Vec<Place> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut walk =
        Walk { root, settings, entered: HashSet::new(), ignores: Vec::new(), links: Vec::new(), found: Vec::new() };
    if only.is_empty() {
        walk.start("");
    }
    for path in only {
        match walk.below_root(path) {
            Some(path) => walk.start(&path),
            None => {
                let fault = Fault::link("stands outside of the project");
                walk.found.push((path.to_string_lossy().into_owned(), Err(fault)));
            }
        }
    }
    walk.follow_links();
    walk.found.sort_by(|(a, _), (b, _)| a.cmp(b));
    walk.found.dedup_by(|(a, _), (b, _)| a == b);
    walk.found
}

/// The project's own document, if the folder has one.
pub(super) fn project_file(root: &Path) -> Option<Result<PathBuf, Fault>> {
    let path = root.join(PROJECT_FILE);
    let kind = path.symlink_metadata().ok()?.file_type();
    if !kind.is_symlink() {
        return Some(plain(path, kind));
    }
    Some(match (path.canonicalize(), root.canonicalize()) {
        (Ok(real), Ok(root)) if real.starts_with(&root) => plain_target(real),
        (Ok(_), _) => Err(leads_out()),
        (Err(why), _) => Err(leads_nowhere(&why)),
    })
}

struct Walk<'a> {
    /// Without links in it.
    root: PathBuf,
    settings: &'a ProjectSettings,
    /// Folders, without links in their paths.
    entered: HashSet<PathBuf>,
    /// The .gitignore files that hold in the folder at hand, the outermost first.
    ignores: Vec<Gitignore>,
    /// Links to folders of the project. They wait until every folder was entered under its own path.
    links: Vec<(String, PathBuf)>,
    found: Vec<Place>,
}

impl Walk<'_> {
    /// A path of the command line, relative to the root. `None` if it is not below.
    fn below_root(&self, path: &Path) -> Option<String> {
        let path = self.root.join(path);
        // A link's own name is kept: what it points at is judged later.
        let place = match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
            (Some(parent), Some(name)) if path != self.root => parent.join(name),
            _ => path.canonicalize().ok()?,
        };
        let names: Vec<_> = place.strip_prefix(&self.root).ok()?.iter().map(OsStr::to_string_lossy).collect();
        Some(names.join("/"))
    }

    /// Begins at a file or folder that somebody named: it is not passed over, whatever its name.
    fn start(&mut self, path: &str) {
        let place = self.root.join(path);
        self.ignores.clear();
        let kind = match place.symlink_metadata() {
            Ok(metadata) => metadata.file_type(),
            Err(why) => return self.found.push((path.to_owned(), Err(Fault::unreadable(&why)))),
        };
        if kind.is_dir() {
            self.load_ignores_above(path);
            self.folder(path, place, true);
        } else if kind.is_symlink() {
            let parent = place.parent().unwrap_or(&self.root).to_owned();
            self.link(path.to_owned(), &place, &parent);
        } else {
            self.file(path.to_owned(), place, kind);
        }
    }

    fn follow_links(&mut self) {
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort();
            for (path, real) in links {
                self.load_ignores_above(&path);
                self.folder(&path, real, false);
            }
        }
    }

    /// Enters a folder. `real` is its path without links.
    fn folder(&mut self, path: &str, real: PathBuf, named: bool) {
        let entries = fs::read_dir(&real).and_then(Iterator::collect::<std::io::Result<Vec<DirEntry>>>);
        let entries = match entries {
            Ok(entries) => entries,
            Err(why) => {
                if path.is_empty() || self.settings.reaches(path) {
                    self.found.push((path.to_owned(), Err(Fault::unreadable(&why))));
                }
                return;
            }
        };
        let has = |name: &str| entries.iter().find(|entry| entry.file_name() == name);
        let another_project = has(PROJECT_FILE).and_then(|entry| entry.file_type().ok()).is_some_and(|k| !k.is_dir());
        if (another_project && !path.is_empty() && !named) || !self.entered.insert(real.clone()) {
            return;
        }
        let outer = self.ignores.len();
        if let Some(entry) = has(GITIGNORE) {
            self.load_ignore(path, &entry.path());
        }
        for entry in entries {
            self.entry(path, &real, &entry);
        }
        self.ignores.truncate(outer);
    }

    fn entry(&mut self, folder: &str, real: &Path, entry: &DirEntry) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            return;
        }
        let path = join(folder, &name);
        match entry.file_type() {
            Err(why) => self.found.push((path, Err(Fault::unreadable(&why)))),
            Ok(kind) if kind.is_symlink() => self.link(path, &entry.path(), real),
            Ok(kind) if kind.is_dir() => {
                if !self.is_ignored(&path, true) {
                    self.folder(&path, entry.path(), false);
                }
            }
            Ok(kind) => self.file(path, entry.path(), kind),
        }
    }

    fn file(&mut self, path: String, place: PathBuf, kind: FileType) {
        if is_yaml(&path) && path != PROJECT_FILE && self.settings.admits(&path) && !self.is_ignored(&path, false) {
            self.found.push((path, plain(place, kind)));
        }
    }

    /// Judges a link in the folder `parent` (without links in its path).
    fn link(&mut self, path: String, place: &Path, parent: &Path) {
        let target = place.canonicalize();
        let is_folder = match &target {
            Ok(real) => real.is_dir(),
            // It could have been a folder of rules.
            Err(_) => !is_yaml(&path),
        };
        let admitted =
            if is_folder { self.settings.reaches(&path) } else { is_yaml(&path) && self.settings.admits(&path) };
        if !admitted || path == PROJECT_FILE || self.is_ignored(&path, is_folder) {
            return;
        }
        match target {
            Err(why) => self.found.push((path, Err(leads_nowhere(&why)))),
            Ok(real) if !real.starts_with(&self.root) => self.found.push((path, Err(leads_out()))),
            Ok(real) if is_folder && parent.starts_with(&real) => {
                let fault = Fault::link("a link that leads back to a folder it stands in");
                self.found.push((path, Err(fault)));
            }
            Ok(real) if is_folder => self.links.push((path, real)),
            Ok(real) => self.found.push((path, plain_target(real))),
        }
    }

    fn is_ignored(&self, path: &str, is_folder: bool) -> bool {
        if self.ignores.is_empty() {
            return false;
        }
        let place = self.root.join(path);
        for ignore in self.ignores.iter().rev() {
            match ignore.matched(&place, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }

    /// Begins anew with the .gitignore files of the folders above a path.
    fn load_ignores_above(&mut self, path: &str) {
        self.ignores.clear();
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let above = if path.is_empty() { None } else { Some("") }.into_iter().chain(above);
        for folder in above {
            let file = self.root.join(folder).join(GITIGNORE);
            self.load_ignore(folder, &file);
        }
    }

    /// Reads a .gitignore. As in git, a link is none.
    fn load_ignore(&mut self, folder: &str, file: &Path) {
        let Ok(metadata) = file.symlink_metadata() else { return };
        if metadata.is_symlink() {
            return;
        }
        let text = plain(file.to_owned(), metadata.file_type()).and_then(|file| bounded::bytes(&file));
        let text = match text {
            Ok(text) => text,
            Err(fault) => return self.found.push((join(folder, GITIGNORE), Err(fault))),
        };
        let mut builder = GitignoreBuilder::new(self.root.join(folder));
        for line in String::from_utf8_lossy(&text).lines() {
            // Git passes over a line that it can't read as a pattern.
            let _ = builder.add_line(None, line);
        }
        self.ignores.extend(builder.build());
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

pub(super) fn is_yaml(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}

fn plain(path: PathBuf, kind: FileType) -> Result<PathBuf, Fault> {
    if kind.is_file() { Ok(path) } else { Err(Fault::not_plain()) }
}

fn plain_target(real: PathBuf) -> Result<PathBuf, Fault> {
    let metadata = real.symlink_metadata().map_err(|why| Fault::unreadable(&why))?;
    plain(real, metadata.file_type())
}

fn leads_out() -> Fault {
    Fault::link("a link that leads out of the project")
}

fn leads_nowhere(why: &std::io::Error) -> Fault {
    Fault::link(format!("a link that leads nowhere: {why}"))
}

//! Folders: listed, and copied to where a case may write.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A fresh copy of a folder, removed in the end.
pub(crate) struct Work {
    /// As the system spells it: links on the way (macOS's `/tmp`) are resolved.
    pub(crate) root: PathBuf,
    _folder: TempDir,
}

impl Work {
    pub(crate) fn of(from: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("case-").tempdir().unwrap();
        // A folder below the temporary one: a step may put something outside of the project.
        let root = folder.path().canonicalize().unwrap().join("project");
        fs::create_dir(&root).unwrap();
        for path in files(from) {
            let to = root.join(&path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from.join(&path), to).unwrap();
        }
        Self { root, _folder: folder }
    }
}

/// The folders directly below a folder, sorted.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(folder).into_iter().filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Every file below a folder, relative to it, with `/`; none where there is no folder. A project's own state is
/// left out.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in entries(folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if name != ".palisade" {
                found.extend(files(&path).into_iter().map(|below| format!("{name}/{below}")));
            }
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

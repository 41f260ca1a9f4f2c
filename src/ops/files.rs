//! The walk: which files of a folder are read, and how much of them.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use crate::diagnostic::Code;
use crate::rule::yaml::MAX_BYTES;

/// The project's own document.
pub const PROJECT_FILE: &str = "palisade.yaml";

/// A file that was found, with its text or why there is none.
pub struct Found {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: Result<String, Fault>,
}

/// Why a file could not be taken.
pub struct Fault {
    pub code: Code,
    pub message: String,
    pub help: &'static str,
}

/// Finds and reads the YAML files below `root`, in the order of their paths.
///
/// Hidden folders, what .gitignore names and folders with a `palisade.yaml` of their own are passed over; `admits`
/// is asked for each path. `only` narrows the walk to some files and folders below `root`.
pub fn find(root: &Path, only: &[PathBuf], admits: impl Fn(&str) -> bool) -> Vec<Found> {
    let links_out = Arc::default();
    let mut found = Vec::new();
    let mut starts = only.iter().map(|path| root.join(path)).collect::<Vec<_>>();
    if starts.is_empty() {
        starts.push(root.to_owned());
    }
    for entry in walk(root, &starts, &links_out) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.push(fault_of(root, &error));
                continue;
            }
        };
        let Some(path) = relative(root, entry.path()) else { continue };
        if !is_folder(&entry) && is_yaml(&path) && path != PROJECT_FILE && admits(&path) {
            found.push(Found { text: read(entry.path()), path });
        }
    }
    let links_out = std::mem::take(&mut *links_out.lock().unwrap_or_else(PoisonError::into_inner));
    for (link, folder) in links_out {
        let Some(path) = relative(root, &link) else { continue };
        if folder || (is_yaml(&path) && admits(&path)) {
            found.push(Found { path, text: Err(outside("a link that leads out of the project, or nowhere")) });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

/// Reads the project's own document, if there is one.
pub fn project_file(root: &Path) -> Option<Found> {
    let path = root.join(PROJECT_FILE);
    path.symlink_metadata().ok()?;
    Some(Found { path: PROJECT_FILE.to_owned(), text: read(&path) })
}

/// Links that lead out of the project, each with whether it is one to a folder.
type Links = Arc<Mutex<Vec<(PathBuf, bool)>>>;

fn walk(root: &Path, starts: &[PathBuf], links_out: &Links) -> ignore::Walk {
    let (first, more) = starts.split_first().map_or((root, [].as_slice()), |(first, more)| (first.as_path(), more));
    let mut builder = WalkBuilder::new(first);
    for start in more {
        builder.add(start);
    }
    let (top, links_out) = (root.to_owned(), Arc::clone(links_out));
    let real_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    builder
        .follow_links(true)
        .require_git(false)
        .git_global(false)
        .git_exclude(false)
        .parents(false)
        .ignore(false)
        .filter_entry(move |entry| {
            let folder = is_folder(entry);
            if entry.path_is_symlink() && entry.path() != top && leads_out(&real_root, entry.path()) {
                links_out.lock().unwrap_or_else(PoisonError::into_inner).push((entry.path().to_owned(), folder));
                return false;
            }
            !(folder && entry.path() != top && entry.path().join(PROJECT_FILE).is_file())
        })
        .build()
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn leads_out(real_root: &Path, path: &Path) -> bool {
    path.canonicalize().map_or(true, |real| !real.starts_with(real_root))
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    let parts: Vec<String> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    Some(parts.join("/")).filter(|path| !path.is_empty())
}

fn is_yaml(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}

fn outside(message: &str) -> Fault {
    Fault {
        code: Code::LinkOutside,
        message: message.to_owned(),
        help: "copy what it points at into the project, or exclude the link in palisade.yaml",
    }
}

fn fault_of(root: &Path, error: &ignore::Error) -> Found {
    let (mut inner, mut at) = (error, None);
    loop {
        inner = match inner {
            ignore::Error::WithPath { path, err } => {
                at = Some(path.clone());
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    if let ignore::Error::Loop { child, .. } = inner {
        let path = relative(root, child).unwrap_or_default();
        return Found { path, text: Err(outside("a link that leads back to a folder it stands in")) };
    }
    let path = at.and_then(|path| relative(root, &path)).unwrap_or_default();
    let fault = Fault {
        code: Code::FileUnreadable,
        message: format!("can't be read: {inner}"),
        help: "make it readable, or exclude it in palisade.yaml",
    };
    Found { path, text: Err(fault) }
}

fn read(path: &Path) -> Result<String, Fault> {
    let unreadable = |error: &std::io::Error| Fault {
        code: Code::FileUnreadable,
        message: format!("can't be read: {error}"),
        help: "make it readable, or exclude it in palisade.yaml",
    };
    let too_large = || Fault {
        code: Code::FileTooLarge,
        message: format!("larger than {} KiB", MAX_BYTES / 1024),
        help: "no document needs that: exclude it in palisade.yaml, or split it",
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !is_plain(&metadata) {
        return Err(Fault {
            code: Code::FileUnreadable,
            message: "not a plain file".to_owned(),
            help: "exclude it in palisade.yaml",
        });
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        Fault {
            code: Code::FileNotText,
            message: format!("not UTF-8: line {line} holds bytes of another encoding"),
            help: "save it as UTF-8",
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A FIFO or a device would hang or never end.
fn is_plain(metadata: &Metadata) -> bool {
    metadata.file_type().is_file()
}

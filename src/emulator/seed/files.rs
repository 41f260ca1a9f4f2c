//! Seeds in files: one file, or a folder with everything in it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{SeedError, SeedText};

/// How large a file of a seed may be, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;
/// How deep the folders of a seed may nest, and how many files they may hold.
const DEPTH: usize = 16;
const FILES: usize = 20_000;

/// Reads the file, or every `.yaml`, `.yml` and `.json` in the folder and below, in the order of names. Names that begin
/// with a dot and symbolic links are passed over.
///
/// # Errors
///
/// Where something can't be read, is too large or is not UTF-8, or where there is nothing.
pub(in crate::emulator) fn read(path: &Path) -> Result<Vec<SeedText>, SeedError> {
    let mut files = Vec::new();
    if fs::metadata(path).map_err(|error| unreadable(path, &error))?.is_dir() {
        folder(path, 0, &mut files)?;
        if files.is_empty() {
            return Err(about(path, "the folder holds no seed", "put .yaml or .json files into it"));
        }
    } else {
        files.push(path.to_owned());
    }
    files.iter().map(|path| text(path)).collect()
}

fn folder(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), SeedError> {
    if depth > DEPTH {
        return Err(about(path, "the folders nest too deep", "move the seed up"));
    }
    let read = |error: std::io::Error| unreadable(path, &error);
    let mut entries = fs::read_dir(path).map_err(read)?.collect::<Result<Vec<_>, _>>().map_err(read)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (name, kind, path) = (entry.file_name(), entry.file_type().map_err(read)?, entry.path());
        let name = name.to_string_lossy();
        let is_seed = [".yaml", ".yml", ".json"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        } else if kind.is_dir() {
            folder(&path, depth + 1, files)?;
        } else if kind.is_file() && is_seed {
            files.push(path);
        }
        if files.len() > FILES {
            return Err(about(&entry.path(), "the folder holds too many files", "split the seed"));
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<SeedText, SeedError> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(failed)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(about(path, "the file is larger than 32 MiB", "split it"));
    }
    let text = String::from_utf8(bytes).map_err(|_| about(path, "the file is not UTF-8", "save it as UTF-8"))?;
    Ok(SeedText { name: path.display().to_string(), text })
}

fn unreadable(path: &Path, error: &std::io::Error) -> SeedError {
    about(path, &format!("can't be read: {error}"), "name a file or a folder that can")
}

fn about(path: &Path, message: &str, help: &str) -> SeedError {
    let file = path.display().to_string();
    SeedError { file, line: 0, column: 0, message: message.to_owned(), help: help.to_owned() }
}

//! `check --fix`: the edits that correct problems, carried out on their files.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::atomic;
use super::load::Loaded;
use crate::diagnostic::{FileId, Fix};
use crate::rule::yaml;

/// A file with its problems corrected.
#[derive(Debug, Clone)]
pub struct Edited {
    /// Relative to the project, with `/`.
    pub path: String,
    pub before: Arc<str>,
    pub after: String,
    /// How many problems were corrected.
    pub count: usize,
}

/// The files that change, in the order of reading. Whatever is not edited stays as it is to the byte: comments, line
/// ends, quotes. A file that would no longer parse to as many documents is left alone.
pub fn edits(loaded: &Loaded) -> Vec<Edited> {
    let mut by_file: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
    for fix in loaded.problems.iter().filter_map(|problem| problem.fix.as_ref()) {
        by_file.entry(fix.span.file).or_default().push(fix);
    }
    by_file.into_iter().filter_map(|(file, fixes)| edited(loaded, file, &fixes)).collect()
}

fn edited(loaded: &Loaded, file: FileId, fixes: &[&Fix]) -> Option<Edited> {
    let before = loaded.sources.text(file);
    let mut places: Vec<(Range<usize>, &str)> =
        fixes.iter().filter_map(|fix| Some((fix.place(&before)?, fix.replacement.as_str()))).collect();
    places.sort_by_key(|(range, _)| range.start);
    // Two checks may correct one word.
    places.dedup_by(|b, a| b.0.start < a.0.end);
    let mut after = String::with_capacity(before.len());
    let mut end = 0;
    for (range, replacement) in &places {
        after.push_str(before.get(end..range.start)?);
        after.push_str(replacement);
        end = range.end;
    }
    after.push_str(before.get(end..)?);
    let documents = |text: &str| yaml::parse(file, text).map(|documents| documents.len()).ok();
    let sound = !places.is_empty() && documents(&before).is_some() && documents(&before) == documents(&after);
    let path = loaded.sources.path(file).to_owned();
    sound.then_some(Edited { path, before, after, count: places.len() })
}

/// Writes an edited file in place of the one that was read.
///
/// # Errors
/// The file was changed since it was read, does not lie in the project any more, or can't be written.
pub fn write(root: &Path, edited: &Edited) -> Result<(), String> {
    replace(root, &edited.path, &edited.before, &edited.after)
}

/// Takes an edit back.
///
/// # Errors
/// As [`write()`].
pub fn restore(root: &Path, edited: &Edited) -> Result<(), String> {
    replace(root, &edited.path, &edited.after, &edited.before)
}

fn replace(root: &Path, path: &str, from: &str, to: &str) -> Result<(), String> {
    let say = |why: &dyn std::fmt::Display| format!("{path}: {why}");
    let root = root.canonicalize().map_err(|error| say(&error))?;
    // A link is followed: its target is what was read.
    let place = root.join(path).canonicalize().map_err(|error| say(&error))?;
    if !place.starts_with(&root) {
        return Err(say(&"it does not lie in the project"));
    }
    let bytes = std::fs::read(&place).map_err(|error| say(&error))?;
    let mark: &[u8] = if bytes.starts_with("\u{feff}".as_bytes()) { "\u{feff}".as_bytes() } else { b"" };
    if &bytes[mark.len()..] != from.as_bytes() {
        return Err(say(&"it was changed since it was read"));
    }
    atomic::write(&place, &[mark, to.as_bytes()].concat()).map_err(|error| say(&error))
}

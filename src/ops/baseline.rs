//! Baseline files: read, laid over what a check found, and written.

use std::collections::BTreeMap;
use std::path::Path;

use super::atomic;
use super::load::Loaded;
use crate::diagnostic::baseline::{Baseline, Entry};
use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span, nearest};

/// Leaves out of `loaded` what the baseline at `path` holds, and reports its entries that hold nothing any more.
/// `shown` is the path as it was given. The number of problems that were left out.
///
/// # Errors
/// The file can't be read, or is no baseline.
pub fn lay(loaded: &mut Loaded, path: &Path, shown: &str, whole: bool) -> Result<usize, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let baseline = Baseline::read(&text).map_err(|why| format!("{shown}: {why}"))?;
    let left = baseline.silence(std::mem::take(&mut loaded.problems), &loaded.sources);
    loaded.problems = left.problems;
    if whole && !left.stale.is_empty() {
        let file = loaded.sources.add(shown, text.as_str());
        let policy = &loaded.content.settings.policy;
        let places = places(file, &text);
        let stale = left.stale.iter().map(|entry| {
            let place = places.get(entry.fingerprint.as_str()).copied();
            stale(entry, place.unwrap_or(Span::start_of(file)), &loaded.sources)
        });
        loaded.problems.extend(stale.filter_map(|problem| policy.judge(problem)));
    }
    Ok(left.silenced)
}

/// The line of each fingerprint, of a file as it is written here.
fn places(file: FileId, text: &str) -> BTreeMap<&str, Span> {
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (mut places, mut start) = (BTreeMap::new(), 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let print = line.split_once("\"fingerprint\":\"").and_then(|(_, rest)| rest.split('"').next());
        if let Some(print) = print {
            let end = start + line.trim_end().len();
            let span = Span { file, start: narrow(start), end: narrow(end), line: narrow(number + 1), column: 1 };
            places.insert(print, span);
        }
        start += line.len();
    }
    places
}

fn stale(entry: &Entry, span: Span, sources: &Sources) -> Diagnostic {
    let place = if entry.document.is_empty() { &entry.file } else { &entry.document };
    let message = format!("nothing in {place} is told as `{}` any more, or its line has changed", entry.code);
    let paths = || sources.iter().map(|(path, _)| path);
    let help = match nearest(&entry.file, paths()).filter(|_| !paths().any(|path| path == entry.file)) {
        Some(near) => format!("write the baseline again (the file may be {near} now)"),
        None => "write the baseline again, so that the problem is told when it comes back".to_owned(),
    };
    Diagnostic::new(Code::StaleBaseline, span, message).help(help)
}

/// Records every problem that is no error in a file, and takes it off `loaded`. How many there were.
///
/// # Errors
/// What the system says.
pub fn record(loaded: &mut Loaded, path: &Path) -> std::io::Result<usize> {
    let baseline = Baseline::of(&loaded.problems, &loaded.sources);
    atomic::write(path, baseline.write().as_bytes())?;
    loaded.problems.retain(Diagnostic::is_error);
    Ok(baseline.problems.len())
}

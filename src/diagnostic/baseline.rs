//! The problems that a project had on one day: silenced, so that new ones stand out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fingerprint::fingerprints;
use super::{Diagnostic, Sources};

/// The version of the format. It rises when a reader of the old form would misread the new one.
pub const FORMAT_VERSION: u32 = 1;

/// A baseline, as it is kept in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub format_version: u32,
    pub problems: Vec<Entry>,
}

/// A problem that is known. Found by code and fingerprint; the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub file: String,
    /// The id or name of the document.
    pub document: String,
    pub code: String,
    pub fingerprint: String,
    pub message: String,
}

/// Problems, and what a baseline made of them.
#[derive(Debug, Clone, Default)]
pub struct Silenced {
    pub problems: Vec<Diagnostic>,
    /// How many were left out.
    pub silenced: usize,
    /// Entries that no problem has any more.
    pub stale: Vec<Entry>,
}

impl Baseline {
    /// All problems but errors: what stops plan and apply is never hidden.
    pub fn of(problems: &[Diagnostic], sources: &Sources) -> Self {
        let prints = fingerprints(problems, sources);
        let mut entries: Vec<Entry> = problems
            .iter()
            .zip(prints)
            .filter(|(problem, _)| !problem.is_error())
            .map(|(problem, print)| Entry {
                file: print.file,
                document: print.document,
                code: problem.code.name().to_owned(),
                fingerprint: print.digest,
                message: problem.message.clone(),
            })
            .collect();
        entries.sort();
        Self { format_version: FORMAT_VERSION, problems: entries }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column where it is no JSON.
    pub fn read(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| format!("it is no baseline: {error}"))?;
        if baseline.format_version != FORMAT_VERSION {
            return Err(format!(
                "its format_version is {}, this version of Palisade reads {FORMAT_VERSION}",
                baseline.format_version
            ));
        }
        Ok(baseline)
    }

    /// The file's text: one line an entry, sorted, so that a review shows what was added.
    pub fn write(&self) -> String {
        let rows: Vec<String> =
            self.problems.iter().map(|entry| serde_json::to_string(entry).unwrap_or_default()).collect();
        let gap = if rows.is_empty() { "" } else { "\n" };
        format!(
            "{{\n\"format_version\": {},\n\"problems\": [{gap}{}{gap}]\n}}\n",
            self.format_version,
            rows.join(",\n")
        )
    }

    /// Leaves out what the baseline holds. Errors stay.
    pub fn silence(&self, problems: Vec<Diagnostic>, sources: &Sources) -> Silenced {
        let mut known: BTreeMap<(&str, &str), &Entry> =
            self.problems.iter().map(|entry| ((entry.code.as_str(), entry.fingerprint.as_str()), entry)).collect();
        let prints = fingerprints(&problems, sources);
        let mut left = Silenced::default();
        for (problem, print) in problems.into_iter().zip(&prints) {
            let found = known.remove(&(problem.code.name(), print.digest.as_str())).is_some();
            if found && !problem.is_error() {
                left.silenced += 1;
            } else {
                left.problems.push(problem);
            }
        }
        left.stale = known.into_values().cloned().collect();
        left.stale.sort();
        left
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Span};

    fn problems(text: &str) -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text);
        let at = |(at, word): (usize, &str)| {
            let code = if word == "bad" { Code::QueryLength } else { Code::UnknownTactic };
            let start = u32::try_from(at).unwrap();
            Diagnostic::new(code, Span { start, ..Span::start_of(file) }, format!("`{word}`"))
        };
        let words = ["bad", "one", "two"];
        let found = words.iter().flat_map(|word| text.match_indices(word)).map(at).collect();
        (found, sources)
    }

    #[test]
    fn what_was_known_is_silent_and_what_is_new_is_told() {
        let (before, sources) = problems("id: x\n- one\n- bad\n");
        let baseline = Baseline::read(&Baseline::of(&before, &sources).write()).unwrap();
        assert_eq!(baseline.problems.len(), 1, "errors are not recorded");

        let (same, sources) = problems("# moved\nid: x\n\n- one\n- two\n- one\n- bad\n");
        let left = baseline.silence(same, &sources);
        let told: Vec<&str> = left.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!((told, left.silenced, left.stale.len()), (vec!["`bad`", "`one`", "`two`"], 1, 0));

        let (gone, sources) = problems("id: x\n- two\n");
        let left = baseline.silence(gone, &sources);
        assert_eq!((left.problems.len(), left.silenced, left.stale.len()), (1, 0, 1));
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for text in ["", "[]", "{\"format_version\": 2, \"problems\": []}", "{\"format_version\": 1}", "{\"x\": 1}"] {
            assert!(Baseline::read(text).is_err(), "{text}");
        }
        let empty = Baseline { format_version: FORMAT_VERSION, problems: Vec::new() };
        assert_eq!(Baseline::read(&empty.write()), Ok(empty));
    }
}

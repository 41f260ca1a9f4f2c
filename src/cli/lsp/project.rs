//! A project that has an open document.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lsp_server::RequestId;
use lsp_types::{CodeActionParams, PublishDiagnosticsParams, Uri};

use super::checked::Checked;
use super::document::{self, Document};
use super::told::{self, Places};
use crate::ops::files::PROJECT_FILE;

/// How long a check is put off while somebody goes on typing.
const LONGEST: Duration = Duration::from_secs(1);

/// A project that has an open document.
#[derive(Default)]
pub(super) struct Project {
    /// Raised with each change.
    pub(super) generation: u64,
    /// When a check is due, and when the first change came that it is for.
    pub(super) due: Option<(Instant, Instant)>,
    pub(super) checked: Option<Checked>,
    /// The files that have problems in the editor.
    pub(super) told: BTreeSet<String>,
    /// Questions that wait for a check of what the editor has now.
    pub(super) waiting: Vec<(RequestId, CodeActionParams)>,
}

impl Project {
    /// Something is another now: a check is due once nothing else comes for a while.
    pub(super) fn change(&mut self, after: Duration) {
        let now = Instant::now();
        self.generation += 1;
        let first = self.due.map_or(now, |(_, first)| first);
        self.due = Some(((now + after).min(first + LONGEST), first));
    }

    /// What the last check found, by file; nothing of a file that had problems before and has none now.
    pub(super) fn tell(
        &mut self,
        root: &Path,
        documents: &BTreeMap<PathBuf, Document>,
    ) -> Vec<PublishDiagnosticsParams> {
        let Some(checked) = &self.checked else { return Vec::new() };
        let places = Opened { root, documents };
        let sources = &checked.loaded.sources;
        let mut by_file: BTreeMap<String, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
        for problem in &checked.loaded.problems {
            let path = problem.span.map_or(PROJECT_FILE, |span| sources.path(span.file));
            let mark = places.place(path).map_or(0, |(_, mark)| mark);
            by_file.entry(path.to_owned()).or_default().push(told::problem(problem, sources, mark, &places));
        }
        let told = by_file.keys().cloned().collect();
        for path in std::mem::replace(&mut self.told, told) {
            by_file.entry(path).or_default();
        }
        // An open file without problems is told too: then the editor knows that it was checked.
        for path in checked.versions.keys() {
            by_file.entry(path.clone()).or_default();
        }
        let told = by_file.into_iter().filter_map(|(path, diagnostics)| {
            let (uri, _) = places.place(&path)?;
            Some(PublishDiagnosticsParams { uri, diagnostics, version: checked.versions.get(&path).copied() })
        });
        told.collect()
    }
}

/// What the documents that are open make of a project's files.
pub(super) struct Opened<'s> {
    pub(super) root: &'s Path,
    pub(super) documents: &'s BTreeMap<PathBuf, Document>,
}

impl Places for Opened<'_> {
    fn place(&self, path: &str) -> Option<(Uri, u32)> {
        let path = self.root.join(path);
        match self.documents.get(&path) {
            Some(document) => Some((document.uri.clone(), mark(document))),
            None => Some((document::uri(&path)?, 0)),
        }
    }
}

/// The characters of a byte order mark.
pub(super) fn mark(document: &Document) -> u32 {
    u32::from(document.mark() > 0)
}

//! A check of one project, as the editor has it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, FileId};
use crate::ops::overlay::Overlay;
use crate::ops::{self, LoadOptions, Loaded};

/// A check that is to be run.
pub(super) struct Job {
    pub(super) root: PathBuf,
    /// Which of the project's states this is.
    pub(super) generation: u64,
    pub(super) open: Overlay,
    /// Of the open documents, by path.
    pub(super) versions: BTreeMap<String, i32>,
    pub(super) trusted_hosts: Vec<String>,
    pub(super) now: Option<jiff::Timestamp>,
}

/// What a check found.
pub(super) struct Checked {
    pub(super) root: PathBuf,
    pub(super) generation: u64,
    pub(super) versions: BTreeMap<String, i32>,
    pub(super) loaded: Loaded,
}

impl Job {
    pub(super) fn run(self) -> Checked {
        let Self { root, generation, open, versions, trusted_hosts, now } = self;
        let now = Some(now.unwrap_or_else(jiff::Timestamp::now));
        let options = LoadOptions { trusted_hosts, now, open, ..LoadOptions::default() };
        let mut loaded = ops::load(&root, &options);
        ops::exclusions::tell_placements(&mut loaded);
        Checked { root, generation, versions, loaded }
    }
}

impl Checked {
    /// The problems that begin in a file of the project, with the file.
    pub(super) fn problems_of(&self, path: &str) -> impl Iterator<Item = (FileId, &Diagnostic)> {
        self.loaded.problems.iter().filter_map(move |problem| {
            let span = problem.span?;
            (self.loaded.sources.path(span.file) == path).then_some((span.file, problem))
        })
    }
}

//! What the project's policy and the exceptions in its files make of problems.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::check::exceptions::Exceptions;
use crate::diagnostic::{Diagnostic, FileId, Sources, Span, document};
use crate::workspace::policy::Policy;

/// The policy, and every exception that was read.
#[derive(Default)]
pub(super) struct Judge {
    pub(super) policy: Policy,
    pub(super) exceptions: Exceptions,
}

impl Judge {
    /// Lays both over problems. A second time changes nothing.
    pub(super) fn settle(&mut self, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut told = Vec::new();
        let mut settled = Vec::with_capacity(problems.len());
        for problem in problems {
            let was_error = problem.is_error();
            let Some(problem) = self.policy.judge(problem) else { continue };
            if !self.exceptions.silence(&problem, was_error && problem.is_error(), &mut told) {
                settled.push(problem);
            }
        }
        settled.extend(told.into_iter().filter_map(|problem| self.policy.judge(problem)));
        settled
    }

    /// Exceptions that silence nothing. A document with an error was not checked to its end.
    pub(super) fn idle(&self, problems: &[Diagnostic], sources: &Sources) -> Vec<Diagnostic> {
        // The documents of files with errors, and which of them have one.
        let mut faulty: BTreeMap<FileId, (Vec<Range<usize>>, BTreeSet<usize>)> = BTreeMap::new();
        for error in problems.iter().filter(|problem| problem.is_error()).filter_map(|problem| problem.span) {
            let ranges = || (document::ranges(&sources.text(error.file)), BTreeSet::new());
            let (ranges, found) = faulty.entry(error.file).or_insert_with(ranges);
            found.insert(document::at(ranges, error.start as usize));
        }
        let has_errors = |at: Span| {
            let document = faulty.get(&at.file).map(|(ranges, found)| (document::at(ranges, at.start as usize), found));
            document.is_some_and(|(document, found)| found.contains(&document))
        };
        self.exceptions.unused(has_errors).into_iter().filter_map(|problem| self.policy.judge(problem)).collect()
    }
}

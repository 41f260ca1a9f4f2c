//! What the project's policy and the exceptions in its files make of problems.

use crate::check::exceptions::Exceptions;
use crate::diagnostic::{Diagnostic, Sources, Span, document};
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
        let errors: Vec<Span> = problems.iter().filter(|p| p.is_error()).filter_map(|p| p.span).collect();
        let has_errors = |at: Span| {
            let text = sources.text(at.file);
            let document = document::around(&text, at.start as usize);
            errors.iter().any(|error| error.file == at.file && document.contains(&(error.start as usize)))
        };
        self.exceptions.unused(has_errors).into_iter().filter_map(|problem| self.policy.judge(problem)).collect()
    }
}

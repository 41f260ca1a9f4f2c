//! The changes of one round, as far as they are not settled and not under way.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::doubt::Doubt;

/// What is at hand in one round.
pub(super) struct Round {
    pub(super) waiting: VecDeque<usize>,
    /// What was put off, and until when.
    pub(super) later: Vec<(Instant, usize)>,
    pub(super) doubts: Vec<Doubt>,
    /// What is there, and whose mark, a resource of its own, is still to be written.
    pub(super) unmarked: Vec<usize>,
    /// Before that, no list is read for the sake of what is in doubt alone.
    pub(super) next_list: Instant,
}

impl Round {
    pub(super) fn new(waiting: Vec<usize>) -> Self {
        Self {
            waiting: waiting.into(),
            later: Vec::new(),
            doubts: Vec::new(),
            unmarked: Vec::new(),
            next_list: Instant::now(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.later.is_empty() && self.doubts.is_empty() && self.unmarked.is_empty()
    }

    /// What was put off until now waits again.
    pub(super) fn due(&mut self, now: Instant) {
        let waiting = &mut self.waiting;
        self.later.retain(|&(when, at)| {
            let due = when <= now;
            if due {
                waiting.push_back(at);
            }
            !due
        });
    }

    /// When something happens by itself.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let list = (!self.doubts.is_empty()).then_some(self.next_list);
        self.later.iter().map(|(when, _)| *when).chain(list).min()
    }

    pub(super) fn unsent(&self) -> Vec<usize> {
        self.waiting.iter().copied().chain(self.later.iter().map(|(_, at)| *at)).collect()
    }

    pub(super) fn drop_unsent(&mut self, gone: usize) {
        self.waiting.retain(|at| *at != gone);
        self.later.retain(|(_, at)| *at != gone);
    }

    pub(super) fn take_unsent(&mut self) -> Vec<usize> {
        let unsent = self.unsent();
        self.waiting.clear();
        self.later.clear();
        unsent
    }
}

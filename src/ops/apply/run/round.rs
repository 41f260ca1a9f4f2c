//! The changes of one round, as far as they are not settled and not under way.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

use super::doubt::Doubt;
use crate::ops::apply::{FRESH, find};
use crate::plan::WorkspacePlan;
use crate::plan::outcome::obstacle;
use crate::resource::Resource;

/// What is at hand in one round.
pub(super) struct Round {
    /// The place of its changes in a plan: see [`crate::plan::Change::round`].
    pub(super) number: usize,
    pub(super) waiting: VecDeque<usize>,
    /// What a page of a list that is being read shows to be as planned, and until when that counts.
    pub(super) cleared: VecDeque<(usize, Instant)>,
    /// What was put off, and until when.
    pub(super) later: Vec<(Instant, usize)>,
    pub(super) doubts: Vec<Doubt>,
    /// What is there, and whose mark, a resource of its own, is still to be written.
    pub(super) unmarked: Vec<usize>,
    /// Before that, no list is read for the sake of what is in doubt alone.
    pub(super) next_list: Instant,
}

impl Round {
    pub(super) fn new(number: usize, waiting: Vec<usize>) -> Self {
        Self {
            number,
            waiting: waiting.into(),
            cleared: VecDeque::new(),
            later: Vec::new(),
            doubts: Vec::new(),
            unmarked: Vec::new(),
            next_list: Instant::now(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.unsent().is_empty() && self.doubts.is_empty() && self.unmarked.is_empty()
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

    /// When something happens by itself. A list is due only while nothing is under way: it waits for all of that.
    pub(super) fn next_due(&self, is_idle: bool) -> Option<Instant> {
        let list = (is_idle && !self.doubts.is_empty()).then_some(self.next_list);
        self.later.iter().map(|(when, _)| *when).chain(list).min()
    }

    pub(super) fn unsent(&self) -> Vec<usize> {
        let cleared = self.cleared.iter().map(|(at, _)| *at);
        self.waiting.iter().copied().chain(cleared).chain(self.later.iter().map(|(_, at)| *at)).collect()
    }

    pub(super) fn drop_unsent(&mut self, gone: usize) {
        self.waiting.retain(|at| *at != gone);
        self.cleared.retain(|(at, _)| *at != gone);
        self.later.retain(|(_, at)| *at != gone);
    }

    pub(super) fn take_unsent(&mut self) -> Vec<usize> {
        let unsent = self.unsent();
        self.waiting.clear();
        self.cleared.clear();
        self.later.clear();
        unsent
    }

    /// The next change that may be sent now, and until when it may.
    pub(super) fn next(&mut self, fresh_until: Option<Instant>, now: Instant) -> Option<(usize, Instant)> {
        while let Some((at, until)) = self.cleared.pop_front() {
            if now < until {
                return Some((at, until));
            }
            self.waiting.push_front(at);
        }
        let until = fresh_until.filter(|until| now < *until)?;
        Some((self.waiting.pop_front()?, until))
    }

    /// A page came: what it shows to be as planned may be sent, and what it shows to be otherwise is held back until its
    /// list is whole and settles it. What it lacks may be on another one.
    pub(super) fn clear(&mut self, plan: &WorkspacePlan, asked: Instant, page: &[Resource]) {
        let live: BTreeMap<_, _> = page.iter().map(|one| (one.key(), one)).collect();
        let until = asked + FRESH;
        let is_planned = |at: usize| {
            let change = &plan.changes[at];
            find(&live, change).map(|found| obstacle(change, Some(found)).is_none())
        };
        let (cleared, later) = (&mut self.cleared, &mut self.later);
        cleared.retain(|&(at, _)| {
            let holds = is_planned(at) != Some(false);
            if !holds {
                later.push((until, at));
            }
            holds
        });
        self.waiting.retain(|&at| {
            match is_planned(at) {
                None => return true,
                Some(true) => cleared.push_back((at, until)),
                Some(false) => later.push((until, at)),
            }
            false
        });
    }
}

//! The names that are bound at one point of a query, found by name.

use std::ops::Range;

use super::name_map::NameMap;
use super::scope::Binding;

/// What names mean, the innermost last.
#[derive(Default)]
pub(super) struct Names<'a> {
    bindings: Vec<Binding<'a>>,
    /// Where each name is bound, in that order.
    places: NameMap<'a, Vec<usize>>,
    /// What the functions that are being called do not see, the innermost call last.
    hidden: Vec<Range<usize>>,
}

impl<'a> Names<'a> {
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn push(&mut self, binding: Binding<'a>) {
        self.places.entry(binding.name.clone()).or_default().push(self.bindings.len());
        self.bindings.push(binding);
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Binding<'a>> {
        self.bindings.last_mut()
    }

    /// Forgets all but the first names.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.bindings.len() > length {
            if let Some(binding) = self.bindings.pop()
                && let Some(places) = self.places.get_mut(&binding.name)
            {
                places.pop();
            }
        }
    }

    /// Enters a function that sees the first names only. Gives what [`Names::leave`] is to be given.
    pub(super) fn enter(&mut self, sees: usize) -> usize {
        let all = self.bindings.len();
        self.hidden.push(sees..all);
        all
    }

    /// Leaves the function that was entered last, and forgets what it bound.
    pub(super) fn leave(&mut self, entered: usize) {
        self.truncate(entered);
        self.hidden.pop();
    }

    /// The innermost binding of a name that is seen here, and how many were looked at.
    pub(super) fn find(&self, name: &str) -> (Option<&Binding<'a>>, usize) {
        let Some(places) = self.places.get(name) else { return (None, 1) };
        let mut steps = 0;
        for &place in places.iter().rev() {
            steps += 1 + self.hidden.len();
            if !self.hidden.iter().any(|hidden| hidden.contains(&place)) {
                return (self.bindings.get(place), steps);
            }
        }
        (None, steps.max(1))
    }
}

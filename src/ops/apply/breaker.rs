//! Stops the writes of a workspace that fails as a whole.

use std::time::Duration;

/// So many failures in a row, with no answer of another kind between them, mean that it is not the rules.
const IN_A_ROW: usize = 10;

/// Refusals of the credential in a row. One may be a policy that is about one resource.
const DENIALS: usize = 3;

/// What was seen of a workspace. It opens once and stays open.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: usize,
    denials: usize,
    open: Option<String>,
}

impl Breaker {
    /// The service answered as a service does, if only to refuse one resource.
    pub(super) fn answered(&mut self) {
        (self.failures, self.denials) = (0, 0);
    }

    /// No answer, or one that is no answer to the request.
    pub(super) fn failed(&mut self, why: &str) {
        self.failures += 1;
        if self.failures >= IN_A_ROW {
            self.trip(format!("{IN_A_ROW} writes in a row failed, the last with: {why}"));
        }
    }

    /// The credential was turned away, after a new token was tried; `token` if there is no token at all, or none that is
    /// accepted.
    pub(super) fn denied(&mut self, why: &str, token: bool) {
        self.denials += 1;
        if token || self.denials >= DENIALS {
            self.trip(why.to_owned());
        }
    }

    /// The service takes nothing for longer than anybody waits.
    pub(super) fn silent(&mut self, pause: Duration) {
        self.trip(format!("the service asks to wait for {} s", pause.as_secs()));
    }

    /// Why nothing more is written.
    pub(super) fn why(&self) -> Option<&str> {
        self.open.as_deref()
    }

    fn trip(&mut self, why: String) {
        self.open.get_or_insert(format!("the workspace fails as a whole: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_for_a_whole_workspace_alone() {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..IN_A_ROW {
                breaker.failed("503");
            }
            breaker.denied("403", false);
            assert_eq!(breaker.why(), None);
            breaker.answered();
        }
        for _ in 0..IN_A_ROW {
            breaker.failed("reset");
        }
        assert!(breaker.why().is_some_and(|why| why.contains("10 writes in a row") && why.ends_with("reset")));
        let mut breaker = Breaker::default();
        breaker.denied("401", true);
        assert_eq!(breaker.why(), Some("the workspace fails as a whole: 401"));
        let mut breaker = Breaker::default();
        (0..DENIALS).for_each(|_| breaker.denied("403", false));
        assert!(breaker.why().is_some());
    }
}

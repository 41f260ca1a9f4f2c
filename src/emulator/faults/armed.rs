//! The faults that are on, and what they have met.

use serde::Serialize;

use super::Fault;
use super::effect::Effect;
use super::when::Seen;

/// A fault that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Injected {
    /// Its number, from 1.
    pub id: u64,
    /// The fault as it was asked for.
    pub fault: Fault,
    /// Requests that fitted and reached it: one that an earlier fault has answered does not.
    pub matched: u64,
    /// Those of them that met it.
    pub fired: u64,
}

/// The faults that are on, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Armed {
    last: u64,
    faults: Vec<Injected>,
}

/// A fault that a request meets.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Met {
    pub(in crate::emulator) id: u64,
    pub(in crate::emulator) effect: Effect,
}

impl Armed {
    pub(in crate::emulator) fn add(&mut self, fault: Fault) -> u64 {
        self.last += 1;
        self.faults.push(Injected { id: self.last, fault, matched: 0, fired: 0 });
        self.last
    }

    /// Takes a fault away; false if it was not there.
    pub(in crate::emulator) fn remove(&mut self, id: u64) -> bool {
        let before = self.faults.len();
        self.faults.retain(|injected| injected.id != id);
        self.faults.len() < before
    }

    pub(in crate::emulator) fn clear(&mut self) {
        self.faults.clear();
    }

    pub(in crate::emulator) fn holds(&self, id: u64) -> bool {
        self.faults.iter().any(|injected| injected.id == id)
    }

    pub(in crate::emulator) fn list(&self) -> &[Injected] {
        &self.faults
    }

    /// The faults that a request meets, in order, up to the first that ends it. They are counted.
    pub(in crate::emulator) fn meet(&mut self, seen: &Seen<'_>) -> Vec<Met> {
        let mut met = Vec::new();
        for Injected { id, fault, matched, fired } in &mut self.faults {
            if !fault.when.fits(seen, fault.effect.is_for_pages()) {
                continue;
            }
            *matched += 1;
            if !fault.when.turn.is_due(*matched, *fired) {
                continue;
            }
            *fired += 1;
            met.push(Met { id: *id, effect: fault.effect.clone() });
            if fault.effect.ends() {
                break;
            }
        }
        met
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http::Method;

    fn armed(faults: &[&str]) -> Armed {
        let mut armed = Armed::default();
        for fault in faults {
            armed.add(fault.parse().unwrap());
        }
        armed
    }

    fn meet(armed: &mut Armed, method: &Method) -> Vec<u64> {
        let path = "/subscriptions/s/providers/Microsoft.SecurityInsights/alertRules/a";
        let seen = Seen { method, path, subscription: "s", workspace: "w", principal: "p", goes_on: false };
        armed.meet(&seen).into_iter().map(|met| met.id).collect()
    }

    #[test]
    fn faults_are_met_in_order_until_one_ends_the_request() {
        let mut armed = armed(&["latency=1ms", "PUT every=2 status=503", "PUT every=2 reset", "GET drip=1"]);
        let put: Vec<_> = (0..4).map(|_| meet(&mut armed, &Method::PUT)).collect();
        // The third fault does not count what the second has answered.
        assert_eq!(put, [vec![1], vec![1, 2], vec![1, 3], vec![1, 2]]);
        assert_eq!(meet(&mut armed, &Method::GET), [1, 4]);
        let counts: Vec<_> = armed.list().iter().map(|one| (one.matched, one.fired)).collect();
        assert_eq!(counts, [(5, 5), (4, 2), (2, 1), (1, 1)]);
    }

    #[test]
    fn a_number_is_never_given_twice() {
        let mut armed = armed(&["reset", "hang"]);
        assert!(armed.remove(2) && !armed.remove(2) && armed.holds(1));
        assert_eq!(armed.add("reset".parse().unwrap()), 3);
        armed.clear();
        assert_eq!(armed.add("reset".parse().unwrap()), 4);
    }
}

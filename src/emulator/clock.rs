//! The emulator's clock: the system's, and how far it was put off it by hand.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::faults::ClockMove;

/// How far the clock is off the system's. It goes on from wherever it was put.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// In nanoseconds: 292 years either way.
    ahead: AtomicI64,
    /// How far it was put forward in all, in nanoseconds: what fills by time fills by this, and a clock that is put
    /// back takes nothing away.
    waited: AtomicU64,
}

impl Clock {
    /// What it shows when the system's clock shows `system`.
    pub(super) fn shows(&self, system: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_nanos(self.ahead.load(Ordering::Relaxed));
        system.checked_add(ahead).unwrap_or(system)
    }

    pub(super) fn put(&self, to: ClockMove, system: Timestamp) {
        let nanos = |by: Duration| i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let by = match to {
            ClockMove::Forward(by) => nanos(by),
            ClockMove::Back(by) => -nanos(by),
            ClockMove::To(moment) => i64::try_from(moment.duration_since(self.shows(system)).as_nanos()).unwrap_or(0),
        };
        let moved = |ahead: i64| Some(ahead.saturating_add(by));
        // It never refuses.
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
        self.waited.fetch_add(u64::try_from(by).unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) fn is_moved(&self) -> bool {
        self.ahead.load(Ordering::Relaxed) != 0
    }

    pub(super) fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_where_it_is_put() {
        let (clock, system) = (Clock::default(), Timestamp::from_second(1_000).unwrap());
        let shows = |clock: &Clock| clock.shows(system).as_second();
        assert!(!clock.is_moved());
        clock.put(ClockMove::Forward(Duration::from_secs(60)), system);
        assert_eq!(shows(&clock), 1_060);
        clock.put(ClockMove::Back(Duration::from_secs(3_600)), system);
        assert_eq!(shows(&clock), 1_060 - 3_600);
        assert_eq!(clock.waited(), Duration::from_secs(60), "no bucket empties by a clock that goes back");
        clock.put(ClockMove::To(Timestamp::from_second(5_000).unwrap()), system);
        assert_eq!(shows(&clock), 5_000);
        clock.put(ClockMove::Forward(Duration::MAX), system);
        assert_eq!(shows(&clock) / (365 * 24 * 3_600), 292, "no further than its range");
    }
}

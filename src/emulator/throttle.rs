//! Token buckets: how many requests a subscription has left.

use std::collections::HashMap;
use std::time::Duration;

use http::Method;

use super::options::Throttle;

/// The class of an operation: each has a bucket and a header of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Reads,
    Writes,
    Deletes,
}

impl Class {
    pub(super) fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD | Method::OPTIONS => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// The header that tells what is left.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Reads => "x-ms-ratelimit-remaining-subscription-reads",
            Self::Writes => "x-ms-ratelimit-remaining-subscription-writes",
            Self::Deletes => "x-ms-ratelimit-remaining-subscription-deletes",
        }
    }

    /// The word of the refusal's message.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Reads => "Read",
            Self::Writes => "Write",
            Self::Deletes => "Delete",
        }
    }

    /// What the headers of recorded traffic say after one request (2026-03; deletes: 2022-08).
    fn recorded(self) -> u64 {
        match self {
            Self::Reads => 1_099,
            Self::Writes => 799,
            Self::Deletes => 14_999,
        }
    }
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// Requests left in the bucket, whole ones.
    pub(super) remaining: u64,
    /// Seconds to wait, where the bucket was empty.
    pub(super) retry_after: Option<u64>,
}

impl Taken {
    /// What is told to a request that no bucket counts.
    pub(super) fn untouched(class: Class) -> Self {
        Self { remaining: class.recorded(), retry_after: None }
    }
}

/// The buckets of every subscription.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<(String, Class), Bucket>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

impl Buckets {
    /// Takes one token at the moment `at`, counted from any fixed start.
    pub(super) fn take(&mut self, throttle: Throttle, subscription: &str, class: Class, at: Duration) -> Taken {
        let (capacity, rate) = match (throttle, class) {
            (Throttle::Off, class) => return Taken::untouched(class),
            (Throttle::Arm, Class::Reads) => (250, 25),
            (Throttle::Arm, Class::Writes | Class::Deletes) => (200, 10),
            (Throttle::Bucket { capacity, per_second }, _) => (capacity, per_second),
        };
        let (capacity, rate) = (f64::from(capacity), f64::from(rate));
        let bucket =
            self.0.entry((subscription.to_ascii_lowercase(), class)).or_insert(Bucket { tokens: capacity, at });
        bucket.tokens = (bucket.tokens + at.saturating_sub(bucket.at).as_secs_f64() * rate).min(capacity);
        bucket.at = bucket.at.max(at);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Taken { remaining: bucket.tokens as u64, retry_after: None };
        }
        // A bucket that never fills again says an hour, as good as any.
        let wait = if rate > 0.0 { ((1.0 - bucket.tokens) / rate).ceil().max(1.0) as u64 } else { 3_600 };
        Taken { remaining: 0, retry_after: Some(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let mut buckets = Buckets::default();
        let throttle = Throttle::Bucket { capacity: 2, per_second: 1 };
        let mut take = |class, at| buckets.take(throttle, "S", class, seconds(at));
        assert_eq!(take(Class::Writes, 0.0), Taken { remaining: 1, retry_after: None });
        assert_eq!(take(Class::Writes, 0.0), Taken { remaining: 0, retry_after: None });
        assert_eq!(take(Class::Writes, 0.5), Taken { remaining: 0, retry_after: Some(1) });
        assert_eq!(take(Class::Reads, 0.5), Taken { remaining: 1, retry_after: None });
        assert_eq!(take(Class::Writes, 1.0), Taken { remaining: 0, retry_after: None });
        // Never more than its capacity, and a clock that steps back takes nothing away.
        assert_eq!(take(Class::Writes, 100.0), Taken { remaining: 1, retry_after: None });
        assert_eq!(take(Class::Writes, 50.0), Taken { remaining: 0, retry_after: None });
    }

    #[test]
    fn subscriptions_do_not_share() {
        let mut buckets = Buckets::default();
        let throttle = Throttle::Bucket { capacity: 1, per_second: 0 };
        assert_eq!(buckets.take(throttle, "A", Class::Reads, seconds(0.0)).retry_after, None);
        assert_eq!(buckets.take(throttle, "b", Class::Reads, seconds(0.0)).retry_after, None);
        assert_eq!(buckets.take(throttle, "a", Class::Reads, seconds(9.0)).retry_after, Some(3_600));
    }
}

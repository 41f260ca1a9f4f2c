//! Token buckets: how many requests a principal has left in a subscription.

use std::collections::HashMap;
use std::time::Duration;

use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};

use super::answer::ArmError;
use super::location::Resource;
use super::options::Throttle;
use super::route::Route;

/// The class of an operation: each has a bucket and a header of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    Reads,
    Writes,
    Deletes,
    /// Automation rules have a limit of their own at the provider; their deletes have not (recorded headers).
    AutomationReads,
    AutomationWrites,
    /// Queries of Resource Graph, counted for each principal whatever the subscription.
    Queries,
}

impl Class {
    pub(super) fn of(method: &Method, route: Option<&Route>) -> Self {
        let automation = matches!(route, Some(Route::Insights(location)) if matches!(
            &location.resource, Resource::Stored { of, .. } if of.path == "automationRules"
        ));
        match *method {
            _ if matches!(route, Some(Route::ResourceGraph)) => Self::Queries,
            Method::GET | Method::HEAD | Method::OPTIONS if automation => Self::AutomationReads,
            Method::GET | Method::HEAD | Method::OPTIONS => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ if automation => Self::AutomationWrites,
            _ => Self::Writes,
        }
    }

    /// The header that tells what is left, in a subscription or above all of them.
    pub(super) fn header(self, in_subscription: bool) -> &'static str {
        match (self, in_subscription) {
            (Self::Reads, true) => "x-ms-ratelimit-remaining-subscription-reads",
            (Self::Writes, true) => "x-ms-ratelimit-remaining-subscription-writes",
            (Self::Deletes, true) => "x-ms-ratelimit-remaining-subscription-deletes",
            (Self::Reads, false) => "x-ms-ratelimit-remaining-tenant-reads",
            (Self::Writes, false) => "x-ms-ratelimit-remaining-tenant-writes",
            (Self::Deletes, false) => "x-ms-ratelimit-remaining-tenant-deletes",
            (Self::AutomationReads | Self::AutomationWrites, _) => {
                "x-ms-ratelimit-remaining-subscription-resource-requests"
            }
            (Self::Queries, _) => "x-ms-user-quota-remaining",
        }
    }

    /// The word of the refusal's message.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Reads | Self::AutomationReads => "Read",
            Self::Writes | Self::AutomationWrites => "Write",
            Self::Deletes => "Delete",
            Self::Queries => "Query",
        }
    }

    /// What the headers of recorded traffic say after one request (2026-03; deletes and reads of automation rules:
    /// 2022). Queries: the documented quota, less one.
    fn recorded(self) -> u64 {
        match self {
            Self::Reads => 1_099,
            Self::Writes | Self::AutomationWrites => 799,
            Self::Deletes => 14_999,
            Self::AutomationReads => 499,
            Self::Queries => 14,
        }
    }

    /// The documented bucket: what it holds, and what comes back each second.
    ///
    /// Reads, writes, deletes: "Understand how Azure Resource Manager throttles requests". Automation rules: the
    /// documented minimum of 100 in 5 minutes. Queries: 15 in 5 seconds ("Guidance for throttled requests in Azure
    /// Resource Graph").
    fn documented(self) -> (f64, f64) {
        match self {
            Self::Reads => (250.0, 25.0),
            Self::Writes | Self::Deletes => (200.0, 10.0),
            Self::AutomationReads | Self::AutomationWrites => (100.0, 100.0 / 300.0),
            Self::Queries => (15.0, 3.0),
        }
    }

    /// The class whose bucket is shared where only reads, writes and deletes are told apart.
    fn broad(self) -> Self {
        match self {
            Self::AutomationReads => Self::Reads,
            Self::AutomationWrites | Self::Queries => Self::Writes,
            other => other,
        }
    }
}

/// One request, as the buckets tell it from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operation<'a> {
    pub(super) class: Class,
    /// Empty for what stands above all subscriptions.
    pub(super) subscription: &'a str,
    /// The object id.
    pub(super) principal: &'a str,
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    class: Class,
    in_subscription: bool,
    /// Requests left in the bucket, whole ones.
    pub(super) remaining: u64,
    /// Seconds to wait, where the bucket was empty.
    pub(super) retry_after: Option<u64>,
}

impl Taken {
    /// What an empty bucket says, for a refusal that tells by itself how long to wait.
    pub(super) fn nothing_left(class: Class, in_subscription: bool) -> Self {
        Self { class, in_subscription, remaining: 0, retry_after: None }
    }

    /// Gives an answer the headers that tell what is left.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        headers.insert(self.class.header(self.in_subscription), HeaderValue::from(self.remaining));
        if self.class == Class::Queries {
            headers.insert("x-ms-user-quota-resets-after", HeaderValue::from_static("00:00:05"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// The refusal of a request that found its bucket empty. The message is the service's own, as third-party notes
    /// record it.
    pub(super) fn refusal(self) -> ArmError {
        ArmError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequests",
            format!(
                "The request is being throttled as the limit has been reached for operation type - '{}'. For more \
                 information, see - https://aka.ms/msdn-throttling",
                self.class.word()
            ),
        )
    }
}

/// The buckets of every subscription and principal. The subscription is empty for what stands above all of them.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<(String, String, Class), Bucket>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

impl Buckets {
    /// Takes one token at the moment `at`, counted from any fixed start.
    pub(super) fn take(&mut self, throttle: Throttle, of: &Operation<'_>, at: Duration) -> Taken {
        let taken = |remaining, retry_after| Taken {
            class: of.class,
            in_subscription: !of.subscription.is_empty(),
            remaining,
            retry_after,
        };
        let (class, (capacity, rate)) = match throttle {
            Throttle::Off => return taken(of.class.recorded(), None),
            Throttle::Arm => (of.class, of.class.documented()),
            Throttle::Bucket { capacity, per_second } => {
                (of.class.broad(), (f64::from(capacity), f64::from(per_second)))
            }
        };
        let key = (of.subscription.to_ascii_lowercase(), of.principal.to_owned(), class);
        let bucket = self.0.entry(key).or_insert(Bucket { tokens: capacity, at });
        bucket.tokens = (bucket.tokens + at.saturating_sub(bucket.at).as_secs_f64() * rate).min(capacity);
        bucket.at = bucket.at.max(at);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return taken(bucket.tokens as u64, None);
        }
        // A bucket that never fills again says an hour, as good as any.
        let wait = if rate > 0.0 { ((1.0 - bucket.tokens) / rate).ceil().max(1.0) as u64 } else { 3_600 };
        taken(0, Some(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// What is left, and how long to wait.
    fn take(buckets: &mut Buckets, throttle: Throttle, of: (&str, &str, Class), at: f64) -> (u64, Option<u64>) {
        let (subscription, principal, class) = of;
        let taken = buckets.take(throttle, &Operation { class, subscription, principal }, seconds(at));
        (taken.remaining, taken.retry_after)
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let mut buckets = Buckets::default();
        let throttle = Throttle::Bucket { capacity: 2, per_second: 1 };
        let mut take = |class, at| take(&mut buckets, throttle, ("S", "p", class), at);
        assert_eq!(take(Class::Writes, 0.0), (1, None));
        assert_eq!(take(Class::Writes, 0.0), (0, None));
        assert_eq!(take(Class::Writes, 0.5), (0, Some(1)));
        assert_eq!(take(Class::Reads, 0.5), (1, None));
        assert_eq!(take(Class::Writes, 1.0), (0, None));
        // Never more than its capacity, and a clock that steps back takes nothing away.
        assert_eq!(take(Class::Writes, 100.0), (1, None));
        assert_eq!(take(Class::Writes, 50.0), (0, None));
    }

    #[test]
    fn subscriptions_and_principals_do_not_share() {
        let mut buckets = Buckets::default();
        let throttle = Throttle::Bucket { capacity: 1, per_second: 0 };
        let mut wait =
            |(subscription, principal), at| take(&mut buckets, throttle, (subscription, principal, Class::Reads), at).1;
        assert_eq!(wait(("A", "p"), 0.0), None);
        assert_eq!(wait(("b", "p"), 0.0), None);
        assert_eq!(wait(("a", "q"), 0.0), None);
        assert_eq!(wait(("a", "p"), 9.0), Some(3_600));
    }

    #[test]
    fn automation_rules_have_their_own_limit_as_documented() {
        let mut buckets = Buckets::default();
        let mut arm = |class, at| take(&mut buckets, Throttle::Arm, ("s", "p", class), at);
        for remaining in (0..100).rev() {
            assert_eq!(arm(Class::AutomationWrites, 0.0), (remaining, None));
        }
        assert_eq!(arm(Class::AutomationWrites, 0.0), (0, Some(3)));
        assert_eq!(arm(Class::AutomationReads, 0.0), (99, None));
        assert_eq!(arm(Class::Writes, 0.0), (199, None));
        assert_eq!(arm(Class::AutomationWrites, 300.0), (99, None));
        // A bucket by hand is one for all writes.
        let hand = Throttle::Bucket { capacity: 1, per_second: 0 };
        let mut buckets = Buckets::default();
        let mut wait = |class| take(&mut buckets, hand, ("s", "p", class), 0.0).1;
        assert_eq!((wait(Class::Writes), wait(Class::AutomationWrites)), (None, Some(3_600)));
    }
}

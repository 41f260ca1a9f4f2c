//! One limiter for a run: how many requests may go out, by subscription, principal and class of operation.
//!
//! Nothing is guessed before the service has spoken. The first answers decide:
//!
//! | what the answers carry | what holds |
//! |---|---|
//! | nothing yet | 10 requests under way at most |
//! | `x-ms-ratelimit-remaining-…` | that many, less those under way, and what comes back meanwhile |
//! | no such header | no limit |
//! | 429 | nothing until `Retry-After` has passed; then the documented bucket, from empty |
//!
//! What comes back each second is in no header: the documented rate is taken for it, less after each 429.

pub mod bucket;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;

pub use bucket::Bucket;

use super::operation::Operation;

/// The buckets of a run, shared by all of its workspaces.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<Operation, Arc<Bucket>>>);

impl Limiter {
    /// The bucket of an operation.
    pub fn bucket(&self, operation: &Operation) -> Arc<Bucket> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(operation) {
            return Arc::clone(bucket);
        }
        let bucket = Arc::new(Bucket::new(operation.class.documented()));
        buckets.insert(operation.clone(), Arc::clone(&bucket));
        bucket
    }

    /// How long requests of a subscription and principal have waited for the service so far, whatever their class; the
    /// longest of them counts, since classes wait side by side.
    pub fn waited(&self, subscription: &str, principal: &str) -> Duration {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |of: &Operation| of.subscription.eq_ignore_ascii_case(subscription) && &*of.principal == principal;
        buckets.iter().filter(|(of, _)| own(of)).map(|(_, bucket)| bucket.waited()).max().unwrap_or_default()
    }
}

/// What an answer says is left: the least of its `x-ms-ratelimit-remaining-…` headers that are numbers.
pub(super) fn remaining(headers: &HeaderMap) -> Option<u32> {
    let counts = headers.iter().filter(|(name, _)| name.as_str().starts_with("x-ms-ratelimit-remaining-"));
    counts.filter_map(|(_, value)| value.to_str().ok()?.trim().parse().ok()).min()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_least_number_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(remaining(&headers), None);
        headers.insert("x-ms-ratelimit-remaining-resource", "Microsoft.Compute/HighCostGet;133".parse().unwrap());
        assert_eq!(remaining(&headers), None);
        headers.insert("x-ms-ratelimit-remaining-subscription-writes", "799".parse().unwrap());
        headers.insert("x-ms-ratelimit-remaining-subscription-global-writes", "11999".parse().unwrap());
        assert_eq!(remaining(&headers), Some(799));
    }
}

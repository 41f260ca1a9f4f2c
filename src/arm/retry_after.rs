//! How long the service asks us to wait.

use std::time::Duration;

use azure_core::time::{OffsetDateTime, parse_rfc7231};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The pause that an answer asks for: `x-ms-retry-after-ms`, `retry-after-ms` (milliseconds), or `Retry-After`
/// in seconds or as a date. `None` if it asks for none, or in no form that we know.
///
/// A date is measured against the answer's own `Date`, so that a wrong clock here does no harm; a moment that
/// has passed is a pause of zero.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    ["x-ms-retry-after-ms", "retry-after-ms"]
        .into_iter()
        .find_map(|name| text(headers, name)?.parse().ok().map(Duration::from_millis))
        .or_else(|| {
            let value = text(headers, RETRY_AFTER.as_str())?;
            value.parse().ok().map(Duration::from_secs).or_else(|| until(headers, value))
        })
}

fn until(headers: &HeaderMap, moment: &str) -> Option<Duration> {
    let moment = parse_rfc7231(moment).ok()?;
    let now =
        text(headers, DATE.as_str()).and_then(|date| parse_rfc7231(date).ok()).unwrap_or_else(OffsetDateTime::now_utc);
    Some((moment - now).try_into().unwrap_or(Duration::ZERO))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pause(pairs: &[(&'static str, &str)]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        retry_after(&headers)
    }

    #[test]
    fn seconds_milliseconds_and_dates() {
        assert_eq!(pause(&[("retry-after", "42")]), Some(Duration::from_secs(42)));
        assert_eq!(pause(&[("retry-after-ms", "1500")]), Some(Duration::from_millis(1500)));
        assert_eq!(pause(&[("retry-after", "9"), ("x-ms-retry-after-ms", "20")]), Some(Duration::from_millis(20)));
        let date = ("date", "Wed, 25 Mar 2026 07:45:00 GMT");
        assert_eq!(pause(&[date, ("retry-after", "Wed, 25 Mar 2026 07:45:17 GMT")]), Some(Duration::from_secs(17)));
        assert_eq!(pause(&[date, ("retry-after", "Wed, 25 Mar 2026 07:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(pause(&[]), None);
        assert_eq!(pause(&[("retry-after", "soon")]), None);
        assert_eq!(pause(&[("retry-after", "-5")]), None);
    }
}

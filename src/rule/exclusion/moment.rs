//! Dates, and times with a zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What an author may write.
pub(in crate::rule) const EXPECTED: &str =
    "a date such as 2027-02-01, or a time with its zone such as 2027-02-01T18:00:00Z";

/// When something begins: a date is the begin of that day in UTC.
pub(in crate::rule) fn begin(text: &str) -> Option<Timestamp> {
    match date(text) {
        Some(date) => midnight(date),
        None => text.trim().parse().ok(),
    }
}

/// When something has ended: a date is the end of that day in UTC, so the begin of the next one.
pub(in crate::rule) fn end(text: &str) -> Option<Timestamp> {
    match date(text) {
        Some(date) => midnight(date.tomorrow().ok()?),
        None => text.trim().parse().ok(),
    }
}

/// `2027-02-01` and nothing else: a parser of dates would read the day of a time too.
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain)
}

fn midnight(date: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_times_have_a_zone() {
        let shown = |found: Option<Timestamp>| found.map_or("none".to_owned(), |found| found.to_string());
        for (text, begins, ended) in [
            ("2026-12-31", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-12-05T18:00:00Z", "2026-12-05T18:00:00Z", "2026-12-05T18:00:00Z"),
            ("2026-12-05T18:00:00+02:00", "2026-12-05T16:00:00Z", "2026-12-05T16:00:00Z"),
            ("2026-12-05T18:00:00", "none", "none"),
            ("2026-02-30", "none", "none"),
            ("9999-12-31", "none", "none"),
            ("tomorrow", "none", "none"),
        ] {
            assert_eq!((shown(begin(text)), shown(end(text))), (begins.to_owned(), ended.to_owned()), "{text}");
        }
    }
}

//! Durations as the service takes them: ISO 8601, such as `PT5M` or `P1DT1H`.

use std::time::Duration;

/// Seconds in each unit of a day and longer. .NET counts a year as 365 days and a month as 30.
const DATE: [(char, u64); 3] = [('Y', 365 * 86_400), ('M', 30 * 86_400), ('D', 86_400)];
const TIME: [(char, u64); 3] = [('H', 3_600), ('M', 60), ('S', 1)];

/// Reads a duration, or says by `None` that the text is not one.
///
/// XML Schema's durations have no weeks, and a negative one has no meaning in a rule: neither is taken.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (date, time) = match text.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    part(date, DATE)?.checked_add(part(time, TIME)?)
}

/// Reads one side of the `T`: numbers, each followed by a unit, units in order and at most once.
fn part(mut text: &str, units: [(char, u64); 3]) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next()?;
        let (_, seconds) = units.by_ref().find(|(name, _)| *name == unit)?;
        let value = match number.split_once('.') {
            None => Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(*seconds)?),
            Some((whole, fraction)) if unit == 'S' => fractional(whole, fraction)?,
            Some(_) => return None,
        };
        total = total.checked_add(value)?;
        text = &rest[unit.len_utf8()..];
    }
    Some(total)
}

fn fractional(whole: &str, fraction: &str) -> Option<Duration> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Duration::new(whole.parse().ok()?, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("PT5M", 300),
            ("PT24H", 86_400),
            ("P1D", 86_400),
            ("P1DT1H", 90_000),
            ("P1M", 2_592_000),
            ("PT1M", 60),
            ("PT0S", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("PT1.5S"), Some(Duration::from_millis(1_500)));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "PT1D",
            "P1H",
            "p1d",
            "-P1D",
            "P1W",
            "PT5",
            "PTM",
            "P1.5D",
            "PT1.S",
            "PT5M5H",
            "PT5M5M",
            "05:00:00",
            "5m",
            "P1DT",
            "PT99999999999999999999H",
            "P99999999999999999D",
            "PTé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

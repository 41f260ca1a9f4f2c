//! Times as people write them: `200ms`, `2s`, `1h 30m`; a moved clock as `+1h`, `-1h`, or the moment itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::effect::ClockMove;
use super::spec::FaultError;

/// A length of time.
pub(in crate::emulator) fn duration(key: &str, text: &str) -> Result<Duration, FaultError> {
    let read = text.parse::<SignedDuration>().ok().and_then(|read| Duration::try_from(read).ok());
    read.ok_or_else(|| FaultError::new(format!("`{key}`: `{text}` is no length of time; give one such as 200ms or 2s")))
}

/// A move of the clock.
pub(super) fn moved(text: &str) -> Result<ClockMove, FaultError> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(ClockMove::To(moment));
    }
    let (sign, rest) = text.split_at_checked(1).unwrap_or_default();
    match sign {
        "+" => duration("clock", rest).map(ClockMove::Forward),
        "-" => duration("clock", rest).map(ClockMove::Back),
        _ => Err(FaultError::new(format!("`clock`: `{text}` is neither +TIME, -TIME nor a moment in RFC 3339"))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        for (text, millis) in [("200ms", 200), ("2s", 2_000), ("1m 30s", 90_000), ("PT5M", 300_000), ("0s", 0)] {
            assert_eq!(duration("latency", text).unwrap(), Duration::from_millis(millis), "{text}");
        }
        for text in ["", "5", "soon", "-2s", "2 parsecs"] {
            let why = duration("latency", text).unwrap_err().to_string();
            assert!(why.contains("latency") && why.contains("200ms"), "{why}");
        }
    }

    #[test]
    fn a_clock_moves_forward_and_back_and_to_a_moment() {
        assert_eq!(moved("+1h").unwrap(), ClockMove::Forward(Duration::from_secs(3600)));
        assert_eq!(moved("-90s").unwrap(), ClockMove::Back(Duration::from_secs(90)));
        let moment = "2026-03-25T07:45:17Z".parse().unwrap();
        assert_eq!(moved("2026-03-25T07:45:17Z").unwrap(), ClockMove::To(moment));
        for text in ["", "1h", "+", "--1h", "tomorrow", "\u{e9}"] {
            assert!(moved(text).is_err(), "{text}");
        }
    }
}

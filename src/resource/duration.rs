//! Durations as the service keeps them.

use jiff::{Span, SpanRelativeTo};

/// The seconds of an ISO 8601 duration; days have 24 hours.
pub fn seconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    Some(span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.as_secs())
}

/// The canonical form that the service renders: 25 hours are `P1DT1H` (templates of the live service).
pub fn canonical(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hours, minutes, secs) = (rest / 3600, rest % 3600 / 60, rest % 60);
    let mut text = String::from("P");
    let mut part = |n: u64, unit: char| {
        if n > 0 {
            text.push_str(&n.to_string());
            text.push(unit);
        }
    };
    part(days, 'D');
    if rest > 0 {
        text.push('T');
        let mut part = |n: u64, unit: char| {
            if n > 0 {
                text.push_str(&n.to_string());
                text.push(unit);
            }
        };
        part(hours, 'H');
        part(minutes, 'M');
        part(secs, 'S');
    }
    if seconds == 0 { "PT0S".to_owned() } else { text }
}

/// The short form that authors write: `PT1H` is `1h`. What is no duration stays as it is.
pub fn short(text: &str) -> String {
    match seconds(text) {
        Some(s) if s > 0 && s % 86_400 == 0 => format!("{}d", s / 86_400),
        Some(s) if s > 0 && s % 3600 == 0 => format!("{}h", s / 3600),
        Some(s) if s > 0 && s % 60 == 0 => format!("{}m", s / 60),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical, seconds};

    #[test]
    fn as_the_service_renders_them() {
        for (n, text) in
            [(300, "PT5M"), (3600, "PT1H"), (86_400, "P1D"), (90_000, "P1DT1H"), (90_061, "P1DT1H1M1S"), (0, "PT0S")]
        {
            assert_eq!(canonical(n), text);
            assert_eq!(seconds(text), i64::try_from(n).ok());
        }
        assert_eq!(seconds("PT25H"), Some(90_000));
        assert_eq!(seconds("1 hour ago or so"), None);
    }
}

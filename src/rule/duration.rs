//! Durations as authors write them: `5m`, `1h`, `14d`, `PT1H`, `P1DT1H`.

use jiff::{Span, SpanRelativeTo};

/// A length of time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    pub seconds: u64,
}

impl Duration {
    /// So many minutes.
    pub const fn minutes(n: u64) -> Self {
        Self { seconds: n * 60 }
    }

    /// So many hours.
    pub const fn hours(n: u64) -> Self {
        Self { seconds: n * 3600 }
    }

    /// So many days of 24 hours.
    pub const fn days(n: u64) -> Self {
        Self { seconds: n * 86_400 }
    }

    /// Reads a number with one unit (`d`, `h`, `m`, `s` of either case), or ISO 8601.
    ///
    /// `PT1D` is no ISO 8601, but stands in real rules and can only mean one thing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(seconds) = short(text) {
            return Some(Self { seconds });
        }
        let upper = text.to_ascii_uppercase();
        let iso = match upper.strip_prefix("PT").and_then(|rest| rest.strip_suffix('D')) {
            Some(days) => format!("P{days}D"),
            None => upper,
        };
        if !iso.starts_with('P') {
            return None;
        }
        let span: Span = iso.parse().ok()?;
        let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        Some(Self { seconds: u64::try_from(exact.as_secs()).ok()? })
    }
}

fn short(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()?.to_ascii_lowercase() {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        b'd' => 86_400,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl std::fmt::Display for Duration {
    /// The short form: the largest unit that divides it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.seconds {
            s if s != 0 && s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s != 0 && s % 3600 == 0 => write!(f, "{}h", s / 3600),
            s if s != 0 && s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn every_form_that_authors_use() {
        for (text, seconds) in [
            ("5m", 300),
            ("1h", 3600),
            ("7H", 25_200),
            ("14d", 1_209_600),
            ("PT1H", 3600),
            ("pt5m", 300),
            ("P1DT1H", 90_000),
            ("PT25H", 90_000),
            ("P14D", 1_209_600),
            ("PT1D", 86_400),
            (" 1h ", 3600),
        ] {
            assert_eq!(Duration::parse(text).map(|d| d.seconds), Some(seconds), "{text}");
        }
        for text in ["", "h", "1", "1 h", "1w", "-5m", "PT", "P", "1h30", "99999999999999999999d", "-PT1H", "é"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }
}

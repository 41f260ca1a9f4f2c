//! What an emulator can be told: page size, limits, etags, latency, throttling.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How an emulator behaves. [`Options::default`] is what `palisade emulator` does without flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Rules in one page of a list. The page size of Azure is not published; 0 counts as 1.
    pub page: usize,
    /// Whether the documented limits (counts, lengths, ranges of durations) are enforced.
    pub limits: bool,
    /// Whether the query of an enabled rule is checked when it is written: its syntax, and whether its tables exist.
    pub queries: bool,
    /// Whether a stale etag in the body (409) or in `If-Match` (412) is refused.
    pub check_etag: bool,
    /// How long each ARM request waits before it is looked at.
    pub latency: Duration,
    /// Whether a workspace must be made by [`seed`](super::Emulator::seed) before it exists, and tokens are checked:
    /// for audience, expiry and the tenant of the subscription. The fixed token `emulator` passes; it is what Palisade
    /// sends to loopback. Signatures are not checked.
    pub strict: bool,
    /// How long the tokens that the emulator issues are good.
    pub token_lifetime: Duration,
    /// How many requests are let through before a 429.
    pub throttle: Throttle,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            page: 100,
            limits: true,
            queries: true,
            check_etag: true,
            latency: Duration::ZERO,
            strict: false,
            token_lifetime: Duration::from_secs(3_600),
            throttle: Throttle::Off,
        }
    }
}

/// Token buckets, one for each subscription, principal and class of operation (reads, writes, deletes).
///
/// Written `off`, `arm`, or `CAPACITY+RATE/s`, as in `200+10/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Throttle {
    /// Every request is let through.
    #[default]
    Off,
    /// The buckets that Azure Resource Manager documents: reads 250 and 25 a second, writes and
    /// deletes 200 and 10 a second ("Understand how Azure Resource Manager throttles requests"). Automation rules have
    /// their own: 100 reads and 100 writes in 5 minutes.
    Arm,
    /// The same bucket for reads, for writes and for deletes.
    Bucket {
        /// Requests that a full bucket holds.
        capacity: u32,
        /// Requests that come back each second.
        per_second: u32,
    },
}

impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Arm => f.write_str("arm"),
            Self::Bucket { capacity, per_second } => write!(f, "{capacity}+{per_second}/s"),
        }
    }
}

impl FromStr for Throttle {
    type Err = ThrottleError;

    fn from_str(text: &str) -> Result<Self, ThrottleError> {
        let bucket = || {
            let (capacity, rate) = text.split_once('+')?;
            let capacity = capacity.parse().ok().filter(|&capacity| capacity > 0)?;
            let per_second = rate.strip_suffix("/s")?.parse().ok()?;
            Some(Self::Bucket { capacity, per_second })
        };
        match text {
            "off" => Ok(Self::Off),
            "arm" => Ok(Self::Arm),
            _ => bucket().ok_or_else(|| ThrottleError(text.to_owned())),
        }
    }
}

/// The text is no [`Throttle`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a throttle: write `off`, `arm`, or capacity and rate such as `200+10/s`")]
pub struct ThrottleError(String);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_is_read_as_it_is_written() {
        for text in ["off", "arm", "200+10/s", "1+0/s"] {
            assert_eq!(text.parse::<Throttle>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "on", "200", "200+10", "0+10/s", "-1+10/s", "200+10/m", " arm"] {
            assert!(text.parse::<Throttle>().is_err(), "{text}");
        }
    }
}

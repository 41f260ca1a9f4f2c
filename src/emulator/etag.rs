//! Entity tags, and the conditions that a request sets on them.

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use jiff::Timestamp;

/// The tag of one write, quotes included: `"61004e36-0000-0100-0000-69c3928d0000"`.
///
/// The form is Cosmos DB's, as recorded traffic of 2026-03 shows it: the last group holds the time of the
/// write in unix seconds. The first group is the number of the write, so that no two writes share a tag.
pub(super) fn of_write(serial: u32, now: Timestamp) -> String {
    // 2^32 seconds last until 2106; only the form matters here.
    let seconds = now.as_second() as u32;
    format!("\"{serial:08x}-0000-0100-0000-{seconds:08x}0000\"")
}

/// Whether a client's tag names this version. Quotes may be missing, and a client may mark a tag as weak.
pub(super) fn same(sent: &str, current: &str) -> bool {
    let bare = |tag: &str| {
        let tag = tag.trim();
        tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()
    };
    sent.trim() == "*" || bare(sent) == bare(current)
}

/// `If-Match` and `If-None-Match`, as they were sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Conditions {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        // A header that is not text can match no tag; it must not be taken for an absent one.
        let text = |name: HeaderName| {
            let values: Vec<_> = headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
            (!values.is_empty()).then(|| values.join(","))
        };
        Self { if_match: text(IF_MATCH), if_none_match: text(IF_NONE_MATCH) }
    }

    /// Whether `If-Match` lets a write pass over the current version (`None`: there is none).
    pub(super) fn match_holds(&self, current: Option<&str>) -> bool {
        match (&self.if_match, current) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(tags), Some(current)) => any_same(tags, current),
        }
    }

    /// Whether `If-None-Match` lets a write pass.
    pub(super) fn none_match_holds(&self, current: Option<&str>) -> bool {
        match (&self.if_none_match, current) {
            (Some(tags), Some(current)) => !any_same(tags, current),
            _ => true,
        }
    }
}

fn any_same(tags: &str, current: &str) -> bool {
    tags.split(',').any(|tag| same(tag, current))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_tag_holds_the_time_of_its_write() {
        let written = Timestamp::constant(1_774_424_717, 0); // 2026-03-25 07:45:17 UTC
        let tag = of_write(0x6100_4e36, written);
        assert_eq!(tag, "\"61004e36-0000-0100-0000-69c3928d0000\"");
    }

    #[test]
    fn tags_match_with_and_without_quotes() {
        assert!(same("\"a-1\"", "\"a-1\""));
        assert!(same("a-1", "\"a-1\""));
        assert!(same("W/\"a-1\"", "\"a-1\""));
        assert!(same("*", "\"a-1\""));
        assert!(!same("\"a-2\"", "\"a-1\""));
    }

    #[test]
    fn a_condition_that_is_not_text_does_not_hold() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_bytes(b"\xff").unwrap_or(HeaderValue::from_static("x")));
        assert!(!Conditions::of(&headers).match_holds(Some("\"a-1\"")));
    }
}

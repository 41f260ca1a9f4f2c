//! One segment of an ARM path, encoded so that it stays one.

use std::fmt::Write as _;

/// ARM's longest resource name: 260 characters, as Azure's naming rules say of most types.
const LONGEST: usize = 260;

/// Why a name can't be a segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// No characters.
    #[error("a name is empty")]
    Empty,
    /// More than 260 characters.
    #[error("a name has {0} characters, and ARM takes 260")]
    TooLong(usize),
    /// `.` or `..`: every client and proxy resolves them, however they are encoded.
    #[error("`{0}` is a step in a path, not a name")]
    DotSegment(String),
    /// A separator or a control character: servers decode `%2F` before they route.
    #[error("a name holds {0:?}, which would end its place in the path")]
    Separator(char),
}

/// Percent-encodes a name as one segment: all but RFC 3986's unreserved characters.
pub(super) fn encode(name: &str) -> Result<String, SegmentError> {
    if name.is_empty() {
        return Err(SegmentError::Empty);
    }
    let length = name.chars().count();
    if length > LONGEST {
        return Err(SegmentError::TooLong(length));
    }
    if name == "." || name == ".." {
        return Err(SegmentError::DotSegment(name.to_owned()));
    }
    if let Some(found) = name.chars().find(|c| matches!(c, '/' | '\\' | '?' | '#' | '%') || c.is_control()) {
        return Err(SegmentError::Separator(found));
    }
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            // Writing to a `String` can't fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    Ok(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_segment() {
        assert_eq!(encode("6d4cfdf4-1"), Ok("6d4cfdf4-1".to_owned()));
        assert_eq!(encode("My rule (é)"), Ok("My%20rule%20%28%C3%A9%29".to_owned()));
        for name in ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a\nb", "a\0"] {
            assert!(encode(name).is_err(), "{name:?}");
        }
        assert_eq!(encode(&"é".repeat(261)), Err(SegmentError::TooLong(261)));
    }
}

//! The comments of a query: what stands in a string is none.

use std::ops::Range;

/// The characters that end a line, and so a comment: measured with Kusto.Language 12.4.1.
pub(super) const LINE_ENDS: [char; 4] = ['\r', '\n', '\u{2028}', '\u{2029}'];

/// Every comment from its `//` to the end of its line, which is no part of it.
pub fn comments(query: &str) -> Vec<Range<usize>> {
    let bytes = query.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = query[at..].find(LINE_ENDS).map_or(query.len(), |end| at + end);
                found.push(at..end);
                at = end;
            }
            b'"' | b'\'' => at = after_string(bytes, at),
            b'`' | b'~' if bytes[at..].starts_with(&[byte; 3]) => {
                let quote = &query[at..at + 3];
                at = query[at + 3..].find(quote).map_or(query.len(), |end| at + 6 + end);
            }
            _ => at += 1,
        }
    }
    found
}

/// Just past the string of one line whose quote stands at `at`; past its line if it is not closed.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let verbatim = at > 0 && bytes[at - 1] == b'@';
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\r' | b'\n' => return at,
            b'\\' if !verbatim && !matches!(bytes.get(at + 1), Some(b'\r' | b'\n')) => at += 2,
            _ if byte == quote && verbatim && bytes.get(at + 1) == Some(&quote) => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::comments;

    #[test]
    fn strings_of_every_form_hold_none() {
        for (query, found) in [
            ("T // a\n| take 1 // b\r\n// c", &["// a", "// b", "// c"][..]),
            ("T | where a == '// x' // y", &["// y"]),
            (r#"T | where a == "\"// x" // y"#, &["// y"]),
            (r"T | where a == @'\' // y", &["// y"]),
            (r"T | where a == h@'it''s // x' // y", &["// y"]),
            ("let t = ```\n// x\n```; // y", &["// y"]),
            ("let t = ~~~ // x ~~~; // y", &["// y"]),
            ("T | where a == 'open // x\n// y", &["// y"]),
            ("T // a\u{2028}| take 1 // b\u{2029}T", &["// a", "// b"]),
            ("T / 2 //", &["//"]),
            ("'\\", &[]),
            ("'ä\\ö' // é", &["// é"]),
        ] {
            let texts: Vec<&str> = comments(query).into_iter().map(|range| &query[range]).collect();
            assert_eq!(texts, found, "{query}");
        }
    }
}

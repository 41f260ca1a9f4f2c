//! What lies between tokens: blanks, line breaks, comments.

/// The offset of the first byte at or after `at` that is neither blank nor comment.
pub(in super::super) fn skip_trivia(source: &str, mut at: usize) -> usize {
    let bytes = source.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0C) => at += 1,
            Some(b'/') if bytes.get(at + 1) == Some(&b'/') => at = after_line(source, at),
            Some(0x80..) => match source[at..].chars().next() {
                Some(c) if is_wide_blank(c) => at += c.len_utf8(),
                _ => return at,
            },
            _ => return at,
        }
    }
}

/// The offset of the line break that ends the line of `at`, or the end of the source.
///
/// Four characters end a line, and so a comment: CR, LF, U+2028 and U+2029. The vertical tab, the form feed and U+0085
/// do not. Measured with Kusto.Language 12.4.1; a reader that knows only LF would take code for comment.
pub(super) fn line_end(source: &str, at: usize) -> usize {
    let rest = &source[at..];
    rest.find(['\r', '\n', '\u{2028}', '\u{2029}']).map_or(source.len(), |end| at + end)
}

/// The offset just past the line break that ends the line of `at`.
fn after_line(source: &str, at: usize) -> usize {
    let end = line_end(source, at);
    source[end..].chars().next().map_or(end, |line_break| end + line_break.len_utf8())
}

/// The blanks outside ASCII. The two Unicode line breaks are none: they may only end a comment.
fn is_wide_blank(character: char) -> bool {
    matches!(
        character,
        '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'
            ..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\u{FEFF}'
    )
}

//! Characters that a reader does not see.

/// Control and format characters, line and paragraph separators, and what is no character; tab and line ends aside.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0001}'..='\u{e007f}')
}

/// Text with every hidden character written out (`\u{202e}`), and line ends too unless they are kept.
///
/// What stands in a workspace may be written by an attacker: nothing of it moves the cursor, changes colours,
/// reverses a line or opens a link in a terminal.
pub fn visible(text: &str, keep_lines: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' if keep_lines => shown.push('\n'),
            '\r' if keep_lines => {}
            '\t' => shown.push('\t'),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            c if is_hidden(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_hostile_is_left() {
        let hostile = "a\u{1b}[31mb\u{202e}c\u{9b}d\u{7}\r\n\u{2028}\u{e0041}";
        let shown = visible(hostile, false);
        assert_eq!(shown, "a\\u{1b}[31mb\\u{202e}c\\u{9b}d\\u{7}\\r\\n\\u{2028}\\u{e0041}");
        assert_eq!(visible("a\r\nb\tc", true), "a\nb\tc");
    }
}

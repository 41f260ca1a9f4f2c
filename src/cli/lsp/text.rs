//! Places in a text as editors count them: lines from 0, and UTF-16 code units within a line.

use std::ops::Range;

use lsp_types::Position;

/// Where each line of a text begins. A line ends at LF, CR LF or CR.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The place of a byte; of the character that it is within; of the end where it lies behind it.
    pub(super) fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let units = self.text[start..byte].chars().map(char::len_utf16).sum();
        Position { line: narrow(line), character: narrow(units) }
    }

    /// The range of some bytes.
    pub(super) fn range(&self, bytes: Range<usize>) -> lsp_types::Range {
        let start = self.position(bytes.start);
        lsp_types::Range { start, end: self.position(bytes.end.max(bytes.start)) }
    }

    /// The byte of a place. One behind the end of its line is that end, one behind the text the end of the text.
    pub(super) fn byte(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let inside = self.text[start..end].trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in inside.char_indices() {
            if units >= position.character as usize {
                return start + at;
            }
            units += c.len_utf16();
        }
        start + inside.len()
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn characters_are_counted_in_utf_16() {
        let text = "a: é\r\nb: 🙂x\rc\n";
        let lines = Lines::of(text);
        for (part, place) in
            [("a", at(0, 0)), ("\r\n", at(0, 4)), ("b", at(1, 0)), ("🙂", at(1, 3)), ("x", at(1, 5)), ("c", at(2, 0))]
        {
            let byte = text.find(part).unwrap_or_default();
            assert_eq!(lines.position(byte), place, "{part:?}");
            assert_eq!(lines.byte(place), byte, "{part:?}");
        }
        assert_eq!(lines.position(text.len()), at(3, 0));
        assert_eq!(lines.position(1000), at(3, 0));
        assert_eq!(lines.byte(at(0, 99)), "a: é".len());
        assert_eq!(lines.byte(at(99, 0)), text.len());
        assert_eq!(lines.byte(at(1, 4)), text.find('x').unwrap_or_default(), "within a pair of surrogates");
        assert_eq!(lines.position(text.find('🙂').unwrap_or_default() + 1), at(1, 3), "within a character");
    }
}

//! Lines of any input, of which a hostile one may never end.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result};

/// The bytes that one line may have. A query of a rule has at most 10,000 characters.
pub const MAX_LINE: usize = 64 << 20;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'b> {
    /// A line without its end.
    Text(&'b [u8]),
    /// A line of more than [`MAX_LINE`] bytes; it was skipped.
    TooLong,
}

/// Reads line by line, and never holds more than one.
pub struct Lines<R> {
    input: BufReader<R>,
    buffer: Vec<u8>,
    max: usize,
}

impl<R: Read> Lines<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(CHUNK, input), buffer: Vec::new(), max: MAX_LINE }
    }

    /// Whether the next line can be read without waiting for whoever writes it.
    pub fn is_next_buffered(&self) -> bool {
        self.input.buffer().contains(&b'\n')
    }

    /// The next line, or none at the end of the input.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        self.buffer.clear();
        let read = self.input.by_ref().take(self.max as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        if self.buffer.ends_with(b"\n") {
            self.buffer.pop();
        } else if self.buffer.len() > self.max {
            self.skip_line()?;
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Text(self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer))))
    }

    fn skip_line(&mut self) -> Result<()> {
        loop {
            let chunk = match self.input.fill_buf() {
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            let (length, ended) = match chunk.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (chunk.len(), chunk.is_empty()),
            };
            self.input.consume(length);
            if ended {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{BufReader, Line, Lines};

    #[test]
    fn lines_end_as_they_may() {
        let mut lines = Lines::new(&b"a\r\n\nb"[..]);
        for text in [&b"a"[..], b"", b"b"] {
            assert_eq!(lines.next_line().unwrap(), Some(Line::Text(text)));
        }
        assert_eq!(lines.next_line().unwrap(), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped() {
        let mut lines =
            Lines { input: BufReader::with_capacity(2, &b"abcd\nabc\nabcdefgh"[..]), buffer: Vec::new(), max: 3 };
        assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong));
        assert_eq!(lines.next_line().unwrap(), Some(Line::Text(b"abc")));
        assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong));
        assert_eq!(lines.next_line().unwrap(), None);
    }
}

//! Where a part of a YAML text stands in its file.
//!
//! A scalar's value is not the bytes of the file: a block loses its indentation, a folded one its line ends, quotes
//! their escapes. What never changes is the order of the characters that are no blanks, so value and file are walked
//! side by side over those alone.

use std::iter::Peekable;
use std::ops::Range;

use crate::diagnostic::Span;

/// The place in the file of the bytes `part` of a scalar's `value`.
///
/// `source` is the text of the whole file, `scalar` the place of the scalar in it. `None` where the two don't go
/// together, as for a value that comes from an anchor: then the scalar as a whole is the best place there is.
pub fn place(source: &str, scalar: Span, value: &str, part: Range<usize>) -> Option<Span> {
    let raw = source.get(scalar.start as usize..scalar.end as usize)?;
    let mut written = Written::of(raw);
    let (mut start, mut end) = (None, 0);
    for (at, c) in value.char_indices().filter(|(_, c)| !is_blank(*c)) {
        if at >= part.end.max(part.start + 1) {
            break;
        }
        let spot = written.next()?;
        if spot.c != c {
            return None;
        }
        if at >= part.start {
            start.get_or_insert(spot.range.start);
        }
        if part.is_empty() && at >= part.start {
            break;
        }
        end = spot.range.end;
    }
    // Nothing but blanks there: just after what comes before.
    let start = start.unwrap_or(end);
    Some(span(source, scalar, start, end.max(start)))
}

fn span(source: &str, scalar: Span, start: usize, end: usize) -> Span {
    let from = scalar.start as usize;
    let before = &source[from..from + start];
    let lines = before.matches('\n').count();
    let column = match before.rfind('\n') {
        Some(newline) => before[newline + 1..].chars().count() + 1,
        None => scalar.column as usize + before.chars().count(),
    };
    Span {
        file: scalar.file,
        start: narrow(from + start),
        end: narrow(from + end),
        line: scalar.line + narrow(lines),
        column: narrow(column),
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Files are capped far below 4 GiB, so every offset fits.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A character of the value, and the bytes that stand for it.
struct Spot {
    c: char,
    range: Range<usize>,
}

/// The characters that a scalar's bytes stand for, blanks left out.
struct Written<'r> {
    chars: Peekable<std::str::CharIndices<'r>>,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Plain, or a block.
    Bare,
    Single,
    Double,
}

impl<'r> Written<'r> {
    fn of(raw: &'r str) -> Self {
        let quoted = |quote: char| raw.len() > 1 && raw.starts_with(quote) && raw.ends_with(quote);
        let style = match raw {
            _ if quoted('"') => Style::Double,
            _ if quoted('\'') => Style::Single,
            _ => Style::Bare,
        };
        let mut chars = raw.char_indices().peekable();
        if style != Style::Bare {
            chars.next();
        }
        Self { chars, style }
    }

    /// The character that an escape of a double-quoted text stands for; the backslash is behind us.
    fn escaped(&mut self) -> Option<char> {
        let (_, c) = self.chars.next()?;
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => {
                return Some(match c {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    c => c,
                });
            }
        };
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.chars.next()?.1.to_digit(16)?;
        }
        char::from_u32(code)
    }
}

impl Iterator for Written<'_> {
    type Item = Spot;

    fn next(&mut self) -> Option<Spot> {
        loop {
            let (start, c) = self.chars.next()?;
            let c = match (self.style, c) {
                (Style::Double, '\\') => self.escaped()?,
                (Style::Single, '\'') => {
                    self.chars.next_if(|(_, c)| *c == '\'')?;
                    c
                }
                _ => c,
            };
            if !is_blank(c) {
                let end = self.chars.peek().map_or(start + c.len_utf8(), |(end, _)| *end);
                return Some(Spot { c, range: start..end });
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::rule::yaml;

    /// The text, line and column in the file of the first `wanted` of the query.
    fn found(text: &str, wanted: &str) -> Option<(String, u32, u32)> {
        let mut sources = Sources::default();
        let documents = yaml::parse(sources.add("x.yaml", text), text).unwrap();
        let node = documents[0].get("query").unwrap();
        let value = node.text().unwrap();
        let at = value.find(wanted).unwrap_or_else(|| unreachable!("{value:?} lacks {wanted:?}"));
        let span = place(text, node.span, value, at..at + wanted.len())?;
        Some((text[span.start as usize..span.end as usize].to_owned(), span.line, span.column))
    }

    #[test]
    fn blocks() {
        let text = "name: x\nquery: |\n    T\n      | where a == 'é'\n\n    | bad\nseverity: Low\n";
        assert_eq!(found(text, "bad"), Some(("bad".into(), 6, 7)));
        assert_eq!(found(text, "where a"), Some(("where a".into(), 4, 9)));
        assert_eq!(found(text, "'é'\n\n| bad"), Some(("'é'\n\n    | bad".into(), 4, 20)));
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(found(&crlf, "bad"), Some(("bad".into(), 6, 7)));
        let folded = text.replace("|\n", ">-\n");
        assert_eq!(found(&folded, "bad"), Some(("bad".into(), 6, 7)));
        assert_eq!(found("query: |\n  T\n  \t| bad\n", "bad"), Some(("bad".into(), 3, 6)));
        assert_eq!(found("query: |2\n      T\n    | bad\n", "bad"), Some(("bad".into(), 3, 7)));
        assert_eq!(found("query: |\n\n\n  T\n  | bad\n", "bad"), Some(("bad".into(), 5, 5)));
    }

    #[test]
    fn quotes_and_plain_texts() {
        assert_eq!(found("query: T | bad\n", "bad"), Some(("bad".into(), 1, 12)));
        assert_eq!(found("query:\n  T\n  | bad\n", "bad"), Some(("bad".into(), 3, 5)));
        assert_eq!(found("query: 'T | where a == ''x'' | bad'\n", "bad"), Some(("bad".into(), 1, 32)));
        assert_eq!(found("query: 'T | where a == ''x'' | bad'\n", "'x'"), Some(("''x''".into(), 1, 24)));
        assert_eq!(found(r#"query: "T\n| where a == \"\u00e9\" | bad""#, "bad"), Some(("bad".into(), 1, 38)));
        assert_eq!(found(r#"query: "T\n| where a == \"\u00e9\" | bad""#, "é"), Some((r"\u00e9".into(), 1, 27)));
        assert_eq!(found("query: \"T \\\n   | bad\"", "bad"), Some(("bad".into(), 2, 6)));
    }

    #[test]
    fn what_is_nothing_stands_after_what_comes_before() {
        let text = "query: |\n  T\n  | where a ==\n\nb: 1\n";
        let mut sources = Sources::default();
        let documents = yaml::parse(sources.add("x.yaml", text), text).unwrap();
        let node = documents[0].get("query").unwrap();
        let value = node.text().unwrap();
        let span = place(text, node.span, value, value.len()..value.len()).unwrap();
        assert_eq!((&text[..span.start as usize], span.line, span.column), ("query: |\n  T\n  | where a ==", 3, 15));
        let span = place(text, node.span, value, 0..0).unwrap();
        assert_eq!((span.line, span.column, span.start, span.end), (2, 3, 11, 11));
    }

    #[test]
    fn an_alias_has_no_places() {
        let text = "a: &q |\n  T\nquery: *q\n";
        assert_eq!(found(text, "T"), None);
    }
}

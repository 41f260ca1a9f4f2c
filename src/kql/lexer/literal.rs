//! Literals: strings, numbers, time spans and the typed forms such as `datetime(...)`.

use std::borrow::Cow;

use super::{Diagnostic, Keyword, Lexer, LiteralKind, Span, TokenKind, is_word_byte, word_length};

impl<'s> Lexer<'s> {
    /// The literal that starts with the word `text`, if one does: `true`, `h"..."`, `datetime(...)`, a bare GUID.
    pub(super) fn word_literal(&mut self, text: &str, keyword: Option<Keyword>) -> Option<TokenKind> {
        if let Some(kind) = keyword.and_then(typed_literal)
            && self.byte(text.len()) == Some(b'(')
        {
            return Some(self.typed(kind, text.len()));
        }
        match text {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => {
                self.at += text.len();
                return Some(TokenKind::Literal(LiteralKind::Bool));
            }
            "h" | "H" => {
                let start = self.at;
                let quote = self.rest()[1..].trim_start_matches('@');
                return quote_length(quote).map(|_| self.string(start));
            }
            _ => {}
        }
        self.raw_guid()
    }

    pub(super) fn number(&mut self) -> TokenKind {
        if let Some(guid) = self.raw_guid() {
            return guid;
        }
        let rest = self.rest().as_bytes();
        let (length, kind) = real_length(rest)
            .map(|n| (n, LiteralKind::Real))
            .or_else(|| time_span_length(rest).map(|n| (n, LiteralKind::TimeSpan)))
            .or_else(|| long_length(rest).map(|n| (n, LiteralKind::Long)))
            .map_or((word_length(self.rest()), None), |(n, kind)| (n, Some(kind)));
        self.at += length;
        // A name may start with digits: `3com`.
        kind.map_or(TokenKind::Identifier, TokenKind::Literal)
    }

    fn raw_guid(&mut self) -> Option<TokenKind> {
        let text = self.source.as_bytes().get(self.at..self.at + 36)?;
        let is_guid = text.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
        is_guid.then(|| {
            self.at += 36;
            TokenKind::Literal(LiteralKind::RawGuid)
        })
    }

    /// `datetime(...)` and its like: all up to the first `)`, which has to be on the same line.
    fn typed(&mut self, kind: LiteralKind, word: usize) -> TokenKind {
        let start = self.at;
        let inside = &self.rest()[word..];
        let end = inside.find([')', '\r', '\n', '\u{2028}', '\u{2029}']).unwrap_or(inside.len());
        let closed = inside[end..].starts_with(')');
        self.at += word + end + usize::from(closed);
        if !closed {
            let name = &self.source[start..start + word];
            self.fault(Span::empty(self.at as u32), format!("`{name}(` needs its `)` on the same line"));
        }
        TokenKind::Literal(kind)
    }

    pub(super) fn string_or_bad(&mut self, start: usize) -> TokenKind {
        match quote_length(self.rest().trim_start_matches('@')) {
            Some(_) => self.string(start),
            None => self.bad(),
        }
    }

    fn string(&mut self, start: usize) -> TokenKind {
        let rest = self.rest();
        let prefix = rest.len() - rest.trim_start_matches(['h', 'H', '@']).len();
        let verbatim = rest[..prefix].ends_with('@');
        let quoted = &rest[prefix..];
        let quote = &quoted[..quote_length(quoted).unwrap_or(1)];
        let body = &quoted[quote.len()..];
        let content = match quote.len() {
            3 => body.find(quote).unwrap_or(body.len()),
            _ => line_content(body, quote.as_bytes()[0], verbatim),
        };
        let closed = body[content..].starts_with(quote);
        self.at += prefix + quote.len() + content;
        if closed {
            self.at += quote.len();
        } else if body[content..].starts_with('\\') {
            self.bad_escape(&body[content..]);
        } else {
            self.fault(Span::new(start as u32, self.at as u32), format!("this string has no closing `{quote}`"));
        }
        TokenKind::Literal(LiteralKind::String)
    }

    fn bad_escape(&mut self, from: &str) {
        let shown: String = from.chars().take(2).filter(|c| !c.is_control()).collect();
        let span = Span::new(self.at as u32, (self.at + shown.len()) as u32);
        let fault = Diagnostic::syntax(span, format!("`{shown}` is no escape sequence"))
            .with_help("double the backslash, or put `@` before the opening quote");
        self.report(fault);
        // The rest of the string would only be misread as code: take it along.
        let line = from.find(['\r', '\n']).unwrap_or(from.len());
        let quote = from[..line].find(['"', '\'']).map_or(line, |at| at + 1);
        self.at += quote;
    }

    fn fault(&mut self, span: Span, message: String) {
        self.report(Diagnostic::syntax(span, message));
    }
}

/// Length of the quote that `text` starts with: one character, or three that open a multi-line string.
fn quote_length(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'"' | b'\'', ..] => Some(1),
        [b'`', b'`', b'`', ..] | [b'~', b'~', b'~', ..] => Some(3),
        _ => None,
    }
}

/// Length of what stands between the quotes of a one-line string.
fn line_content(body: &str, quote: u8, verbatim: bool) -> usize {
    let bytes = body.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\r' | b'\n' => break,
            b'\\' if !verbatim => match escape_length(&bytes[at..]) {
                Some(length) => at += length,
                None => break,
            },
            _ if byte == quote && verbatim && bytes.get(at + 1) == Some(&quote) => at += 2,
            _ if byte == quote => break,
            _ => at += 1,
        }
    }
    at
}

/// Length of the escape sequence that `bytes` starts with.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize, count: usize| {
        bytes.get(from..from + count).filter(|d| d.iter().all(u8::is_ascii_hexdigit)).map(|_| from + count)
    };
    match bytes.get(1)? {
        b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => Some(2),
        b'u' => digits(2, 4),
        b'U' => digits(2, 8),
        b'x' => digits(2, 2),
        b'0'..=b'7' => Some(1 + bytes[1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count()),
        _ => None,
    }
}

fn typed_literal(keyword: Keyword) -> Option<LiteralKind> {
    Some(match keyword {
        Keyword::Long | Keyword::Int64 => LiteralKind::Long,
        Keyword::Int | Keyword::Int32 => LiteralKind::Int,
        Keyword::Real | Keyword::Double => LiteralKind::Real,
        Keyword::Decimal => LiteralKind::Decimal,
        Keyword::Bool => LiteralKind::Bool,
        Keyword::Datetime | Keyword::Date => LiteralKind::DateTime,
        Keyword::Time | Keyword::Timespan => LiteralKind::TimeSpan,
        Keyword::Guid => LiteralKind::Guid,
        _ => return None,
    })
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn ends_word(bytes: &[u8], length: usize) -> Option<usize> {
    bytes.get(length).is_none_or(|b| !is_word_byte(*b)).then_some(length)
}

/// `1.5`, `1.`, `1e-3`; not `1..2`, the range of `between`.
fn real_length(bytes: &[u8]) -> Option<usize> {
    let mut at = digits(bytes);
    let dotted = bytes.get(at) == Some(&b'.') && (bytes.get(at + 1) != Some(&b'.') || bytes.get(at + 2) == Some(&b'.'));
    if dotted {
        at += 1 + digits(&bytes[at + 1..]);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes.get(at + 1 + sign..).unwrap_or_default());
        if exponent > 0 {
            return ends_word(bytes, at + 1 + sign + exponent);
        }
    }
    if dotted { ends_word(bytes, at) } else { None }
}

/// `1d`, `1.5h`, `100ms`, `3ticks`.
fn time_span_length(bytes: &[u8]) -> Option<usize> {
    let mut at = digits(bytes);
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1 + digits(&bytes[at + 1..]);
    }
    let unit = bytes[at..].iter().take_while(|b| is_word_byte(**b)).count();
    let is_unit = matches!(
        &bytes[at..at + unit],
        b"d" | b"day"
            | b"days"
            | b"h"
            | b"hr"
            | b"hrs"
            | b"hour"
            | b"hours"
            | b"m"
            | b"min"
            | b"minute"
            | b"minutes"
            | b"s"
            | b"sec"
            | b"second"
            | b"seconds"
            | b"ms"
            | b"milli"
            | b"millis"
            | b"millisec"
            | b"millisecond"
            | b"milliseconds"
            | b"micro"
            | b"micros"
            | b"microsec"
            | b"microsecond"
            | b"microseconds"
            | b"nano"
            | b"nanos"
            | b"nanosec"
            | b"nanosecond"
            | b"nanoseconds"
            | b"tick"
            | b"ticks"
    );
    is_unit.then_some(at + unit)
}

/// `12` and `0x1F`.
fn long_length(bytes: &[u8]) -> Option<usize> {
    if let [b'0', b'x' | b'X', hex @ ..] = bytes {
        let count = hex.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        return if count > 0 { ends_word(bytes, 2 + count) } else { None };
    }
    ends_word(bytes, digits(bytes))
}

/// The value of a string literal: quotes and prefix off, escape sequences resolved.
///
/// `text` is the token's text. A literal that the lexer has complained about gives what can be read of it.
pub fn string_value(text: &str) -> Cow<'_, str> {
    let quoted = text.trim_start_matches(['h', 'H']);
    let verbatim = quoted.starts_with('@');
    let quoted = quoted.trim_start_matches('@');
    let quote = &quoted[..quote_length(quoted).unwrap_or(0)];
    let body = &quoted[quote.len()..];
    let body = body.strip_suffix(quote).unwrap_or(body);
    match quote {
        "\"" | "'" if verbatim && body.contains(quote) => Cow::Owned(body.replace(&quote.repeat(2), quote)),
        "\"" | "'" if !verbatim && body.contains('\\') => Cow::Owned(unescape(body)),
        _ => Cow::Borrowed(body),
    }
}

fn unescape(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = escape_length(rest.as_bytes()).unwrap_or(1);
        let (sequence, after) = rest.split_at(length);
        let code = match sequence.as_bytes().get(1) {
            Some(b'a') => Some(0x07),
            Some(b'b') => Some(0x08),
            Some(b'f') => Some(0x0C),
            Some(b'n') => Some(0x0A),
            Some(b'r') => Some(0x0D),
            Some(b't') => Some(0x09),
            Some(b'v') => Some(0x0B),
            Some(b'u' | b'U' | b'x') => u32::from_str_radix(&sequence[2..], 16).ok(),
            Some(b'0'..=b'7') => u32::from_str_radix(&sequence[1..], 8).ok(),
            Some(byte) => Some(u32::from(*byte)),
            None => Some(u32::from(b'\\')),
        };
        value.extend(code.and_then(char::from_u32));
        rest = after;
    }
    value.push_str(rest);
    value
}

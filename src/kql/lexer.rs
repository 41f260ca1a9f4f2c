//! From characters to tokens, without losing one.
//!
//! Tokens come in source order and do not overlap. What lies between two of them (blanks, line breaks, comments) is
//! trivia; it is not stored, because it is exactly the bytes between the end of one token and the start of the next.
//! So trivia and token texts concatenated are the source, byte for byte.
//!
//! The lexical rules are those of Microsoft's `KqlTokens.g4` and of Kusto.Language 12.4.1, where the two differ.

mod literal;
mod trivia;

use super::diagnostic::{Diagnostic, MAX_FAULTS};
use super::keyword::Keyword;
use super::span::Span;

pub use literal::string_value;
pub(super) use trivia::skip_trivia;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name that is no keyword.
    Identifier,
    /// A reserved word.
    Keyword(Keyword),
    /// A literal: its text holds quotes, prefix and suffix.
    Literal(LiteralKind),
    /// Punctuation or an operator.
    Punct(Punct),
    /// `#` and the rest of the line; only a query's first lines may be directives.
    Directive,
    /// A character that no token starts with.
    Bad,
    /// The end of the source.
    End,
}

/// The kinds of literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// `"a"`, `'a'`, `@"a"`, `h"a"`, or three backquotes or tildes around several lines.
    String,
    /// `12`, `0x1F`, `long(12)`.
    Long,
    /// `int(12)`.
    Int,
    /// `1.5`, `1e3`, `real(nan)`.
    Real,
    /// `decimal(1.5)`.
    Decimal,
    /// `true`, `bool(1)`.
    Bool,
    /// `datetime(2026-01-31)`.
    DateTime,
    /// `1d`, `timespan(1.02:03:04)`.
    TimeSpan,
    /// `guid(...)`.
    Guid,
    /// A bare GUID, which only `dynamic(...)` and properties allow.
    RawGuid,
}

/// Punctuation and operators made of signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[rustfmt::skip]
pub enum Punct {
    OpenParen, CloseParen, OpenBracket, CloseBracket, OpenBrace, CloseBrace,
    Bar, Dot, DotDot, Comma, Colon, Semicolon, Question, At,
    Plus, Minus, Star, Slash, Percent,
    Equal, EqualEqual, EqualTilde, NotEqual, NotTilde, LessGreater, Arrow,
    Less, LessEqual, Greater, GreaterEqual, LessBar,
}

/// One token: its kind and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where its text is.
    pub span: Span,
}

/// The tokens of a source, the last of which is `End`, and the faults found on the way.
pub struct Lexed {
    /// All tokens.
    pub tokens: Vec<Token>,
    /// Unclosed strings and characters that mean nothing.
    pub diagnostics: Vec<Diagnostic>,
}

/// Splits a source into tokens. Every source has tokens, however wrong it is.
///
/// Offsets are 32 bits wide: what lies beyond 4 GiB is not read (a rule's query has at most 10,000 characters).
pub fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer { source, at: 0, diagnostics: Vec::new() };
    let mut tokens = Vec::with_capacity(source.len() / 4);
    loop {
        let token = lexer.next_token();
        tokens.push(token);
        if token.kind == TokenKind::End {
            return Lexed { tokens, diagnostics: lexer.diagnostics };
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Lexer<'s> {
    fn next_token(&mut self) -> Token {
        self.at = skip_trivia(self.source, self.at);
        let start = self.at;
        let kind = match self.byte(0) {
            None => TokenKind::End,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$') => self.word(),
            Some(b'0'..=b'9') => self.number(),
            Some(b'"' | b'\'' | b'`' | b'~') => self.string_or_bad(start),
            Some(b'@') if matches!(self.byte(1), Some(b'"' | b'\'' | b'`' | b'~')) => self.string_or_bad(start),
            Some(b'#') => {
                self.at = trivia::line_end(self.source, self.at);
                TokenKind::Directive
            }
            Some(b'!') => self.negation(),
            Some(_) => self.punctuation(),
        };
        Token { kind, span: self.span_from(start) }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn word(&mut self) -> TokenKind {
        let rest = self.rest();
        let text = &rest[..word_length(rest)];
        if let Some(compound) = compound_keyword(rest, text)
            && let Some(keyword) = Keyword::of(compound)
        {
            self.at += compound.len();
            return TokenKind::Keyword(keyword);
        }
        // No keyword is capitalised, and most names are.
        let keyword = if text.starts_with(|c: char| c.is_ascii_uppercase()) { None } else { Keyword::of(text) };
        if let Some(kind) = self.word_literal(text, keyword) {
            return kind;
        }
        self.at += text.len();
        keyword.map_or(TokenKind::Identifier, TokenKind::Keyword)
    }

    /// `!=`, `!~` and the negated operators such as `!has_cs`.
    fn negation(&mut self) -> TokenKind {
        match self.byte(1) {
            Some(b'=') => return self.punct(2, Punct::NotEqual),
            Some(b'~') => return self.punct(2, Punct::NotTilde),
            _ => {}
        }
        let rest = self.rest();
        let mut length = 1 + word_length(&rest[1..]);
        if &rest[..length] == "!in" && rest[length..].starts_with('~') {
            length += 1;
        }
        match Keyword::of(&rest[..length]) {
            Some(keyword) => {
                self.at += length;
                TokenKind::Keyword(keyword)
            }
            None => self.bad(),
        }
    }

    fn punctuation(&mut self) -> TokenKind {
        use Punct::*;
        let (length, punct) = match (self.byte(0).unwrap_or_default(), self.byte(1).unwrap_or_default()) {
            (b'.', b'.') => (2, DotDot),
            (b'<', b'=') => (2, LessEqual),
            (b'<', b'|') => (2, LessBar),
            (b'<', b'>') => (2, LessGreater),
            (b'>', b'=') => (2, GreaterEqual),
            (b'=', b'=') => (2, EqualEqual),
            (b'=', b'>') => (2, Arrow),
            (b'=', b'~') => (2, EqualTilde),
            (b'(', _) => (1, OpenParen),
            (b')', _) => (1, CloseParen),
            (b'[', _) => (1, OpenBracket),
            (b']', _) => (1, CloseBracket),
            (b'{', _) => (1, OpenBrace),
            (b'}', _) => (1, CloseBrace),
            (b'|', _) => (1, Bar),
            (b'.', _) => (1, Dot),
            (b',', _) => (1, Comma),
            (b':', _) => (1, Colon),
            (b';', _) => (1, Semicolon),
            (b'?', _) => (1, Question),
            (b'@', _) => (1, At),
            (b'+', _) => (1, Plus),
            (b'-', _) => (1, Minus),
            (b'*', _) => (1, Star),
            (b'/', _) => (1, Slash),
            (b'%', _) => (1, Percent),
            (b'=', _) => (1, Equal),
            (b'<', _) => (1, Less),
            (b'>', _) => (1, Greater),
            _ => return self.bad(),
        };
        self.punct(length, punct)
    }

    fn punct(&mut self, length: usize, punct: Punct) -> TokenKind {
        self.at += length;
        TokenKind::Punct(punct)
    }

    fn report(&mut self, fault: Diagnostic) {
        if self.diagnostics.len() < MAX_FAULTS {
            self.diagnostics.push(fault);
        }
    }

    fn bad(&mut self) -> TokenKind {
        let start = self.at;
        let Some(character) = self.rest().chars().next() else { return TokenKind::End };
        self.at += character.len_utf8();
        if self.diagnostics.len() == MAX_FAULTS {
            return TokenKind::Bad;
        }
        let mut fault = Diagnostic::syntax(self.span_from(start), format!("`{character}` means nothing here"));
        if let Some(plain) = plain_twin(character) {
            fault.message = format!("`{character}` (U+{:04X}) is not `{plain}`", u32::from(character));
            fault.help = Some(format!("write `{plain}`"));
        }
        self.report(fault);
        TokenKind::Bad
    }
}

/// Length of the name or keyword that `text` starts with. A dollar only starts a name: `$left`.
fn word_length(text: &str) -> usize {
    let dollar = usize::from(text.starts_with('$'));
    let rest = &text.as_bytes()[dollar..];
    dollar + rest.iter().position(|b| !is_word_byte(*b)).unwrap_or(rest.len())
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of `materialized-view-combine`, beside which all keywords are short.
const LONGEST_KEYWORD: usize = 25;

/// The words and dashes that `rest` starts with, no more of them than a keyword may have.
fn dashed_run(rest: &str) -> Option<&str> {
    let run = rest.bytes().take(LONGEST_KEYWORD + 1).take_while(|b| is_word_byte(*b) || *b == b'-').count();
    let text = rest.get(..run)?;
    if run > LONGEST_KEYWORD { text.get(..text.rfind('-')?) } else { Some(text) }
}

/// The first `length` bytes, unless they end inside a word.
fn whole_word(rest: &str, length: usize) -> Option<&str> {
    let ends = !rest.as_bytes().get(length).copied().is_some_and(is_word_byte);
    rest.get(..length).filter(|_| ends)
}

/// The keyword of several parts that `rest` starts with, its first part being `first`.
fn compound_keyword<'s>(rest: &'s str, first: &str) -> Option<&'s str> {
    const DASHED: [&str; 14] = [
        "assert",
        "commands",
        "granny",
        "graph",
        "macro",
        "make",
        "materialized",
        "mv",
        "parse",
        "partitioned",
        "project",
        "sample",
        "set",
        "top",
    ];
    let after = rest.as_bytes().get(first.len())?;
    let mut text = match after {
        b'-' if DASHED.contains(&first) => dashed_run(rest)?,
        b'.' if first == "hint" => whole_word(rest, first.len() + 1 + word_length(&rest[first.len() + 1..]))?,
        b'~' if first == "in" => whole_word(rest, first.len() + 1)?,
        b' ' if first == "matches" && rest.starts_with("matches regex") => whole_word(rest, "matches regex".len())?,
        _ => return None,
    };
    // `project-away-x` is `project-away` minus `x`: try the longest first.
    loop {
        if Keyword::of(text).is_some() && text.len() > first.len() {
            return Some(text);
        }
        text = &text[..text.rfind('-')?];
    }
}

/// The sign that a word processor has replaced by `character`.
fn plain_twin(character: char) -> Option<char> {
    match character {
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2033}' => Some('"'),
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{2032}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{037E}' => Some(';'),
        '\u{FF5C}' | '\u{2223}' | '\u{00A6}' => Some('|'),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

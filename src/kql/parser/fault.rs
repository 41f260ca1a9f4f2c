//! What is told of a fault: what was found, what was expected, the way out.

use super::super::diagnostic::{Diagnostic, MAX_FAULTS, nearest};
use super::super::lexer::{LiteralKind, Punct, TokenKind};
use super::super::span::Span;
use super::{Parser, comparison};

/// Words of SQL that begin what an operator of another name does here.
const SQL: [(&str, &str); 4] =
    [("select", "project"), ("having", "where"), ("group", "summarize ... by"), ("fetch", "take")];

/// As much of a token as a message shows.
const SHOWN: usize = 40;

impl Parser<'_> {
    /// Whether one more fault would not be told: so many are known, or one is known here.
    pub(super) fn is_told(&self) -> bool {
        self.diagnostics.len() >= MAX_FAULTS || self.gave_up || self.faulty == Some(self.at)
    }

    /// Reports that something is missing after the last token read, and what stands there instead.
    pub(super) fn missing(&mut self, mut message: String) {
        if self.is_told() {
            return;
        }
        let after = Span::empty(self.end());
        message.push_str(&self.found());
        let mut fault = Diagnostic::syntax(after, message);
        fault.help = self.advice_for_missing();
        self.report(fault);
    }

    /// What stands where something else should: `, found \`x\``.
    fn found(&self) -> String {
        match self.peek() {
            // The place says it.
            _ if self.at_end_of_part() => String::new(),
            TokenKind::Literal(LiteralKind::String) => ", found a string".to_owned(),
            _ => format!(", found `{}`", self.shown()),
        }
    }

    /// The text of the next token, cut if it is long or has several lines.
    fn shown(&self) -> String {
        let line = self.text(0).split(['\r', '\n', '\u{2028}', '\u{2029}']).next().unwrap_or_default();
        line.chars().take(SHOWN).collect()
    }

    /// What to take away so that nothing is missing.
    fn advice_for_missing(&self) -> Option<String> {
        let before = self.tokens.get(self.at.checked_sub(1)?)?;
        let word = before.span.text(self.source);
        match before.kind {
            TokenKind::Literal(_) | TokenKind::Punct(Punct::OpenParen) => None,
            TokenKind::Punct(Punct::Equal) if self.at_punct(Punct::Equal) => Some("write `==`".to_owned()),
            _ if self.text(0) == word => Some(format!("`{word}` is there twice: remove one")),
            TokenKind::Punct(Punct::Comma) if self.at_end_of_part() => Some("remove the comma, or go on".to_owned()),
            _ => None,
        }
    }

    /// Reports the next token as out of place, and skips the part that it is in.
    pub(super) fn unexpected(&mut self, after: &str) {
        if self.is_told() {
            self.skip_part();
            return;
        }
        let token = self.token(0);
        let message = match token.kind {
            TokenKind::End => format!("the query ends {after}"),
            TokenKind::Literal(LiteralKind::String) => format!("this string is out of place {after}"),
            _ => format!("`{}` is out of place {after}", self.shown()),
        };
        let mut diagnostic = Diagnostic::syntax(token.span, message);
        diagnostic.help = self.advice_for_stray();
        self.report(diagnostic);
        self.skip_part();
    }

    /// What an author may have meant by a token that is out of place.
    fn advice_for_stray(&self) -> Option<String> {
        let text = self.text(0);
        let did_you_mean = |word: &str| {
            // Any word of two letters is near `by`.
            let near = nearest(word, comparison::WORDS.iter().copied()).filter(|_| word.len() > 2)?;
            Some(format!("did you mean `{near}`?"))
        };
        match self.peek() {
            TokenKind::Keyword(keyword) if self.is_operator(keyword) => Some("put a `|` before it".to_owned()),
            TokenKind::Punct(Punct::Equal) => Some("`==` compares; `=` only names a value".to_owned()),
            TokenKind::Punct(Punct::CloseParen | Punct::CloseBracket | Punct::CloseBrace) => {
                Some("nothing is open that it could close: remove it".to_owned())
            }
            TokenKind::Identifier if self.token(1).kind == TokenKind::Punct(Punct::OpenParen) => {
                did_you_mean(&text.to_ascii_lowercase()).or(self.comma())
            }
            TokenKind::Identifier => did_you_mean(text).or(self.comma()),
            TokenKind::Literal(_) => self.comma(),
            _ => None,
        }
    }

    /// Two values beside each other are a list without its comma, or a condition without its operator.
    fn comma(&self) -> Option<String> {
        let before = self.tokens.get(self.at.checked_sub(1)?)?;
        let value = matches!(
            before.kind,
            TokenKind::Identifier | TokenKind::Literal(_) | TokenKind::Punct(Punct::CloseParen | Punct::CloseBracket)
        );
        value.then(|| "put a `,` or an operator before it".to_owned())
    }

    /// What an author may have meant by a word that is no operator.
    pub(super) fn advice_for_operator(&self, word: &str, words: &[&'static str]) -> Option<String> {
        if self.is_told() {
            return None;
        }
        if let Some((_, meant)) = SQL.iter().find(|(sql, _)| sql.eq_ignore_ascii_case(word)) {
            return Some(format!("did you mean `{meant}`?"));
        }
        if let Some(near) = nearest(word, words.iter().copied()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let named = self.punct(1) == Some(Punct::Equal);
        named.then(|| format!("`extend {word} = ...` adds a column"))
    }
}

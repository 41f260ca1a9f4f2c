//! Names: identifiers, reserved words that may serve as one, bracketed names, wildcards.

use std::borrow::Cow;

use super::super::diagnostic::Diagnostic;
use super::super::keyword::Naming;
use super::super::lexer::{LiteralKind, Punct, TokenKind, string_value};
use super::super::span::Span;
use super::super::tree::{Name, Tree};
use super::Parser;

impl<'q> Parser<'q> {
    /// A name where one is used.
    pub(super) fn name(&mut self) -> Option<Name<'q>> {
        self.name_as(Naming::Anywhere)
    }

    /// A name where one is declared: more reserved words may serve.
    pub(super) fn declared_name(&mut self) -> Option<Name<'q>> {
        self.name_as(Naming::Declared)
    }

    /// A name that has to be there.
    pub(super) fn required_name(&mut self, message: &str) -> Name<'q> {
        self.name().unwrap_or_else(|| {
            self.required(None, message);
            Name { text: Cow::Borrowed(""), span: Span::empty(self.end()) }
        })
    }

    fn name_as(&mut self, naming: Naming) -> Option<Name<'q>> {
        match self.scan_name(0, naming) {
            0 => None,
            1 => {
                let span = self.bump().span;
                Some(Name { text: Cow::Borrowed(span.text(self.source)), span })
            }
            count => Some(self.enclosed_name(count)),
        }
    }

    /// How many tokens the name `ahead` takes; 0 if there is none.
    pub(super) fn scan_name(&self, ahead: usize, naming: Naming) -> usize {
        match self.token(ahead).kind {
            TokenKind::Identifier => 1,
            TokenKind::Keyword(keyword) => usize::from(keyword.naming() <= naming),
            TokenKind::Punct(Punct::OpenBracket) => self.scan_bracketed_name(ahead),
            TokenKind::Punct(Punct::OpenBrace) => self.scan_placeholder(ahead),
            _ => 0,
        }
    }

    /// `['a b']`; the string may come in pieces.
    fn scan_bracketed_name(&self, ahead: usize) -> usize {
        let is_string = |n: &usize| self.token(ahead + n).kind == TokenKind::Literal(LiteralKind::String);
        let strings = (1..).take_while(is_string).count();
        let closed = self.punct(ahead + 1 + strings) == Some(Punct::CloseBracket);
        if strings > 0 && closed { strings + 2 } else { 0 }
    }

    /// `{TimeRange}`: a parameter that a workbook fills in. Microsoft's parser takes it for a name.
    fn scan_placeholder(&self, ahead: usize) -> usize {
        let named = matches!(self.token(ahead + 1).kind, TokenKind::Identifier | TokenKind::Keyword(_));
        let tight = self.adjacent(ahead + 1) && self.adjacent(ahead + 2);
        if named && tight && self.punct(ahead + 2) == Some(Punct::CloseBrace) { 3 } else { 0 }
    }

    fn enclosed_name(&mut self, count: usize) -> Name<'q> {
        let first = self.bump();
        let inner: Vec<Span> = (0..count - 2).map(|_| self.bump().span).collect();
        let last = self.bump();
        let span = first.span.to(last.span);
        let text = match (first.kind, inner.as_slice()) {
            (TokenKind::Punct(Punct::OpenBrace), _) => Cow::Borrowed(span.text(self.source)),
            (_, [one]) => string_value(one.text(self.source)),
            (_, pieces) => pieces.iter().map(|p| string_value(p.text(self.source))).collect::<String>().into(),
        };
        Name { text, span }
    }

    /// `Signin*`, `*_CL`, `a*b`: parts and stars with nothing between them. A lone `*` counts too.
    pub(super) fn wildcard(&mut self) -> Option<&'q str> {
        let count = self.scan_wildcard(0);
        if count == 0 {
            return None;
        }
        let start = self.start();
        (0..count).for_each(|_| {
            self.bump();
        });
        Some(self.span_from(start).text(self.source))
    }

    pub(super) fn scan_wildcard(&self, ahead: usize) -> usize {
        let is_part = |n: usize| match self.token(n).kind {
            TokenKind::Identifier | TokenKind::Literal(LiteralKind::Long) => true,
            TokenKind::Keyword(keyword) => keyword.naming() <= Naming::Declared,
            TokenKind::Punct(punct) => punct == Punct::Star,
            _ => false,
        };
        let star = |n: usize| self.punct(n) == Some(Punct::Star);
        let lead = match self.token(ahead).kind {
            TokenKind::Punct(Punct::Star) => 1,
            TokenKind::Literal(_) => return 0,
            _ if is_part(ahead) && star(ahead + 1) && self.adjacent(ahead + 1) => 2,
            _ => return 0,
        };
        lead + (ahead + lead..).take_while(|n| is_part(*n) && self.adjacent(*n)).count()
    }

    /// For a reserved word where a name or a value should be: how to write it as a name.
    pub(super) fn reserved_word_advice(&self) -> Option<String> {
        let keyword = self.keyword(0)?;
        let names_nothing = keyword.naming() > Naming::Anywhere && !self.is_operator(keyword);
        names_nothing.then(|| format!("as a name, the reserved word is written `['{}']`", self.text(0)))
    }

    /// Takes a reserved word that stands where only a name makes sense, and says how to write it.
    pub(super) fn reserved_word_as_name(&mut self) -> Option<Name<'q>> {
        let keyword = self.keyword(0)?;
        if keyword.naming() == Naming::Anywhere || !self.follows_name(1) {
            return None;
        }
        let span = self.bump().span;
        let word = span.text(self.source);
        self.report(
            Diagnostic::syntax(span, format!("`{word}` is a reserved word"))
                .with_help(format!("as a name, it is written `['{word}']`")),
        );
        Some(Name { text: Cow::Borrowed(word), span })
    }

    /// Whether the token `ahead` can only come after a name or a value.
    fn follows_name(&self, ahead: usize) -> bool {
        use Punct::*;
        match self.token(ahead).kind {
            TokenKind::Punct(p) => {
                !matches!(p, OpenParen | OpenBracket | OpenBrace | Minus | Plus | Semicolon | Equal | Question | At)
            }
            TokenKind::Keyword(keyword) => super::comparison::is_binary(keyword),
            _ => false,
        }
    }
}

impl Tree<'_> {
    /// The bytes of a span, as they stand in the source.
    pub fn text(&self, span: Span) -> &str {
        span.text(self.source)
    }
}

//! From tokens to a tree: recursive descent with recovery.
//!
//! Every source has a tree. What can't be read gives a diagnostic, is skipped up to the next `|` or `;`, and parsing
//! goes on, so that one query can report several faults. The parser accepts what Kusto.Language 12.4.1 accepts.

mod bracket;
mod combine;
mod comparison;
mod expand;
mod expression;
mod fault;
mod graph;
mod literal;
mod name;
mod operator;
mod param;
mod pipeline;
mod primary;
mod series;
mod shape;
mod statement;

use super::diagnostic::Diagnostic;
use super::keyword::Keyword;
use super::keyword::Naming;
use super::lexer::{Punct, Token, TokenKind, lex};
use super::span::Span;
use super::tree::{Expr, ExprKind, Name, Statement, Tree};

use bracket::Brackets;

/// How deep brackets and calls may nest. Of 2,420 published queries, none needs a quarter of it, and a debug build stays
/// within a thread's 2 MiB of stack.
const MAX_DEPTH: u32 = 100;

/// Parses a query. This never fails: see `Tree::diagnostics`.
pub fn parse(source: &str) -> Tree<'_> {
    let (statements, parser) = parsed(source);
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|d| d.span);
    Tree { source, statements, diagnostics }
}

/// How often parsing a query looks at a token.
#[cfg(test)]
pub(super) fn steps(source: &str) -> u64 {
    parsed(source).1.looks.get()
}

fn parsed(source: &str) -> (Vec<Statement<'_>>, Parser<'_>) {
    let lexed = lex(source);
    let mut parser = Parser {
        source,
        tokens: lexed.tokens,
        at: 0,
        depth: 0,
        gave_up: false,
        faulty: None,
        brackets: None,
        diagnostics: lexed.diagnostics,
        #[cfg(test)]
        looks: std::cell::Cell::new(0),
    };
    (parser.query(), parser)
}

struct Parser<'q> {
    source: &'q str,
    /// The last is `End`, on which the parser stays.
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    /// Set when nesting is too deep: the rest of the source is not read.
    gave_up: bool,
    /// The token at which the last fault was found. What is wrong there is told once.
    faulty: Option<usize>,
    /// Where brackets close, known once one is missing.
    brackets: Option<Brackets>,
    diagnostics: Vec<Diagnostic>,
    /// How often a token was looked at.
    #[cfg(test)]
    looks: std::cell::Cell<u64>,
}

impl<'q> Parser<'q> {
    fn token(&self, ahead: usize) -> Token {
        #[cfg(test)]
        self.looks.set(self.looks.get() + 1);
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + ahead).min(last)]
    }

    fn peek(&self) -> TokenKind {
        self.token(0).kind
    }

    fn bump(&mut self) -> Token {
        let token = self.token(0);
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// The text of the token `ahead` of the next one.
    fn text(&self, ahead: usize) -> &'q str {
        self.token(ahead).span.text(self.source)
    }

    /// The keyword `ahead` of the next token, if it is one.
    fn keyword(&self, ahead: usize) -> Option<Keyword> {
        match self.token(ahead).kind {
            TokenKind::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    /// The sign `ahead` of the next token, if it is one.
    fn punct(&self, ahead: usize) -> Option<Punct> {
        match self.token(ahead).kind {
            TokenKind::Punct(punct) => Some(punct),
            _ => None,
        }
    }

    fn at_keyword(&self, keyword: Keyword) -> bool {
        self.peek() == TokenKind::Keyword(keyword)
    }

    fn at_punct(&self, punct: Punct) -> bool {
        self.peek() == TokenKind::Punct(punct)
    }

    /// Whether no bytes lie between the token `ahead` and the one before it.
    fn adjacent(&self, ahead: usize) -> bool {
        ahead > 0 && self.token(ahead - 1).span.end == self.token(ahead).span.start
    }

    fn eat_keyword(&mut self, keyword: Keyword) -> bool {
        let found = self.at_keyword(keyword);
        if found {
            self.bump();
        }
        found
    }

    fn eat(&mut self, punct: Punct) -> bool {
        let found = self.at_punct(punct);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, punct: Punct, sign: &str, place: &str) {
        if self.eat(punct) {
            return;
        }
        match place.strip_prefix("at the end of ") {
            // Something goes on where a list could end.
            Some(list) if !self.at_end_of_part() => self.missing(format!("`,` or `{sign}` is missing in {list}")),
            _ => self.missing(format!("`{sign}` is missing {place}")),
        }
        self.skip_to_close(punct);
    }

    /// Where a bracket should close: if it closes further on, what is between is skipped, for it would be misread.
    fn skip_to_close(&mut self, close: Punct) {
        if !matches!(close, Punct::CloseParen | Punct::CloseBracket | Punct::CloseBrace) || self.gave_up {
            return;
        }
        let tokens = &self.tokens;
        let brackets = self.brackets.get_or_insert_with(|| Brackets::of(tokens));
        if let Some(at) = brackets.close_around(self.at).filter(|at| tokens[*at].kind == TokenKind::Punct(close)) {
            self.at = at + 1;
            self.faulty = Some(self.at);
        }
    }

    fn expect_keyword(&mut self, keyword: Keyword, word: &str, place: &str) {
        if !self.eat_keyword(keyword) {
            self.missing(format!("`{word}` is missing {place}"));
        }
    }

    /// End of the last token read.
    fn end(&self) -> u32 {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].span.end)
    }

    /// From `start` to the end of the last token read.
    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.end().max(start))
    }

    /// Where the next token starts.
    fn start(&self) -> u32 {
        self.token(0).span.start
    }

    fn expr_from(&self, start: u32, kind: ExprKind<'q>) -> Expr<'q> {
        Expr { span: self.span_from(start), kind }
    }

    /// Adds a diagnostic, unless the same place has one: it would only repeat the first in other words.
    fn report(&mut self, diagnostic: Diagnostic) {
        let at = diagnostic.span.start;
        let repeats =
            |d: &Diagnostic| d.span.start == at || (d.span.start < at && d.span.end >= at && !d.span.is_empty());
        let told = self.is_told();
        self.faulty = Some(self.at);
        if !told && !self.diagnostics.iter().rev().take(4).any(repeats) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The expression, or its absence reported as `message`.
    fn required(&mut self, expr: Option<Expr<'q>>, message: &str) -> Expr<'q> {
        expr.unwrap_or_else(|| {
            let taken = self.reserved_word_advice();
            match taken {
                Some(advice) => self.report(Diagnostic::syntax(self.token(0).span, message).with_help(advice)),
                None => self.missing(message.to_owned()),
            }
            Expr { span: Span::empty(self.end()), kind: ExprKind::Missing }
        })
    }

    /// Elements that commas separate, up to where none can start. A comma before nothing is reported.
    fn comma_list<T>(&mut self, message: &str, mut element: impl FnMut(&mut Self) -> Option<T>) -> Vec<T> {
        let mut list = Vec::new();
        loop {
            match element(self) {
                Some(item) => list.push(item),
                None if list.is_empty() && !self.at_punct(Punct::Comma) => return list,
                None => {
                    self.required(None, message);
                }
            }
            if !self.eat(Punct::Comma) {
                return list;
            }
        }
    }

    /// As `comma_list`, but at least one.
    fn comma_list1<T>(&mut self, message: &str, element: impl FnMut(&mut Self) -> Option<T>) -> Vec<T> {
        let before = self.at;
        let list = self.comma_list(message, element);
        if list.is_empty() && self.at == before {
            self.required(None, message);
        }
        list
    }

    /// Runs `inner` one level deeper, or gives up on the source if that is too deep.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH {
            let here = self.token(0).span;
            self.report(Diagnostic::syntax(here, format!("brackets nest deeper than {MAX_DEPTH} levels")));
            self.gave_up = true;
            self.at = self.tokens.len() - 1;
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Whether the next token ends a list, an operator or a bracket.
    fn at_end_of_part(&self) -> bool {
        match self.peek() {
            TokenKind::End => true,
            TokenKind::Punct(punct) => {
                use Punct::*;
                matches!(punct, CloseParen | CloseBracket | CloseBrace | Bar | Semicolon)
            }
            _ => false,
        }
    }

    /// Skips to the next token that ends a part, brackets in between included.
    fn skip_part(&mut self) {
        let mut open = 0u32;
        while self.peek() != TokenKind::End && (open > 0 || !self.at_end_of_part()) {
            match self.bump().kind {
                TokenKind::Punct(Punct::OpenParen | Punct::OpenBracket | Punct::OpenBrace) => open += 1,
                TokenKind::Punct(Punct::CloseParen | Punct::CloseBracket | Punct::CloseBrace) => {
                    open = open.saturating_sub(1)
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;

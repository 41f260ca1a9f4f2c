//! Parameters of operators: `kind=inner`, `hint.strategy=shuffle`, `with (format="csv")`.

use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Expr, ExprKind, Name, Param};
use super::Parser;

/// The parameters that every operator with parameters takes, as far as syntax goes.
const KNOWN: [&str; 31] = [
    "__crossCluster",
    "__crossDB",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__sourceColumnIndex",
    "bagexpansion",
    "bin_legacy",
    "cycles",
    "decodeblocks",
    "expandoutput",
    "force_remote",
    "hint.concurrency",
    "hint.distribution",
    "hint.materialized",
    "hint.num_partitions",
    "hint.pass_filters",
    "hint.pass_filters_column",
    "hint.progressive_top",
    "hint.remote",
    "hint.shufflekey",
    "hint.spread",
    "hint.strategy",
    "isfuzzy",
    "kind",
    "with_itemindex",
    "with_match_id",
    "with_source",
    "with_step_name",
    "withsource",
];

impl<'q> Parser<'q> {
    /// The parameters after an operator's keyword. `own` are those that only this operator has.
    pub(super) fn params(&mut self, own: &[&str]) -> Vec<Param<'q>> {
        let mut params = Vec::new();
        while let Some(param) = self.param(own) {
            params.push(param);
        }
        params
    }

    pub(super) fn param(&mut self, own: &[&str]) -> Option<Param<'q>> {
        let count = self.scan_param_name();
        if count == 0 || self.punct(count) != Some(Punct::Equal) {
            return None;
        }
        let span = self.token(0).span.to(self.token(count - 1).span);
        let text = span.text(self.source);
        if !KNOWN.contains(&text) && !own.contains(&text) {
            return None;
        }
        (0..=count).for_each(|_| {
            self.bump();
        });
        let value = self.param_value();
        let value = self.required(value, "the parameter needs a value");
        Some(Param { name: Name { text: text.into(), span }, value })
    }

    /// Tokens of a parameter's name. `hint.num_partitions` is no reserved word, so it takes three.
    fn scan_param_name(&self) -> usize {
        match self.peek() {
            TokenKind::Identifier if self.text(0) == "hint" && self.punct(1) == Some(Punct::Dot) => 3,
            TokenKind::Identifier | TokenKind::Keyword(_) => 1,
            _ => 0,
        }
    }

    /// A literal, a word or a name.
    pub(super) fn param_value(&mut self) -> Option<Expr<'q>> {
        if let Some(literal) = self.literal() {
            return Some(literal);
        }
        let name = match self.peek() {
            TokenKind::Identifier | TokenKind::Keyword(_) => {
                let span = self.bump().span;
                Name { text: span.text(self.source).into(), span }
            }
            _ => self.name()?,
        };
        Some(Expr { span: name.span, kind: ExprKind::Name(name) })
    }

    /// `(name=value, ...)` after `with`; values may be lists of names, as those of charts are.
    pub(super) fn properties(&mut self, after: &str) -> Vec<Param<'q>> {
        self.expect(Punct::OpenParen, "(", after);
        self.eat(Punct::Comma);
        let mut properties = Vec::new();
        while let Some(property) = self.property() {
            properties.push(property);
            // `ycolumns=a, b`: names without a value of their own go with the property before them.
            while self.punct(0) == Some(Punct::Comma) && self.punct(2) != Some(Punct::Equal) && self.is_plain_name(1) {
                self.bump();
                self.bump();
            }
            if !self.eat(Punct::Comma) {
                break;
            }
            if self.at_punct(Punct::CloseParen) {
                self.missing("a property is missing".to_owned());
            }
        }
        self.expect(Punct::CloseParen, ")", "after the properties");
        properties
    }

    fn is_plain_name(&self, ahead: usize) -> bool {
        matches!(self.token(ahead).kind, TokenKind::Identifier | TokenKind::Keyword(_))
    }

    fn property(&mut self) -> Option<Param<'q>> {
        let name = match self.peek() {
            TokenKind::Keyword(_) => {
                let span = self.bump().span;
                Name { text: span.text(self.source).into(), span }
            }
            _ => self.declared_name()?,
        };
        self.expect(Punct::Equal, "=", "between the property and its value");
        let value = match self.peek() {
            TokenKind::Keyword(_) | TokenKind::Literal(_) => self.param_value(),
            _ => self.path(),
        };
        let value = self.required(value, "the property needs a value");
        Some(Param { name, value })
    }
}

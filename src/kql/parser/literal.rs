//! Literals that take more than one token: compound strings, `dynamic(...)`, `typeof(...)`, signed numbers.

use super::super::diagnostic::Diagnostic;
use super::super::keyword::Keyword;
use super::super::lexer::{LiteralKind, Punct, TokenKind};
use super::super::span::Span;
use super::super::tree::{Expr, ExprKind, Json, JsonKind, Name, RowSchema, TypedName};
use super::Parser;

impl<'q> Parser<'q> {
    /// Any literal, a signed number included.
    pub(super) fn literal(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        match self.peek() {
            TokenKind::Literal(kind) => {
                let first = self.bump();
                if kind == LiteralKind::RawGuid {
                    let help = format!("write `guid({})`", first.span.text(self.source));
                    self.report(Diagnostic::syntax(first.span, "a GUID needs its type").with_help(help));
                }
                while kind == LiteralKind::String && self.peek() == TokenKind::Literal(kind) {
                    self.bump();
                }
                Some(self.expr_from(start, ExprKind::Literal(kind)))
            }
            TokenKind::Keyword(Keyword::Dynamic) => self.dynamic(),
            TokenKind::Keyword(Keyword::Typeof) => self.type_of(),
            TokenKind::Punct(Punct::Plus | Punct::Minus) => self.signed_number(),
            TokenKind::Punct(Punct::OpenBrace) => {
                let name = self.name()?;
                Some(Expr { span: name.span, kind: ExprKind::Name(name) })
            }
            _ => None,
        }
    }

    fn signed_number(&mut self) -> Option<Expr<'q>> {
        let TokenKind::Literal(kind) = self.token(1).kind else { return None };
        let numeric = matches!(kind, LiteralKind::Long | LiteralKind::Real | LiteralKind::TimeSpan);
        if !numeric || !self.adjacent(1) || !self.text(1).starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let start = self.bump().span.start;
        self.bump();
        Some(self.expr_from(start, ExprKind::Literal(kind)))
    }

    fn dynamic(&mut self) -> Option<Expr<'q>> {
        if self.punct(1) != Some(Punct::OpenParen) {
            return None;
        }
        let start = self.bump().span.start;
        self.bump();
        let value = self.json();
        self.expect(Punct::CloseParen, ")", "at the end of `dynamic(...)`");
        Some(self.expr_from(start, ExprKind::Dynamic(value)))
    }

    fn json(&mut self) -> Json {
        self.nested(Self::json_value).unwrap_or_else(|| {
            self.missing("a JSON value is missing".to_owned());
            Json { span: Span::empty(self.end()), kind: JsonKind::Missing }
        })
    }

    fn json_value(&mut self) -> Option<Json> {
        let start = self.start();
        let kind = match self.peek() {
            TokenKind::Literal(LiteralKind::Int) => return None,
            TokenKind::Literal(kind) => {
                self.literal();
                JsonKind::Literal(kind)
            }
            TokenKind::Punct(Punct::Minus) => match self.token(1).kind {
                TokenKind::Literal(kind @ (LiteralKind::Long | LiteralKind::Real)) => {
                    self.bump();
                    self.bump();
                    JsonKind::Literal(kind)
                }
                _ => return None,
            },
            TokenKind::Keyword(Keyword::Null) => {
                self.bump();
                JsonKind::Null
            }
            TokenKind::Keyword(Keyword::Dynamic) => match self.dynamic()?.kind {
                ExprKind::Dynamic(inner) => inner.kind,
                _ => return None,
            },
            TokenKind::Punct(Punct::OpenBracket) => {
                self.bump();
                let items = self.comma_list("a JSON value is missing", |p| p.nested(Self::json_value));
                self.expect(Punct::CloseBracket, "]", "at the end of the JSON array");
                JsonKind::Array(items)
            }
            TokenKind::Punct(Punct::OpenBrace) if self.name().is_some() => JsonKind::Missing,
            TokenKind::Punct(Punct::OpenBrace) => {
                self.bump();
                let pairs = self.comma_list("a JSON property is missing", Self::json_pair);
                self.expect(Punct::CloseBrace, "}", "at the end of the JSON object");
                JsonKind::Object(pairs)
            }
            _ => return None,
        };
        Some(Json { span: self.span_from(start), kind })
    }

    fn json_pair(&mut self) -> Option<(Span, Json)> {
        if self.peek() != TokenKind::Literal(LiteralKind::String) {
            let name = self.text(0);
            if self.peek() == TokenKind::Identifier && self.punct(1) == Some(Punct::Colon) {
                let key = self.bump().span;
                self.report(
                    Diagnostic::syntax(key, "a JSON property has its name in quotes")
                        .with_help(format!("write `\"{name}\"`")),
                );
                self.bump();
                return Some((key, self.json()));
            }
            return None;
        }
        let key = self.bump().span;
        self.expect(Punct::Colon, ":", "between a JSON property and its value");
        Some((key, self.json()))
    }

    /// `typeof(string)` or `typeof(*, a: long)`
    pub(super) fn type_of(&mut self) -> Option<Expr<'q>> {
        if !self.at_keyword(Keyword::Typeof) || self.punct(1) != Some(Punct::OpenParen) {
            return None;
        }
        let start = self.bump().span.start;
        self.bump();
        let mut schema = RowSchema::default();
        if self.punct(1) == Some(Punct::CloseParen) && self.at_word() {
            let word = self.type_word();
            let name = Name { text: "".into(), span: Span::empty(word.span.start) };
            schema.columns.push(TypedName { name, type_name: word });
        } else {
            let columns = self.comma_list("a column is missing", |p| {
                if p.eat(Punct::Star) {
                    return Some(None);
                }
                p.typed_name().map(Some)
            });
            schema.star = columns.iter().any(Option::is_none);
            schema.columns = columns.into_iter().flatten().collect();
        }
        self.expect(Punct::CloseParen, ")", "at the end of `typeof(...)`");
        Some(self.expr_from(start, ExprKind::TypeOf(schema)))
    }

    fn at_word(&self) -> bool {
        matches!(self.peek(), TokenKind::Identifier | TokenKind::Keyword(_))
    }

    fn type_word(&mut self) -> Name<'q> {
        let span = self.bump().span;
        Name { text: span.text(self.source).into(), span }
    }

    /// `name: type`
    pub(super) fn typed_name(&mut self) -> Option<TypedName<'q>> {
        let name = self.declared_name()?;
        self.expect(Punct::Colon, ":", "between the name and its type");
        let type_name = self.type_name();
        Some(TypedName { name, type_name })
    }

    /// The name of a scalar type.
    pub(super) fn type_name(&mut self) -> Name<'q> {
        if !self.at_word() {
            self.missing("the name of a type is missing".to_owned());
            return Name { text: "".into(), span: Span::empty(self.end()) };
        }
        let word = self.type_word();
        if !is_column_type(&word.text) {
            let near = super::super::diagnostic::nearest(&word.text, COLUMN_TYPES.iter().copied());
            let mut fault = Diagnostic::syntax(word.span, format!("`{}` is not the type of a column", word.text));
            fault.help = near.map(|n| format!("did you mean `{n}`?"));
            self.report(fault);
        }
        word
    }

    /// `(a: string, b: long)`. A comma may come first or last.
    pub(super) fn row_schema(&mut self) -> RowSchema<'q> {
        let mut schema = RowSchema::default();
        if !self.eat(Punct::OpenParen) {
            self.missing("the columns are missing: `(name: type, ...)`".to_owned());
            return schema;
        }
        self.eat(Punct::Comma);
        if self.eat(Punct::Star) {
            schema.star = true;
            self.eat(Punct::Comma);
        }
        while let Some(column) = self.typed_name() {
            schema.columns.push(column);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        self.expect(Punct::CloseParen, ")", "after the columns");
        schema
    }
}

/// The words that name the type of a column or a parameter, synonyms included.
const COLUMN_TYPES: [&str; 17] = [
    "bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "guid", "int", "int64", "int8", "long",
    "real", "string", "time", "timespan", "uniqueid",
];

fn is_column_type(word: &str) -> bool {
    COLUMN_TYPES.contains(&word)
}

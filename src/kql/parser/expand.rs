//! Operators that make rows or columns out of one value.

use super::super::keyword::Keyword;
use super::super::lexer::{LiteralKind, Punct, TokenKind};
use super::super::tree::{Expanded, ExprKind, MvApply, MvExpand, OperatorKind, Parse, ParsePart, RowSchema};
use super::Parser;

impl<'q> Parser<'q> {
    pub(super) fn mv_expand(&mut self) -> OperatorKind<'q> {
        let items = self.comma_list1("`mv-expand` needs a column", |p| match p.at_keyword(Keyword::Limit) {
            true => None,
            false => p.expanded(),
        });
        let limit = self.row_limit();
        OperatorKind::MvExpand(Box::new(MvExpand { items, limit }))
    }

    fn expanded(&mut self) -> Option<Expanded<'q>> {
        let expr = self.named_expr()?;
        Some(Expanded { expr, to: self.element_type() })
    }

    fn element_type(&mut self) -> Option<RowSchema<'q>> {
        if !self.eat_keyword(Keyword::To) {
            return None;
        }
        match self.type_of()?.kind {
            ExprKind::TypeOf(schema) => Some(schema),
            _ => None,
        }
    }

    fn row_limit(&mut self) -> Option<super::Expr<'q>> {
        self.eat_keyword(Keyword::Limit).then(|| self.required_scalar("`limit` needs a number of rows"))
    }

    pub(super) fn mv_apply(&mut self) -> OperatorKind<'q> {
        let items = self.comma_list1("`mv-apply` needs a column", |p| match p.at_end_of_applied() {
            true => None,
            false => p.expanded(),
        });
        let limit = self.row_limit();
        if self.eat_keyword(Keyword::Id) {
            self.scalar();
        }
        self.expect_keyword(Keyword::On, "on", "after the columns of `mv-apply`");
        self.expect(Punct::OpenParen, "(", "before the operators of `mv-apply`");
        let body = self.sub_pipeline();
        self.expect(Punct::CloseParen, ")", "after the operators of `mv-apply`");
        OperatorKind::MvApply(Box::new(MvApply { items, limit, body }))
    }

    /// `limit`, `id` and `on` end the columns, unless one of them is a column.
    fn at_end_of_applied(&self) -> bool {
        let ends = matches!(self.keyword(0), Some(Keyword::Limit | Keyword::Id | Keyword::On));
        let column = matches!(self.punct(1), Some(Punct::Comma | Punct::Equal)) || self.keyword(1) == Some(Keyword::To);
        ends && !column
    }

    pub(super) fn evaluate(&mut self) -> OperatorKind<'q> {
        let call = self.call().unwrap_or_else(|| {
            let name = self.required_name("`evaluate` needs a plug-in: `bag_unpack(a)`");
            if !name.text.is_empty() {
                self.missing("`(` is missing after the plug-in".to_owned());
            }
            super::super::tree::Call { name, args: Vec::new() }
        });
        let schema = self.eat(Punct::Colon).then(|| self.row_schema());
        OperatorKind::Evaluate { call, schema }
    }

    pub(super) fn invoke(&mut self) -> OperatorKind<'q> {
        let path = match self.scan_call(0) {
            true => self.path(),
            false => None,
        };
        OperatorKind::Invoke(self.required(path, "`invoke` needs a function: `f()`"))
    }

    pub(super) fn parse_operator(&mut self) -> OperatorKind<'q> {
        let input = self.required_scalar("`parse` needs a value");
        self.expect_keyword(Keyword::With, "with", "after the value of `parse`");
        let mut pattern = Vec::new();
        while let Some(part) = self.parse_part() {
            pattern.push(part);
        }
        OperatorKind::Parse(Box::new(Parse { input, pattern }))
    }

    fn parse_part(&mut self) -> Option<ParsePart<'q>> {
        let start = self.start();
        match self.peek() {
            TokenKind::Punct(Punct::Star) => Some(ParsePart::Star(self.bump().span)),
            TokenKind::Literal(LiteralKind::String) => {
                self.literal();
                Some(ParsePart::Text(self.span_from(start)))
            }
            _ => {
                let name = self.declared_name()?;
                let type_name = self.eat(Punct::Colon).then(|| self.type_name());
                Some(ParsePart::Column(name, type_name))
            }
        }
    }

    pub(super) fn parse_kv(&mut self) -> OperatorKind<'q> {
        let input = Box::new(self.required_scalar("`parse-kv` needs a value"));
        self.expect_keyword(Keyword::As, "as", "after the value of `parse-kv`");
        let keys = self.row_schema();
        let properties = match self.eat_keyword(Keyword::With) {
            true => self.properties("after `with`"),
            false => Vec::new(),
        };
        OperatorKind::ParseKv { input, keys, properties }
    }
}

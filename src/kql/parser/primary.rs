//! The tightest expressions: names, calls, paths, tables written in the query.

use super::super::keyword::Keyword;
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Call, Datatable, Expr, ExprKind, ExternalData, Path, Step, StepKind};
use super::Parser;

impl<'q> Parser<'q> {
    /// A root and its `.member`, `.call()` and `[index]` steps.
    pub(super) fn path(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if self.at_keyword(Keyword::Totable) {
            return self.enclosed(ExprKind::ToTable);
        }
        let root = self.primary()?;
        let steps = self.steps();
        if steps.is_empty() {
            return Some(root);
        }
        Some(self.expr_from(start, ExprKind::Path(Box::new(Path { root, steps }))))
    }

    /// A column, never a call: `partition by a (...)` has no call in it.
    pub(super) fn column_path(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let name = self.special_name().or_else(|| self.name())?;
        let root = Expr { span: name.span, kind: ExprKind::Name(name) };
        let steps = self.steps();
        if steps.is_empty() {
            return Some(root);
        }
        Some(self.expr_from(start, ExprKind::Path(Box::new(Path { root, steps }))))
    }

    fn steps(&mut self) -> Vec<Step<'q>> {
        let mut steps = Vec::new();
        loop {
            let start = self.start();
            let kind = if self.eat(Punct::Dot) {
                self.member()
            } else if self.at_punct(Punct::OpenBracket) {
                StepKind::Index(self.index())
            } else {
                return steps;
            };
            steps.push(Step { span: self.span_from(start), kind });
        }
    }

    fn index(&mut self) -> Expr<'q> {
        self.bump();
        let index = self.required_scalar("an index or a key is missing between the brackets");
        self.expect(Punct::CloseBracket, "]", "after the index");
        index
    }

    fn member(&mut self) -> StepKind<'q> {
        if self.scan_call(0) {
            return self.call().map_or(StepKind::At, StepKind::Call);
        }
        match self.peek() {
            TokenKind::Punct(Punct::At) => {
                self.bump();
                StepKind::At
            }
            TokenKind::Punct(Punct::OpenBracket) if self.scan_name(0, super::Naming::Anywhere) == 0 => {
                StepKind::Index(self.index())
            }
            _ => match self.special_name() {
                Some(name) => StepKind::Member(name),
                None => StepKind::Member(self.required_name("a name is missing after the dot")),
            },
        }
    }

    /// `kind` and `withsource` are reserved, but paths may go through them.
    fn special_name(&mut self) -> Option<super::Name<'q>> {
        match self.keyword(0) {
            Some(Keyword::Kind | Keyword::Withsource | Keyword::WithSource) => {
                let span = self.bump().span;
                Some(super::Name { text: span.text(self.source).into(), span })
            }
            _ => None,
        }
    }

    /// Whether a call starts `ahead`.
    pub(super) fn scan_call(&self, ahead: usize) -> bool {
        let name = self.scan_name(ahead, super::Naming::Anywhere);
        name > 0 && self.punct(ahead + name) == Some(Punct::OpenParen)
    }

    /// `f(a, b = c, *)`
    pub(super) fn call(&mut self) -> Option<Call<'q>> {
        if !self.scan_call(0) {
            return None;
        }
        let name = self.name()?;
        self.bump();
        let args = self.comma_list("an argument is missing", Self::argument);
        self.expect(Punct::CloseParen, ")", &format!("at the end of `{}(...)`", name.text));
        Some(Call { name, args })
    }

    fn argument(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if self.at_punct(Punct::Star) && matches!(self.punct(1), Some(Punct::CloseParen | Punct::Comma)) {
            self.bump();
            return Some(self.expr_from(start, ExprKind::Star));
        }
        self.named_expr()
    }

    fn primary(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        match self.peek() {
            TokenKind::Literal(_) | TokenKind::Keyword(Keyword::Dynamic) => self.literal(),
            TokenKind::Punct(Punct::OpenParen) => self.parenthesized(),
            TokenKind::Keyword(Keyword::Toscalar) => self.enclosed(ExprKind::ToScalar),
            TokenKind::Keyword(Keyword::Datatable) => self.datatable(),
            TokenKind::Keyword(Keyword::Externaldata | Keyword::ExternalUnderscoreData) => self.external_data(),
            TokenKind::Keyword(Keyword::InternalContextualDatatable) => self.contextual_datatable(),
            TokenKind::Keyword(Keyword::MaterializedViewCombine) => self.view_combine(),
            TokenKind::Punct(Punct::At) => {
                self.bump();
                Some(self.expr_from(start, ExprKind::At))
            }
            TokenKind::Keyword(Keyword::Typeof) if self.punct(1) == Some(Punct::OpenParen) => self.type_of(),
            _ => self.call_or_name(),
        }
    }

    fn call_or_name(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if let Some(call) = self.call() {
            return Some(self.expr_from(start, ExprKind::Call(Box::new(call))));
        }
        let Some(name) = self.special_name().or_else(|| self.name()) else {
            if self.at_punct(Punct::OpenBracket) {
                return Some(self.bare_brackets());
            }
            let name = self.reserved_word_as_name()?;
            return Some(Expr { span: name.span, kind: ExprKind::Name(name) });
        };
        if self.eat_keyword(Keyword::Datascope) {
            self.expect(Punct::Equal, "=", "after `datascope`");
            self.param_value();
        }
        Some(self.expr_from(start, ExprKind::Name(name)))
    }

    fn bare_brackets(&mut self) -> Expr<'q> {
        let start = self.start();
        if self.scan_wildcard(1) > 0 {
            self.bump();
            let text = self.wildcard().unwrap_or_default();
            self.expect(Punct::CloseBracket, "]", "after the wildcard");
            return self.expr_from(start, ExprKind::Wildcard(text));
        }
        let inner = self.index();
        self.expr_from(start, ExprKind::Opaque(vec![inner]))
    }

    pub(super) fn parenthesized(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if !self.eat(Punct::OpenParen) {
            return None;
        }
        let inner = self.nested(Self::expression);
        let inner = self.required(inner, "an expression is missing between the parentheses");
        self.expect(Punct::CloseParen, ")", "to close the parenthesis");
        Some(self.expr_from(start, ExprKind::Paren(Box::new(inner))))
    }

    /// `toscalar(...)`, `totable(...)`, `materialize(...)`
    pub(super) fn enclosed(&mut self, build: fn(Box<Expr<'q>>) -> ExprKind<'q>) -> Option<Expr<'q>> {
        let start = self.start();
        let word = self.text(0);
        self.bump();
        self.params(&[]);
        self.expect(Punct::OpenParen, "(", &format!("after `{word}`"));
        let inner = self.nested(Self::expression);
        let inner = self.required(inner, &format!("`{word}` needs a query"));
        self.expect(Punct::CloseParen, ")", &format!("at the end of `{word}(...)`"));
        Some(self.expr_from(start, build(Box::new(inner))))
    }

    fn datatable(&mut self) -> Option<Expr<'q>> {
        let start = self.bump().span.start;
        self.params(&[]);
        let schema = self.row_schema();
        self.expect(Punct::OpenBracket, "[", "before the values of `datatable`");
        self.eat(Punct::Comma);
        let values = self.trailing_comma_list(Self::literal);
        self.expect(Punct::CloseBracket, "]", "after the values of `datatable`");
        Some(self.expr_from(start, ExprKind::Datatable(Box::new(Datatable { schema, values }))))
    }

    fn external_data(&mut self) -> Option<Expr<'q>> {
        let start = self.bump().span.start;
        self.params(&[]);
        let schema = self.row_schema();
        self.expect(Punct::OpenBracket, "[", "before the location of `externaldata`");
        let locations = self.trailing_comma_list(Self::expression);
        self.expect(Punct::CloseBracket, "]", "after the location of `externaldata`");
        let properties = match self.eat_keyword(Keyword::With) {
            true => self.properties("after `with`"),
            false => Vec::new(),
        };
        let data = ExternalData { schema, locations, properties };
        Some(self.expr_from(start, ExprKind::ExternalData(Box::new(data))))
    }

    /// A list that may end with a comma.
    fn trailing_comma_list(&mut self, element: fn(&mut Self) -> Option<Expr<'q>>) -> Vec<Expr<'q>> {
        let mut list = Vec::new();
        while let Some(item) = element(self) {
            list.push(item);
            if !self.eat(Punct::Comma) {
                break;
            }
        }
        list
    }

    /// `__contextual_datatable guid(...) (a: string)`, which the service writes for itself.
    fn contextual_datatable(&mut self) -> Option<Expr<'q>> {
        let start = self.bump().span.start;
        let id = self.literal().or_else(|| self.scalar());
        let id = self.required(id, "the table's id is missing");
        self.row_schema();
        Some(self.expr_from(start, ExprKind::Opaque(vec![id])))
    }

    /// `materialized-view-combine("v") base (...) delta (...) aggregations (...)`
    fn view_combine(&mut self) -> Option<Expr<'q>> {
        let start = self.bump().span.start;
        let mut parts: Vec<Expr<'q>> = self.parenthesized().into_iter().collect();
        for clause in ["base", "delta", "aggregations"] {
            if self.text(0) != clause {
                self.missing(format!("`{clause} (...)` is missing"));
                break;
            }
            self.bump();
            parts.extend(self.parenthesized());
        }
        Some(self.expr_from(start, ExprKind::Opaque(parts)))
    }
}

//! Operators that choose columns, rows and their order.

use super::super::keyword::Keyword;
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Expr, ExprKind, OperatorKind, Ordered};
use super::Parser;

impl<'q> Parser<'q> {
    /// A value, named or not, that has to be there.
    pub(super) fn required_named(&mut self, message: &str) -> Expr<'q> {
        let expr = self.named_expr();
        self.required(expr, message)
    }

    pub(super) fn filter(&mut self) -> OperatorKind<'q> {
        OperatorKind::Filter(self.required_named("`where` needs a condition"))
    }

    pub(super) fn count(&mut self) -> OperatorKind<'q> {
        let name = self.eat_keyword(Keyword::As).then(|| self.required_name("a name is missing after `as`"));
        OperatorKind::Count { name }
    }

    pub(super) fn distinct(&mut self) -> OperatorKind<'q> {
        OperatorKind::Distinct(
            self.comma_list1("`distinct` needs a column or `*`", |p| p.star().or_else(|| p.named_expr())),
        )
    }

    pub(super) fn star(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        self.eat(Punct::Star).then(|| self.expr_from(start, ExprKind::Star))
    }

    /// Columns and wildcards of `project-away` and `project-keep`.
    pub(super) fn column_patterns(&mut self) -> Vec<Expr<'q>> {
        self.comma_list("a column is missing after the comma", Self::column_pattern)
    }

    fn column_pattern(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if let Some(text) = self.wildcard() {
            return Some(self.expr_from(start, ExprKind::Wildcard(text)));
        }
        let name = self.name()?;
        Some(Expr { span: name.span, kind: ExprKind::Name(name) })
    }

    pub(super) fn project_reorder(&mut self) -> OperatorKind<'q> {
        OperatorKind::ProjectReorder(self.comma_list("a column is missing after the comma", |p| {
            let expr = p.column_pattern()?;
            let order = p.order();
            Some(Ordered { expr, order, nulls_first: None })
        }))
    }

    fn order(&mut self) -> Option<Keyword> {
        let order = self.keyword(0)?;
        let is_order = matches!(order, Keyword::Asc | Keyword::Desc | Keyword::GrannyAsc | Keyword::GrannyDesc);
        is_order.then(|| {
            self.bump();
            order
        })
    }

    /// `a desc nulls last`
    pub(super) fn ordered(&mut self) -> Option<Ordered<'q>> {
        let expr = self.named_expr()?;
        let order = self.order();
        let mut nulls_first = None;
        if self.eat_keyword(Keyword::Nulls) {
            nulls_first = Some(self.at_keyword(Keyword::First));
            if !self.eat_keyword(Keyword::First) && !self.eat_keyword(Keyword::Last) {
                self.missing("`first` or `last` is missing after `nulls`".to_owned());
            }
        }
        Some(Ordered { expr, order, nulls_first })
    }

    pub(super) fn required_ordered(&mut self, message: &str) -> Ordered<'q> {
        self.ordered().unwrap_or_else(|| Ordered { expr: self.required(None, message), order: None, nulls_first: None })
    }

    pub(super) fn sort(&mut self) -> OperatorKind<'q> {
        self.expect_keyword(Keyword::By, "by", "after `sort`");
        OperatorKind::Sort(self.comma_list1("`sort by` needs a column", Self::ordered))
    }

    pub(super) fn top(&mut self) -> OperatorKind<'q> {
        let count = Box::new(self.required_named("`top` needs a number of rows"));
        self.expect_keyword(Keyword::By, "by", "after the number of rows of `top`");
        let by = Box::new(self.required_ordered("`top` needs a column after `by`"));
        OperatorKind::Top { count, by }
    }

    pub(super) fn summarize(&mut self) -> OperatorKind<'q> {
        let aggregates = self.comma_list("an aggregate is missing after the comma", |p| {
            if p.at_keyword(Keyword::By) && p.punct(1) != Some(Punct::Equal) { None } else { p.named_expr() }
        });
        let mut by = Vec::new();
        let mut bin = None;
        if self.eat_keyword(Keyword::By) {
            by = self.comma_list1("`summarize` needs a column after `by`", |p| {
                if p.at_legacy_bin() { None } else { p.named_expr() }
            });
            if self.at_keyword(Keyword::Bin) && self.punct(1) == Some(Punct::Equal) {
                self.bump();
                self.bump();
                bin = Some(Box::new(self.required_scalar("`bin =` needs a value")));
            }
        }
        OperatorKind::Summarize { aggregates, by, bin }
    }

    /// `by a bin = 1h`, the old way to write bins.
    fn at_legacy_bin(&self) -> bool {
        self.at_keyword(Keyword::Bin)
            && self.punct(1) == Some(Punct::Equal)
            && matches!(self.token(2).kind, TokenKind::Literal(_))
    }

    pub(super) fn sample_distinct(&mut self) -> OperatorKind<'q> {
        let count = Box::new(self.required_named("`sample-distinct` needs a number of values"));
        self.expect_keyword(Keyword::Of, "of", "after the number of values");
        let of = Box::new(self.required_named("`sample-distinct` needs a column after `of`"));
        OperatorKind::SampleDistinct { count, of }
    }

    pub(super) fn top_hitters(&mut self) -> OperatorKind<'q> {
        let count = Box::new(self.required_named("`top-hitters` needs a number of values"));
        self.expect_keyword(Keyword::Of, "of", "after the number of values");
        let of = Box::new(self.required_named("`top-hitters` needs a column after `of`"));
        let by = self.eat_keyword(Keyword::By).then(|| Box::new(self.required_named("a value is missing after `by`")));
        OperatorKind::TopHitters { count, of, by }
    }
}

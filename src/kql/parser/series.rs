//! Operators with clauses of their own: series, ranges, scans, nested tops, charts.

use super::super::keyword::Keyword;
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Expr, MakeSeries, Name, OperatorKind, Param, Range, Scan, ScanStep, TopNested};
use super::Parser;

impl<'q> Parser<'q> {
    pub(super) fn make_series(&mut self) -> OperatorKind<'q> {
        let aggregates = self.comma_list1("`make-series` needs an aggregate", |p| {
            if matches!(p.keyword(0), Some(Keyword::On | Keyword::From | Keyword::In)) {
                return None;
            }
            let aggregate = p.named_expr()?;
            let default = p.eat_keyword(Keyword::Default).then(|| {
                p.expect(Punct::Equal, "=", "after `default`");
                p.required_named("`default =` needs a value")
            });
            Some((aggregate, default))
        });
        self.expect_keyword(Keyword::On, "on", "after the aggregates of `make-series`");
        let on = self.required_named("`make-series` needs a column after `on`");
        let range = self.series_range();
        let by = match self.eat_keyword(Keyword::By) {
            true => self.comma_list1("a column is missing after `by`", Self::named_expr),
            false => Vec::new(),
        };
        OperatorKind::MakeSeries(Box::new(MakeSeries { aggregates, on, range, by }))
    }

    /// `from a to b step c` or `in range(a, b, c)`
    fn series_range(&mut self) -> Vec<Expr<'q>> {
        let mut range = Vec::new();
        if self.eat_keyword(Keyword::In) {
            self.expect_keyword(Keyword::Range, "range", "after `in`");
            self.expect(Punct::OpenParen, "(", "after `range`");
            range = self.comma_list1("`range` needs its start, its end and its step", Self::named_expr);
            self.expect(Punct::CloseParen, ")", "at the end of `range(...)`");
            return range;
        }
        if self.eat_keyword(Keyword::From) {
            range.push(self.required_named("a value is missing after `from`"));
        }
        if self.eat_keyword(Keyword::To) {
            range.push(self.required_named("a value is missing after `to`"));
        }
        self.expect_keyword(Keyword::Step, "step", "in `make-series`");
        range.push(self.required_named("a value is missing after `step`"));
        range
    }

    /// `range a from 1 to 10 step 1`
    pub(super) fn range(&mut self) -> OperatorKind<'q> {
        let name = self.required_name("`range` needs a name");
        self.expect_keyword(Keyword::From, "from", "after the name of `range`");
        let from = self.required_scalar("a value is missing after `from`");
        self.expect_keyword(Keyword::To, "to", "after the start of `range`");
        let to = self.required_scalar("a value is missing after `to`");
        self.expect_keyword(Keyword::Step, "step", "after the end of `range`");
        let step = self.required_scalar("a value is missing after `step`");
        OperatorKind::Range(Box::new(Range { name, from, to, step }))
    }

    pub(super) fn scan(&mut self) -> OperatorKind<'q> {
        let mut scan = Scan { keys: Vec::new(), declared: Vec::new(), steps: Vec::new() };
        if self.eat_keyword(Keyword::Order) {
            self.expect_keyword(Keyword::By, "by", "after `order`");
            let keys = self.comma_list1("a column is missing after `order by`", Self::ordered);
            scan.keys.extend(keys.into_iter().map(|k| k.expr));
        }
        if self.eat_keyword(Keyword::Partition) {
            self.expect_keyword(Keyword::By, "by", "after `partition`");
            scan.keys.extend(self.comma_list1("a column is missing after `partition by`", Self::scalar));
        }
        if self.eat_keyword(Keyword::Declare) {
            scan.declared = self.parameters();
        }
        self.expect_keyword(Keyword::With, "with", "before the steps of `scan`");
        self.expect(Punct::OpenParen, "(", "before the steps of `scan`");
        while self.eat_keyword(Keyword::Step) {
            scan.steps.push(self.scan_step());
        }
        self.expect(Punct::CloseParen, ")", "after the steps of `scan`");
        OperatorKind::Scan(Box::new(scan))
    }

    fn scan_step(&mut self) -> ScanStep<'q> {
        let name = self.declared_name();
        let name = name.unwrap_or_else(|| self.required_name("`step` needs a name"));
        self.eat_keyword(Keyword::Optional);
        if self.eat_keyword(Keyword::Output) {
            self.expect(Punct::Equal, "=", "after `output`");
            self.param_value();
        }
        self.expect(Punct::Colon, ":", "after the name of the step");
        let predicate = self.required_scalar("the step needs a condition");
        let mut assignments = Vec::new();
        if self.eat(Punct::Arrow) {
            assignments = self.comma_list1("`name = value` is missing after `=>`", |p| {
                let name = p.declared_name()?;
                p.expect(Punct::Equal, "=", "after the name");
                Some((name, p.required_scalar("a value is missing after `=`")))
            });
        }
        self.expect(Punct::Semicolon, ";", "at the end of the step");
        ScanStep { name, predicate, assignments }
    }

    /// The first level's keyword is read already.
    pub(super) fn top_nested(&mut self) -> OperatorKind<'q> {
        let mut levels = vec![self.top_nested_level()];
        while self.eat(Punct::Comma) {
            self.expect_keyword(Keyword::TopNested, "top-nested", "after the comma");
            levels.push(self.top_nested_level());
        }
        OperatorKind::TopNested(levels)
    }

    fn top_nested_level(&mut self) -> TopNested<'q> {
        let count = match self.at_keyword(Keyword::Of) {
            true => None,
            false => self.named_expr(),
        };
        self.expect_keyword(Keyword::Of, "of", "in `top-nested`");
        let of = self.required_named("`top-nested` needs a column after `of`");
        let others = self.eat_keyword(Keyword::With).then(|| {
            self.expect_keyword(Keyword::Others, "others", "after `with`");
            self.expect(Punct::Equal, "=", "after `others`");
            let value = self.literal().or_else(|| self.scalar());
            self.required(value, "a value is missing after `others =`")
        });
        self.expect_keyword(Keyword::By, "by", "in `top-nested`");
        let by = self.required_ordered("`top-nested` needs an aggregate after `by`");
        TopNested { count, of, others, by }
    }

    pub(super) fn reduce(&mut self) -> OperatorKind<'q> {
        self.expect_keyword(Keyword::By, "by", "after `reduce`");
        let by = Box::new(self.required_named("`reduce by` needs a column"));
        let mut with = Vec::new();
        if self.eat_keyword(Keyword::With) {
            with = self.comma_list1("a parameter is missing after `with`", |p| p.param(&["threshold", "characters"]));
        }
        OperatorKind::Reduce { by, with }
    }

    pub(super) fn render(&mut self) -> OperatorKind<'q> {
        let chart = self.chart_type();
        if chart.is_none() {
            self.missing("`render` needs a type of chart, such as `timechart`".to_owned());
        }
        let mut properties = Vec::new();
        while let Some(property) = self.legacy_render_property() {
            properties.push(property);
        }
        if self.eat_keyword(Keyword::With) {
            properties.extend(self.properties("after `with`"));
        }
        OperatorKind::Render { chart, properties }
    }

    fn chart_type(&mut self) -> Option<Name<'q>> {
        match self.peek() {
            TokenKind::Identifier | TokenKind::Keyword(_) => {
                let span = self.bump().span;
                Some(Name { text: span.text(self.source).into(), span })
            }
            _ => None,
        }
    }

    /// `kind=stacked`, `title="x"` and `by a, b` without the parentheses of `with`.
    fn legacy_render_property(&mut self) -> Option<Param<'q>> {
        let word = self.text(0);
        let has_value = self.punct(1) == Some(Punct::Equal);
        match word {
            "kind" | "title" | "accumulate" if has_value => self.param(&["title", "accumulate"]),
            "with" if self.punct(1) != Some(Punct::OpenParen) => self.bare_property(),
            "by" => {
                let property = self.bare_property()?;
                while self.eat(Punct::Comma) {
                    self.declared_name();
                }
                Some(property)
            }
            _ => None,
        }
    }

    fn bare_property(&mut self) -> Option<Param<'q>> {
        let span = self.bump().span;
        let value = self.param_value();
        let value = self.required(value, "a value is missing");
        Some(Param { name: Name { text: span.text(self.source).into(), span }, value })
    }
}

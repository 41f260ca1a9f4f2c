//! Pipelines: a source and operators between bars.

use super::super::keyword::{Keyword, Naming};
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Expr, ExprKind, Pipeline, Stage};
use super::Parser;

impl<'q> Parser<'q> {
    /// A pipeline, or a value where no bar follows.
    pub(super) fn expression(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if self.at_possible_operator() {
            let pipeline = self.stages(None, None)?;
            return Some(self.expr_from(start, ExprKind::Pipe(Box::new(pipeline))));
        }
        match self.scalar() {
            Some(source) if self.at_punct(Punct::Bar) => {
                let bar = self.bump().span.start;
                let pipeline = self.stages(Some(source), Some(bar))?;
                Some(self.expr_from(start, ExprKind::Pipe(Box::new(pipeline))))
            }
            Some(source) => Some(source),
            None if self.at_operator() => {
                let pipeline = self.stages(None, None)?;
                Some(self.expr_from(start, ExprKind::Pipe(Box::new(pipeline))))
            }
            None => None,
        }
    }

    /// Operators whose source is elsewhere: a branch of `fork`, the body of `mv-apply`.
    pub(super) fn sub_pipeline(&mut self) -> Pipeline<'q> {
        let pipeline = self.nested(|p| {
            if p.at_keyword(Keyword::InternalContextualDatatable) {
                let source = p.scalar();
                return match p.at_punct(Punct::Bar) {
                    true => {
                        let bar = p.bump().span.start;
                        p.stages(source, Some(bar))
                    }
                    false => Some(Pipeline { source, stages: Vec::new() }),
                };
            }
            p.stages(None, None)
        });
        pipeline.unwrap_or_else(|| Pipeline { source: None, stages: Vec::new() })
    }

    /// Reads the operators after a fault for what is wrong in them, and drops them: their source is not known.
    pub(super) fn stray_stages(&mut self) {
        while self.at_punct(Punct::Bar) {
            let bar = self.bump().span.start;
            self.stages(None, Some(bar));
        }
    }

    /// At least one operator. `bar` is the offset of the bar just read.
    pub(super) fn stages(&mut self, source: Option<Expr<'q>>, mut bar: Option<u32>) -> Option<Pipeline<'q>> {
        let mut stages = Vec::new();
        loop {
            let first = self.at;
            let operator = self.operator();
            let word = operator.keyword;
            stages.push(Stage { bar, operator });
            if !self.at_end_of_part() {
                self.report_dashed_slip(first);
            }
            if !self.at_end_of_part() {
                self.unexpected(&format!("after `{word}`"));
            }
            if !self.at_punct(Punct::Bar) {
                return Some(Pipeline { source, stages });
            }
            bar = Some(self.bump().span.start);
        }
    }

    /// Whether the next token can only start an operator, although some of their words may be names.
    pub(super) fn at_possible_operator(&self) -> bool {
        let Some(keyword) = self.keyword(0) else { return false };
        let word_after = matches!(self.token(1).kind, TokenKind::Identifier | TokenKind::Keyword(_));
        let by_or_param = || {
            self.keyword(1) == Some(Keyword::By)
                || (word_after && self.punct(2) == Some(Punct::Equal))
                || self.text(1) == "hint"
        };
        match keyword {
            Keyword::Evaluate => self.scan_name(1, Naming::Anywhere) > 0 || self.text(1) == "hint",
            Keyword::Facet => self.keyword(1) == Some(Keyword::By),
            Keyword::Partition | Keyword::Reduce => by_or_param(),
            Keyword::Range => {
                let name = self.scan_name(1, Naming::Anywhere);
                name > 0 && self.keyword(1 + name) == Some(Keyword::From)
            }
            Keyword::Render => word_after,
            _ => self.is_operator(keyword) && keyword.naming() > Naming::Anywhere,
        }
    }

    fn at_operator(&self) -> bool {
        self.keyword(0).is_some_and(|keyword| self.is_operator(keyword))
    }
}

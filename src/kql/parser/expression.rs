//! Expressions with operators, from the loosest (`or`) to the tightest (a sign).

use super::super::keyword::{Keyword, Naming};
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Arithmetic, ArithmeticOp, Between, Compare, CompareOp, Expr, ExprKind, In, Named, SignOp};
use super::{Parser, comparison};

/// Said where an operator has nothing on its right.
const RIGHT: &str = "the operator needs a value on its right";

impl<'q> Parser<'q> {
    /// `name = value`, `(a, b) = value` or just a value.
    pub(super) fn named_expr(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let name = self.scan_name(0, Naming::Declared);
        if name > 0 && self.punct(name) == Some(Punct::Equal) {
            let names = self.declared_name().into_iter().collect();
            return Some(self.named_value(start, names, false));
        }
        if self.scan_dashed_name() {
            return self.dashed_name(start);
        }
        if self.scan_name_list() {
            self.bump();
            let names = self.comma_list("a name is missing", Self::declared_name);
            self.expect(Punct::CloseParen, ")", "after the names");
            return Some(self.named_value(start, names, true));
        }
        self.scalar()
    }

    fn named_value(&mut self, start: u32, names: Vec<super::super::tree::Name<'q>>, list: bool) -> Expr<'q> {
        self.expect(Punct::Equal, "=", "after the name");
        let value = self.scalar();
        let value = self.required(value, "a value is missing after `=`");
        self.expr_from(start, ExprKind::Named(Box::new(Named { names, list, value })))
    }

    /// `(a, b) =`
    fn scan_name_list(&self) -> bool {
        if !self.at_punct(Punct::OpenParen) {
            return false;
        }
        let mut ahead = 1;
        loop {
            let name = self.scan_name(ahead, Naming::Declared);
            ahead += name;
            match self.punct(ahead) {
                _ if name == 0 => return false,
                Some(Punct::Comma) => ahead += 1,
                Some(Punct::CloseParen) => return self.punct(ahead + 1) == Some(Punct::Equal),
                _ => return false,
            }
        }
    }

    /// `source-ip = ...`, which needs brackets.
    fn scan_dashed_name(&self) -> bool {
        let is_word = |n: usize| matches!(self.token(n).kind, TokenKind::Identifier | TokenKind::Keyword(_));
        if !is_word(0) || !self.adjacent(1) {
            return false;
        }
        let parts = (1..).take_while(|n| self.adjacent(*n) && (is_word(*n) || self.punct(*n) == Some(Punct::Minus)));
        self.punct(1 + parts.count()) == Some(Punct::Equal)
    }

    fn dashed_name(&mut self, start: u32) -> Option<Expr<'q>> {
        while !self.at_punct(Punct::Equal) {
            self.bump();
        }
        let span = self.span_from(start);
        let text = span.text(self.source);
        self.report(
            super::Diagnostic::syntax(span, format!("`{text}` is no name as it stands"))
                .with_help(format!("write `['{text}']`")),
        );
        let name = super::super::tree::Name { text: text.into(), span };
        Some(self.named_value(start, vec![name], false))
    }

    /// A value: everything but a pipeline.
    pub(super) fn scalar(&mut self) -> Option<Expr<'q>> {
        self.nested(Self::or_expr)
    }

    /// A value that has to be there.
    pub(super) fn required_scalar(&mut self, message: &str) -> Expr<'q> {
        let expr = self.scalar();
        self.required(expr, message)
    }

    fn or_expr(&mut self) -> Option<Expr<'q>> {
        self.chain(Keyword::Or, Self::and_expr, ExprKind::Or)
    }

    fn and_expr(&mut self) -> Option<Expr<'q>> {
        self.chain(Keyword::And, Self::equality_expr, ExprKind::And)
    }

    fn chain(
        &mut self,
        keyword: Keyword,
        operand: fn(&mut Self) -> Option<Expr<'q>>,
        build: fn(Vec<Expr<'q>>) -> ExprKind<'q>,
    ) -> Option<Expr<'q>> {
        let start = self.start();
        let first = operand(self)?;
        if !self.at_keyword(keyword) {
            return Some(first);
        }
        let mut operands = vec![first];
        while self.eat_keyword(keyword) {
            let next = operand(self);
            let message = if keyword == Keyword::And {
                "`and` needs a condition after it"
            } else {
                "`or` needs a condition after it"
            };
            operands.push(self.required(next, message));
        }
        Some(self.expr_from(start, build(operands)))
    }

    fn equality_expr(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let left = match (self.punct(0), self.punct(1)) {
            (Some(Punct::Star), Some(Punct::EqualEqual)) => {
                self.bump();
                self.expr_from(start, ExprKind::Star)
            }
            _ => self.relational_expr()?,
        };
        let kind = self.peek();
        if let Some(op) = comparison::equality(kind) {
            let op_span = self.bump().span;
            let right = self.relational_expr();
            let right = self.required(right, RIGHT);
            return Some(self.compare(start, left, op, op_span, right));
        }
        // `in range(...)` is a clause of `make-series`.
        let clause = self.keyword(1) == Some(Keyword::Range) && self.at_keyword(Keyword::In);
        if let Some(op) = comparison::list(kind)
            && !clause
        {
            let op_span = self.bump().span;
            let items = self.in_items();
            return Some(self.expr_from(start, ExprKind::In(Box::new(In { left, op, op_span, items }))));
        }
        match kind {
            TokenKind::Keyword(Keyword::Between) => Some(self.between(start, left, false)),
            TokenKind::Keyword(Keyword::NotBetween) => Some(self.between(start, left, true)),
            _ => Some(left),
        }
    }

    fn compare(
        &mut self,
        start: u32,
        left: Expr<'q>,
        op: CompareOp,
        op_span: super::Span,
        right: Expr<'q>,
    ) -> Expr<'q> {
        self.expr_from(start, ExprKind::Compare(Box::new(Compare { left, op, op_span, right })))
    }

    /// `(a, b)` or `(T | project a)`
    fn in_items(&mut self) -> Vec<Expr<'q>> {
        let word = self.tokens[self.at - 1].span.text(self.source);
        self.expect(Punct::OpenParen, "(", &format!("after `{word}`"));
        let message = format!("`{word}` needs at least one value");
        let items = if self.scan_query_in_list() {
            let query = self.expression();
            vec![self.required(query, &message)]
        } else {
            self.comma_list1(&message, Self::scalar)
        };
        self.expect(Punct::CloseParen, ")", &format!("at the end of the list of `{word}`"));
        items
    }

    /// Whether the list holds a query: a bar before its end, or an operator at its start.
    fn scan_query_in_list(&self) -> bool {
        if self.at_possible_operator() {
            return true;
        }
        let mut open = 0u32;
        for token in &self.tokens[self.at..] {
            match token.kind {
                TokenKind::Punct(Punct::OpenParen) => open += 1,
                TokenKind::Punct(Punct::CloseParen) if open == 0 => return false,
                TokenKind::Punct(Punct::CloseParen) => open -= 1,
                TokenKind::Punct(Punct::Bar) if open == 0 => return true,
                TokenKind::Punct(Punct::Comma) if open == 0 => return false,
                TokenKind::Punct(Punct::Semicolon) => return false,
                _ => {}
            }
        }
        false
    }

    fn between(&mut self, start: u32, left: Expr<'q>, negated: bool) -> Expr<'q> {
        self.bump();
        self.expect(Punct::OpenParen, "(", "after `between`");
        let low = self.required_scalar("`between` needs a lower bound");
        self.expect(Punct::DotDot, "..", "between the two bounds");
        let high = self.required_scalar("`between` needs an upper bound");
        self.expect(Punct::CloseParen, ")", "after the bounds of `between`");
        self.expr_from(start, ExprKind::Between(Box::new(Between { left, negated, low, high })))
    }

    fn relational_expr(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let left = self.additive()?;
        let Some(op) = comparison::relational(self.peek()) else { return Some(left) };
        let op_span = self.bump().span;
        let right = self.additive();
        let right = self.required(right, RIGHT);
        Some(self.compare(start, left, CompareOp::Order(op), op_span, right))
    }

    fn additive(&mut self) -> Option<Expr<'q>> {
        self.arithmetic(Self::multiplicative, |punct| match punct {
            Punct::Plus => Some(ArithmeticOp::Add),
            Punct::Minus => Some(ArithmeticOp::Subtract),
            _ => None,
        })
    }

    fn multiplicative(&mut self) -> Option<Expr<'q>> {
        self.arithmetic(Self::text_expr, |punct| match punct {
            Punct::Star => Some(ArithmeticOp::Multiply),
            Punct::Slash => Some(ArithmeticOp::Divide),
            Punct::Percent => Some(ArithmeticOp::Modulo),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        operand: fn(&mut Self) -> Option<Expr<'q>>,
        op: fn(Punct) -> Option<ArithmeticOp>,
    ) -> Option<Expr<'q>> {
        let start = self.start();
        let first = operand(self)?;
        let mut rest = Vec::new();
        while let Some(op) = self.punct(0).and_then(op) {
            self.bump();
            let right = operand(self);
            rest.push((op, self.required(right, RIGHT)));
        }
        if rest.is_empty() {
            return Some(first);
        }
        Some(self.expr_from(start, ExprKind::Arithmetic(Box::new(Arithmetic { first, rest }))))
    }

    /// Operators on strings bind tighter than arithmetic.
    fn text_expr(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let star = self.at_punct(Punct::Star) && comparison::text(self.token(1).kind).is_some();
        let left = if star {
            self.bump();
            self.expr_from(start, ExprKind::Star)
        } else {
            self.signed()?
        };
        let Some(op) = comparison::text(self.peek()) else { return Some(left) };
        let op_span = self.bump().span;
        let right = self.signed();
        let right = self.required(right, RIGHT);
        Some(self.compare(start, left, CompareOp::Text(op), op_span, right))
    }

    fn signed(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        let sign = match self.punct(0) {
            Some(Punct::Minus) => SignOp::Minus,
            Some(Punct::Plus) => SignOp::Plus,
            _ => return self.path(),
        };
        self.bump();
        let operand = self.path();
        let operand = self.required(operand, "a value is missing after the sign");
        Some(self.expr_from(start, ExprKind::Sign(Box::new(operand), sign)))
    }
}

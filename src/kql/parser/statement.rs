//! Statements and the functions that `let` declares.

use super::super::diagnostic::Diagnostic;
use super::super::keyword::{Keyword, Naming};
use super::super::lexer::{Punct, TokenKind};
use super::super::tree::{Body, ExprKind, Function, Let, LetValue, Parameter, ParameterKind, Statement, StatementKind};
use super::Parser;

impl<'q> Parser<'q> {
    /// The whole source.
    pub(super) fn query(&mut self) -> Vec<Statement<'q>> {
        while self.peek() == TokenKind::Directive {
            self.bump();
        }
        let mut statements = self.statements();
        while self.peek() != TokenKind::End {
            if self.at_punct(Punct::Bar) {
                let bar = self.bump().span;
                self.report(Diagnostic::syntax(bar, "a table is missing before `|`"));
                self.stages(None, Some(bar.start));
            } else {
                self.unexpected(if statements.is_empty() { "at the start of the query" } else { "here" });
                // A stray `)`, `}` or `;` ends the part at once: step over it.
                if !self.at_punct(Punct::Bar) && self.peek() != TokenKind::End {
                    self.bump();
                }
            }
            self.stray_stages();
            statements.extend(self.statements());
        }
        statements
    }

    /// Statements up to where none can start.
    pub(super) fn statements(&mut self) -> Vec<Statement<'q>> {
        let mut statements = Vec::new();
        while let Some(statement) = self.statement() {
            statements.push(statement);
            if !self.eat(Punct::Semicolon) && !self.at_end_of_part() {
                self.unexpected("at the end of the statement");
                self.stray_stages();
                self.eat(Punct::Semicolon);
            }
        }
        statements
    }

    fn statement(&mut self) -> Option<Statement<'q>> {
        let start = self.start();
        let next = self.keyword(1);
        let kind = match self.keyword(0) {
            Some(Keyword::Alias) if next == Some(Keyword::Database) => self.alias(),
            Some(Keyword::Let) if self.scan_name(1, Naming::Anywhere) > 0 => self.let_statement(),
            Some(Keyword::Set) => self.set_statement(),
            Some(Keyword::Declare) if next == Some(Keyword::Pattern) => self.pattern(),
            Some(Keyword::Declare) if next == Some(Keyword::QueryParameters) => self.query_parameters(),
            Some(Keyword::Restrict) if next == Some(Keyword::Access) => self.restrict(),
            _ => StatementKind::Query(self.expression()?),
        };
        Some(Statement { span: self.span_from(start), kind })
    }

    fn alias(&mut self) -> StatementKind<'q> {
        self.bump();
        self.bump();
        let name = self.required_name("`alias database` needs a name");
        self.expect(Punct::Equal, "=", "after the name");
        let value = self.required_scalar("a database is missing after `=`");
        StatementKind::Alias { name, value }
    }

    fn let_statement(&mut self) -> StatementKind<'q> {
        self.bump();
        let name = self.required_name("`let` needs a name");
        self.expect(Punct::Equal, "=", &format!("after `let {}`", name.text));
        let value = if self.at_keyword(Keyword::Materialize) {
            let value = self.enclosed(ExprKind::Materialize);
            LetValue::Expr(self.required(value, "a value is missing"))
        } else if let Some(members) = self.entity_group() {
            LetValue::EntityGroup(members)
        } else if self.scan_function() {
            LetValue::Function(self.function())
        } else {
            let value = self.expression();
            LetValue::Expr(self.required(value, &format!("`let {} =` needs a value", name.text)))
        };
        StatementKind::Let(Let { name, value })
    }

    /// `(a: string) {`, `() {`, `view () {`
    fn scan_function(&self) -> bool {
        let ahead = usize::from(self.at_keyword(Keyword::View));
        if self.punct(ahead) != Some(Punct::OpenParen) {
            return false;
        }
        if matches!(self.punct(ahead + 1), Some(Punct::CloseParen | Punct::Star)) {
            return true;
        }
        let name = self.scan_name(ahead + 1, Naming::Declared);
        name > 0 && self.punct(ahead + 1 + name) == Some(Punct::Colon)
    }

    fn function(&mut self) -> Function<'q> {
        let view = self.eat_keyword(Keyword::View);
        let parameters = self.parameters();
        let body = self.body();
        Function { view, parameters, body }
    }

    /// `(a: string = "x", T: (b: long))`
    pub(super) fn parameters(&mut self) -> Vec<Parameter<'q>> {
        self.expect(Punct::OpenParen, "(", "before the parameters");
        let parameters = self.comma_list("a parameter is missing: `name: type`", Self::parameter);
        self.expect(Punct::CloseParen, ")", "after the parameters");
        parameters
    }

    fn parameter(&mut self) -> Option<Parameter<'q>> {
        let name = self.declared_name()?;
        self.expect(Punct::Colon, ":", "between the parameter and its type");
        let kind = if !self.at_punct(Punct::OpenParen) {
            ParameterKind::Scalar(self.type_name())
        } else if self.punct(1) == Some(Punct::Star) {
            self.bump();
            self.bump();
            self.expect(Punct::CloseParen, ")", "after `*`");
            ParameterKind::AnyTable
        } else {
            self.bump();
            let columns = self.comma_list("a column is missing", Self::typed_name);
            self.expect(Punct::CloseParen, ")", "after the columns");
            ParameterKind::Table(columns)
        };
        let default = self.eat(Punct::Equal).then(|| {
            let value = self.param_value();
            self.required(value, "a default value is missing after `=`")
        });
        Some(Parameter { name, kind, default })
    }

    fn body(&mut self) -> Body<'q> {
        let start = self.start();
        self.expect(Punct::OpenBrace, "{", "before the body of the function");
        let parts = self.nested(|p| {
            let mut statements = Vec::new();
            while let Some(statement) = p.body_statement() {
                statements.push(statement);
            }
            let result = p.expression();
            if result.is_some() && !p.at_end_of_part() {
                p.unexpected("in the body of the function");
            }
            p.eat(Punct::Semicolon);
            Some((statements, result))
        });
        let (statements, result) = parts.unwrap_or_default();
        self.expect(Punct::CloseBrace, "}", "after the body of the function");
        Body { span: self.span_from(start), statements, result }
    }

    /// A `let` or `declare` inside a function; its semicolon has to be there.
    fn body_statement(&mut self) -> Option<Statement<'q>> {
        let start = self.start();
        let kind = match self.keyword(0) {
            Some(Keyword::Let) if self.scan_name(1, Naming::Anywhere) > 0 => self.let_statement(),
            Some(Keyword::Declare) if self.keyword(1) == Some(Keyword::QueryParameters) => self.query_parameters(),
            _ => return None,
        };
        let span = self.span_from(start);
        self.expect(Punct::Semicolon, ";", "at the end of the statement");
        Some(Statement { span, kind })
    }

    fn set_statement(&mut self) -> StatementKind<'q> {
        self.bump();
        let name = self.required_name("`set` needs the name of an option");
        let value = self.eat(Punct::Equal).then(|| self.required_scalar("the option needs a value"));
        StatementKind::Set { name, value }
    }

    fn query_parameters(&mut self) -> StatementKind<'q> {
        self.bump();
        self.bump();
        let parameters = self.parameters();
        if parameters.is_empty() {
            self.missing("a parameter is missing: `name: type`".to_owned());
        }
        StatementKind::QueryParameters(parameters)
    }

    fn pattern(&mut self) -> StatementKind<'q> {
        self.bump();
        self.bump();
        let name = self.required_name("`declare pattern` needs a name");
        let mut bodies = Vec::new();
        if self.eat(Punct::Equal) {
            self.expect(Punct::OpenParen, "(", "before the parameters");
            self.comma_list("a parameter is missing", Self::typed_name);
            self.expect(Punct::CloseParen, ")", "after the parameters");
            if self.eat(Punct::OpenBracket) {
                self.typed_name();
                self.expect(Punct::CloseBracket, "]", "after the path parameter");
            }
            self.expect(Punct::OpenBrace, "{", "before the cases");
            while self.at_punct(Punct::OpenParen) {
                bodies.push(self.pattern_case());
            }
            if bodies.is_empty() {
                self.missing("a case is missing: `(\"x\") = { ... };`".to_owned());
            }
            self.expect(Punct::CloseBrace, "}", "after the cases");
        }
        StatementKind::Pattern { name, bodies }
    }

    fn pattern_case(&mut self) -> Body<'q> {
        self.bump();
        self.comma_list1("a value is missing", Self::scalar);
        self.expect(Punct::CloseParen, ")", "after the values");
        if self.eat(Punct::Dot) {
            self.expect(Punct::OpenBracket, "[", "after the dot");
            self.literal();
            self.expect(Punct::CloseBracket, "]", "after the path");
        }
        self.expect(Punct::Equal, "=", "before the body");
        let body = self.body();
        self.expect(Punct::Semicolon, ";", "after the body");
        body
    }

    fn restrict(&mut self) -> StatementKind<'q> {
        self.bump();
        self.bump();
        self.expect_keyword(Keyword::To, "to", "after `restrict access`");
        self.expect(Punct::OpenParen, "(", "after `to`");
        let entities = self.comma_list1("an entity is missing", Self::entity);
        self.expect(Punct::CloseParen, ")", "after the entities");
        if self.eat_keyword(Keyword::With) {
            self.properties("after `with`");
        }
        StatementKind::Restrict(entities)
    }
}

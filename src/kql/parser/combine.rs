//! Operators that bring tables together or take them apart.

use super::super::keyword::{Keyword, Naming};
use super::super::lexer::Punct;
use super::super::tree::{Expr, ExprKind, Find, Fork, Join, OperatorKind, Partition, Path, Pipeline, Step, StepKind};
use super::Parser;

impl<'q> Parser<'q> {
    pub(super) fn join(&mut self) -> OperatorKind<'q> {
        let right = self.required_scalar("`join` needs a table");
        let mut join = Join { right, on: Vec::new(), predicate: None };
        if self.eat_keyword(Keyword::On) {
            join.on = self.comma_list1("`join` needs a column after `on`", Self::scalar);
        } else if self.eat_keyword(Keyword::Where) {
            join.predicate = Some(self.required_scalar("`join` needs a condition after `where`"));
        }
        OperatorKind::Join(Box::new(join))
    }

    pub(super) fn lookup(&mut self) -> OperatorKind<'q> {
        let right = self.required_scalar("`lookup` needs a table");
        self.expect_keyword(Keyword::On, "on", "after the table of `lookup`");
        let on = self.comma_list1("`lookup` needs a column after `on`", Self::scalar);
        OperatorKind::Lookup(Box::new(Join { right, on, predicate: None }))
    }

    pub(super) fn union(&mut self) -> OperatorKind<'q> {
        OperatorKind::Union(self.comma_list1("`union` needs a table", |p| p.parenthesized().or_else(|| p.entity())))
    }

    /// A table by name, wildcard or path: `T`, `Signin*`, `workspace("x").T`, `cluster("c").database("d").T*`.
    pub(super) fn entity(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if let Some(text) = self.wildcard() {
            return Some(self.expr_from(start, ExprKind::Wildcard(text)));
        }
        let root = match self.call() {
            Some(call) => self.expr_from(start, ExprKind::Call(Box::new(call))),
            None => self.entity_name()?,
        };
        let steps = self.entity_steps();
        match steps.is_empty() {
            true => Some(root),
            false => Some(self.expr_from(start, ExprKind::Path(Box::new(Path { root, steps })))),
        }
    }

    fn entity_name(&mut self) -> Option<Expr<'q>> {
        let start = self.start();
        if self.at_punct(Punct::OpenBracket) || self.at_punct(Punct::At) || self.keyword(0).is_some() {
            return match self.scan_name(0, Naming::Anywhere) {
                0 if self
                    .keyword(0)
                    .is_some_and(|k| !matches!(k, Keyword::Kind | Keyword::Withsource | Keyword::WithSource)) =>
                {
                    None
                }
                _ => self.path(),
            };
        }
        let name = self.name()?;
        Some(self.expr_from(start, ExprKind::Name(name)))
    }

    fn entity_steps(&mut self) -> Vec<Step<'q>> {
        let mut steps = Vec::new();
        loop {
            let start = self.start();
            let kind = match self.punct(0) {
                Some(Punct::Dot) => {
                    self.bump();
                    match self.wildcard() {
                        Some(text) => StepKind::Wildcard(text),
                        None => match self.call() {
                            Some(call) => StepKind::Call(call),
                            None => StepKind::Member(self.required_name("a name is missing after the dot")),
                        },
                    }
                }
                Some(Punct::OpenBracket) => {
                    self.bump();
                    let index = self.required_scalar("a name is missing between the brackets");
                    self.expect(Punct::CloseBracket, "]", "after the name");
                    StepKind::Index(index)
                }
                _ => return steps,
            };
            steps.push(Step { span: self.span_from(start), kind });
        }
    }

    /// `in (A, B | as x)` of `find` and `search`.
    fn sources(&mut self) -> Vec<Expr<'q>> {
        if !self.eat_keyword(Keyword::In) {
            return Vec::new();
        }
        self.expect(Punct::OpenParen, "(", "after `in`");
        let sources = self.comma_list1("a table is missing", |p| {
            let entity = p.entity()?;
            if p.at_punct(Punct::Bar) {
                p.bump();
                p.operator();
            }
            Some(entity)
        });
        self.expect(Punct::CloseParen, ")", "after the tables");
        sources
    }

    fn data_scope(&mut self) {
        if self.eat_keyword(Keyword::Datascope) {
            self.expect(Punct::Equal, "=", "after `datascope`");
            self.param_value();
        }
    }

    pub(super) fn find(&mut self) -> OperatorKind<'q> {
        self.data_scope();
        let sources = self.sources();
        if !self.eat_keyword(Keyword::Where) && !sources.is_empty() {
            self.missing("`where` is missing after the tables of `find`".to_owned());
        }
        let predicate = self.required_scalar("`find` needs a condition");
        let mut find = Find { sources, predicate, project: Vec::new(), projects: false };
        if self.eat_keyword(Keyword::Project) {
            find.projects = true;
            find.project = self.comma_list1("`find` needs a column after `project`", Self::found_column);
        } else if self.eat_keyword(Keyword::ProjectSmart) {
            find.projects = true;
        }
        if self.eat_keyword(Keyword::InternalProjectAway) {
            self.comma_list1("a column is missing", Self::found_column);
        }
        OperatorKind::Find(Box::new(find))
    }

    fn found_column(&mut self) -> Option<(Expr<'q>, Option<super::Name<'q>>)> {
        if let Some(star) = self.star() {
            return Some((star, None));
        }
        let start = self.start();
        if self.at_keyword(Keyword::Pack) && self.punct(1) == Some(Punct::OpenParen) {
            let pack = self.path()?;
            return Some((pack, None));
        }
        let name = self.name()?;
        let column = self.expr_from(start, ExprKind::Name(name));
        let type_name = self.eat(Punct::Colon).then(|| self.type_name());
        Some((column, type_name))
    }

    pub(super) fn search(&mut self) -> OperatorKind<'q> {
        self.data_scope();
        let sources = self.sources();
        let start = self.start();
        let star_alone = self.at_punct(Punct::Star)
            && super::comparison::text(self.token(1).kind).is_none()
            && self.punct(1) != Some(Punct::EqualEqual);
        let predicate = if star_alone {
            self.bump();
            let star = self.expr_from(start, ExprKind::Star);
            match self.eat_keyword(Keyword::And) {
                true => {
                    let condition = self.required_scalar("`search` needs a condition after `and`");
                    self.expr_from(start, ExprKind::And(vec![star, condition]))
                }
                false => star,
            }
        } else {
            self.required_scalar("`search` needs a term")
        };
        OperatorKind::Search { sources, predicate: Box::new(predicate) }
    }

    pub(super) fn fork(&mut self) -> OperatorKind<'q> {
        let mut branches = Vec::new();
        loop {
            let count = self.scan_name(0, Naming::Anywhere);
            let name = (count > 0 && self.punct(count) == Some(Punct::Equal)).then(|| self.name()).flatten();
            if name.is_some() {
                self.bump();
            } else if !self.at_punct(Punct::OpenParen) {
                break;
            }
            self.expect(Punct::OpenParen, "(", "before the branch");
            let pipeline = self.sub_pipeline();
            self.expect(Punct::CloseParen, ")", "after the branch");
            branches.push(Fork { name, pipeline });
        }
        if branches.is_empty() {
            self.missing("`fork` needs a branch: `(take 1)`".to_owned());
        }
        OperatorKind::Fork(branches)
    }

    pub(super) fn facet(&mut self) -> OperatorKind<'q> {
        self.expect_keyword(Keyword::By, "by", "after `facet`");
        let by = self.comma_list1("`facet` needs a column", |p| match p.at_keyword(Keyword::With) {
            true => None,
            false => p.column_path(),
        });
        let with = self.eat_keyword(Keyword::With).then(|| {
            if self.eat(Punct::OpenParen) {
                let body = self.sub_pipeline();
                self.expect(Punct::CloseParen, ")", "after the operators of `facet`");
                return Box::new(body);
            }
            let operator = self.operator();
            Box::new(Pipeline { source: None, stages: vec![super::super::tree::Stage { bar: None, operator }] })
        });
        OperatorKind::Facet { by, with }
    }

    pub(super) fn partition(&mut self) -> OperatorKind<'q> {
        self.expect_keyword(Keyword::By, "by", "after `partition`");
        let by = self.column_path();
        let by = self.required(by, "`partition by` needs a column");
        if self.eat_keyword(Keyword::In) {
            self.path();
        }
        let body = if self.eat(Punct::OpenBrace) {
            let query = self.nested(Self::expression);
            let query = self.required(query, "`partition` needs a query between the braces");
            self.expect(Punct::CloseBrace, "}", "after the query of `partition`");
            match query.kind {
                ExprKind::Pipe(pipeline) => *pipeline,
                _ => Pipeline { source: Some(query), stages: Vec::new() },
            }
        } else {
            self.expect(Punct::OpenParen, "(", "before the operators of `partition`");
            let body = self.sub_pipeline();
            self.expect(Punct::CloseParen, ")", "after the operators of `partition`");
            body
        };
        OperatorKind::Partition(Box::new(Partition { by, body }))
    }

    pub(super) fn partition_by(&mut self) -> OperatorKind<'q> {
        let by = self.column_path();
        let by = self.required(by, "a column is missing");
        if self.eat_keyword(Keyword::Id) {
            self.literal();
        }
        self.expect(Punct::OpenParen, "(", "before the operators");
        let body = self.sub_pipeline();
        self.expect(Punct::CloseParen, ")", "after the operators");
        OperatorKind::Partition(Box::new(Partition { by, body }))
    }

    pub(super) fn macro_expand(&mut self) -> OperatorKind<'q> {
        let start = self.start();
        let group = match self.entity_group() {
            Some(members) => self.expr_from(start, ExprKind::Opaque(members)),
            None => {
                let name = self.required_name("`macro-expand` needs an entity group");
                Expr { span: name.span, kind: ExprKind::Name(name) }
            }
        };
        let scope = self.eat_keyword(Keyword::As).then(|| self.required_name("a name is missing after `as`"));
        self.expect(Punct::OpenParen, "(", "before the query of `macro-expand`");
        let statements = self.nested(|p| Some(p.statements())).unwrap_or_default();
        self.expect(Punct::CloseParen, ")", "after the query of `macro-expand`");
        OperatorKind::MacroExpand { group: Box::new(group), scope, statements }
    }

    /// `entity_group [a, b]`
    pub(super) fn entity_group(&mut self) -> Option<Vec<Expr<'q>>> {
        if !self.at_keyword(Keyword::EntityGroup) || self.punct(1) != Some(Punct::OpenBracket) {
            return None;
        }
        self.bump();
        self.bump();
        let members = self.comma_list1("an entity is missing", Self::scalar);
        self.expect(Punct::CloseBracket, "]", "after the entities");
        Some(members)
    }
}

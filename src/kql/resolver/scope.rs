//! What names mean: `let` statements, functions and their parameters.

use std::borrow::Cow;
use std::rc::Rc;

use super::super::tree::{
    Body, Expr, ExprKind, Function, LetValue, Name, Parameter, ParameterKind, Statement, StatementKind, TypedName,
};
use super::call::Value;
use super::{BindingUse, Column, MAX_INLINED, Resolver, Row, Type};

/// A name and what it means.
pub(super) struct Binding<'a> {
    pub(super) name: Cow<'a, str>,
    /// Where it is bound, for a name of `let`.
    place: Option<u32>,
    pub(super) meaning: Meaning<'a>,
}

/// What a name means.
#[derive(Clone)]
pub(super) enum Meaning<'a> {
    /// A scalar, and its text if it is a string known by now.
    Scalar(Type, Option<Cow<'a, str>>),
    /// A table.
    Table(Rc<Row<'a>>),
    /// A function; it sees the first `scope` names.
    Function { function: &'a Function<'a>, scope: usize },
    /// An entity group or whatever else a row cannot be said of.
    Unknown,
}

impl<'a> Resolver<'a> {
    /// The last result of some statements.
    pub(super) fn statements(&mut self, statements: &'a [Statement<'a>]) -> Option<Row<'a>> {
        let mut result = None;
        for statement in statements {
            match &statement.kind {
                StatementKind::Let(binding) => self.bind(&binding.name, &binding.value),
                StatementKind::Query(expr) => result = self.query_result(expr),
                StatementKind::QueryParameters(parameters) => self.bind_parameters(parameters, &[]),
                StatementKind::Pattern { name, bodies } => {
                    for body in bodies {
                        self.body(body);
                    }
                    self.push(name, Meaning::Unknown);
                }
                StatementKind::Alias { name, value } => {
                    self.value(value, None);
                    self.push(name, Meaning::Unknown);
                }
                StatementKind::Restrict(entities) => {
                    for entity in entities {
                        self.value(entity, None);
                    }
                }
                StatementKind::Set { .. } => {}
            }
        }
        result
    }

    fn query_result(&mut self, expr: &'a Expr<'a>) -> Option<Row<'a>> {
        match self.value(expr, None) {
            Value::Table(row) => Some(Rc::unwrap_or_clone(row)),
            Value::Scalar(Type::Unknown) => Some(Row::unknown()),
            _ => None,
        }
    }

    fn bind(&mut self, name: &'a Name<'a>, value: &'a LetValue<'a>) {
        let meaning = match value {
            LetValue::Function(function) => {
                let scope = self.scope.len();
                self.declared_body(function);
                Meaning::Function { function, scope }
            }
            LetValue::EntityGroup(members) => {
                for member in members {
                    self.value(member, None);
                }
                Meaning::Unknown
            }
            LetValue::Expr(expr) => match self.value(expr, None) {
                Value::Table(row) => Meaning::Table(row),
                Value::Scalar(ty) => Meaning::Scalar(ty, self.constant(expr)),
                Value::Columns(_) | Value::Place => Meaning::Unknown,
            },
        };
        self.push(name, meaning);
        let place = name.span.start;
        let used = BindingUse { name: name.text.to_string(), span: name.span, uses: 0 };
        self.bindings.entry(place).or_insert(used);
        if let Some(binding) = self.scope.last_mut() {
            binding.place = Some(place);
        }
    }

    fn push(&mut self, name: &'a Name<'a>, meaning: Meaning<'a>) {
        self.scope.push(Binding { name: name.text.as_ref().into(), place: None, meaning });
    }

    /// What `name` means, the innermost binding first.
    pub(super) fn lookup(&mut self, name: &str) -> Option<Meaning<'a>> {
        let (binding, steps) = self.scope.find(name);
        if !self.spend(steps) {
            return Some(Meaning::Unknown);
        }
        let binding = binding?;
        if let Some(used) = binding.place.and_then(|place| self.bindings.get_mut(&place)) {
            used.uses += 1;
        }
        Some(binding.meaning.clone())
    }

    /// Names a table for the rest of the query, as `as` does.
    pub(super) fn name_table(&mut self, name: &'a Name<'a>, row: &Row<'a>) {
        self.push(name, Meaning::Table(Rc::new(row.clone())));
    }

    /// Walks the body of a function where it is declared, so that one that is never called counts too.
    fn declared_body(&mut self, function: &'a Function<'a>) {
        let outer = self.scope.len();
        self.bind_parameters(&function.parameters, &[]);
        self.body(&function.body);
        self.scope.truncate(outer);
    }

    fn body(&mut self, body: &'a Body<'a>) -> Value<'a> {
        let outer = self.scope.len();
        self.statements(&body.statements);
        let value = match &body.result {
            Some(expr) => self.value(expr, None),
            None => Value::Place,
        };
        self.scope.truncate(outer);
        value
    }

    /// Parameters as names: of the arguments' meaning where there are some, else of their declared type.
    fn bind_parameters(&mut self, parameters: &'a [Parameter<'a>], arguments: &[Option<Meaning<'a>>]) {
        for (at, parameter) in parameters.iter().enumerate() {
            let argument = arguments.get(at).cloned().flatten();
            let meaning = argument.unwrap_or_else(|| self.declared_meaning(parameter));
            self.push(&parameter.name, meaning);
        }
    }

    fn declared_meaning(&mut self, parameter: &'a Parameter<'a>) -> Meaning<'a> {
        match &parameter.kind {
            ParameterKind::Scalar(word) => {
                let text = parameter.default.as_ref().and_then(|d| self.constant(d));
                Meaning::Scalar(Type::of(&word.text).unwrap_or(Type::Unknown), text)
            }
            // The table that is given may have more columns than are asked for.
            ParameterKind::Table(columns) => Meaning::Table(Rc::new(Row::new(declared_columns(columns), true))),
            ParameterKind::AnyTable => Meaning::Table(Rc::new(Row::unknown())),
        }
    }

    /// The result of a call of the query's own function. `piped` is the table of `invoke`.
    pub(super) fn call_own(
        &mut self,
        function: &'a Function<'a>,
        scope: usize,
        args: &'a [Expr<'a>],
        piped: Option<Row<'a>>,
        row: Option<&Row<'a>>,
    ) -> Value<'a> {
        let mut given: Vec<Option<Meaning<'a>>> = vec![None; function.parameters.len()];
        let offset = usize::from(piped.is_some());
        if let (Some(first), Some(table)) = (given.first_mut(), piped) {
            *first = Some(Meaning::Table(Rc::new(table)));
        }
        for (at, arg) in args.iter().enumerate() {
            let (at, value) = match &arg.kind {
                ExprKind::Named(named) => {
                    let name = named.names.first().map(|n| &n.text);
                    (function.parameters.iter().position(|p| Some(&p.name.text) == name), &named.value)
                }
                _ => (Some(at + offset), arg),
            };
            let meaning = self.argument_meaning(value, row);
            if let Some(slot) = at.and_then(|at| given.get_mut(at)) {
                *slot = Some(meaning);
            }
        }
        self.inlined += 1;
        if self.inlined > MAX_INLINED {
            return Value::Scalar(Type::Unknown);
        }
        let entered = self.scope.enter(scope);
        self.bind_parameters(&function.parameters, &given);
        let value = self.body(&function.body);
        self.scope.leave(entered);
        value
    }

    fn argument_meaning(&mut self, arg: &'a Expr<'a>, row: Option<&Row<'a>>) -> Meaning<'a> {
        match self.value(arg, row) {
            Value::Table(table) => Meaning::Table(table),
            Value::Scalar(ty) => Meaning::Scalar(ty, self.constant(arg)),
            Value::Columns(_) | Value::Place => Meaning::Unknown,
        }
    }

    /// The text of an expression that is a string by now: a literal, or a name bound to one.
    pub(super) fn constant(&self, expr: &Expr<'a>) -> Option<Cow<'a, str>> {
        match &expr.kind {
            ExprKind::Literal(super::super::lexer::LiteralKind::String) => {
                Some(super::super::lexer::string_value(expr.span.text(self.source)))
            }
            ExprKind::Paren(inner) => self.constant(inner),
            ExprKind::Name(name) => {
                let (binding, steps) = self.scope.find(&name.text);
                match &binding?.meaning {
                    Meaning::Scalar(_, text) if self.spend(steps) => text.clone(),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The columns that `(a: string, b: long)` declares.
pub(super) fn declared_columns<'a>(columns: &'a [TypedName<'a>]) -> Vec<Column<'a>> {
    columns
        .iter()
        .map(|c| Column::new(c.name.text.as_ref(), Type::of(&c.type_name.text).unwrap_or(Type::Unknown)))
        .collect()
}

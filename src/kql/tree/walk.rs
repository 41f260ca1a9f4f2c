//! Every part of a tree, from the outside in and from left to right.

use super::{
    Body, Expr, ExprKind, Find, Join, LetValue, Operator, OperatorKind, Ordered, Param, Parameter, ParameterKind,
    Pipeline, Statement, StatementKind, StepKind, Tree,
};

/// One part of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Part<'t, 'q> {
    /// A statement, at the top or in the body of a function.
    Statement(&'t Statement<'q>),
    /// A source and its operators.
    Pipeline(&'t Pipeline<'q>),
    /// An operator of a pipeline.
    Operator(&'t Operator<'q>),
    /// An expression.
    Expr(&'t Expr<'q>),
}

impl<'q> Tree<'q> {
    /// Every part of the query, each before the parts that it holds.
    pub fn parts(&self) -> Vec<Part<'_, 'q>> {
        let mut walk = Walk { parts: Vec::with_capacity(self.source.len() / 8) };
        walk.statements(&self.statements);
        walk.parts
    }
}

struct Walk<'t, 'q> {
    parts: Vec<Part<'t, 'q>>,
}

impl<'t, 'q> Walk<'t, 'q> {
    fn statements(&mut self, statements: &'t [Statement<'q>]) {
        for statement in statements {
            self.parts.push(Part::Statement(statement));
            match &statement.kind {
                StatementKind::Let(binding) => match &binding.value {
                    LetValue::Expr(value) => self.expr(value),
                    LetValue::Function(function) => {
                        self.parameters(&function.parameters);
                        self.body(&function.body);
                    }
                    LetValue::EntityGroup(members) => self.exprs(members),
                },
                StatementKind::Query(query) => self.expr(query),
                StatementKind::Set { value, .. } => self.exprs(value),
                StatementKind::QueryParameters(parameters) => self.parameters(parameters),
                StatementKind::Pattern { bodies, .. } => bodies.iter().for_each(|body| self.body(body)),
                StatementKind::Alias { value, .. } => self.expr(value),
                StatementKind::Restrict(places) => self.exprs(places),
            }
        }
    }

    fn parameters(&mut self, parameters: &'t [Parameter<'q>]) {
        for Parameter { name: _, kind, default } in parameters {
            let (ParameterKind::Scalar(_) | ParameterKind::Table(_) | ParameterKind::AnyTable) = kind;
            self.exprs(default);
        }
    }

    fn body(&mut self, body: &'t Body<'q>) {
        self.statements(&body.statements);
        self.exprs(&body.result);
    }

    fn pipeline(&mut self, pipeline: &'t Pipeline<'q>) {
        self.parts.push(Part::Pipeline(pipeline));
        self.exprs(&pipeline.source);
        for stage in &pipeline.stages {
            self.operator(&stage.operator);
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'t Expr<'q>>)
    where
        'q: 't,
    {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn params(&mut self, params: &'t [Param<'q>]) {
        self.exprs(params.iter().map(|param| &param.value));
    }

    fn ordered(&mut self, keys: &'t [Ordered<'q>]) {
        self.exprs(keys.iter().map(|key| &key.expr));
    }

    fn expr(&mut self, expr: &'t Expr<'q>) {
        self.parts.push(Part::Expr(expr));
        match &expr.kind {
            ExprKind::Missing
            | ExprKind::Literal(_)
            | ExprKind::Dynamic(_)
            | ExprKind::TypeOf(_)
            | ExprKind::Name(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Star
            | ExprKind::At => {}
            ExprKind::Call(call) => self.exprs(&call.args),
            ExprKind::Path(path) => {
                self.expr(&path.root);
                for step in &path.steps {
                    match &step.kind {
                        StepKind::Call(call) => self.exprs(&call.args),
                        StepKind::Index(index) => self.expr(index),
                        StepKind::Member(_) | StepKind::Wildcard(_) | StepKind::At => {}
                    }
                }
            }
            ExprKind::Sign(inner, _)
            | ExprKind::Paren(inner)
            | ExprKind::ToScalar(inner)
            | ExprKind::ToTable(inner)
            | ExprKind::Materialize(inner) => self.expr(inner),
            ExprKind::And(operands) | ExprKind::Or(operands) | ExprKind::Opaque(operands) => self.exprs(operands),
            ExprKind::Arithmetic(chain) => {
                self.expr(&chain.first);
                self.exprs(chain.rest.iter().map(|(_, operand)| operand));
            }
            ExprKind::Compare(compare) => self.exprs([&compare.left, &compare.right]),
            ExprKind::In(list) => {
                self.expr(&list.left);
                self.exprs(&list.items);
            }
            ExprKind::Between(between) => self.exprs([&between.left, &between.low, &between.high]),
            ExprKind::Named(named) => self.expr(&named.value),
            ExprKind::Pipe(pipeline) => self.pipeline(pipeline),
            ExprKind::Datatable(table) => self.exprs(&table.values),
            ExprKind::ExternalData(data) => {
                self.exprs(&data.locations);
                self.params(&data.properties);
            }
        }
    }

    fn operator(&mut self, operator: &'t Operator<'q>) {
        self.parts.push(Part::Operator(operator));
        self.params(&operator.params);
        match &operator.kind {
            OperatorKind::As(_)
            | OperatorKind::AssertSchema(_)
            | OperatorKind::Consume
            | OperatorKind::Count { .. }
            | OperatorKind::ExecuteAndCache
            | OperatorKind::GetSchema
            | OperatorKind::Unknown => {}
            OperatorKind::Distinct(exprs)
            | OperatorKind::Extend(exprs)
            | OperatorKind::Print(exprs)
            | OperatorKind::Project(exprs)
            | OperatorKind::ProjectAway(exprs)
            | OperatorKind::ProjectByNames(exprs)
            | OperatorKind::ProjectKeep(exprs)
            | OperatorKind::ProjectRename(exprs)
            | OperatorKind::Serialize(exprs)
            | OperatorKind::Union(exprs) => self.exprs(exprs),
            OperatorKind::Filter(expr)
            | OperatorKind::Invoke(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr) => self.expr(expr),
            OperatorKind::ProjectReorder(keys) | OperatorKind::Sort(keys) => self.ordered(keys),
            OperatorKind::Evaluate { call, .. } => self.exprs(&call.args),
            OperatorKind::Facet { by, with } => {
                self.exprs(by);
                with.iter().for_each(|with| self.pipeline(with));
            }
            OperatorKind::Find(find) => {
                let Find { sources, predicate, project, projects: _ } = &**find;
                self.exprs(sources);
                self.expr(predicate);
                self.exprs(project.iter().map(|(column, _)| column));
            }
            OperatorKind::Fork(branches) => branches.iter().for_each(|branch| self.pipeline(&branch.pipeline)),
            OperatorKind::Graph(graph) => {
                self.exprs(&graph.parts);
                self.exprs(&graph.project);
            }
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => {
                let Join { right, on, predicate } = &**join;
                self.expr(right);
                self.exprs(on);
                self.exprs(predicate);
            }
            OperatorKind::MacroExpand { group, statements, .. } => {
                self.expr(group);
                self.statements(statements);
            }
            OperatorKind::Reduce { by, with } => {
                self.expr(by);
                self.params(with);
            }
            OperatorKind::Render { properties, .. } => self.params(properties),
            OperatorKind::SampleDistinct { count, of } => self.exprs([&**count, &**of]),
            OperatorKind::Search { sources, predicate } => {
                self.exprs(sources);
                self.expr(predicate);
            }
            OperatorKind::Summarize { aggregates, by, bin } => {
                self.exprs(aggregates);
                self.exprs(by);
                self.exprs(bin.as_deref());
            }
            OperatorKind::Top { count, by } => self.exprs([&**count, &by.expr]),
            OperatorKind::TopHitters { count, of, by } => {
                self.exprs([&**count, &**of]);
                self.exprs(by.as_deref());
            }
            OperatorKind::MakeSeries(_)
            | OperatorKind::MvApply(_)
            | OperatorKind::MvExpand(_)
            | OperatorKind::Parse(_)
            | OperatorKind::ParseKv { .. }
            | OperatorKind::Partition(_)
            | OperatorKind::Range(_)
            | OperatorKind::Scan(_)
            | OperatorKind::TopNested(_) => self.reshaping(&operator.kind),
        }
    }

    /// The operators that make rows or columns out of values.
    fn reshaping(&mut self, kind: &'t OperatorKind<'q>) {
        match kind {
            OperatorKind::MakeSeries(series) => {
                for (aggregate, default) in &series.aggregates {
                    self.expr(aggregate);
                    self.exprs(default);
                }
                self.expr(&series.on);
                self.exprs(&series.range);
                self.exprs(&series.by);
            }
            OperatorKind::MvApply(apply) => {
                self.exprs(apply.items.iter().map(|item| &item.expr));
                self.exprs(&apply.limit);
                self.pipeline(&apply.body);
            }
            OperatorKind::MvExpand(expand) => {
                self.exprs(expand.items.iter().map(|item| &item.expr));
                self.exprs(&expand.limit);
            }
            OperatorKind::Parse(parse) => self.expr(&parse.input),
            OperatorKind::ParseKv { input, keys: _, properties } => {
                self.expr(input);
                self.params(properties);
            }
            OperatorKind::Partition(partition) => {
                self.expr(&partition.by);
                self.pipeline(&partition.body);
            }
            OperatorKind::Range(range) => self.exprs([&range.from, &range.to, &range.step]),
            OperatorKind::Scan(scan) => {
                self.exprs(&scan.keys);
                self.parameters(&scan.declared);
                for step in &scan.steps {
                    self.expr(&step.predicate);
                    self.exprs(step.assignments.iter().map(|(_, value)| value));
                }
            }
            OperatorKind::TopNested(levels) => {
                for level in levels {
                    self.exprs(&level.count);
                    self.expr(&level.of);
                    self.exprs(&level.others);
                    self.expr(&level.by.expr);
                }
            }
            _ => {}
        }
    }
}

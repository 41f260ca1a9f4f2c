//! A rule's query as checks see it: parsed and resolved once, with every place mapped into the file.

use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::kql::tree::{Call, Expr, ExprKind, Operator, Part, Pipeline, StepKind, Tree};
use crate::kql::{self, Facts, LiteralKind};
use crate::rule::scalar;

/// A query and what is known of it.
pub struct Query<'q> {
    /// The query as YAML gives it.
    pub text: &'q str,
    /// Its syntax tree.
    pub tree: &'q Tree<'q>,
    /// Every part of the tree, each before the parts that it holds.
    pub parts: Vec<Part<'q, 'q>>,
    /// What it means. `None` if it does not parse: then nothing is known.
    pub facts: Option<Facts>,
    scalar: Span,
    file: &'q str,
}

impl<'q> Query<'q> {
    /// Resolves a parsed query. `file` is the text of the file that it stands in.
    pub fn new(written: &'q Spanned<String>, tree: &'q Tree<'q>, file: &'q str, schema: &'q dyn kql::Schema) -> Self {
        let facts = tree.diagnostics.is_empty().then(|| kql::analyze(tree, schema));
        Self { text: &written.value, tree, parts: tree.parts(), facts, scalar: written.span, file }
    }

    /// The place of a part of the query in its file; of the whole query where the part can't be found there.
    pub fn place(&self, span: kql::Span) -> Span {
        scalar::place(self.file, self.scalar, self.text, span.range()).unwrap_or(self.scalar)
    }

    /// A problem at a part of the query.
    pub fn problem(&self, code: Code, span: kql::Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.place(span), message)
    }

    /// The place of the query as a whole.
    pub fn span(&self) -> Span {
        self.scalar
    }

    /// The last operator that shapes the result, or what stands in its place; none of an empty query.
    pub fn tail(&self) -> Option<kql::Span> {
        let last = self.tree.statements.last()?;
        let stage = last.pipeline().and_then(|pipeline| pipeline.stages.last());
        Some(stage.map_or(last.span, |stage| stage.operator.span))
    }

    /// Every expression of the query.
    pub fn exprs(&self) -> impl Iterator<Item = &'q Expr<'q>> {
        self.parts.iter().filter_map(|part| if let Part::Expr(expr) = part { Some(*expr) } else { None })
    }

    /// Every tabular operator of the query.
    pub fn operators(&self) -> impl Iterator<Item = &'q Operator<'q>> {
        self.parts.iter().filter_map(|part| if let Part::Operator(operator) = part { Some(*operator) } else { None })
    }

    /// Every pipeline of the query.
    pub fn pipelines(&self) -> impl Iterator<Item = &'q Pipeline<'q>> {
        self.parts.iter().filter_map(|part| if let Part::Pipeline(pipeline) = part { Some(*pipeline) } else { None })
    }

    /// Every call of a function by its name, members of paths included.
    pub fn calls(&self) -> impl Iterator<Item = &'q Call<'q>> {
        self.exprs().flat_map(|expr| {
            let (own, steps) = match &expr.kind {
                ExprKind::Call(call) => (Some(&**call), [].as_slice()),
                ExprKind::Path(path) => (None, path.steps.as_slice()),
                _ => (None, [].as_slice()),
            };
            own.into_iter().chain(steps.iter().filter_map(|step| match &step.kind {
                StepKind::Call(call) => Some(call),
                _ => None,
            }))
        })
    }

    /// The value of a string literal.
    pub fn string(&self, expr: &Expr<'q>) -> Option<std::borrow::Cow<'q, str>> {
        match expr.kind {
            ExprKind::Literal(LiteralKind::String) => Some(kql::string_value(expr.span.text(self.text))),
            _ => None,
        }
    }

    /// Whether the result surely has no column of that name.
    pub fn lacks(&self, column: &str) -> bool {
        self.facts
            .as_ref()
            .is_some_and(|facts| facts.tabular && !facts.open && facts.columns.iter().all(|known| known.name != column))
    }
}

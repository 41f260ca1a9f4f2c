//! Tabular operators: what stands between the bars.

use super::super::keyword::Keyword;
use super::super::span::Span;
use super::{Call, Expr, Name, Param, Parameter, Pipeline, RowSchema, Statement};

/// One tabular operator.
#[derive(Debug)]
pub struct Operator<'q> {
    /// From its keyword to its last token.
    pub span: Span,
    /// The keyword as written: `filter` and `where` are one operator, but two words.
    pub keyword: &'q str,
    /// The parameters after the keyword: `kind=inner`.
    pub params: Vec<Param<'q>>,
    /// What it does.
    pub kind: OperatorKind<'q>,
}

impl<'q> Operator<'q> {
    /// The value of the parameter `name`, if it is a word: `inner` of `kind=inner`.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|p| p.name.text == name).and_then(Param::word)
    }
}

/// What a tabular operator does.
#[derive(Debug)]
#[expect(missing_docs, reason = "each variant is an operator of the language reference, its fields are its clauses")]
pub enum OperatorKind<'q> {
    As(Name<'q>),
    AssertSchema(RowSchema<'q>),
    Consume,
    Count {
        name: Option<Name<'q>>,
    },
    Distinct(Vec<Expr<'q>>),
    Evaluate {
        call: Call<'q>,
        schema: Option<RowSchema<'q>>,
    },
    ExecuteAndCache,
    Extend(Vec<Expr<'q>>),
    Facet {
        by: Vec<Expr<'q>>,
        with: Option<Box<Pipeline<'q>>>,
    },
    Filter(Expr<'q>),
    Find(Box<Find<'q>>),
    Fork(Vec<Fork<'q>>),
    GetSchema,
    Graph(Box<Graph<'q>>),
    Invoke(Expr<'q>),
    Join(Box<Join<'q>>),
    Lookup(Box<Join<'q>>),
    MacroExpand {
        group: Box<Expr<'q>>,
        scope: Option<Name<'q>>,
        statements: Vec<Statement<'q>>,
    },
    MakeSeries(Box<MakeSeries<'q>>),
    MvApply(Box<MvApply<'q>>),
    MvExpand(Box<MvExpand<'q>>),
    Parse(Box<Parse<'q>>),
    ParseKv {
        input: Box<Expr<'q>>,
        keys: RowSchema<'q>,
        properties: Vec<Param<'q>>,
    },
    Partition(Box<Partition<'q>>),
    Print(Vec<Expr<'q>>),
    Project(Vec<Expr<'q>>),
    ProjectAway(Vec<Expr<'q>>),
    ProjectByNames(Vec<Expr<'q>>),
    ProjectKeep(Vec<Expr<'q>>),
    ProjectRename(Vec<Expr<'q>>),
    ProjectReorder(Vec<Ordered<'q>>),
    Range(Box<Range<'q>>),
    Reduce {
        by: Box<Expr<'q>>,
        with: Vec<Param<'q>>,
    },
    Render {
        chart: Option<Name<'q>>,
        properties: Vec<Param<'q>>,
    },
    Sample(Expr<'q>),
    SampleDistinct {
        count: Box<Expr<'q>>,
        of: Box<Expr<'q>>,
    },
    Scan(Box<Scan<'q>>),
    Search {
        sources: Vec<Expr<'q>>,
        predicate: Box<Expr<'q>>,
    },
    Serialize(Vec<Expr<'q>>),
    Sort(Vec<Ordered<'q>>),
    Summarize {
        aggregates: Vec<Expr<'q>>,
        by: Vec<Expr<'q>>,
        bin: Option<Box<Expr<'q>>>,
    },
    Take(Expr<'q>),
    Top {
        count: Box<Expr<'q>>,
        by: Box<Ordered<'q>>,
    },
    TopHitters {
        count: Box<Expr<'q>>,
        of: Box<Expr<'q>>,
        by: Option<Box<Expr<'q>>>,
    },
    TopNested(Vec<TopNested<'q>>),
    Union(Vec<Expr<'q>>),
    /// No operator that exists; a diagnostic says so.
    Unknown,
}

/// An expression and the order of its values.
#[derive(Debug)]
pub struct Ordered<'q> {
    /// The value.
    pub expr: Expr<'q>,
    /// `asc`, `desc`, `granny-asc`, `granny-desc`.
    pub order: Option<Keyword>,
    /// `nulls first` is true, `nulls last` false.
    pub nulls_first: Option<bool>,
}

/// `find in (A, B) where ... project ...`
#[derive(Debug)]
pub struct Find<'q> {
    /// The tables; all if there are none.
    pub sources: Vec<Expr<'q>>,
    /// The condition.
    pub predicate: Expr<'q>,
    /// The columns of `project`, with their types if given.
    pub project: Vec<(Expr<'q>, Option<Name<'q>>)>,
    /// Whether a `project` or `project-smart` clause is there.
    pub projects: bool,
}

/// One branch of `fork`.
#[derive(Debug)]
pub struct Fork<'q> {
    /// `name = (...)`
    pub name: Option<Name<'q>>,
    /// The branch.
    pub pipeline: Pipeline<'q>,
}

/// `make-graph`, `graph-match` and the other operators on graphs.
#[derive(Debug)]
pub struct Graph<'q> {
    /// Which of them.
    pub keyword: Keyword,
    /// Tables of nodes, conditions, keys: everything but the projection.
    pub parts: Vec<Expr<'q>>,
    /// The columns of `project`.
    pub project: Vec<Expr<'q>>,
}

/// `join` and `lookup`
#[derive(Debug)]
pub struct Join<'q> {
    /// The right side.
    pub right: Expr<'q>,
    /// The conditions of `on`, all of which have to hold.
    pub on: Vec<Expr<'q>>,
    /// The condition of `where`, for cross joins of Microsoft's own.
    pub predicate: Option<Expr<'q>>,
}

/// `make-series a=count() default=0 on t from x to y step z by b`
#[derive(Debug)]
pub struct MakeSeries<'q> {
    /// The aggregates and the values where there is none.
    pub aggregates: Vec<(Expr<'q>, Option<Expr<'q>>)>,
    /// The axis.
    pub on: Expr<'q>,
    /// `from`, `to` and `step`, or the arguments of `in range(...)`.
    pub range: Vec<Expr<'q>>,
    /// The groups.
    pub by: Vec<Expr<'q>>,
}

/// `a = b to typeof(string)`
#[derive(Debug)]
pub struct Expanded<'q> {
    /// The array or bag.
    pub expr: Expr<'q>,
    /// The type of its elements.
    pub to: Option<RowSchema<'q>>,
}

/// `mv-expand a, b to typeof(long) limit 10`
#[derive(Debug)]
pub struct MvExpand<'q> {
    /// What it expands.
    pub items: Vec<Expanded<'q>>,
    /// At most so many rows for one.
    pub limit: Option<Expr<'q>>,
}

/// `mv-apply a on (...)`
#[derive(Debug)]
pub struct MvApply<'q> {
    /// What it expands.
    pub items: Vec<Expanded<'q>>,
    /// At most so many rows for one.
    pub limit: Option<Expr<'q>>,
    /// What is done with the rows of each.
    pub body: Pipeline<'q>,
}

/// `parse kind=regex a with * "x" b: long *`, and `parse-where`
#[derive(Debug)]
pub struct Parse<'q> {
    /// What it reads.
    pub input: Expr<'q>,
    /// What it looks for, in order.
    pub pattern: Vec<ParsePart<'q>>,
}

/// One part of a pattern of `parse`.
#[derive(Debug)]
pub enum ParsePart<'q> {
    /// `*`: anything.
    Star(Span),
    /// A string that has to be there.
    Text(Span),
    /// A column to fill, a string if no type is given.
    Column(Name<'q>, Option<Name<'q>>),
}

/// `partition by a (...)` or `partition by a { ... }`
#[derive(Debug)]
pub struct Partition<'q> {
    /// The column.
    pub by: Expr<'q>,
    /// What is done with each part: operators only, or between braces a query with a source of its own.
    pub body: Pipeline<'q>,
}

/// `range a from 1 to 10 step 1`
#[derive(Debug)]
pub struct Range<'q> {
    /// The column.
    pub name: Name<'q>,
    /// Its first value.
    pub from: Expr<'q>,
    /// Its last.
    pub to: Expr<'q>,
    /// The distance of two.
    pub step: Expr<'q>,
}

/// `scan declare (a: long = 0) with (step s: true => a = 1;)`
#[derive(Debug)]
pub struct Scan<'q> {
    /// The order and the partitions.
    pub keys: Vec<Expr<'q>>,
    /// The columns that it adds.
    pub declared: Vec<Parameter<'q>>,
    /// The steps.
    pub steps: Vec<ScanStep<'q>>,
}

/// One step of `scan`.
#[derive(Debug)]
pub struct ScanStep<'q> {
    /// Its name.
    pub name: Name<'q>,
    /// The condition.
    pub predicate: Expr<'q>,
    /// `a = 1`
    pub assignments: Vec<(Name<'q>, Expr<'q>)>,
}

/// One level of `top-nested`.
#[derive(Debug)]
pub struct TopNested<'q> {
    /// How many.
    pub count: Option<Expr<'q>>,
    /// Of what.
    pub of: Expr<'q>,
    /// `with others = ...`
    pub others: Option<Expr<'q>>,
    /// The aggregate.
    pub by: Ordered<'q>,
}

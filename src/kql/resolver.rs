//! What a query means: the tables it reads, the functions it calls, the columns it gives.
//!
//! The resolver walks the tree once, carrying the columns that flow through each pipeline. It knows the types of
//! columns and expressions only as far as names depend on them (`union` splits a column of two types, `a.b` is named
//! `a_b` if `a` is dynamic). Where something cannot be known, the row is *open*: a table that the schema lacks, a stored
//! function, `bag_unpack`. No column is ever reported as missing from an open row.

mod call;
mod combine;
mod graph;
mod name_map;
mod names;
mod naming;
mod pipeline;
mod plugin;
mod project;
mod reshape;
mod row;
mod scalar;
mod scope;
mod table;
mod tuple;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use super::diagnostic::{Diagnostic, MAX_FAULTS, nearest};
use super::schema::Schema;
use super::span::Span;
use super::tree::{Path, Tree};
use super::types::Type;

use names::Names;
use row::{Column, Row};

/// How many calls of the query's own functions are followed before their result counts as unknown. Functions that call
/// functions could otherwise take exponential time.
const MAX_INLINED: u32 = 500;

/// How many steps an analysis takes before it gives up: expressions visited, and columns and names looked at. The
/// largest of 2,376 published queries takes a hundredth of it; only queries far beyond the service's limit of 10,000
/// characters come near, some of which would take hours.
const MAX_WORK: u64 = 100_000_000;

/// How many columns a row may have, as a table of the service (Microsoft's limits of Kusto). An operator can double them,
/// so that forty of them would not end.
const MAX_COLUMNS: usize = 10_000;

/// How many steps it takes to see whether two names are nearly the same.
const SLIP_STEPS: usize = 100;

/// What a query means, as far as the schema tells.
#[derive(Debug, Default)]
pub struct Facts {
    /// The columns of the result, in order.
    pub columns: Vec<OutputColumn>,
    /// Whether the result may have more columns than these.
    pub open: bool,
    /// Whether the result was made of something unknown: a table or function that the schema lacks, a bag unpacked.
    /// Its own columns may be known for all that: `T | project a` has one, whatever `T` is. Microsoft's analysis calls
    /// such a result open too.
    pub made_of_unknown: bool,
    /// Whether the query has a tabular result at all; a query of `let` statements only has none.
    pub tabular: bool,
    /// Tables of the workspace that the query reads, once each, in order of their names.
    pub tables: Vec<TableUse>,
    /// Functions that the query calls, in source order.
    pub functions: Vec<FunctionUse>,
    /// Tabular operators, in source order: keyword and place.
    pub operators: Vec<(String, Span)>,
    /// Names that `let` binds, in source order.
    pub bindings: Vec<BindingUse>,
    /// Unknown columns and their like. Only closed rows give any.
    pub diagnostics: Vec<Diagnostic>,
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A table that a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableUse {
    /// Its name.
    pub name: String,
    /// The first place where it is read.
    pub span: Span,
    /// How it is named there.
    pub by: TableBy,
    /// Whether the schema knows it.
    pub known: bool,
}

/// How a query names a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableBy {
    /// `SigninLogs`
    Name,
    /// `Signin*`
    Wildcard,
    /// `table("SigninLogs")`
    Function,
}

/// A function that a query calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUse {
    /// Its name.
    pub name: String,
    /// The place of the name.
    pub span: Span,
    /// Whose function it is.
    pub origin: FunctionOrigin,
}

/// Whose a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionOrigin {
    /// The language's.
    BuiltIn,
    /// The query's own, bound by `let`.
    Own,
    /// A way into another workspace, cluster or service: `workspace()`, `adx()`.
    Remote,
    /// A plug-in of `evaluate`.
    PlugIn,
    /// The workspace's, such as `_Im_Dns`, or a slip.
    Stored,
}

/// A name that `let` binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingUse {
    /// The name.
    pub name: String,
    /// Where it is bound.
    pub span: Span,
    /// How often it is used.
    pub uses: u32,
}

/// Resolves a query against a schema. Trees with faults of syntax give what can be known of the rest.
pub fn analyze<'a>(tree: &'a Tree<'a>, schema: &'a dyn Schema) -> Facts {
    analyzed(tree, schema).0
}

/// What a query means, and how many steps it took to find out.
pub(super) fn analyzed<'a>(tree: &'a Tree<'a>, schema: &'a dyn Schema) -> (Facts, u64) {
    let mut resolver = Resolver {
        source: tree.source,
        schema,
        scope: Names::default(),
        inlined: 0,
        work: Cell::new(0),
        roots: HashMap::new(),
        numbered: 0,
        tables: BTreeMap::new(),
        functions: BTreeMap::new(),
        operators: BTreeMap::new(),
        bindings: BTreeMap::new(),
        diagnostics: BTreeMap::new(),
    };
    let result = resolver.statements(&tree.statements);
    let result = resolver.trusted(result);
    let steps = resolver.work.get();
    let mut facts = Facts {
        tables: resolver.tables.into_values().collect(),
        functions: resolver.functions.into_values().collect(),
        operators: resolver.operators.into_values().map(|(word, span)| (word.to_owned(), span)).collect(),
        bindings: resolver.bindings.into_values().collect(),
        diagnostics: resolver.diagnostics.into_values().collect(),
        ..Facts::default()
    };
    if let Some(row) = result {
        facts.tabular = true;
        facts.open = row.open;
        facts.made_of_unknown = row.derived;
        facts.columns = row.columns.into_iter().map(|c| OutputColumn { name: c.name.into_owned(), ty: c.ty }).collect();
    }
    (facts, steps)
}

/// All maps are keyed by place, so that a function's body that is walked for each call counts once.
struct Resolver<'a> {
    source: &'a str,
    schema: &'a dyn Schema,
    /// What names mean.
    scope: Names<'a>,
    /// Calls followed so far.
    inlined: u32,
    /// Steps taken so far.
    work: Cell<u64>,
    /// Whether the roots of the paths walked so far have members, by the place of the path in the tree.
    roots: HashMap<*const Path<'a>, bool>,
    /// The last number given to a column without a name.
    numbered: u32,
    tables: BTreeMap<Cow<'a, str>, TableUse>,
    functions: BTreeMap<u32, FunctionUse>,
    operators: BTreeMap<u32, (&'a str, Span)>,
    bindings: BTreeMap<u32, BindingUse>,
    diagnostics: BTreeMap<u32, Diagnostic>,
}

impl<'a> Resolver<'a> {
    /// Takes some steps. False if there are none left: whatever is asked is not known then.
    fn spend(&self, steps: usize) -> bool {
        self.work.set(self.work.get().saturating_add(steps as u64));
        self.work.get() <= MAX_WORK
    }

    /// A row, or an unknown one that ends the analysis where it is too wide.
    fn bounded(&mut self, row: Row<'a>) -> Row<'a> {
        if row.columns.len() <= MAX_COLUMNS {
            return row;
        }
        self.work.set(MAX_WORK + 1);
        Row::unknown()
    }

    /// The result, or an unknown one where the analysis gave up, which is reported.
    fn trusted(&mut self, result: Option<Row<'a>>) -> Option<Row<'a>> {
        if self.work.get() <= MAX_WORK {
            return result;
        }
        let message = "the query is too large to be understood: nothing is known of its result";
        let start = Diagnostic::meaning(Span::empty(0), message);
        self.diagnostics.insert(0, start.with_help("the service takes at most 10,000 characters"));
        Some(Row::unknown())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_FAULTS {
            self.diagnostics.entry(diagnostic.span.start).or_insert(diagnostic);
        }
    }

    /// The column of that name, if there are steps left to look for it.
    fn column<'r>(&self, row: &'r Row<'a>, name: &str) -> Option<&'r Column<'a>> {
        if self.spend(row.columns.len()) { row.get(name) } else { None }
    }

    /// Whether a row has no such column, and can have none.
    fn lacks(&self, row: &Row<'a>, name: &str) -> bool {
        !row.open && self.column(row, name).is_none() && self.spend(0)
    }

    /// Reports a column that a closed row lacks.
    fn unknown_column(&mut self, name: &str, span: Span, row: &Row<'a>) {
        if may_be_split(name, row) {
            return;
        }
        let mut diagnostic = Diagnostic::meaning(span, format!("there is no column `{name}` here"));
        if self.diagnostics.len() < MAX_FAULTS && self.spend(SLIP_STEPS * row.columns.len()) {
            diagnostic.help =
                nearest(name, row.columns.iter().map(|c| &*c.name)).map(|near| format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    fn function_use(&mut self, name: &str, span: Span, origin: FunctionOrigin) {
        self.functions.entry(span.start).or_insert_with(|| FunctionUse { name: name.to_owned(), span, origin });
    }
}

/// Whether a name may be that of a column which `union` split by its types, `a_string` of an `a`: where a table is open,
/// not every type is known.
fn may_be_split(name: &str, row: &Row<'_>) -> bool {
    let split = name.rsplit_once('_').filter(|(_, ty)| Type::of(ty).is_some());
    split.is_some_and(|(column, _)| row.get(column).is_some())
}

#[cfg(test)]
mod tests;

//! Why an exclusion can't be placed on a query.

use super::super::predicate::Unprintable;

/// A reason that an exclusion has no place in a query. The rule that it is for is not deployed without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing can be placed in a query that nobody can read.
    #[error("the query has a syntax error: {0}")]
    Syntax(String),
    /// The filter belongs to one result: a query of `let` statements has none, and one with several has no one.
    #[error("the query has {0} tabular statements, and an exclusion needs exactly one")]
    Statements(usize),
    /// `fork`, `facet` and their like give several results or none.
    #[error("the query ends in {0}, behind which no filter can stand")]
    End(String),
    /// Text of the rule looks like a block of ours.
    #[error("the rule's own query holds an exclusion block already")]
    HasBlock,
    /// The column is certainly not there.
    #[error("there is no column {name} {place}{}", hint(.near))]
    UnknownColumn {
        /// The column.
        name: String,
        /// Where it was looked for.
        place: String,
        /// A column that is there and may have been meant.
        near: Option<String>,
    },
    /// The condition has no safe form.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
    /// An id that could end its comment.
    #[error("an exclusion's id may hold lower-case letters, digits and hyphens, 64 at most")]
    Id,
    /// The service takes no more.
    #[error("the query would have {length} characters, {} more than the service takes", .length - super::MAX_CHARACTERS)]
    TooLong {
        /// How many it would have.
        length: usize,
    },
    /// `union Signin*`, `union *`, `search` and `find` reach tables past a shadow.
    #[error("the query reaches tables by {0}, past any table that is put in their place")]
    Wildcard(String),
    /// `workspace()` and its like bind to the real table.
    #[error("the query reaches out of the workspace with {0}(), past any table that is put in place")]
    Remote(String),
    /// A stored function reads the real table.
    #[error("the query calls the stored function {0}, which reads the real tables")]
    Stored(String),
    /// `let` twice under one name is an error.
    #[error("the query binds the name {0} itself")]
    Bound(String),
    /// A missing table that a fuzzy union tolerates would become an error.
    #[error(
        "the query has a fuzzy union, which tolerates that {0} is missing; a table put in its place would not be. \
         Where `palisade tables pull` has found the table, it can be placed"
    )]
    Fuzzy(String),
    /// Nothing says which of several tables has the columns.
    #[error("the query reads several tables ({0}), and it is not known which of them have the columns: name them")]
    SeveralTables(String),
    /// The query reads no such table by its name.
    #[error("the query does not read the table {0} by its name")]
    UnreadTable(String),
    /// The query reads no table by name at all.
    #[error("the query reads no table by its name")]
    NoTable,
    /// The result's column of this name is not the table's.
    #[error("the query computes the column {0} itself, so the table's is another one")]
    Computed(String),
    /// The resolver found a reference that is not bound to the shadow.
    #[error("a reference to {0} would not see the exclusion")]
    Escapes(String),
    /// What was put together is not what it must be. This is the last guard: it means a fault of ours, or a query that
    /// the checks above don't know.
    #[error("the query with the exclusion is not what it must be: {0}")]
    Unverified(&'static str),
}

impl Refusal {
    /// A name that stays the same, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::Syntax(_) => "syntax",
            Refusal::Statements(_) => "statements",
            Refusal::End(_) => "end",
            Refusal::HasBlock => "has-block",
            Refusal::UnknownColumn { .. } => "unknown-column",
            Refusal::Unprintable(_) => "unprintable",
            Refusal::Id => "id",
            Refusal::TooLong { .. } => "too-long",
            Refusal::Wildcard(_) => "wildcard",
            Refusal::Remote(_) => "remote",
            Refusal::Stored(_) => "stored-function",
            Refusal::Bound(_) => "bound-name",
            Refusal::Fuzzy(_) => "fuzzy-union",
            Refusal::SeveralTables(_) => "several-tables",
            Refusal::UnreadTable(_) => "unread-table",
            Refusal::NoTable => "no-table",
            Refusal::Computed(_) => "computed-column",
            Refusal::Escapes(_) => "escapes",
            Refusal::Unverified(_) => "unverified",
        }
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map(|near| format!(": did you mean {near}?")).unwrap_or_default()
}

//! An exclusion as its author wrote it: rows that some rules must not raise, why, and until when.

pub(super) mod condition;
pub(super) mod moment;
pub(super) mod read;
pub(super) mod rows;
pub mod schema;

use jiff::Timestamp;

use super::yaml::Node;
use crate::diagnostic::{Diagnostic, Span, Spanned};

/// One document that holds an exclusion.
#[derive(Debug, Clone)]
pub struct Exclusion {
    /// `[a-z0-9-]{1,64}`: it stands in the query.
    pub id: Spanned<String>,
    pub name: Option<Spanned<String>>,
    /// Which rules it is for.
    pub rules: RuleScope,
    /// Where it holds; wherever its rules go, if nothing was written.
    pub workspaces: Option<WorkspaceScope>,
    pub stage: Stage,
    /// For stage event: tables whose events it drops, by name.
    pub tables: Vec<Spanned<String>>,
    pub unmapped: Unmapped,
    /// Where its list goes that makes a query too long; what the project's policy says, if nothing was written.
    pub overflow: Option<Overflow>,
    /// What it hides.
    pub when: Condition,
    pub reason: Option<Spanned<String>>,
    pub owner: Option<Spanned<String>>,
    pub ticket: Option<Spanned<String>>,
    /// When it begins; a date is the begin of that day in UTC.
    pub starts: Option<Spanned<Timestamp>>,
    /// When it has ended: the first instant after it. A date is the end of that day in UTC.
    pub expires: Option<Spanned<Timestamp>>,
    /// Rows that prove what it hides.
    pub tests: Vec<Row>,
    /// The place of the document.
    pub span: Span,
    /// The place of `when`.
    pub when_span: Span,
}

impl Exclusion {
    /// Whether it has ended.
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        self.expires.as_ref().is_some_and(|expires| expires.value <= now)
    }
}

/// An exclusion with faults: what is known of it, so that no rule goes out without it.
#[derive(Debug, Clone)]
pub struct FaultyExclusion {
    pub id: Option<String>,
    /// Its rules; any rule if not even that could be read.
    pub rules: Option<RuleScope>,
    pub span: Span,
}

/// Which rules.
#[derive(Debug, Clone)]
pub enum RuleScope {
    /// Ids, or names with `*` and `?`.
    Listed(Vec<Spanned<String>>),
    /// Rules with these properties.
    Matching(Matching),
}

/// Properties of rules: of every list that is given, one entry fits.
#[derive(Debug, Clone)]
pub struct Matching {
    pub tactics: Vec<Spanned<String>>,
    pub severities: Vec<Spanned<String>>,
    pub tags: Vec<Spanned<String>>,
    pub span: Span,
}

/// Which workspaces.
#[derive(Debug, Clone)]
pub struct WorkspaceScope {
    /// Names with `*` and `?`; any if there is none.
    pub names: Vec<Spanned<String>>,
    /// Labels, all of which must fit.
    pub labels: Vec<(String, Spanned<String>)>,
    pub span: Span,
}

/// Where rows are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From the result, before it is raised.
    Result,
    /// From a table, before it is counted.
    Event,
}

/// What becomes of a rule that is reached by a pattern and does not map a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmapped {
    /// It is blocked.
    Block,
    /// It goes without the exclusion, and is listed.
    Skip,
}

/// Where the list of an exclusion goes that would make a query longer than the service takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Nowhere: the rule is blocked.
    #[default]
    Block,
    /// Into a watchlist of its own.
    Watchlist,
}

impl Overflow {
    /// What an author may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] = &[("block", Self::Block), ("watchlist", Self::Watchlist)];
}

/// A condition on a row.
#[derive(Debug, Clone)]
pub enum Condition {
    /// All of them; never empty.
    All(Vec<Condition>),
    /// One of them; never empty.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Field(FieldTest),
}

impl Condition {
    /// Calls `visit` with every condition on a field, in the order written.
    pub fn each<'c>(&'c self, visit: &mut dyn FnMut(&'c FieldTest)) {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| part.each(visit)),
            Condition::Not(inner) => inner.each(visit),
            Condition::Field(test) => visit(test),
        }
    }
}

/// A condition on one field.
#[derive(Debug, Clone)]
pub struct FieldTest {
    pub field: Field,
    pub operation: Operation,
    /// Whether upper and lower case differ in text.
    pub case_sensitive: bool,
    pub span: Span,
}

/// What a row is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `Account.Name`, `Account[2].Name`: a column that the rule maps.
    Entity {
        entity_type: String,
        /// Which of the rule's mappings of that type, from 1.
        index: Option<usize>,
        identifier: String,
    },
    /// A column of the query's result.
    Column(String),
    /// A column that the rule has among its custom details, under this name.
    CustomDetail(String),
    /// A property of an incident: in suppressions alone.
    Incident(IncidentProperty),
}

/// A property of an incident that automation rules can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the portal")]
pub enum IncidentProperty {
    Severity,
    Status,
    Title,
    Description,
    Provider,
    Tactics,
    Label,
    Product,
    UpdatedBy,
}

impl IncidentProperty {
    /// What an author may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("severity", Self::Severity),
        ("status", Self::Status),
        ("title", Self::Title),
        ("description", Self::Description),
        ("provider", Self::Provider),
        ("tactics", Self::Tactics),
        ("label", Self::Label),
        ("product", Self::Product),
        ("updatedBy", Self::UpdatedBy),
    ];

    /// The property of that name.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word.trim())).map(|(_, one)| *one)
    }

    /// What an author writes.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Field::Entity { entity_type, index: None, identifier } => write!(f, "{entity_type}.{identifier}"),
            Field::Entity { entity_type, index: Some(n), identifier } => write!(f, "{entity_type}[{n}].{identifier}"),
            Field::Column(name) => f.write_str(name),
            Field::CustomDetail(name) => write!(f, "customDetail.{name}"),
            Field::Incident(property) => write!(f, "incident.{}", property.word()),
        }
    }
}

/// An operator with its operand, as text.
#[derive(Debug, Clone)]
pub enum Operation {
    /// `equals` and `in`: never empty.
    OneOf(Vec<Spanned<String>>),
    Contains(Spanned<String>),
    Has(Spanned<String>),
    StartsWith(Spanned<String>),
    EndsWith(Spanned<String>),
    /// A regular expression.
    Matches(Spanned<String>),
    /// Ranges of addresses in CIDR notation; never empty.
    InRange(Vec<Spanned<String>>),
    GreaterThan(Bound),
    LessThan(Bound),
    /// Whether it must be empty, or must not.
    IsEmpty(bool),
}

/// What a value is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    Number(f64),
    Time(Timestamp),
}

/// A row that must be hidden or kept.
#[derive(Debug, Clone)]
pub struct Row {
    /// Values by field, as written.
    pub cells: Vec<(Spanned<String>, Cell)>,
    /// `hidden`, not `kept`.
    pub hidden: bool,
    pub span: Span,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Nothing,
    Text(String),
    List(Vec<Cell>),
}

/// Reads a document of kind Exclusion; all its problems are told.
///
/// # Errors
/// If it has an error: what is left of it, so that its rules are known.
pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Result<Exclusion, Box<FaultyExclusion>> {
    read::exclusion(node, problems)
}

//! A suppression as its author wrote it: what happens to what some rules raise, why, and until when.

mod read;
pub mod schema;

use jiff::Timestamp;

use super::exclusion::{Condition, Exclusion, Row, RuleScope, Stage, Unmapped, WorkspaceScope};
use super::parts::Severity;
use super::yaml::Node;
use crate::diagnostic::{Diagnostic, Span, Spanned};

/// One document that holds a suppression.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// `[a-z0-9-]{1,64}`; one name space with exclusions.
    pub id: Spanned<String>,
    pub name: Option<Spanned<String>>,
    pub rules: RuleScope,
    /// Where it holds; wherever its rules go, if nothing was written.
    pub workspaces: Option<WorkspaceScope>,
    pub effect: Effect,
    /// What it is for; nothing for alerts, of which the rule alone is known.
    pub when: Option<Condition>,
    pub trigger: Trigger,
    pub close: Option<Close>,
    pub set: Set,
    pub tasks: Vec<Task>,
    pub playbook: Option<Playbook>,
    /// When it runs among automation rules: 1 to 1000.
    pub order: Option<Spanned<i64>>,
    /// With effect hide: what becomes of rules that do not map a field.
    pub unmapped: Unmapped,
    /// With effect hide: rows that prove what it hides.
    pub tests: Vec<Row>,
    pub reason: Option<Spanned<String>>,
    pub owner: Option<Spanned<String>>,
    pub ticket: Option<Spanned<String>>,
    pub starts: Option<Spanned<Timestamp>>,
    /// The first instant after it.
    pub expires: Option<Spanned<Timestamp>>,
    /// The place of the document.
    pub span: Span,
    /// The place of `when`.
    pub when_span: Span,
}

/// What a suppression does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What is raised is closed by an automation rule.
    Resolve,
    /// It is not raised at all: an exclusion.
    Hide,
}

impl Effect {
    /// What an author may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] = &[("resolve", Self::Resolve), ("hide", Self::Hide)];

    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Hide => "hide",
        }
    }
}

/// When the automation rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    IncidentCreated,
    IncidentUpdated,
    AlertCreated,
}

impl Trigger {
    /// What an author may write, and what it means. Alerts are never updated (Microsoft's docs).
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("incident", Self::IncidentCreated),
        ("incident-created", Self::IncidentCreated),
        ("incident-updated", Self::IncidentUpdated),
        ("alert", Self::AlertCreated),
        ("alert-created", Self::AlertCreated),
    ];
}

/// How an incident is closed.
#[derive(Debug, Clone)]
pub struct Close {
    /// One of [`CLASSIFICATIONS`].
    pub classification: &'static str,
    /// One that goes with it; undetermined incidents have none.
    pub reason: Option<&'static str>,
    pub comment: Option<Spanned<String>>,
}

/// Classifications with the reasons that go with them (azurerm's list of valid pairs).
pub const CLASSIFICATIONS: &[(&str, &[&str])] = &[
    ("TruePositive", &["SuspiciousActivity"]),
    ("BenignPositive", &["SuspiciousButExpected"]),
    ("FalsePositive", &["IncorrectAlertLogic", "InaccurateData"]),
    ("Undetermined", &[]),
];

/// What is set on an incident.
#[derive(Debug, Clone, Default)]
pub struct Set {
    pub severity: Option<Spanned<Severity>>,
    pub labels: Vec<Spanned<String>>,
    /// The object id of a user or group.
    pub owner: Option<Spanned<String>>,
}

/// A task that is added to an incident.
#[derive(Debug, Clone)]
pub struct Task {
    pub title: Spanned<String>,
    pub description: Option<Spanned<String>>,
}

/// A playbook that is run.
#[derive(Debug, Clone)]
pub struct Playbook {
    /// The ARM id of the logic app.
    pub id: Spanned<String>,
    pub tenant: Option<Spanned<String>>,
}

/// A suppression with faults: what is known of it.
#[derive(Debug, Clone)]
pub struct FaultySuppression {
    pub id: Option<String>,
    /// Nothing if not even that could be read.
    pub effect: Option<Effect>,
    pub rules: Option<RuleScope>,
    pub span: Span,
}

impl Suppression {
    /// Whether it has ended.
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        self.expires.as_ref().is_some_and(|expires| expires.value <= now)
    }

    /// Whether it has not begun.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.starts.as_ref().is_some_and(|starts| starts.value > now)
    }

    /// The exclusion that hides what it is for. Of one that resolves, what both kinds have: a condition that is never
    /// asked stands for one that is not there.
    pub fn as_exclusion(&self) -> Exclusion {
        Exclusion {
            id: self.id.clone(),
            name: self.name.clone(),
            rules: self.rules.clone(),
            workspaces: self.workspaces.clone(),
            stage: Stage::Result,
            tables: Vec::new(),
            unmapped: self.unmapped,
            overflow: None,
            when: self.when.clone().unwrap_or(Condition::All(Vec::new())),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            ticket: self.ticket.clone(),
            starts: self.starts.clone(),
            expires: self.expires.clone(),
            tests: self.tests.clone(),
            span: self.span,
            when_span: self.when_span,
        }
    }
}

/// Reads a document of kind Suppression; all its problems are told.
///
/// # Errors
/// If it has an error: what is left of it.
pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Result<Suppression, Box<FaultySuppression>> {
    read::suppression(node, problems)
}

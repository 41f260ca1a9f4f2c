//! What the checks of one rule look at: its fields, and its query parsed and resolved once.

use super::query::Query;
use super::tables::WorkspaceTables;
use crate::diagnostic::Sources;
use crate::kql::{NoSchema, Schema};
use crate::rule::{Details, RuleKind};
use crate::workspace::policy::NrtProfile;

/// What the project decides about checks.
#[derive(Clone, Copy)]
pub struct Settings<'s> {
    /// Which rules of NRT rules hold.
    pub nrt: NrtProfile,
    /// The tables that are known; a table that is not may have any column.
    pub schema: &'s dyn Schema,
    /// The tables of the workspace that the rule goes to, where it is checked for one.
    pub tables: Option<WorkspaceTables<'s>>,
    /// The time of the check, for start times. Without it, none is too far ahead.
    pub now: Option<jiff::Timestamp>,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self { nrt: NrtProfile::default(), schema: &NoSchema, tables: None, now: None }
    }
}

/// One rule's fields: as written, or as a workspace's overrides leave them.
pub struct Subject<'s> {
    pub kind: RuleKind,
    pub details: &'s Details,
    /// The query, if the rule has one that the service would look at.
    pub query: Option<&'s Query<'s>>,
    pub sources: &'s Sources,
    pub settings: Settings<'s>,
}

//! The comparison from the other side: what is otherwise in the workspaces than it was left, resource by resource.

use serde_json::Value;

use super::exclusions::Finding;
use super::ignore::Ignored;
use super::weakening::weakens;
use super::{Action, Change, Left, Plan, Verdict, WorkspacePlan};
use crate::diagnostic::{Code, Span};

/// What was found in every workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drift {
    pub workspaces: Vec<DriftedWorkspace>,
    /// Documents that ignore drift and met none.
    pub unused: Vec<Span>,
}

/// What was found in one workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftedWorkspace {
    pub workspace: String,
    /// Its ARM id.
    pub resource_id: String,
    /// Only those that are not as they were left.
    pub resources: Vec<DriftedResource>,
    pub findings: Vec<(Finding, Option<Span>)>,
    /// Live rules that are none of ours. They are no drift.
    pub unmanaged: usize,
    /// What left the project and stays. It is no drift either.
    pub left: Vec<Left>,
}

/// A resource that is not as it was left.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftedResource {
    /// The resource type, such as `alertRules`.
    pub resource: String,
    pub id: String,
    pub name: String,
    pub resource_name: String,
    pub state: State,
    /// For people.
    pub reason: String,
    /// When the service says that it was last written, in RFC 3339, and by whom if it tells.
    pub modified: Option<String>,
    pub modified_by: Option<String>,
    pub fields: Vec<DriftedField>,
    /// The place of its document.
    pub span: Option<Span>,
}

/// What is known of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It lives, and fields of it were edited.
    Edited,
    /// It does not live: it was deleted out of band, or never applied. Nothing tells which.
    Missing,
}

impl State {
    /// The name in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Missing => "missing",
        }
    }
}

/// One field that was edited.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftedField {
    /// Dotted, from `properties`.
    pub path: String,
    pub live: Value,
    /// What the files say.
    pub files: Value,
    /// `drift`, `conflict`, `same` (the files have the edit already) or `unknown` (nothing tells what it was).
    pub verdict: Verdict,
    /// Whether the rule detects less by it.
    pub weakens: bool,
    /// Why it is left alone, if a document says so.
    pub ignored: Option<Ignored>,
    /// Where the files say otherwise.
    pub span: Option<Span>,
}

impl DriftedField {
    /// Whether somebody should look at it: the files do not have it, and no document lets it be.
    pub fn counts(&self) -> bool {
        self.ignored.is_none() && self.verdict != Verdict::Same
    }
}

/// How many resources are in which state, over all workspaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Resources with a field that was edited and that somebody should look at.
    pub drift: usize,
    /// Of these, those with a field that the files changed too.
    pub conflict: usize,
    /// Of these, those with a field of which nobody knows what was applied.
    pub unknown: usize,
    pub missing: usize,
    /// Fields that documents let be.
    pub ignored: usize,
    /// Exclusions that were tampered with.
    pub tampered: usize,
}

impl Tally {
    /// Whether anything is otherwise than it was left.
    pub fn any(self) -> bool {
        self.drift + self.missing + self.tampered > 0
    }
}

impl Drift {
    /// Counts.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for resource in self.workspaces.iter().flat_map(|one| &one.resources) {
            let counted = || resource.fields.iter().filter(|field| field.counts());
            let has = |verdict| counted().any(|field| field.verdict == verdict);
            tally.missing += usize::from(resource.state == State::Missing);
            tally.drift += usize::from(counted().next().is_some());
            tally.conflict += usize::from(has(Verdict::Conflict));
            tally.unknown += usize::from(has(Verdict::Unknown));
            tally.ignored += resource.fields.iter().filter(|field| field.ignored.is_some()).count();
        }
        let findings = self.workspaces.iter().flat_map(|one| &one.findings);
        tally.tampered = findings.filter(|(one, _)| one.code == Code::ExclusionTampered.name()).count();
        tally
    }
}

/// Says something of a field, by its path.
pub type OfField<'a, T> = Box<dyn Fn(&str) -> Option<T> + 'a>;

/// What documents say of one resource.
pub struct Told<'a> {
    /// The place of its document.
    pub span: Option<Span>,
    /// The place of a field.
    pub field: OfField<'a, Span>,
}

/// Makes of a plan what was edited out of band. `told` says what the documents of a workspace have on a resource.
pub fn drift<'a>(plan: &Plan, told: &dyn Fn(&WorkspacePlan, &Change) -> Told<'a>) -> Vec<DriftedWorkspace> {
    let workspace = |plan: &WorkspacePlan| {
        let span = |id: &str| plan.changes.iter().find(|change| change.id == id).and_then(|one| told(plan, one).span);
        DriftedWorkspace {
            workspace: plan.workspace.clone(),
            resource_id: plan.resource_id.clone(),
            resources: plan.changes.iter().filter_map(|change| resource(change, &told(plan, change))).collect(),
            findings: plan.findings.iter().map(|one| (one.clone(), span(&one.id))).collect(),
            unmanaged: plan.unmanaged,
            left: plan.left.clone(),
        }
    };
    plan.workspaces.iter().map(workspace).collect()
}

fn resource(change: &Change, told: &Told<'_>) -> Option<DriftedResource> {
    let resource_type = change.resource_type()?;
    let edited = change.fields.iter().filter(|field| field.verdict != Verdict::Pending);
    let fields: Vec<DriftedField> = edited
        .map(|field| DriftedField {
            path: field.path.clone(),
            live: field.before.clone(),
            files: field.after.clone(),
            verdict: field.verdict,
            weakens: weakens(resource_type, &field.path, &field.before, &field.after),
            ignored: field.ignored.clone(),
            span: (told.field)(&field.path).or(told.span),
        })
        .collect();
    // A twin that blocks a new rule is one that was never applied.
    let missing = change.action == Action::Create;
    if fields.is_empty() && !missing {
        return None;
    }
    Some(DriftedResource {
        resource: change.resource.clone(),
        id: change.id.clone(),
        name: change.name.clone(),
        resource_name: change.resource_name.clone(),
        state: if missing { State::Missing } else { State::Edited },
        reason: match missing {
            true => "it does not live: it was deleted out of band, or is not applied yet".to_owned(),
            false => change.reason.clone(),
        },
        modified: change.modified.clone(),
        modified_by: change.modified_by.clone(),
        fields,
        span: told.span,
    })
}

//! Who plans: the project's name, what its documents decide about ownership, and what the command line says.

use super::load::Loaded;
use super::plan_file::project_name;
use crate::diagnostic::Code;
use crate::plan::Ownership;
use crate::plan::ownership::{Adopt, Allowance, OnDrift};
use crate::workspace::Workspace;

/// What the command line says. It is stronger than the documents.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    pub on_drift: Option<OnDrift>,
    /// Rules that are taken over although they differ, by id, resource name or display name; `all` is all of them.
    pub adopt: Vec<String>,
    pub allow: Vec<Allowance>,
    /// Guards that are let through.
    pub guards: Vec<Code>,
    /// Rules that left the project are deleted.
    pub prune: bool,
    /// Rules that left the project are disabled in place of being deleted.
    pub retire: bool,
    /// Automation rules whose suppression is gone stay.
    pub keep_suppressions: bool,
}

/// What holds in a workspace, whose ARM id is `workspace_id`.
pub fn ownership(loaded: &Loaded, workspace: &Workspace, workspace_id: &str, choices: &Choices) -> Ownership {
    let settings = &loaded.content.settings;
    let policy = &settings.ownership;
    let mut allow = choices.allow.clone();
    allow.extend(policy.second_writer.then_some(Allowance::SecondWriter));
    let adopt = if workspace.adopt || choices.adopt.iter().any(|name| name == "all") {
        Adopt::All
    } else if choices.adopt.is_empty() {
        Adopt::Nothing
    } else {
        Adopt::Named(choices.adopt.iter().map(|name| name.to_lowercase()).collect())
    };
    Ownership {
        workspace_id: workspace_id.to_owned(),
        project: project_name(loaded),
        formerly: settings.formerly.iter().map(|name| name.value.clone()).collect(),
        on_drift: choices.on_drift.or_else(|| policy.drift.and_then(OnDrift::named)),
        adopt,
        allow,
    }
}

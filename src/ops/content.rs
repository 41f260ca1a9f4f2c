//! What a project says, as it was read.

use std::path::PathBuf;
use std::sync::Arc;

use super::commit::Commit;
use super::live_documents::LiveDocuments;
use super::overlay::Overlay;
use crate::arm::resource_type::ApiVersions;
use crate::check::tables::Tables;
use crate::diagnostic::{Diagnostic, Sources};
use crate::rule::Rule;
use crate::rule::exclusion::{Exclusion, FaultyExclusion};
use crate::rule::suppression::{FaultySuppression, Suppression};
use crate::workspace::Workspace;
use crate::workspace::project::ProjectSettings;

/// What bounds a load.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Only these files and folders of the project; all where there is none.
    pub only: Vec<PathBuf>,
    /// Hosts that the command line trusts as endpoints.
    pub trusted_hosts: Vec<String>,
    /// The time: exclusions begin and lapse by it, and start times may be too far ahead of it. Without it, exclusions are
    /// judged by the machine's clock, and no start time is too far ahead.
    pub now: Option<jiff::Timestamp>,
    /// Texts that take the place of files, as an editor holds them.
    pub open: Overlay,
    /// The commit at which the project is read, in place of its folder.
    pub at: Option<Arc<Commit>>,
}

/// What a project says, without its faulty documents.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub settings: ProjectSettings,
    /// The api-versions that requests are sent with.
    pub api_versions: ApiVersions,
    /// Whether the folder has a `palisade.yaml`.
    pub has_project_file: bool,
    /// One for each id, sorted by id.
    pub rules: Vec<Rule>,
    /// Rules that were read whole and that are refused for what they say, sorted by id. Nothing deploys them.
    pub faulty: Vec<Faulty>,
    pub workspaces: Vec<Workspace>,
    /// Sorted by id.
    pub exclusions: Vec<Exclusion>,
    /// Exclusions that were refused: no rule of theirs is deployed without them.
    pub faulty_exclusions: Vec<FaultyExclusion>,
    /// Sorted by id. Those that hide are among the exclusions too.
    pub suppressions: Vec<Suppression>,
    /// Suppressions that were refused: they have not left the project.
    pub faulty_suppressions: Vec<FaultySuppression>,
    /// When the project was read, or the time that was asked for.
    pub now: jiff::Timestamp,
    /// What queries are checked against.
    pub tables: Tables,
    /// The ids of documents that were refused: they have not left the project.
    pub refused_ids: Vec<String>,
    /// What it says of live resources.
    pub on_live: LiveDocuments,
}

/// A rule that can't be deployed anywhere.
#[derive(Debug, Clone)]
pub struct Faulty {
    pub rule: Rule,
    /// What is wrong with it.
    pub errors: Vec<Diagnostic>,
}

/// A project as it was read.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub content: Content,
    pub sources: Sources,
    /// In the order of files and lines.
    pub problems: Vec<Diagnostic>,
    /// SHA-256 over every document that was loaded, in hex.
    pub digest: String,
}

impl Loaded {
    /// Whether a document is wrong in itself.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Diagnostic::is_error)
    }
}

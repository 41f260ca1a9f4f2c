//! Arguments of the verbs that read live workspaces.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AUTH, Workspaces};

/// What plan and apply share.
#[derive(Debug, Args)]
pub(crate) struct Live {
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    /// How to get a token, whatever the documents say
    #[arg(long, value_name = "METHOD", value_parser = AUTH)]
    pub(crate) auth: Option<String>,
    /// Leave out faulty documents, and go on
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// What becomes of edits made out of band: without, they stay, unless the rule detects less by them or the files
    /// changed it too, which is refused
    #[arg(long, value_enum, value_name = "POLICY")]
    pub(crate) on_drift: Option<DriftPolicy>,
    /// Take this live rule over although it has no mark and differs, by id or name; `all` takes all [repeatable]
    #[arg(long, value_name = "NAME")]
    pub(crate) adopt: Vec<String>,
    /// Do what is refused otherwise: the code of a guard such as blast-radius, twin, or second-writer [repeatable]
    #[arg(long, value_name = "CODE", value_parser = crate::ops::guards::allowed)]
    pub(crate) allow: Vec<crate::diagnostic::Code>,
    /// Delete rules of the project that are in none of its documents any more
    #[arg(long)]
    pub(crate) prune: bool,
    /// Disable such rules in place of deleting them
    #[arg(long)]
    pub(crate) retire: bool,
    /// Leave automation rules alone whose suppression was removed or has lapsed
    #[arg(long)]
    pub(crate) keep_suppressions: bool,
    /// Take the project as it was at this commit, branch or tag, without checking it out
    #[arg(long, value_name = "REF", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Add a line of JSON to this file for each request: no token, no header and no body is in it
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}

impl Live {
    /// These workspaces, and nothing decided.
    pub(crate) fn of(workspaces: Workspaces) -> Self {
        Self {
            workspaces,
            auth: None,
            keep_going: true,
            on_drift: None,
            adopt: Vec::new(),
            allow: Vec::new(),
            prune: false,
            retire: false,
            keep_suppressions: false,
            journal: None,
            at: None,
        }
    }
}

/// What becomes of edits made out of band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftPolicy {
    /// They stay, and what the files change beside them is written
    Keep,
    /// They are undone
    Overwrite,
    /// A rule that has one is left untouched, and the run fails
    Fail,
}

/// `palisade drift`
#[derive(Debug, Args)]
pub(crate) struct Drift {
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    /// How to get a token, whatever the documents say
    #[arg(long, value_name = "METHOD", value_parser = AUTH)]
    pub(crate) auth: Option<String>,
    /// Leave out faulty documents, and go on
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Exit with 2 if there is drift
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    #[arg(long, value_enum, default_value_t = DriftFormat::Human)]
    pub(crate) format: DriftFormat,
}

/// How drift is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftFormat {
    Human,
    Json,
    /// For an issue or a pull request
    Markdown,
    /// SARIF 2.1.0, at the line that says otherwise
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

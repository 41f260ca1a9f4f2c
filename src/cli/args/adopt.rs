//! The arguments of `adopt`.

use clap::{Args, ValueEnum};

use super::{AUTH, CheckFormat, Workspaces};

/// `palisade adopt`
///
/// A field goes back into its file with every other byte left alone: comments, order, quotes, indentation, line ends. One
/// that was changed on both sides, or nobody knows on which, is taken only if asked for.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// Only these rules, by id or name pattern
    #[arg(value_name = "RULE")]
    pub(crate) rules: Vec<String>,
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    /// How to get a token, whatever the documents say
    #[arg(long, value_name = "METHOD", value_parser = AUTH)]
    pub(crate) auth: Option<String>,
    /// Into the rules' own documents, which hold in every workspace, or into this workspace's overrides; must be said
    /// where other workspaces have the rule
    #[arg(long, value_enum, value_name = "WHERE")]
    pub(crate) to: Option<AdoptTo>,
    /// Take the live value of fields that the files changed too
    #[arg(long)]
    pub(crate) take_conflicts: bool,
    /// Take the live value of fields of which nobody knows who changed them
    #[arg(long)]
    pub(crate) take_unknown: bool,
    /// Write documents of live rules that the project does not have
    #[arg(long, conflicts_with_all = ["take_conflicts", "take_unknown"])]
    pub(crate) unmanaged: bool,
    /// The folder of the project for new documents
    #[arg(long, value_name = "FOLDER", default_value = "rules", requires = "unmanaged")]
    pub(crate) into: String,
    /// Show what would change in the files, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
}

/// Where a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AdoptTo {
    Rules,
    Overrides,
}

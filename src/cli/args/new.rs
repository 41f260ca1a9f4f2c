//! `palisade new`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AUTH, Workspaces};

/// `palisade new`
#[derive(Debug, Args)]
pub(crate) struct New {
    #[arg(value_enum)]
    pub(crate) kind: BegunKind,
    /// Fill an exclusion or a suppression in with the rules and entities of this incident: its number, or the last part
    /// of its ARM id
    #[arg(long, value_name = "ID")]
    pub(crate) from_incident: Option<String>,
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    /// How to get a token, whatever the documents say
    #[arg(long, value_name = "METHOD", value_parser = AUTH)]
    pub(crate) auth: Option<String>,
    /// A new file, which must not be there yet; on stdout without
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BegunKind {
    /// A Scheduled rule
    Rule,
    /// A near-real-time rule
    Nrt,
    Workspace,
    Exclusion,
    Suppression,
}

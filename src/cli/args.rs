//! Every command, flag and value.

mod adopt;
mod live;
mod new;
mod query;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use adopt::{Adopt, AdoptTo};
pub(crate) use live::{Drift, DriftFormat, DriftPolicy, Live};
pub(crate) use new::{BegunKind, New};
pub(crate) use query::Query;

/// Microsoft Sentinel analytics rules as code.
#[derive(Debug, Parser)]
#[command(name = "palisade", version, about, long_about = None, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Work in this folder
    #[arg(short = 'C', value_name = "DIR", default_value = ".", global = true, hide_default_value = true)]
    pub(crate) folder: PathBuf,
    /// Nothing but results and errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// Send a real token to this host too, if a workspace names it as its endpoint
    #[arg(long, value_name = "HOST", global = true)]
    pub(crate) trust_endpoint: Vec<String>,
    /// Judge what begins and lapses as at this time, such as 2027-02-01T00:00:00Z
    #[arg(long, value_name = "TIME", global = true)]
    pub(crate) now: Option<jiff::Timestamp>,
}

impl Global {
    /// A path of the command line: it is relative to the folder that is worked in.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        if self.folder == Path::new(".") { path.to_owned() } else { self.folder.join(path) }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything that can be said without a network
    Check(Check),
    /// What apply would do to the live workspaces
    Plan(Plan),
    /// Carry out a saved plan, or plan and ask
    Apply(Apply),
    /// Take what was changed in a live workspace into the files
    Adopt(Adopt),
    /// What was changed out of band in the live workspaces, by field
    Drift(Drift),
    /// The effective rules for a workspace
    Compile(Compile),
    /// Which exclusions are in force where, by expiry
    Exclusions(Exclusions),
    /// A document to begin with: from a template, or from an incident
    New(New),
    /// What a code means, why it matters, and the way out
    Explain(Explain),
    /// What is known of queries: JSON lines in, JSON lines out
    Query(Query),
    /// The tables of a workspace, which queries are checked against
    Tables(Tables),
    /// The JSON Schema of a kind of document, for editors
    Schema(Schema),
    /// A language server over stdin and stdout, for editors
    Lsp(Lsp),
    /// A workspace on loopback that clients take for Azure
    Emulator(Emulator),
}

/// `palisade check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Only these files and folders
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = ProblemFormat::Human)]
    pub(crate) format: ProblemFormat,
    /// Correct what is sure: the service's spelling of words, names of keys and of mapped columns
    #[arg(long)]
    pub(crate) fix: bool,
    /// Show what --fix would change, and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
    /// Exit with 3 if there are warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Leave out the warnings that this file records
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Record the warnings of today in this file, to be left out with --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", conflicts_with = "paths")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Ask Microsoft's own parser about each query too, and tell where it says otherwise: the npm package
    /// @kusto/language-service-next in this folder, or the one in node_modules here or above
    #[cfg(feature = "kusto-engine")]
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) kusto_engine: Option<PathBuf>,
}

/// How problems are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProblemFormat {
    Human,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    Human,
    Json,
}

/// Which workspaces.
#[derive(Debug, Clone, Args)]
pub(crate) struct Workspaces {
    /// This workspace; `local` is the embedded one [repeatable]
    #[arg(short = 'w', long = "workspace", value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Workspaces with this label [repeatable, all must fit]
    #[arg(long, value_name = "LABEL=VALUE", value_parser = label)]
    pub(crate) select: Vec<(String, String)>,
    /// Every workspace of the project
    #[arg(long)]
    pub(crate) all: bool,
}

const AUTH: [&str; 7] =
    ["auto", "cli", "workload-identity", "managed-identity", "client-secret", "pipelines", "github-oidc"];

/// `palisade plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) live: Live,
    /// Exit with 2 if there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Save the plan, for apply to carry out
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub(crate) format: PlanFormat,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    Human,
    Json,
    Markdown,
}

/// `palisade apply`
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// A plan that `palisade plan --out FILE` saved
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: Live,
    /// Do not ask
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Write nothing at all if a rule is stale before the first write
    #[arg(long)]
    pub(crate) all_or_nothing: bool,
    /// Writes in flight
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub(crate) parallel: u16,
    /// Carry out a saved plan outside of its project, without compiling it anew
    #[arg(long, requires = "file", requires = "expect_sha256")]
    pub(crate) detached: bool,
    /// The SHA-256 that the plan file must have
    #[arg(long, value_name = "HEX", requires = "file")]
    pub(crate) expect_sha256: Option<String>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
}

/// `palisade compile`
#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// Only these rules, by id or name pattern
    pub(crate) rules: Vec<String>,
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
}

/// `palisade exclusions`
#[derive(Debug, Args)]
pub(crate) struct Exclusions {
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    pub(crate) format: PlanFormat,
}

/// `palisade explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A code, such as kql-syntax, or a topic, such as suppression; all are listed without
    pub(crate) code: Option<String>,
}

/// `palisade tables`
#[derive(Debug, Args)]
pub(crate) struct Tables {
    #[command(subcommand)]
    pub(crate) verb: TablesVerb,
}

/// What is done with tables.
#[derive(Debug, Subcommand)]
pub(crate) enum TablesVerb {
    /// Write the tables and columns of a workspace into tables/NAME
    Pull(TablesPull),
}

/// `palisade tables pull`
#[derive(Debug, Args)]
pub(crate) struct TablesPull {
    #[command(flatten)]
    pub(crate) workspaces: Workspaces,
    /// How to get a token, whatever the documents say
    #[arg(long, value_name = "METHOD", value_parser = AUTH)]
    pub(crate) auth: Option<String>,
}

/// `palisade lsp`
///
/// It checks the project of each open document, nearest `palisade.yaml` first, and writes no file.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// As editors ask for it; there is no other way
    #[arg(long)]
    pub(crate) stdio: bool,
}

/// `palisade schema`
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Scheduled, NRT, Exclusion, Workspace, Table, Moved, DriftIgnore, or project for palisade.yaml; all are listed without
    pub(crate) kind: Option<String>,
}

/// `palisade emulator`
#[derive(Debug, Args)]
pub(crate) struct Emulator {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8443)]
    pub(crate) port: u16,
    /// Serve over TLS too, on this port; its authority's file is named at start
    #[arg(long, value_name = "N")]
    pub(crate) tls_port: Option<u16>,
    /// Keep the state in this folder; in memory without
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Rules in one page of a list
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) page: usize,
    /// Whether the service's limits hold
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub(crate) limits: Switch,
    /// Whether the query of an enabled rule is checked when it is written
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub(crate) queries: Switch,
    /// Fill workspaces from a seed: a file, or a folder of them (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(crate) seed: Vec<PathBuf>,
    /// Whether a stale etag is refused
    #[arg(long, value_enum, default_value_t = Etag::Enforce)]
    pub(crate) etag: Etag,
    /// How long each ARM request takes, such as 20ms
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = milliseconds)]
    pub(crate) latency: std::time::Duration,
    /// Only workspaces that were seeded exist, and tokens are checked
    #[arg(long)]
    pub(crate) strict: bool,
    /// How long the tokens of the emulator's own Entra ID are good
    #[arg(long, value_name = "TIME", default_value = "3600s", value_parser = milliseconds)]
    pub(crate) token_lifetime: std::time::Duration,
    /// `off`, `arm`, or a bucket such as 200+10/s
    #[arg(long, value_name = "THROTTLE", default_value = "off")]
    pub(crate) throttle: crate::emulator::Throttle,
    /// A fault that requests meet, such as 'PUT alertRules/* every=7 status=503' [repeatable]; see docs/faults.md
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<crate::emulator::faults::Fault>,
    /// A file with a list of faults, as YAML or JSON; they come before those of --fault
    #[arg(long = "faults", value_name = "FILE")]
    pub(crate) fault_file: Option<PathBuf>,
}

impl Emulator {
    /// The same with its paths in the folder that is worked in.
    pub(crate) fn within(mut self, global: &Global) -> Self {
        for path in self.state.iter_mut().chain(&mut self.fault_file).chain(&mut self.seed) {
            *path = global.path(path);
        }
        self
    }
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// What becomes of a stale etag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Etag {
    Enforce,
    Ignore,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("give label=value".to_owned()),
    }
}

fn milliseconds(text: &str) -> Result<std::time::Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').ok_or("give a time such as 20ms or 1s")?, 1000),
    };
    let number: u64 = number.parse().map_err(|_| "give a time such as 20ms or 1s".to_owned())?;
    Ok(std::time::Duration::from_millis(number.saturating_mul(unit)))
}

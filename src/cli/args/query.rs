//! The arguments of `query`.

use std::path::PathBuf;

use clap::Args;

/// `palisade query`
///
/// Each line of input is {"id": any, "query": "KQL"}. Each line of output is {"id", "syntax": [[code, message, start,
/// length]], "columns": [[name, type]] or null, "open", "tables", "operators"}; places are in UTF-16 code units. A line
/// that is no question is told on stderr and passed over, and the exit code is 3; a query that does not parse is an
/// answer like any other.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// Files of JSON lines; `-`, or none, is stdin
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The tables of the workspace: {"Table": {"Column": "type"}}; without, every table may have any column
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// The npm package @kusto/language-service-next, whose verdict on syntax is added as `kusto`; without, the one in
    /// node_modules here or above, if there is one
    #[cfg(feature = "kusto-engine")]
    #[arg(long, value_name = "FOLDER", env = "PALISADE_KUSTO_ENGINE")]
    pub(crate) kusto_engine: Option<PathBuf>,
}

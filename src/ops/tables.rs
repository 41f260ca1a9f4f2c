//! `tables pull`: the tables of a live workspace, into files of the project.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::atomic;
use super::connection::Connection;
use crate::arm::error::ArmError;
use crate::arm::pages::{PageLimits, list_all};
use crate::kql::Type;
use crate::rule::table::PULLED;

/// The columns of one table, in the service's order, with KQL's names of their types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTable {
    pub name: String,
    pub columns: Vec<(String, &'static str)>,
}

/// What became of a workspace's files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulled {
    pub tables: usize,
    pub columns: usize,
    /// Files that were written, because they were new or different.
    pub written: usize,
    /// Files that held only tables that are gone.
    pub removed: usize,
}

/// Reads every table of a workspace, sorted by name.
///
/// # Errors
/// Whatever keeps the list from being whole.
pub async fn live(connection: &Connection) -> Result<Vec<LiveTable>, ArmError> {
    let undecodable = |why: String, item: &Value| ArmError::Decode { why, raw: item.to_string() };
    let first = connection.requests.tables().map_err(|why| undecodable(why.to_string(), &Value::Null))?;
    let items = list_all(&*connection.transport, first, PageLimits::default()).await?;
    let mut tables = Vec::with_capacity(items.len());
    for item in &items {
        tables.push(table(item).ok_or_else(|| undecodable("a table has a name and a schema".to_owned(), item))?);
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

/// A table as ARM shows it: `{name, properties: {schema: {columns: […], standardColumns: […]}}}`; a column is
/// `{name, type}`. One of a type that KQL does not have is of an unknown one.
fn table(item: &Value) -> Option<LiveTable> {
    let name = item.get("name")?.as_str()?.to_owned();
    let schema = item.pointer("/properties/schema")?;
    let lists = ["standardColumns", "columns"].map(|list| schema.get(list).and_then(Value::as_array));
    let mut columns: Vec<(String, &'static str)> = Vec::new();
    for column in lists.into_iter().flatten().flatten() {
        let column_name = column.get("name")?.as_str()?;
        let word = column.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        if !columns.iter().any(|(known, _)| known == column_name) {
            columns.push((column_name.to_owned(), Type::of(&word).unwrap_or(Type::Unknown).name()));
        }
    }
    Some(LiveTable { name, columns })
}

/// The folder of a workspace's tables, relative to the project.
pub fn folder(workspace: &str) -> String {
    // A name of dots alone would lead elsewhere, and a hidden folder is not read.
    let hidden = workspace.starts_with('.');
    format!("tables/{}{workspace}", if hidden { "_" } else { "" })
}

/// The files that hold tables, by name: one for each first letter, since all in one would be larger than a document
/// may be. The same tables give the same bytes.
pub fn files(workspace: &str, tables: &[LiveTable]) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for table in tables {
        let letter = table.name.chars().next().map_or('_', |c| c.to_ascii_lowercase());
        let letter = if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let text = files
            .entry(format!("{letter}.yaml"))
            .or_insert_with(|| format!("{PULLED} -w {workspace}`: what is changed here is lost with the next.\n"));
        let _ = write!(text, "---\nkind: Table\nname: {}\nworkspaces: [{}]\n", word(&table.name), word(workspace));
        if table.columns.is_empty() {
            continue;
        }
        text.push_str("columns:\n");
        for (name, ty) in &table.columns {
            let _ = writeln!(text, "  {}: {ty}", word(name));
        }
    }
    files
}

/// A name as YAML reads it back: bare where it can only be itself.
fn word(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain { name.to_owned() } else { serde_json::to_string(name).unwrap_or_default() }
}

/// Writes the files of a workspace below `root`, each whole or not at all, and removes those whose tables are gone.
/// Files that somebody else wrote are left alone.
///
/// # Errors
/// What the system says, with the file.
pub fn save(root: &Path, workspace: &str, tables: &[LiveTable]) -> Result<Pulled, String> {
    let shown = folder(workspace);
    let folder = root.join(&shown);
    let say = |name: &str, error: std::io::Error| format!("{shown}/{name}: {error}");
    std::fs::create_dir_all(&folder).map_err(|error| say("", error))?;
    let inside = folder.canonicalize().and_then(|folder| Ok(folder.starts_with(root.canonicalize()?)));
    if !inside.map_err(|error| say("", error))? {
        return Err(format!("{shown}: it leads out of the project"));
    }
    let columns = tables.iter().map(|table| table.columns.len()).sum();
    let mut pulled = Pulled { tables: tables.len(), columns, ..Pulled::default() };
    let files = files(workspace, tables);
    for (name, text) in &files {
        let path = folder.join(name);
        let before = std::fs::read(&path).ok();
        if before.as_ref().is_some_and(|before| !before.starts_with(PULLED.as_bytes())) {
            return Err(format!("{shown}/{name}: somebody else wrote this file: move it"));
        }
        if before.as_deref() != Some(text.as_bytes()) {
            atomic::write(&path, text.as_bytes()).map_err(|error| say(name, error))?;
            pulled.written += 1;
        }
    }
    for entry in std::fs::read_dir(&folder).map_err(|error| say("", error))? {
        let entry = entry.map_err(|error| say("", error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = || std::fs::read(entry.path()).is_ok_and(|bytes| bytes.starts_with(PULLED.as_bytes()));
        if name.ends_with(".yaml") && !files.contains_key(&name) && ours() {
            std::fs::remove_file(entry.path()).map_err(|error| say(&name, error))?;
            pulled.removed += 1;
        }
    }
    Ok(pulled)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

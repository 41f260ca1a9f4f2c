//! Seeds: what a workspace holds before any client comes.
//!
//! A seed is text in YAML or JSON: documents that each describe a workspace, and resources as Resource Manager shows
//! them. It is read here without a file or a clock; [`files`] reads folders. `docs/emulator.md` describes the format.
//!
//! Seeding again changes nothing. A seed that was changed is written over what the old one wrote, and never over what
//! a client wrote, changed or deleted since.

mod apply;
mod entry;
pub(super) mod files;
mod json;
mod node;
mod resource;
mod table;
mod workspace;
mod yaml;

use std::fmt;
use std::sync::Arc;

pub(super) use apply::apply;

use node::{At, Node, Shape};
use workspace::WorkspaceSeed;

/// The text of one file of a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedText {
    /// The file's name, for messages. Its end says whether it is JSON or YAML; another name leaves it to the text, which
    /// is JSON where it begins with `{` or `[`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Why a seed was refused. Nothing of it was written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SeedError {
    /// The file's name, as it was given.
    pub file: String,
    /// The line, from 1 on; 0 where the file as a whole is meant.
    pub line: u32,
    /// The column in characters, from 1 on; 0 with line 0.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, help } = self;
        match line {
            0 => write!(f, "{file}: {message}; {help}"),
            _ => write!(f, "{file}:{line}:{column}: {message}; {help}"),
        }
    }
}

/// What a seed did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Workspaces that the seed describes.
    pub workspaces: usize,
    /// Resources that were written.
    pub written: usize,
    /// Resources that were left as they are: this seed wrote them before, or a client did.
    pub kept: usize,
}

/// A seed that was read: workspaces, each at most once.
#[derive(Debug, Clone)]
pub(super) struct Seed(Arc<Vec<WorkspaceSeed>>);

/// What a document of a seed is.
enum Document {
    Workspace(Box<WorkspaceSeed>),
    /// Resources in Resource Manager's own form.
    Resources(Vec<resource::Loose>),
    /// A list of tables with their columns, for the workspaces that say `tables: all`.
    Tables(Vec<table::Table>, At),
}

impl Seed {
    /// Reads the texts of one seed.
    ///
    /// Resources that stand by themselves go to every workspace of the seed; where it describes none, each goes to the
    /// workspace that its id names.
    pub(super) fn read(texts: &[SeedText]) -> Result<Self, SeedError> {
        let (mut workspaces, mut loose, mut tables) = (Vec::<(&str, WorkspaceSeed)>::new(), Vec::new(), Vec::new());
        for SeedText { name, text } in texts {
            let fault = |fault: Fault| fault.in_file(name);
            for node in documents(name, text).map_err(fault)? {
                match document(&node).map_err(fault)? {
                    Document::Workspace(seed) => {
                        let key = seed.name.key();
                        if let Some((first, _)) = workspaces.iter().find(|(_, other)| other.name.key() == key) {
                            let message = format!("the workspace stands in {first} already");
                            return Err(fault(node.fault(message, "describe each workspace once")));
                        }
                        workspaces.push((name, *seed));
                    }
                    Document::Resources(found) => loose.extend(found.into_iter().map(|one| (name, one))),
                    Document::Tables(found, at) => tables.push((name, found, at)),
                }
            }
        }
        give_tables(&mut workspaces, tables)?;
        give_resources(&mut workspaces, loose)?;
        let workspaces: Vec<WorkspaceSeed> = workspaces.into_iter().map(|(_, seed)| seed).collect();
        Ok(Self(Arc::new(workspaces)))
    }
}

/// Hands the tables of list files to the workspaces that ask for all.
fn give_tables(
    workspaces: &mut [(&str, WorkspaceSeed)],
    lists: Vec<(&String, Vec<table::Table>, At)>,
) -> Result<(), SeedError> {
    let asks = workspaces.iter().any(|(_, seed)| seed.all_tables.is_some());
    if let Some((name, _, at)) = lists.first().filter(|_| !asks) {
        let fault = at.fault("no workspace of the seed asks for this list of tables", "write `tables: all` in one");
        return Err(fault.in_file(name));
    }
    for (file, seed) in workspaces.iter_mut() {
        let Some(at) = seed.all_tables else { continue };
        if lists.is_empty() {
            let fault = at.fault(
                "the seed holds no list of tables",
                "put a file beside it: {\"Table\": {\"Column\": \"string\"}}",
            );
            return Err(fault.in_file(file));
        }
        seed.tables.extend(lists.iter().flat_map(|(_, tables, _)| tables).cloned());
    }
    Ok(())
}

fn give_resources(
    workspaces: &mut Vec<(&str, WorkspaceSeed)>,
    loose: Vec<(&String, resource::Loose)>,
) -> Result<(), SeedError> {
    if !workspaces.is_empty() {
        for (_, seed) in workspaces.iter_mut() {
            seed.entries.extend(loose.iter().map(|(_, one)| one.entry.clone()));
        }
    } else {
        for (file, resource::Loose { entry, workspace, at }) in loose {
            let Some(name) = workspace else {
                let help = "give its whole `id`, or describe a workspace in the same seed";
                return Err(at.fault("the resource names no workspace", help).in_file(file));
            };
            match workspaces.iter_mut().find(|(_, seed)| seed.name.key() == name.key()) {
                Some((_, seed)) => seed.entries.push(entry),
                None => {
                    let mut seed = WorkspaceSeed::named(name);
                    seed.entries.push(entry);
                    workspaces.push(("", seed));
                }
            }
        }
    }
    for (file, seed) in workspaces.iter() {
        if let Some((at, what)) = seed.repeated() {
            let fault = at.fault(format!("{what} stands twice in the seed"), "keep one of the two");
            return Err(fault.in_file(file));
        }
    }
    Ok(())
}

/// A fault at its place, before the file is known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    at: At,
    message: String,
    help: String,
}

impl Fault {
    fn in_file(self, file: &str) -> SeedError {
        let Self { at, message, help } = self;
        SeedError { file: file.to_owned(), line: at.line, column: at.column, message, help }
    }
}

fn documents(name: &str, text: &str) -> Result<Vec<Node>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let named = |ends: &[&str]| ends.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    let looks = || text.trim_start().starts_with(['{', '[']);
    let is_json = named(&[".json"]) || (!named(&[".yaml", ".yml"]) && looks());
    if is_json { json::read(text).map(|node| vec![node]) } else { yaml::read(text) }
}

fn document(node: &Node) -> Result<Document, Fault> {
    let help = "a seed is a mapping with `workspace`, a resource with `type` and `properties`, a list of such \
                resources, or tables with their columns";
    match &node.shape {
        Shape::List(items) => Ok(Document::Resources(items.iter().map(resource::loose).collect::<Result<_, _>>()?)),
        Shape::Map(_) if node.get("workspace").is_some() => Ok(Document::Workspace(Box::new(workspace::read(node)?))),
        Shape::Map(_) if node.get("type").is_some() => Ok(Document::Resources(vec![resource::loose(node)?])),
        Shape::Map(_) if node.get("value").is_some() => {
            node.only(&["value", "nextLink"])?;
            Ok(Document::Resources(node.list("value")?.iter().map(resource::loose).collect::<Result<_, _>>()?))
        }
        Shape::Map(entries) if !entries.is_empty() && entries.iter().all(|(_, columns)| columns.is_map()) => {
            Ok(Document::Tables(table::list(node)?, node.at))
        }
        _ => Err(node.fault(format!("{} is no seed", node.what()), help)),
    }
}

//! The tables that documents of kind Table name, as the schema of queries: everywhere, and in each workspace.
//!
//! A workspace whose tables were pulled has its own columns. The project as a whole knows a table of workspaces only
//! where each of its workspaces has been pulled, and then with the columns of all: what is missing there is missing
//! everywhere. What one workspace alone lacks blocks the rule there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::kql::{Schema, SchemaColumn, Type};
use crate::rule::table::Table;

type Columns = BTreeMap<String, Vec<SchemaColumn>>;

/// Columns that every table of Log Analytics has, though not every list names them (Microsoft's docs, "Standard columns
/// in Azure Monitor Logs", 2024-05). `SourceSystem` is not on that page, but in almost every table: one more is no false
/// alarm.
const STANDARD: &[(&str, Type)] = &[
    ("TimeGenerated", Type::DateTime),
    ("TenantId", Type::String),
    ("Type", Type::String),
    ("SourceSystem", Type::String),
    ("_TimeReceived", Type::DateTime),
    ("_ItemId", Type::String),
    ("_ResourceId", Type::String),
    ("_SubscriptionId", Type::String),
    ("_IsBillable", Type::String),
    ("_BilledSize", Type::Real),
];

/// How the names of custom tables end; the service puts it there (Microsoft's docs, "Create a custom table").
const CUSTOM: &str = "_CL";

const TYPES: &[&str] = &["string", "bool", "int", "long", "real", "decimal", "datetime", "timespan", "guid", "dynamic"];

/// The tables of a project.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    everywhere: Columns,
    /// By the workspace's name in lower case.
    of_workspaces: BTreeMap<String, Columns>,
    /// What holds for all workspaces of the project.
    shared: SharedTables,
    /// Every name, by the workspace as above; empty for those that are everywhere.
    names: BTreeMap<String, BTreeSet<String>>,
    /// The workspaces whose tables were pulled, as above.
    pulled: BTreeSet<String>,
}

/// The tables of all workspaces together.
#[derive(Debug, Clone, Default)]
struct SharedTables {
    columns: Columns,
    /// Tables that were found in each workspace.
    found: BTreeSet<String>,
}

/// The tables of one workspace.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceTables<'t> {
    own: &'t Columns,
    everywhere: &'t Columns,
    /// As in the tables of the project.
    scope: &'t str,
    all: &'t Tables,
}

impl Tables {
    /// Takes documents in. `workspaces` are the names of the project's workspaces; `local` is always one.
    pub fn of(tables: &[Table], workspaces: &[&str], problems: &mut Vec<Diagnostic>) -> Self {
        let mut all = Self::default();
        let mut first: BTreeMap<(String, String), &Table> = BTreeMap::new();
        for table in tables {
            let columns = columns(table, problems);
            let scopes: Vec<String> = if table.workspaces.is_empty() {
                vec![String::new()]
            } else {
                table.workspaces.iter().map(|name| name.value.to_lowercase()).collect()
            };
            unknown_workspaces(table, workspaces, problems);
            for scope in scopes {
                all.names.entry(scope.clone()).or_default().insert(table.name.value.clone());
                if table.is_pulled && !scope.is_empty() {
                    all.pulled.insert(scope.clone());
                }
                if let Some(other) = first.insert((scope.clone(), table.name.value.clone()), table) {
                    let message = format!("the table `{}` has another document", table.name.value.escape_debug());
                    problems.push(
                        Diagnostic::new(Code::DuplicateTable, table.name.span, message)
                            .related(other.name.span, "the other one")
                            .help("remove one of the two, or say of each which `workspaces` it is for"),
                    );
                }
                let map =
                    if scope.is_empty() { &mut all.everywhere } else { all.of_workspaces.entry(scope).or_default() };
                if let Some(columns) = &columns {
                    map.insert(table.name.value.clone(), columns.clone());
                }
            }
        }
        all.share(workspaces);
        all
    }

    /// Merges what the workspaces have, if something is known of each.
    fn share(&mut self, workspaces: &[&str]) {
        self.shared.columns = self.everywhere.clone();
        let pulled = |name: &&str| self.of_workspaces.contains_key(&name.to_lowercase());
        if !workspaces.iter().all(pulled) {
            return;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.of_workspaces.values().flat_map(Columns::keys) {
            *counts.entry(name).or_default() += 1;
        }
        let everywhere = counts.into_iter().filter(|(_, count)| *count == self.of_workspaces.len());
        self.shared.found = everywhere.map(|(name, _)| name.to_owned()).collect();
        for (name, columns) in self.of_workspaces.values().flatten() {
            let Some(known) = self.shared.columns.get_mut(name) else {
                self.shared.columns.insert(name.clone(), columns.clone());
                continue;
            };
            for column in columns {
                match known.iter_mut().find(|known| known.name == column.name) {
                    Some(known) if known.ty != column.ty => known.ty = Type::Unknown,
                    Some(_) => {}
                    None => known.push(column.clone()),
                }
            }
        }
    }

    /// What holds in every workspace.
    pub fn shared(&self) -> &dyn Schema {
        &self.shared
    }

    /// The tables of a workspace, if it has documents of its own.
    pub fn workspace(&self, name: &str) -> Option<WorkspaceTables<'_>> {
        let (scope, own) = self.of_workspaces.get_key_value(&name.to_lowercase())?;
        Some(WorkspaceTables { own, everywhere: &self.everywhere, scope, all: self })
    }

    fn has(&self, scope: &str, name: &str) -> bool {
        self.names.get(scope).is_some_and(|names| names.contains(name))
    }
}

impl<'t> WorkspaceTables<'t> {
    /// Whether every table of the workspace is known.
    pub fn is_whole(&self) -> bool {
        self.all.pulled.contains(self.scope)
    }

    /// Whether a name is that of a table, and the workspace surely has none of that name.
    pub fn lacks(&self, name: &str) -> bool {
        let is_table = || name.ends_with(CUSTOM) || self.all.names.values().any(|names| names.contains(name));
        self.is_whole() && !self.all.has(self.scope, name) && !self.all.has("", name) && is_table()
    }

    /// The names of its tables.
    pub fn names(&self) -> impl Iterator<Item = &'t str> {
        let all = self.all;
        [self.scope, ""].into_iter().filter_map(|scope| all.names.get(scope)).flatten().map(String::as_str)
    }
}

impl Schema for WorkspaceTables<'_> {
    fn table(&self, name: &str) -> Option<&[SchemaColumn]> {
        self.own.get(name).or_else(|| self.everywhere.get(name)).map(Vec::as_slice)
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        let rest = self.everywhere.keys().filter(|name| !self.own.contains_key(*name));
        Box::new(self.own.keys().chain(rest).map(String::as_str))
    }

    fn certainly_has(&self, table: &str) -> bool {
        self.own.contains_key(table)
    }
}

impl Schema for SharedTables {
    fn table(&self, name: &str) -> Option<&[SchemaColumn]> {
        self.columns.get(name).map(Vec::as_slice)
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.columns.keys().map(String::as_str))
    }

    fn certainly_has(&self, table: &str) -> bool {
        self.found.contains(table)
    }
}

/// The columns of a document, those that every table has included; nothing where it names none.
fn columns(table: &Table, problems: &mut Vec<Diagnostic>) -> Option<Vec<SchemaColumn>> {
    let written = table.columns.as_ref()?;
    let mut columns: Vec<SchemaColumn> = Vec::with_capacity(written.len() + STANDARD.len());
    for (name, word) in written {
        let ty = Type::of(&word.value.trim().to_ascii_lowercase());
        if ty.is_none() {
            let help = match nearest(&word.value, TYPES.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of {}", TYPES.join(", ")),
            };
            let message = format!("`{}` is no type of a column", word.value.escape_debug());
            problems.push(Diagnostic::new(Code::InvalidValue, word.span, message).help(help));
        }
        columns.push(SchemaColumn { name: name.clone(), ty: ty.unwrap_or(Type::Unknown) });
    }
    for (name, ty) in STANDARD {
        if !columns.iter().any(|column| column.name == *name) {
            columns.push(SchemaColumn { name: (*name).to_owned(), ty: *ty });
        }
    }
    Some(columns)
}

fn unknown_workspaces(table: &Table, workspaces: &[&str], problems: &mut Vec<Diagnostic>) {
    for name in &table.workspaces {
        if name.value == "local" || workspaces.iter().any(|known| known.eq_ignore_ascii_case(&name.value)) {
            continue;
        }
        let help = match nearest(&name.value, workspaces.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the names are those of documents of kind Workspace".to_owned(),
        };
        let message = format!("no workspace is named `{}`", name.value.escape_debug());
        problems.push(Diagnostic::new(Code::MatchesNothing, name.span, message).help(help));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::rule::{table, yaml};

    fn tables(text: &str, workspaces: &[&str]) -> (Tables, Vec<Code>) {
        let mut sources = Sources::default();
        let mut problems = Vec::new();
        let documents = yaml::parse(sources.add("x.yaml", text), text).unwrap();
        let documents: Vec<Table> = documents.into_iter().filter_map(|node| table::read(node, &mut problems)).collect();
        let tables = Tables::of(&documents, workspaces, &mut problems);
        (tables, problems.iter().map(|problem| problem.code).collect())
    }

    fn names(schema: &dyn Schema, table: &str) -> Option<Vec<String>> {
        let own = |column: &&SchemaColumn| !STANDARD.iter().any(|(name, _)| *name == column.name);
        Some(schema.table(table)?.iter().filter(own).map(|column| column.name.clone()).collect())
    }

    const TWO: &str = "{name: T, workspaces: [a], columns: {x: string, y: long}}\n---\n\
                       {name: T, workspaces: b, columns: {x: int, z: long}}\n---\n\
                       {name: U, columns: {u: dynamic}}\n---\n{name: V, workspaces: a}\n";

    #[test]
    fn a_workspace_has_its_own_columns() {
        let (tables, problems) = tables(TWO, &["a", "b", "c"]);
        assert_eq!(problems, []);
        let a = tables.workspace("A").unwrap();
        assert_eq!(names(&a, "T").unwrap(), ["x", "y"]);
        assert_eq!(names(&a, "U").unwrap(), ["u"]);
        assert_eq!(names(&a, "V"), None, "only its name is known");
        assert!(tables.workspace("c").is_none());
        assert!(a.table("T").unwrap().iter().any(|column| column.name == "_ResourceId"));
        // Nobody knows the tables of c.
        assert_eq!(names(tables.shared(), "T"), None);
        assert_eq!(names(tables.shared(), "U").unwrap(), ["u"]);
        assert!(a.certainly_has("T") && !a.certainly_has("U"), "nobody asked the workspace for U");
        assert!(!tables.shared().certainly_has("T"));
    }

    #[test]
    fn the_project_knows_what_all_workspaces_have() {
        let (tables, _) = tables(TWO, &["a", "b"]);
        assert_eq!(names(tables.shared(), "T").unwrap(), ["x", "y", "z"]);
        let x = tables.shared().table("T").unwrap().iter().find(|column| column.name == "x").unwrap();
        assert_eq!(x.ty, Type::Unknown, "string here and int there");
        assert!(tables.shared().certainly_has("T") && !tables.shared().certainly_has("V"));
    }

    #[test]
    fn a_pulled_workspace_lacks_what_is_a_table_elsewhere() {
        let text = format!("{}\n{TWO}", crate::rule::table::PULLED);
        let mut sources = Sources::default();
        let mut problems = Vec::new();
        let documents = yaml::parse(sources.add("x.yaml", &*text), &text).unwrap();
        let documents = documents.into_iter().filter_map(|node| table::read(node, &mut problems));
        // The file of b was written by hand.
        let documents: Vec<Table> = documents
            .map(|table| Table { is_pulled: table.workspaces.iter().any(|workspace| workspace.value == "a"), ..table })
            .collect();
        let tables = Tables::of(&documents, &["a", "b"], &mut problems);
        let (a, b) = (tables.workspace("a").unwrap(), tables.workspace("b").unwrap());
        assert!(a.is_whole() && !b.is_whole());
        for (name, lacks) in [("T", false), ("U", false), ("V", false), ("Proxy_CL", true), ("Parser", false)] {
            assert_eq!(a.lacks(name), lacks, "{name}");
        }
        assert!(!b.lacks("V") && !b.lacks("Proxy_CL"), "nobody knows all of b");
    }

    #[test]
    fn faulty_documents_are_told() {
        for (text, code) in [
            ("{name: T, columns: {x: strng}}", Code::InvalidValue),
            ("{name: T}\n---\n{name: T}", Code::DuplicateTable),
            ("{name: T, workspaces: [a, A]}", Code::DuplicateTable),
            ("{name: T, workspaces: [z]}", Code::MatchesNothing),
            ("{name: T, workspaces: []}", Code::InvalidValue),
            ("{columns: {}}", Code::MissingKey),
            ("{name: T, colums: {}}", Code::MisspelledKey),
        ] {
            assert_eq!(tables(text, &["a"]).1, [code], "{text}");
        }
    }
}

//! A workspace of a seed, with everything in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::Fault;
use super::entry::{self, Entry, Of};
use super::node::{At, Node, Shape};
use super::table::{self, Table};
use crate::emulator::facts::Facts;
use crate::emulator::location::WorkspaceName;
use crate::emulator::principal::{Identity, Principal};

/// The kind that a document of a seed may name.
const KIND: &str = "EmulatorSeed";

/// Keys that describe the workspace itself.
const OWN: [&str; 16] = [
    "kind",
    "tenant",
    "managedByTenants",
    "subscription",
    "resourceGroup",
    "workspace",
    "customerId",
    "location",
    "tags",
    "resourceGroupTags",
    "fusion",
    "onboarded",
    "by",
    "at",
    "tables",
    "functions",
];

/// Collections, and the keys of what stands below their resources with its type.
const COLLECTIONS: [(&str, &[(&str, &str)]); 12] = [
    ("alertRules", &[("actions", "alertRules/actions")]),
    ("automationRules", &[]),
    ("metadata", &[]),
    ("watchlists", &[("items", "watchlists/watchlistItems")]),
    (
        "incidents",
        &[
            ("alerts", "incidents/alerts"),
            ("entities", "incidents/entities"),
            ("bookmarks", "bookmarks"),
            ("comments", "incidents/comments"),
            ("tasks", "incidents/tasks"),
            ("relations", "incidents/relations"),
        ],
    ),
    ("bookmarks", &[]),
    ("alertRuleTemplates", &[]),
    ("contentPackages", &[]),
    ("contentTemplates", &[]),
    ("contentProductPackages", &[]),
    ("contentProductTemplates", &[]),
    ("sourcecontrols", &[]),
];

/// What a seed says of one workspace.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct WorkspaceSeed {
    pub(super) name: WorkspaceName,
    pub(super) facts: Facts,
    /// Who made what is in it.
    pub(super) by: Principal,
    /// When; at the moment of seeding where the seed does not say.
    pub(super) when: Option<Timestamp>,
    pub(super) tables: Vec<Table>,
    /// Where it asks for the tables of a list file.
    pub(super) all_tables: Option<At>,
    pub(super) entries: Vec<Entry>,
}

impl WorkspaceSeed {
    /// A workspace of which only the name is known.
    pub(super) fn named(name: WorkspaceName) -> Self {
        let facts = Facts::of(&name.key());
        let portal = Principal {
            object_id: "00000000-0000-4000-8000-00000000000a".to_owned(),
            identity: Identity::Person { upn: "portal@palisade.example".to_owned(), name: "Portal User".to_owned() },
        };
        Self { name, facts, by: portal, when: None, tables: Vec::new(), all_tables: None, entries: Vec::new() }
    }

    /// The first resource or table that stands twice.
    pub(super) fn repeated(&self) -> Option<(At, String)> {
        let mut seen = BTreeSet::new();
        for entry in &self.entries {
            let (collection, name) = entry.key(&self.name);
            if !seen.insert((collection, name)) {
                return Some((entry.at, format!("the resource `{}`", entry.name)));
            }
        }
        let mut tables = BTreeSet::new();
        let twice = self.tables.iter().find(|table| !tables.insert(table.name.to_ascii_lowercase()))?;
        Some((self.all_tables.unwrap_or_default(), format!("the table `{}`", twice.name)))
    }
}

/// Reads a document that describes a workspace.
pub(super) fn read(node: &Node) -> Result<WorkspaceSeed, Fault> {
    let known: Vec<&str> = OWN.iter().copied().chain(COLLECTIONS.iter().map(|(key, _)| *key)).collect();
    node.only(&known)?;
    if let Some(kind) = node.get("kind").filter(|kind| kind.text().ok() != Some(KIND)) {
        return Err(kind.fault("the kind of a seed is another", format!("write {KIND}, or leave it out")));
    }
    let segment = |key: &str| -> Result<String, Fault> {
        let text = node.required(key)?;
        if text.chars().any(|c| c == '/' || c.is_control()) {
            let at = node.get(key).map_or(node.at, |node| node.at);
            return Err(at.fault(format!("`{key}` can't be part of a path"), "leave `/` out"));
        }
        Ok(text.to_owned())
    };
    let name = WorkspaceName {
        subscription: segment("subscription")?,
        group: segment("resourceGroup")?,
        workspace: segment("workspace")?,
    };
    let mut seed = WorkspaceSeed::named(name);
    facts(node, &mut seed.facts)?;
    if let Some(by) = node.get("by") {
        seed.by = person(by)?;
    }
    if let Some(at) = node.get("at") {
        let when = at.text()?.parse().map_err(|_| at.fault("this is no time", "write 2026-11-24T08:00:00Z"))?;
        seed.when = Some(when);
    }
    match node.get("tables").map(|tables| (tables, &tables.shape)) {
        None => {}
        Some((tables, Shape::Text(word))) if word == "all" => seed.all_tables = Some(tables.at),
        Some(_) => seed.tables = node.list("tables")?.iter().map(table::read).collect::<Result<_, _>>()?,
    }
    seed.facts.tables_known = node.get("tables").is_some();
    for (key, children) in COLLECTIONS {
        let of = Of::find(key).ok_or_else(|| node.fault(format!("`{key}` is no type"), "leave it out"))?;
        for one in node.list(key)? {
            resource(one, of, children, &mut seed.entries)?;
        }
    }
    // Several incidents may share an entity.
    let mut seen = BTreeSet::new();
    let is_entity = |entry: &Entry| matches!(entry.of, Of::Stored(of) if of.path == "entities");
    seed.entries.retain(|entry| !is_entity(entry) || seen.insert(entry.name.to_ascii_lowercase()));
    Ok(seed)
}

fn resource(node: &Node, of: Of, children: &[(&str, &str)], entries: &mut Vec<Entry>) -> Result<(), Fault> {
    let keys: Vec<&str> = children.iter().map(|(key, _)| *key).collect();
    let parent = entry::read(node, of, Vec::new(), &keys)?;
    let name = parent.name.clone();
    entries.push(parent);
    for (key, path) in children {
        let of = Of::find(path).ok_or_else(|| node.fault(format!("`{key}` is no type"), "leave it out"))?;
        for (number, child) in node.list(key)?.iter().enumerate() {
            below(child, (key, of), &name, number, entries)?;
        }
    }
    Ok(())
}

/// Reads one resource below another, with what follows from it.
fn below(
    node: &Node,
    (key, of): (&str, Of),
    parent: &str,
    number: usize,
    entries: &mut Vec<Entry>,
) -> Result<(), Fault> {
    // An item of a watchlist may be written as its columns alone.
    let columns = key == "items" && node.is_map() && node.get("properties").is_none();
    if columns {
        let properties = Node { at: node.at, shape: Shape::Map(vec![(key_of(node, "itemsKeyValue"), node.clone())]) };
        let item = Node { at: node.at, shape: Shape::Map(vec![(key_of(node, "properties"), properties)]) };
        entries.push(entry::read_unnamed(&item, of, vec![parent.to_owned()], number)?);
        return Ok(());
    }
    let parents = if key == "bookmarks" { Vec::new() } else { vec![parent.to_owned()] };
    let mut child = match key {
        "bookmarks" => entry::read(node, of, parents, &[])?,
        _ => entry::read_unnamed(node, of, parents, number)?,
    };
    match key {
        // An alert is an entity of its own kind.
        "alerts" => {
            child.body.entry("kind").or_insert("SecurityAlert".into());
        }
        "entities" if !child.body.contains_key("kind") => {
            return Err(node.fault("the entity has no kind", "add `kind`, such as Account or IP"));
        }
        _ => {}
    }
    match (key, Of::find("entities"), Of::find("incidents/relations")) {
        ("alerts" | "entities", Some(of), _) => {
            entries.push(Entry { of, parents: Vec::new(), ..child.clone() });
        }
        ("bookmarks", _, Some(of)) => entries.push(relation(&child, of, parent)),
        _ => {}
    }
    entries.push(child);
    Ok(())
}

fn key_of(node: &Node, name: &str) -> super::node::Key {
    super::node::Key { at: node.at, name: name.to_owned() }
}

/// The relation between an incident and a bookmark that stands below it.
fn relation(bookmark: &Entry, of: Of, incident: &str) -> Entry {
    let name = format!("{incident} {}", bookmark.name).to_ascii_lowercase();
    let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string();
    let properties = serde_json::json!({"relatedResourceId": format!("bookmarks/{}", bookmark.name)});
    let body = serde_json::Map::from_iter([("properties".to_owned(), properties)]);
    Entry { at: bookmark.at, of, parents: vec![incident.to_owned()], name, body }
}

fn facts(node: &Node, facts: &mut Facts) -> Result<(), Fault> {
    let text = |key: &str| node.get(key).map(Node::text).transpose();
    if let Some(tenant) = text("tenant")? {
        facts.tenant = tenant.to_owned();
    }
    let managers = node.list("managedByTenants")?.iter().map(|tenant| tenant.text().map(str::to_owned));
    facts.managed_by = managers.collect::<Result<_, _>>()?;
    if let Some(location) = text("location")? {
        facts.location = location.to_owned();
    }
    if let Some(id) = text("customerId")? {
        facts.customer_id = id.to_owned();
    }
    facts.tags = tags(node, "tags")?;
    facts.resource_group_tags = tags(node, "resourceGroupTags")?;
    facts.onboarded = node.flag("onboarded")?.unwrap_or(true);
    facts.fusion = node.flag("fusion")?.unwrap_or(true);
    let functions = node.list("functions")?.iter().map(|name| name.text().map(str::to_owned));
    facts.functions = functions.collect::<Result<_, _>>()?;
    Ok(())
}

fn tags(node: &Node, key: &str) -> Result<BTreeMap<String, String>, Fault> {
    let Some(tags) = node.get(key) else { return Ok(BTreeMap::new()) };
    tags.entries()?.iter().map(|(key, value)| Ok((key.name.clone(), value.text()?.to_owned()))).collect()
}

/// A person: its user principal name, or `{upn, name, objectId}`.
fn person(node: &Node) -> Result<Principal, Fault> {
    let (upn, name, object_id) = match &node.shape {
        Shape::Text(_) => (node.text()?, None, None),
        _ => {
            node.only(&["upn", "name", "objectId"])?;
            let text = |key: &str| node.get(key).map(Node::text).transpose();
            (node.required("upn")?, text("name")?, text("objectId")?)
        }
    };
    let own = || Uuid::new_v5(&Uuid::NAMESPACE_URL, upn.to_ascii_lowercase().as_bytes()).to_string();
    Ok(Principal {
        object_id: object_id.map_or_else(own, str::to_owned),
        identity: Identity::Person { upn: upn.to_owned(), name: name.unwrap_or(upn).to_owned() },
    })
}

//! One resource of a seed.

use serde_json::Value;
use uuid::Uuid;

use super::Fault;
use super::node::{At, Node};
use crate::emulator::location::WorkspaceName;
use crate::emulator::resources::Place;
use crate::emulator::state::ALERT_RULES;
use crate::emulator::types::{self, Members, Type};

/// The members of a resource in Resource Manager's own form.
const MEMBERS: [&str; 10] =
    ["id", "name", "type", "kind", "etag", "properties", "systemData", "version", "location", "tags"];

/// A resource that a workspace shall hold.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Entry {
    pub(super) at: At,
    pub(super) of: Of,
    /// The names of the parents, outermost first.
    pub(super) parents: Vec<String>,
    pub(super) name: String,
    /// What the seed says of it.
    pub(super) body: Members,
}

/// Which collection it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    AlertRule,
    Stored(&'static Type),
}

impl Of {
    /// The type at a path below the provider, compared without case.
    pub(super) fn find(path: &str) -> Option<Self> {
        if path.eq_ignore_ascii_case(ALERT_RULES) {
            return Some(Self::AlertRule);
        }
        types::find(path).map(Self::Stored)
    }
}

impl Entry {
    /// The collection and the name, both in lower case.
    pub(super) fn key(&self, workspace: &WorkspaceName) -> (String, String) {
        let collection = match self.of {
            Of::AlertRule => ALERT_RULES.to_owned(),
            Of::Stored(of) => self.place(of, workspace).collection(),
        };
        (collection, self.name.to_ascii_lowercase())
    }

    pub(super) fn place(&self, of: &'static Type, workspace: &WorkspaceName) -> Place {
        Place { workspace: workspace.clone(), of, parents: self.parents.clone(), name: Some(self.name.clone()) }
    }
}

/// Reads a resource. `children` are the keys of what stands below it, which the caller reads.
pub(super) fn read(node: &Node, of: Of, parents: Vec<String>, children: &[&str]) -> Result<Entry, Fault> {
    let name = named(node)?.ok_or_else(|| node.fault("the resource has no name", "add `name`"))?;
    whole(node, of, parents, name, children)
}

/// Reads a resource that may go without a name: it gets one that follows from its parents and its number.
pub(super) fn read_unnamed(node: &Node, of: Of, parents: Vec<String>, number: usize) -> Result<Entry, Fault> {
    let path = match of {
        Of::AlertRule => ALERT_RULES,
        Of::Stored(of) => of.path,
    };
    let own = || {
        let seed = format!("{path} {} {number}", parents.join("/").to_ascii_lowercase());
        Uuid::new_v5(&Uuid::NAMESPACE_URL, seed.as_bytes()).to_string()
    };
    let name = named(node)?.unwrap_or_else(own);
    whole(node, of, parents, name, &[])
}

fn named(node: &Node) -> Result<Option<String>, Fault> {
    node.entries()?;
    let (at, name) = match (node.get("name"), node.get("id")) {
        (Some(name), _) => (name, name.text()?),
        (None, Some(id)) => (id, id.text()?.rsplit('/').next().unwrap_or_default()),
        (None, None) => return Ok(None),
    };
    if name.is_empty() || name.chars().any(|c| c == '/' || c.is_control()) {
        return Err(at.fault(format!("`{}` is no name of a resource", name.escape_debug()), "leave `/` out"));
    }
    Ok(Some(name.to_owned()))
}

fn whole(node: &Node, of: Of, parents: Vec<String>, name: String, children: &[&str]) -> Result<Entry, Fault> {
    let known: Vec<&str> = MEMBERS.iter().chain(children).copied().collect();
    node.only(&known)?;
    for text in ["kind", "etag", "type", "id"] {
        node.get(text).map_or(Ok(""), Node::text)?;
    }
    match node.get("properties") {
        Some(properties) => properties.entries().map(|_| ())?,
        None => return Err(node.fault(format!("`{name}` has no properties"), "add `properties`")),
    }
    if matches!(of, Of::AlertRule) {
        node.required("kind")?;
    }
    // The service decides on these three.
    let body = node.members(|member| MEMBERS.contains(&member) && !["id", "name", "type"].contains(&member));
    Ok(Entry { at: node.at, of, parents, name, body })
}

/// The text of a property; none where it is not there.
pub(super) fn property<'a>(body: &'a Members, name: &str) -> Option<&'a Value> {
    body.get("properties").and_then(|properties| properties.get(name)).filter(|value| !value.is_null())
}

//! What apply sends: the desired fields over what lives, with the mark that tells of it.

use serde_json::{Value, json};

use super::fields::{Sides, digests};
use super::mark::query::unmarked;
use super::mark::{Damage, Digests, Mark, VERSION};
use super::metadata::{MarkWrite, Owners, Writer};
use super::ownership::{Ownership, Standing};
use crate::resource::fields::{at, put, remove};
use crate::resource::live::body;
use crate::resource::normalize::merge;
use crate::resource::{Properties, Resource, ResourceType};

/// The most characters that the service takes as a query.
const QUERY_CHARACTERS: usize = 10_000;

/// A live resource with what its marks prove.
#[derive(Debug, Clone)]
pub struct Live<'a> {
    pub resource: &'a Resource,
    /// Without marks.
    pub properties: Properties,
    pub standing: Standing,
    /// What the workspace's metadata say of it.
    pub owners: Owners<'a>,
}

impl<'a> Live<'a> {
    /// Reads the marks of a resource: that in its query, which is written with it, before that in its metadata.
    pub fn of(resource: &'a Resource, owners: Option<&Owners<'a>>, ownership: &Ownership) -> Self {
        let (properties, mut marks) = bare(resource.resource_type, &resource.properties);
        let owners = owners.cloned().unwrap_or_default();
        let mut standing = ownership.standing(&resource.name, &marks);
        if standing.base().is_none() {
            marks.extend(owners.marks.iter().map(|(_, mark)| mark.clone()));
            standing = ownership.standing(&resource.name, &marks);
        }
        Self { resource, properties, standing, owners }
    }

    /// Who else writes to it, for people.
    pub fn other_writers(&self) -> impl Iterator<Item = &Writer> {
        self.owners.writers.iter()
    }

    /// The write that takes its mark out of the metadata, if it has one there.
    pub fn unmark(&self, ownership: &Ownership) -> Option<MarkWrite> {
        let Resource { resource_type, name, .. } = self.resource;
        self.owners.write(&ownership.workspace_id, *resource_type, name, None, |project| ownership.owns(project))
    }
}

type Marks = Vec<Result<Mark, Damage>>;

/// Properties without the marks in their query, and the marks.
pub fn bare(resource_type: ResourceType, properties: &Properties) -> (Properties, Marks) {
    let mut properties = properties.clone();
    let query = match properties.get("query") {
        Some(Value::String(query)) if resource_type == ResourceType::AlertRules => unmarked(query),
        _ => return (properties, Vec::new()),
    };
    properties.insert("query".to_owned(), json!(query.query));
    (properties, query.marks)
}

/// A resource as it is written, and its mark where that is another resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub body: Value,
    pub mark: Option<MarkWrite>,
}

/// The write that creates a resource. `owners` are those of an earlier one of its name.
pub fn created(desired: &Resource, owners: Option<&Owners<'_>>, ownership: &Ownership) -> Written {
    let (properties, _) = bare(desired.resource_type, &desired.properties);
    let digests = Digests::of(desired.resource_type, &properties);
    let nobody = Owners::default();
    marked(desired, &desired.name, properties, digests, owners.unwrap_or(&nobody), ownership)
}

/// The write that makes a live resource the desired one. What we don't model stays, and so do the fields of `kept`.
pub fn updated(live: &Live<'_>, desired: &Resource, kept: &[String], ownership: &Ownership) -> Written {
    let resource_type = desired.resource_type;
    let (desired_properties, _) = bare(resource_type, &desired.properties);
    let mut laid = desired_properties.clone();
    for path in kept {
        match at(&live.properties, path) {
            Some(value) => put(&mut laid, path, value.clone()),
            None => remove(&mut laid, path),
        }
    }
    let written = merge(resource_type, &live.properties, &laid);
    let base = live.standing.base();
    let sides = Sides { resource_type, base, live: &live.properties, desired: &desired_properties };
    let digests = digests(sides, &written, kept);
    marked(desired, &live.resource.name, written, digests, &live.owners, ownership)
}

fn marked(
    desired: &Resource,
    name: &str,
    mut properties: Properties,
    digests: Digests,
    owners: &Owners<'_>,
    ownership: &Ownership,
) -> Written {
    let mark = Mark { version: VERSION, project: ownership.project.clone(), name: name.to_owned(), digests };
    let resource_type = desired.resource_type;
    let query = properties.get("query").and_then(Value::as_str).filter(|_| resource_type == ResourceType::AlertRules);
    let marked = query
        .map(|query| format!("{}\n{query}", mark.comment()))
        .filter(|marked| marked.chars().count() <= QUERY_CHARACTERS);
    let beside = marked.is_none().then_some(&mark);
    if let Some(marked) = marked {
        properties.insert("query".to_owned(), json!(marked));
    }
    let ours = |project: &str| ownership.owns(project);
    Written {
        mark: owners.write(&ownership.workspace_id, resource_type, name, beside, ours),
        body: body(desired.kind.as_ref(), properties),
    }
}

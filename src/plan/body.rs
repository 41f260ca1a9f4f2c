//! What apply sends: the desired fields over what lives, with the mark that tells of it.

use serde_json::{Value, json};

use super::fields::{Sides, digests};
use super::mark::query::unmarked;
use super::mark::{Damage, Digests, Mark, VERSION};
use super::ownership::{Ownership, Standing};
use crate::resource::fields::{at, put, remove};
use crate::resource::live::body;
use crate::resource::normalize::merge;
use crate::resource::{Properties, Resource, ResourceType};

/// A live resource with what its marks prove.
#[derive(Debug, Clone)]
pub struct Live<'a> {
    pub resource: &'a Resource,
    /// Without marks.
    pub properties: Properties,
    pub standing: Standing,
}

impl<'a> Live<'a> {
    /// Reads the marks of a resource.
    pub fn of(resource: &'a Resource, ownership: &Ownership) -> Self {
        let (properties, marks) = bare(resource.resource_type, &resource.properties);
        let standing = ownership.standing(&resource.name, &marks);
        Self { resource, properties, standing }
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

/// The body that creates a resource.
pub fn created(desired: &Resource, ownership: &Ownership) -> Value {
    let (properties, _) = bare(desired.resource_type, &desired.properties);
    let digests = Digests::of(desired.resource_type, &properties);
    marked(desired, &desired.name, properties, digests, ownership)
}

/// The body that makes a live resource the desired one. What we don't model stays, and so do the fields of `kept`.
pub fn updated(live: &Live<'_>, desired: &Resource, kept: &[String], ownership: &Ownership) -> Value {
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
    marked(desired, &live.resource.name, written, digests, ownership)
}

fn marked(
    desired: &Resource,
    name: &str,
    mut properties: Properties,
    digests: Digests,
    ownership: &Ownership,
) -> Value {
    if let Some(Value::String(query)) = properties.get("query") {
        let mark = Mark { version: VERSION, project: ownership.project.clone(), name: name.to_owned(), digests };
        let marked = format!("{}\n{query}", mark.comment());
        properties.insert("query".to_owned(), json!(marked));
    }
    body(desired.kind.as_ref(), properties)
}

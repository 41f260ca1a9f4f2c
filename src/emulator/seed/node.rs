//! A tree of values in which each knows its place.

use serde_json::{Map, Number, Value};

use super::Fault;

/// How deep a seed may nest.
pub(super) const DEPTH: usize = 96;
/// How many values a file may hold, aliases counted in full.
pub(super) const NODES: usize = 2_000_000;

/// A place in a text, in lines and characters from 1 on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl At {
    pub(super) fn fault(self, message: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { at: self, message: message.into(), help: help.into() }
    }
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) at: At,
    pub(super) name: String,
}

impl Node {
    pub(super) fn fault(&self, message: impl Into<String>, help: impl Into<String>) -> Fault {
        self.at.fault(message, help)
    }

    /// What this is, for messages.
    pub(super) fn what(&self) -> &'static str {
        match self.shape {
            Shape::Null => "nothing",
            Shape::Flag(_) => "a boolean",
            Shape::Number(_) => "a number",
            Shape::Text(_) => "a text",
            Shape::List(_) => "a list",
            Shape::Map(_) => "a mapping",
        }
    }

    fn expected(&self, what: &str, instead: &str) -> Fault {
        self.fault(format!("{what} is expected here, and not {}", self.what()), format!("write {instead}"))
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.shape, Shape::Map(_))
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self) -> Result<&[(Key, Node)], Fault> {
        match &self.shape {
            Shape::Map(entries) => Ok(entries),
            _ => Err(self.expected("a mapping", "keys with values")),
        }
    }

    /// The value of a key; none where it is absent or nothing.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Shape::Map(entries) = &self.shape else { return None };
        entries.iter().find(|(found, _)| found.name == key).map(|(_, node)| node).filter(|n| n.shape != Shape::Null)
    }

    pub(super) fn text(&self) -> Result<&str, Fault> {
        match &self.shape {
            Shape::Text(text) if !text.is_empty() => Ok(text),
            Shape::Text(_) => Err(self.fault("the text is empty", "write one")),
            _ => Err(self.expected("a text", "a text, in quotes if it looks like a number")),
        }
    }

    /// The items of the list under a key; none where the key is absent.
    pub(super) fn list(&self, key: &str) -> Result<&[Node], Fault> {
        match self.get(key).map(|node| (node, &node.shape)) {
            None => Ok(&[]),
            Some((_, Shape::List(items))) => Ok(items),
            Some((node, _)) => Err(node.expected("a list", "a list")),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        match self.get(key).map(|node| (node, &node.shape)) {
            None => Ok(None),
            Some((_, Shape::Flag(flag))) => Ok(Some(*flag)),
            Some((node, _)) => Err(node.expected("a boolean", "true or false")),
        }
    }

    /// The text under a key that must be there.
    pub(super) fn required(&self, key: &str) -> Result<&str, Fault> {
        match self.get(key) {
            Some(node) => node.text(),
            None => Err(self.fault(format!("`{key}` is missing"), format!("add `{key}`"))),
        }
    }

    /// Refuses every key but these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Fault> {
        for (key, _) in self.entries()? {
            if known.contains(&key.name.as_str()) {
                continue;
            }
            let near = known.iter().min_by_key(|name| strsim::osa_distance(name, &key.name));
            let near = near.filter(|name| strsim::osa_distance(name, &key.name) <= 2 + key.name.len() / 5);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here are {}", known.join(", ")),
            };
            return Err(key.at.fault(format!("`{}` is not known here", key.name), help));
        }
        Ok(())
    }

    /// The value in JSON, without places.
    pub(super) fn json(&self) -> Value {
        match &self.shape {
            Shape::Null => Value::Null,
            Shape::Flag(flag) => Value::Bool(*flag),
            Shape::Number(number) => Value::Number(number.clone()),
            Shape::Text(text) => Value::String(text.clone()),
            Shape::List(items) => Value::Array(items.iter().map(Self::json).collect()),
            Shape::Map(_) => Value::Object(self.members(|_| true)),
        }
    }

    /// The entries whose keys are wanted, in JSON.
    pub(super) fn members(&self, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
        let Shape::Map(entries) = &self.shape else { return Map::new() };
        let wanted = entries.iter().filter(|(key, _)| wanted(&key.name));
        wanted.map(|(key, node)| (key.name.clone(), node.json())).collect()
    }
}

/// Refuses a key that stands twice in a mapping.
pub(super) fn unique(entries: &[(Key, Node)]) -> Result<(), Fault> {
    let mut keys: Vec<&Key> = entries.iter().map(|(key, _)| key).collect();
    keys.sort_by(|a, b| (&a.name, a.at.line, a.at.column).cmp(&(&b.name, b.at.line, b.at.column)));
    match keys.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => {
            let first = pair[0].at.line;
            let message = format!("the key `{}` is given twice, first in line {first}", pair[1].name);
            Err(pair[1].at.fault(message, "keep one of the two"))
        }
        None => Ok(()),
    }
}

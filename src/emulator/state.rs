//! What the emulator holds: workspaces, rules, and the ids that were deleted lately.
//!
//! A state is cheap to clone, for its parts are shared. It changes only by a [`Change`], so that memory and
//! file are told the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Every workspace, by its path in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// How many versions of rules have been written; the next etag takes the next number.
    pub(super) serial: u32,
    pub(super) workspaces: BTreeMap<Arc<str>, Arc<Workspace>>,
}

/// One workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Workspace {
    /// The path in the spelling of the request that made the workspace.
    pub(super) path: Arc<str>,
    /// Rules by name in lower case.
    pub(super) rules: BTreeMap<Arc<str>, Arc<Rule>>,
    /// Names of deleted rules in lower case, and when they were deleted.
    pub(super) deleted: BTreeMap<Arc<str>, Timestamp>,
}

/// A rule as it is answered, and the few facts that the emulator itself needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) etag: String,
    pub(super) kind: String,
    pub(super) enabled: bool,
    /// The whole resource in JSON.
    pub(super) body: Bytes,
}

impl Rule {
    /// Takes a whole resource: `None` where the envelope (`id`, `name`, `etag`, `kind`) is not complete.
    pub(super) fn new(resource: &Value, body: Bytes) -> Option<Self> {
        let text = |key: &str| resource.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            etag: text("etag")?,
            kind: text("kind")?,
            enabled: resource.pointer("/properties/enabled").and_then(Value::as_bool).unwrap_or(false),
            body,
        })
    }
}

/// One step from a state to the next.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// A workspace began to exist.
    Workspace { workspace: Arc<str>, path: Arc<str> },
    /// A version of a rule was written.
    Written { workspace: Arc<str>, key: Arc<str>, serial: u32, rule: Arc<Rule> },
    /// A rule was deleted.
    Deleted { workspace: Arc<str>, key: Arc<str>, at: Timestamp },
}

impl State {
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Workspace { workspace, path } => {
                self.workspace_mut(workspace).path = Arc::clone(path);
            }
            Change::Written { workspace, key, serial, rule } => {
                self.serial = *serial;
                let workspace = self.workspace_mut(workspace);
                workspace.deleted.remove(key);
                workspace.rules.insert(Arc::clone(key), Arc::clone(rule));
            }
            Change::Deleted { workspace, key, at } => {
                let workspace = self.workspace_mut(workspace);
                workspace.rules.remove(key);
                workspace.deleted.insert(Arc::clone(key), *at);
            }
        }
    }

    fn workspace_mut(&mut self, key: &Arc<str>) -> &mut Workspace {
        Arc::make_mut(self.workspaces.entry(Arc::clone(key)).or_default())
    }

    /// `{"<workspace path in lower case>": {"alertRules": {"<name>": {…}}, "deleted": ["<name>"]}}`
    pub(super) fn snapshot(&self) -> Value {
        let workspace = |workspace: &Workspace| {
            let rules: Map<String, Value> = workspace
                .rules
                .values()
                .map(|rule| (rule.name.clone(), serde_json::from_slice(&rule.body).unwrap_or_default()))
                .collect();
            let deleted: Vec<&str> = workspace.deleted.keys().map(AsRef::as_ref).collect();
            json!({"alertRules": rules, "deleted": deleted})
        };
        Value::Object(self.workspaces.iter().map(|(key, value)| (key.to_string(), workspace(value))).collect())
    }
}

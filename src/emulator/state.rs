//! What the emulator holds: workspaces, their resources, and the ids that were deleted lately.
//!
//! A state is cheap to clone, for its parts are shared. It changes only by a [`Change`], so that memory and
//! file are told the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::facts::Facts;
use super::tables::Tables;

/// The collection of alert rules.
pub(super) const ALERT_RULES: &str = "alertrules";

/// The collection of tables: resources of Microsoft.OperationalInsights, which stand beside those of Sentinel.
pub(super) const TABLES: &str = "tables";

/// Every workspace, by its path in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// How many versions of resources have been written; the next etag takes the next number.
    pub(super) serial: u32,
    pub(super) workspaces: BTreeMap<Arc<str>, Arc<Workspace>>,
}

/// Resources of one collection, by name in lower case.
pub(super) type Collection = BTreeMap<Arc<str>, Arc<Resource>>;

/// One workspace.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    /// The path in the spelling of the request that made the workspace.
    pub(super) path: Arc<str>,
    pub(super) facts: Arc<Facts>,
    /// Collections by their path below the provider in lower case: `alertrules`, `incidents/<name>/comments`.
    pub(super) collections: BTreeMap<Arc<str>, Arc<Collection>>,
    /// Names of deleted alert rules in lower case, and when they were deleted.
    pub(super) deleted: BTreeMap<Arc<str>, Timestamp>,
    /// What seeds wrote, by collection and name: a mark of what the seed said and of what was written.
    pub(super) seeded: BTreeMap<(Arc<str>, Arc<str>), Arc<str>>,
    /// The columns of the collection `tables`, as queries are resolved against them.
    pub(super) schema: Arc<Tables>,
}

impl Workspace {
    /// A workspace of which only the path is known, given in lower case.
    fn new(key: &Arc<str>) -> Self {
        Self {
            path: Arc::clone(key),
            facts: Arc::new(Facts::of(key)),
            collections: BTreeMap::new(),
            deleted: BTreeMap::new(),
            seeded: BTreeMap::new(),
            schema: Arc::default(),
        }
    }

    /// A collection; an empty one where nothing was written yet.
    pub(super) fn collection(&self, key: &str) -> &Collection {
        static NOTHING: Collection = Collection::new();
        self.collections.get(key).map_or(&NOTHING, |collection| collection)
    }

    /// The alert rules, without `BuiltInFusion`.
    pub(super) fn rules(&self) -> &Collection {
        self.collection(ALERT_RULES)
    }
}

/// A resource as it is answered, and the few facts that the emulator itself needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) name: String,
    /// Empty for a type that has none.
    pub(super) etag: String,
    /// Empty for a type that has none.
    pub(super) kind: String,
    pub(super) enabled: bool,
    /// The whole resource in JSON.
    pub(super) body: Bytes,
}

impl Resource {
    /// Takes a whole resource: `None` where its id or name is missing.
    pub(super) fn new(resource: &Value, body: Bytes) -> Option<Self> {
        let text = |key: &str| resource.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            etag: text("etag").unwrap_or_default(),
            kind: text("kind").unwrap_or_default(),
            enabled: resource.pointer("/properties/enabled").and_then(Value::as_bool).unwrap_or(false),
            body,
        })
    }
}

/// One step from a state to the next.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// A workspace began to exist, or its facts became others.
    Workspace { workspace: Arc<str>, path: Arc<str>, facts: Arc<Facts> },
    /// A version of a resource was written.
    Written { workspace: Arc<str>, collection: Arc<str>, key: Arc<str>, serial: u32, resource: Arc<Resource> },
    /// A seed says what a resource shall be.
    Seeded { workspace: Arc<str>, collection: Arc<str>, key: Arc<str>, mark: Arc<str> },
    /// A resource was deleted, with all that stands below it.
    Deleted { workspace: Arc<str>, collection: Arc<str>, key: Arc<str>, at: Timestamp },
}

impl Change {
    /// The beginning of a workspace of which nothing but its name is known.
    pub(super) fn begin(workspace: Arc<str>, path: Arc<str>) -> Self {
        let facts = Arc::new(Facts::of(&workspace));
        Self::Workspace { workspace, path, facts }
    }
}

impl State {
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Workspace { workspace, path, facts } => {
                let workspace = self.workspace_mut(workspace);
                workspace.path = Arc::clone(path);
                workspace.facts = Arc::clone(facts);
            }
            Change::Written { workspace, collection, key, serial, resource } => {
                self.serial = *serial;
                let workspace = self.workspace_mut(workspace);
                if **collection == *ALERT_RULES {
                    workspace.deleted.remove(key);
                }
                if **collection == *TABLES {
                    Arc::make_mut(&mut workspace.schema).learn(resource);
                }
                let collection = workspace.collections.entry(Arc::clone(collection)).or_default();
                Arc::make_mut(collection).insert(Arc::clone(key), Arc::clone(resource));
            }
            Change::Seeded { workspace, collection, key, mark } => {
                let at = (Arc::clone(collection), Arc::clone(key));
                self.workspace_mut(workspace).seeded.insert(at, Arc::clone(mark));
            }
            Change::Deleted { workspace, collection, key, at } => {
                let workspace = self.workspace_mut(workspace);
                if **collection == *ALERT_RULES {
                    workspace.deleted.insert(Arc::clone(key), *at);
                }
                if **collection == *TABLES {
                    Arc::make_mut(&mut workspace.schema).forget(key);
                }
                if let Some(collection) = workspace.collections.get_mut(collection) {
                    Arc::make_mut(collection).remove(key);
                }
                let below = format!("{collection}/{key}/");
                workspace.collections.retain(|path, _| !path.starts_with(&below));
            }
        }
    }

    fn workspace_mut(&mut self, key: &Arc<str>) -> &mut Workspace {
        Arc::make_mut(self.workspaces.entry(Arc::clone(key)).or_insert_with(|| Arc::new(Workspace::new(key))))
    }

    /// `{"<workspace path in lower case>": {"alertRules": {"<name>": {…}}, "deleted": ["<name>"], …}}`
    ///
    /// Alert rules and deleted ones are always there; other collections stand beside them under their own paths.
    pub(super) fn snapshot(&self) -> Value {
        let resources = |collection: &Collection| -> Map<String, Value> {
            let whole = |one: &Arc<Resource>| serde_json::from_slice(&one.body).unwrap_or_default();
            collection.values().map(|one| (one.name.clone(), whole(one))).collect()
        };
        let workspace = |workspace: &Workspace| {
            let deleted: Vec<&str> = workspace.deleted.keys().map(AsRef::as_ref).collect();
            let mut shown = json!({"alertRules": resources(workspace.rules()), "deleted": deleted});
            for (path, collection) in workspace.collections.iter().filter(|(path, _)| ***path != *ALERT_RULES) {
                shown[path.as_ref()] = Value::Object(resources(collection));
            }
            shown
        };
        Value::Object(self.workspaces.iter().map(|(key, value)| (key.to_string(), workspace(value))).collect())
    }
}

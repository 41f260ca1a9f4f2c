//! From a seed and a state to the steps between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entry::{Entry, Of, property};
use super::workspace::WorkspaceSeed;
use super::{Seed, Seeded};
use crate::emulator::etag;
use crate::emulator::fill::{self, ALERT_RULE, Envelope};
use crate::emulator::resources::finish;
use crate::emulator::state::{Change, Resource, State, TABLES, Workspace};
use crate::emulator::types::Circumstances;

/// Properties that the service decides on, and a seed may: when, by whom.
const DECIDED: [&str; 9] = [
    "lastModifiedUtc",
    "createdTimeUtc",
    "lastModifiedTimeUtc",
    "createdBy",
    "lastModifiedBy",
    "author",
    "created",
    "updated",
    "updatedBy",
];

/// What a seed does to a state at the moment `now`.
pub(in crate::emulator) fn apply(seed: &Seed, state: &State, now: Timestamp) -> (Seeded, Vec<Change>) {
    let mut done =
        Done { seeded: Seeded::default(), serial: state.serial, changes: Vec::new(), written: BTreeMap::new() };
    for workspace in seed.0.iter() {
        done.seeded.workspaces += 1;
        done.written.clear();
        done.workspace(workspace, state, workspace.when.unwrap_or(now));
    }
    (done.seeded, done.changes)
}

struct Done {
    seeded: Seeded,
    serial: u32,
    changes: Vec<Change>,
    /// How many resources were written to each collection of the workspace that is under way.
    written: BTreeMap<Arc<str>, usize>,
}

impl Done {
    fn workspace(&mut self, seed: &WorkspaceSeed, state: &State, at: Timestamp) {
        let key: Arc<str> = seed.name.key().into();
        let known = state.workspaces.get(&key).map(AsRef::as_ref);
        let path: Arc<str> = known.map_or_else(|| seed.name.path().into(), |known| Arc::clone(&known.path));
        let mut facts = seed.facts.clone();
        // A client may have turned Sentinel on or off since.
        facts.onboarded = known.map_or(facts.onboarded, |known| known.facts.onboarded);
        if known.is_none_or(|known| *known.facts != facts) {
            let facts = Arc::new(facts);
            self.changes.push(Change::Workspace { workspace: Arc::clone(&key), path: Arc::clone(&path), facts });
        }
        self.tables(seed, known, (&key, &path));
        for entry in &seed.entries {
            self.entry(seed, entry, known, (&key, &path), at);
        }
    }

    /// Tables are nobody's but the seed's: those that it does not hold any more go.
    fn tables(&mut self, seed: &WorkspaceSeed, known: Option<&Workspace>, (workspace, path): (&Arc<str>, &str)) {
        let collection: Arc<str> = TABLES.into();
        let mut kept = BTreeSet::new();
        for table in &seed.tables {
            let key: Arc<str> = table.name.to_ascii_lowercase().into();
            kept.insert(Arc::clone(&key));
            let whole = table.resource(&format!("{path}/tables/{}", table.name));
            let body = Bytes::from(whole.to_string());
            let old = known.and_then(|known| known.collection(TABLES).get(&key));
            if old.is_some_and(|old| old.body == body) {
                self.seeded.kept += 1;
                continue;
            }
            let (workspace, collection) = (Arc::clone(workspace), Arc::clone(&collection));
            self.write(workspace, collection, key, Resource::new(&whole, body));
        }
        let old = known.into_iter().flat_map(|known| known.collection(TABLES).keys());
        for key in old.filter(|key| !kept.contains(*key)) {
            let (workspace, collection, key) = (Arc::clone(workspace), Arc::clone(&collection), Arc::clone(key));
            self.changes.push(Change::Deleted { workspace, collection, key, at: Timestamp::UNIX_EPOCH });
        }
    }

    fn entry(
        &mut self,
        seed: &WorkspaceSeed,
        entry: &Entry,
        known: Option<&Workspace>,
        (workspace, path): (&Arc<str>, &str),
        at: Timestamp,
    ) {
        let (collection, key) = entry.key(&seed.name);
        let (collection, key): (Arc<str>, Arc<str>) = (collection.into(), key.into());
        let said = digest(format!("{} {:?} {}", seed.by.object_id, seed.when, json!(entry.body)).as_bytes());
        let old = known.and_then(|known| known.collection(&collection).get(&key));
        let mark = known.and_then(|known| known.seeded.get(&(Arc::clone(&collection), Arc::clone(&key))));
        let is_untouched = |mark: &str| match (mark.split_once(' '), old) {
            (Some((before, _)), _) if before == said => false,
            (Some((_, written)), Some(old)) => written == digest(&old.body),
            _ => false,
        };
        let writes = match mark {
            Some(mark) => is_untouched(mark),
            None => old.is_none(),
        };
        if !writes {
            self.seeded.kept += 1;
            return;
        }
        let serial = self.serial.wrapping_add(1);
        let mut whole = match entry.of {
            Of::AlertRule => rule(entry, path, serial, at),
            Of::Stored(of) => {
                let id = entry.place(of, &seed.name).id(path);
                let mut body = entry.body.clone();
                complete(&mut body, path);
                let around = Circumstances {
                    name: &entry.name,
                    id: &id,
                    workspace: &seed.name.workspace,
                    facts: &seed.facts,
                    now: at,
                    by: &seed.by,
                    old: None,
                    others: self.written.get(&collection).copied().unwrap_or(0)
                        + known.map_or(0, |k| k.collection(&collection).len()),
                    limits: false,
                };
                finish(of, body, &around, serial)
            }
        };
        decide(&mut whole, entry);
        let body = Bytes::from(whole.to_string());
        let mark: Arc<str> = format!("{said} {}", digest(&body)).into();
        self.changes.push(Change::Seeded {
            workspace: Arc::clone(workspace),
            collection: Arc::clone(&collection),
            key: Arc::clone(&key),
            mark,
        });
        self.write(Arc::clone(workspace), collection, key, Resource::new(&whole, body));
    }

    fn write(&mut self, workspace: Arc<str>, collection: Arc<str>, key: Arc<str>, resource: Option<Resource>) {
        let Some(resource) = resource.map(Arc::new) else { return };
        self.serial = self.serial.wrapping_add(1);
        self.seeded.written += 1;
        *self.written.entry(Arc::clone(&collection)).or_default() += 1;
        self.changes.push(Change::Written { workspace, collection, key, serial: self.serial, resource });
    }
}

fn rule(entry: &Entry, path: &str, serial: u32, now: Timestamp) -> Value {
    let id = format!("{path}/providers/{ALERT_RULE}/{}", entry.name);
    let kind = entry.body.get("kind").and_then(Value::as_str).unwrap_or_default();
    let etag = etag::of_write(serial, now);
    fill::resource(entry.body.clone(), &Envelope { id: &id, name: &entry.name, kind, etag: &etag, now })
}

/// A relation to a bookmark of the same seed gets the bookmark's whole id.
fn complete(body: &mut crate::emulator::types::Members, path: &str) {
    let related = property(body, "relatedResourceId").and_then(Value::as_str).filter(|id| !id.starts_with('/'));
    let Some(name) = related.and_then(|id| id.strip_prefix("bookmarks/")) else { return };
    let id = format!("{path}/providers/Microsoft.SecurityInsights/Bookmarks/{name}");
    body["properties"]["relatedResourceId"] = json!(id);
}

/// Lays over what the seed says of matters that the service would decide.
fn decide(whole: &mut Value, entry: &Entry) {
    for member in ["etag", "systemData"] {
        if let Some(said) = entry.body.get(member).filter(|said| !said.is_null()) {
            whole[member] = said.clone();
        }
    }
    for name in DECIDED {
        if let Some(said) = property(&entry.body, name) {
            whole["properties"][name] = said.clone();
        }
    }
}

fn digest(bytes: &[u8]) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes).simple().to_string()
}

//! The emulator's file: one redb database, durable and locked while it is open.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use redb::{Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, TableDefinition};
use serde::Deserialize;
use serde_json::{Value, json};

use super::facts::Facts;
use super::state::{ALERT_RULES, Change, Resource, State};

/// `format` and `serial`.
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
/// Workspace in lower case -> its path as first spelled and its facts, in JSON.
const WORKSPACES: TableDefinition<&str, &str> = TableDefinition::new("workspaces");
/// (Workspace, collection, name), all in lower case -> the resource in JSON.
const RESOURCES: TableDefinition<(&str, &str, &str), &[u8]> = TableDefinition::new("resources");
/// (Workspace, collection, name), all in lower case -> the mark that a seed left.
const SEEDED: TableDefinition<(&str, &str, &str), &str> = TableDefinition::new("seeded");
/// (Workspace, name), both in lower case -> when it was deleted, in unix microseconds.
const DELETED: TableDefinition<(&str, &str), i64> = TableDefinition::new("deletedAlertRules");

/// The version of this layout.
const FORMAT: u64 = 3;

/// Why the emulator's file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another emulator in this one, has the file open.
    #[error("{} is in use by another process; wait for it to end or stop it, or name another file", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The folder of the file, or the file in it, could not be made.
    #[error("{} could not be created: {source}", path.display())]
    Create {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is there and can't be read as an emulator's state. It is left as it is.
    #[error("{} is not a readable emulator state: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has a layout that this version does not know.
    #[error(
        "{} has format {found}, and this version reads format {FORMAT}: name another file, or delete this one and \
         write its content anew",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format that the file names.
        found: u64,
    },
}

/// What a workspace's row holds.
#[derive(Deserialize)]
struct WorkspaceRow {
    path: String,
    facts: Facts,
}

/// Where changes are made durable: a file, or nowhere for a state that lives in memory alone.
pub(super) struct Store(Option<Database>);

impl Store {
    /// A store that keeps nothing.
    pub(super) fn in_memory() -> Self {
        Self(None)
    }

    /// Opens the file, made with its folders where it is missing, and reads the state in it.
    pub(super) fn open(path: &Path) -> Result<(Self, State), OpenError> {
        if !path.exists() {
            create(path)?;
        }
        let database = Database::create(path).map_err(|error| open_error(path, error))?;
        let unreadable = |reason: String| OpenError::Unreadable { path: path.to_owned(), reason };
        // Every table is made at once, so that a read finds each of them.
        let found = prepare(&database).map_err(|error| unreadable(error.to_string()))?;
        if found != FORMAT {
            return Err(OpenError::Format { path: path.to_owned(), found });
        }
        let state = load(&database).map_err(unreadable)?;
        Ok((Self(Some(database)), state))
    }

    /// Makes changes durable, all or none. When this returns `Ok`, they survive the end of the process.
    pub(super) fn commit(&self, changes: &[Change]) -> Result<(), redb::Error> {
        let Some(database) = self.0.as_ref().filter(|_| !changes.is_empty()) else {
            return Ok(());
        };
        let mut transaction = database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        {
            let mut meta = transaction.open_table(META)?;
            let mut workspaces = transaction.open_table(WORKSPACES)?;
            let mut resources = transaction.open_table(RESOURCES)?;
            let mut deleted = transaction.open_table(DELETED)?;
            let mut seeded = transaction.open_table(SEEDED)?;
            for change in changes {
                match change {
                    Change::Workspace { workspace, path, facts } => {
                        let row = json!({"path": path.as_ref(), "facts": facts.as_ref()});
                        workspaces.insert(workspace.as_ref(), row.to_string().as_str())?;
                    }
                    Change::Written { workspace, collection, key, serial, resource } => {
                        resources.insert((&**workspace, &**collection, &**key), resource.body.as_ref())?;
                        if **collection == *ALERT_RULES {
                            deleted.remove((&**workspace, &**key))?;
                        }
                        meta.insert("serial", u64::from(*serial))?;
                    }
                    Change::Seeded { workspace, collection, key, mark } => {
                        seeded.insert((&**workspace, &**collection, &**key), &**mark)?;
                    }
                    Change::Deleted { workspace, collection, key, at: time } => {
                        resources.remove((&**workspace, &**collection, &**key))?;
                        // All that stands below: `/` comes right before `0` in ASCII.
                        let below = (format!("{collection}/{key}/"), format!("{collection}/{key}0"));
                        let range = (&**workspace, &*below.0, "")..(&**workspace, &*below.1, "");
                        resources.retain_in(range, |_, _| false)?;
                        if **collection == *ALERT_RULES {
                            deleted.insert((&**workspace, &**key), time.as_microsecond())?;
                        }
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Makes a new database beside `path` and gives it its name when it is whole: a process that is killed
/// meanwhile leaves no half-made file under the name. Two processes may do this at once; one name wins.
fn create(path: &Path) -> Result<(), OpenError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Create { path, source }
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    let young = folder.join(name);
    let database = Database::create(&young).map_err(|error| open_error(&young, error))?;
    drop(database);
    // Where the file system has no hard links, the file is made in place by whoever opens it next.
    let linked = fs::hard_link(&young, path);
    fs::remove_file(&young).map_err(failed(&young))?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn open_error(path: &Path, error: DatabaseError) -> OpenError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => OpenError::Locked { path },
        DatabaseError::Storage(redb::StorageError::Io(source)) if !path.exists() => OpenError::Create { path, source },
        other => OpenError::Unreadable { path, reason: other.to_string() },
    }
}

/// Makes the tables of a new database, and returns the format of the database.
fn prepare(database: &Database) -> Result<u64, redb::Error> {
    let transaction = database.begin_write()?;
    let found = {
        let mut meta = transaction.open_table(META)?;
        let found = meta.get("format")?.map(|format| format.value());
        if found.is_none() {
            meta.insert("format", FORMAT)?;
        }
        transaction.open_table(WORKSPACES)?;
        transaction.open_table(RESOURCES)?;
        transaction.open_table(DELETED)?;
        transaction.open_table(SEEDED)?;
        found.unwrap_or(FORMAT)
    };
    if found == FORMAT {
        transaction.commit()?;
    } else {
        transaction.abort()?;
    }
    Ok(found)
}

fn load(database: &Database) -> Result<State, String> {
    let text = |error: redb::StorageError| error.to_string();
    let transaction = database.begin_read().map_err(|error| error.to_string())?;
    let table = |error: redb::TableError| error.to_string();
    let mut state = State::default();

    for row in transaction.open_table(WORKSPACES).map_err(table)?.iter().map_err(text)? {
        let (workspace, row) = row.map_err(text)?;
        let workspace: Arc<str> = workspace.value().into();
        let row: WorkspaceRow = serde_json::from_str(row.value()).map_err(|error| format!("{workspace}: {error}"))?;
        state.apply(&Change::Workspace { workspace, path: row.path.into(), facts: Arc::new(row.facts) });
    }
    for row in transaction.open_table(RESOURCES).map_err(table)?.iter().map_err(text)? {
        let (at, body) = row.map_err(text)?;
        let (workspace, collection, key) = at.value();
        let body = Bytes::copy_from_slice(body.value());
        let whole: Value = serde_json::from_slice(&body).map_err(|error| format!("{collection}/{key}: {error}"))?;
        let resource = Resource::new(&whole, body).ok_or_else(|| format!("{collection}/{key} is not whole"))?;
        state.apply(&Change::Written {
            workspace: workspace.into(),
            collection: collection.into(),
            key: key.into(),
            serial: 0,
            resource: Arc::new(resource),
        });
    }
    for row in transaction.open_table(SEEDED).map_err(table)?.iter().map_err(text)? {
        let (at, mark) = row.map_err(text)?;
        let (workspace, collection, key) = at.value();
        state.apply(&Change::Seeded {
            workspace: workspace.into(),
            collection: collection.into(),
            key: key.into(),
            mark: mark.value().into(),
        });
    }
    for row in transaction.open_table(DELETED).map_err(table)?.iter().map_err(text)? {
        let (at, time) = row.map_err(text)?;
        let (workspace, key) = at.value();
        let at = Timestamp::from_microsecond(time.value()).map_err(|error| format!("deleted rule {key}: {error}"))?;
        state.apply(&Change::Deleted {
            workspace: workspace.into(),
            collection: ALERT_RULES.into(),
            key: key.into(),
            at,
        });
    }
    let serial = transaction.open_table(META).map_err(table)?.get("serial").map_err(text)?;
    let serial = serial.map_or(0, |serial| serial.value());
    state.serial = u32::try_from(serial).map_err(|_| format!("serial {serial} is too large"))?;
    Ok(state)
}

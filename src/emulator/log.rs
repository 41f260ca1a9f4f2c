//! What was asked of the emulator, what became of it, and which versions of resources it made.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::location::query;
use super::state::{Change, State};
use crate::arm::transport::Request;

/// Requests that the log keeps; older ones are forgotten.
const KEPT: usize = 65_536;

/// One request that came to its end, or one [`Edit`](super::faults::Edit).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    /// 1 for the first of all, in the order of ends; it never comes again.
    pub number: u64,
    /// `GET`, `PUT`, …
    pub method: String,
    /// The path as sent, without its query.
    pub path: String,
    /// The status of the answer; 0 where there was none, since the connection was reset or the client gone.
    pub status: u16,
    /// As the query names it; empty where it does not.
    pub api_version: String,
    /// Who sent it, or made the edit.
    pub principal: String,
    /// Whether it is an edit that the emulator was told to make, and no request.
    pub is_edit: bool,
    /// When it came, by the emulator's clock.
    #[serde(serialize_with = "rfc3339")]
    pub started: Timestamp,
    /// When its answer was ready; when it came, where its client was gone before.
    #[serde(serialize_with = "rfc3339")]
    pub ended: Timestamp,
    /// For a read: the newest version, of any resource, that it could show.
    pub seen: u32,
    /// What it made durable, in order.
    pub commits: Vec<Commit>,
    /// The faults that it met, by number.
    pub faults: Vec<u64>,
}

/// A version of a resource that came to be, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The number of the version, counted over all resources; of a deletion, that of the newest version before it.
    pub serial: u32,
    /// The resource's path in lower case.
    pub resource: String,
    /// The version's etag; `None` if the resource was deleted, empty for a type that has none.
    pub etag: Option<String>,
    /// The etag of the version that stood there before.
    pub replaced: Option<String>,
}

fn rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

impl Commit {
    /// What a change makes of a state that it was not applied to yet.
    pub(super) fn of(change: &Change, before: &State) -> Option<Self> {
        let (workspace, collection, key, serial, etag) = match change {
            Change::Written { workspace, collection, key, serial, resource } => {
                (workspace, collection, key, *serial, Some(resource.etag.clone()))
            }
            Change::Deleted { workspace, collection, key, .. } => (workspace, collection, key, before.serial, None),
            Change::Workspace { .. } | Change::Seeded { .. } => return None,
        };
        let old = before.workspaces.get(workspace).and_then(|workspace| workspace.collection(collection).get(key));
        Some(Self {
            serial,
            resource: format!("{workspace}/providers/microsoft.securityinsights/{collection}/{key}"),
            etag,
            replaced: old.map(|old| old.etag.clone()),
        })
    }
}

/// A request on its way. Whoever answers it holds this, and so does the writer while it writes: should the client go away
/// and nobody be left to end it, it is logged all the same, with what it made durable and status 0.
#[derive(Debug, Clone)]
pub(super) struct Entry(Arc<Open>);

#[derive(Debug)]
struct Open {
    log: Arc<Mutex<Log>>,
    /// Nothing once it is in the log.
    noted: Mutex<Option<Noted>>,
}

/// What is known of a request on its way.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) api_version: String,
    pub(super) principal: String,
    pub(super) is_edit: bool,
    pub(super) started: Timestamp,
    pub(super) seen: u32,
    pub(super) commits: Vec<Commit>,
    pub(super) faults: Vec<u64>,
}

impl Noted {
    pub(super) fn request(request: &Request, principal: &str, now: Timestamp) -> Self {
        Self {
            api_version: query(request.uri(), "api-version").unwrap_or_default(),
            is_edit: false,
            ..Self::edit(request.method().clone(), request.uri().path(), principal, now)
        }
    }

    pub(super) fn edit(method: Method, path: &str, by: &str, now: Timestamp) -> Self {
        Self {
            method,
            path: path.to_owned(),
            api_version: String::new(),
            principal: by.to_owned(),
            is_edit: true,
            started: now,
            seen: 0,
            commits: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Entry {
    pub(super) fn begin(log: &Arc<Mutex<Log>>, noted: Noted) -> Self {
        Self(Arc::new(Open { log: Arc::clone(log), noted: Mutex::new(Some(noted)) }))
    }

    /// Adds to what is known, as long as the request has not ended.
    pub(super) fn note(&self, add: impl FnOnce(&mut Noted)) {
        if let Some(noted) = &mut *self.0.noted.lock().unwrap_or_else(PoisonError::into_inner) {
            add(noted);
        }
    }

    /// Puts it into the log: 0 where no status was sent.
    pub(super) fn end(self, status: u16, now: Timestamp) {
        if let Some(noted) = self.0.noted.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.0.log.lock().unwrap_or_else(PoisonError::into_inner).end(noted, status, now);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(noted) = self.noted.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let at = noted.started;
            self.log.lock().unwrap_or_else(PoisonError::into_inner).end(noted, 0, at);
        }
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    last: u64,
    entries: VecDeque<Kept>,
    words: Words,
}

/// An entry as it is kept: tens of thousands of them share folders, versions and principals.
#[derive(Debug)]
struct Kept {
    number: u64,
    method: Method,
    /// The path up to its last `/`, and the rest.
    folder: Arc<str>,
    name: Box<str>,
    status: u16,
    api_version: Arc<str>,
    principal: Arc<str>,
    is_edit: bool,
    started: Timestamp,
    ended: Timestamp,
    seen: u32,
    commits: Box<[KeptCommit]>,
    faults: Box<[u64]>,
}

/// A commit; its resource is left out where the path names it.
#[derive(Debug)]
struct KeptCommit {
    serial: u32,
    resource: Option<Box<str>>,
    etag: Option<Box<str>>,
    replaced: Option<Box<str>>,
}

/// Texts that come again and again.
#[derive(Debug, Default)]
struct Words(HashSet<Arc<str>>);

impl Words {
    fn shared(&mut self, word: &str) -> Arc<str> {
        /// So many different ones are not shared any more: whoever holds them keeps them.
        const MOST: usize = 4_096;
        if let Some(known) = self.0.get(word) {
            return Arc::clone(known);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let new: Arc<str> = word.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

impl Kept {
    fn told(&self) -> Logged {
        let path = format!("{}{}", self.folder, self.name);
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let commit = |commit: &KeptCommit| Commit {
            serial: commit.serial,
            resource: text(&commit.resource).unwrap_or_else(|| path.to_ascii_lowercase()),
            etag: text(&commit.etag),
            replaced: text(&commit.replaced),
        };
        Logged {
            number: self.number,
            method: self.method.as_str().to_owned(),
            status: self.status,
            api_version: self.api_version.as_ref().to_owned(),
            principal: self.principal.as_ref().to_owned(),
            is_edit: self.is_edit,
            started: self.started,
            ended: self.ended,
            seen: self.seen,
            commits: self.commits.iter().map(commit).collect(),
            faults: self.faults.to_vec(),
            path,
        }
    }
}

impl Log {
    fn end(&mut self, noted: Noted, status: u16, now: Timestamp) {
        let Noted { method, path, api_version, principal, is_edit, started, seen, commits, faults } = noted;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.last += 1;
        let (folder, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
        let commit = |Commit { serial, resource, etag, replaced }: Commit| KeptCommit {
            serial,
            resource: (!path.eq_ignore_ascii_case(&resource)).then(|| resource.into()),
            etag: etag.map(Into::into),
            replaced: replaced.map(Into::into),
        };
        self.entries.push_back(Kept {
            number: self.last,
            method,
            folder: self.words.shared(folder),
            name: name.into(),
            status,
            api_version: self.words.shared(&api_version),
            principal: self.words.shared(&principal),
            is_edit,
            started,
            ended: now,
            seen,
            commits: commits.into_iter().map(commit).collect(),
            faults: faults.into(),
        });
    }

    /// The entries after the one with this number, at most so many.
    pub(super) fn after(&self, number: u64, most: usize) -> Vec<Logged> {
        let from = self.entries.partition_point(|kept| kept.number <= number);
        self.entries.iter().skip(from).take(most).map(Kept::told).collect()
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Forgets every entry. Numbers go on.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_as_it_was() {
        let commit = |resource: &str| Commit {
            serial: 7,
            resource: resource.to_owned(),
            etag: Some("\"2\"".to_owned()),
            replaced: None,
        };
        let entry = |path: &str, resource: &str| Noted {
            seen: 3,
            commits: vec![commit(resource)],
            faults: vec![1, 4],
            api_version: "2025-09-01".to_owned(),
            ..Noted::edit(Method::PUT, path, "kim", Timestamp::UNIX_EPOCH)
        };
        let mut log = Log::default();
        let paths = [("/W/alertRules/A", "/w/alertrules/a"), ("/W/x%20y", "/w/x y"), ("plain", "/else"), ("", "")];
        for (path, resource) in paths {
            log.end(entry(path, resource), 201, Timestamp::UNIX_EPOCH);
        }
        for (logged, (path, resource)) in log.after(0, 9).iter().zip(paths) {
            assert_eq!((logged.path.as_str(), logged.commits.as_slice()), (path, &[commit(resource)][..]));
            assert_eq!((logged.method.as_str(), logged.principal.as_str(), logged.is_edit), ("PUT", "kim", true));
            assert_eq!((logged.seen, logged.faults.as_slice(), logged.status), (3, &[1, 4][..], 201));
        }
        let numbers = |log: &Log| log.after(1, 2).iter().map(|logged| logged.number).collect::<Vec<_>>();
        assert_eq!(numbers(&log), [2, 3]);
        log.clear();
        log.end(entry("/a", "/a"), 200, Timestamp::UNIX_EPOCH);
        assert_eq!((numbers(&log), log.last()), (vec![5], 5));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut log = Log::default();
        for n in 0..KEPT + 10 {
            let path = format!("/{n}/a");
            log.end(Noted::edit(Method::PUT, &path, "kim", Timestamp::UNIX_EPOCH), 200, Timestamp::UNIX_EPOCH);
        }
        let (all, most) = (log.after(0, usize::MAX), KEPT as u64 + 10);
        assert_eq!((all.len(), all.first().map(|one| one.number), log.last()), (KEPT, Some(11), most));
    }

    #[test]
    fn what_nobody_ends_is_logged_when_the_last_lets_go() {
        let log = Arc::new(Mutex::new(Log::default()));
        let begin = || Entry::begin(&log, Noted::edit(Method::PUT, "/w/a", "kim", Timestamp::UNIX_EPOCH));
        let told = || log.lock().unwrap_or_else(PoisonError::into_inner).after(0, 9);
        let (client, writer) = (begin(), begin());
        let writes = client.clone();
        drop(client);
        assert_eq!(told(), [], "it may still be written");
        let commit = Commit { serial: 1, resource: "/w/a".to_owned(), etag: None, replaced: None };
        writes.note(|noted| noted.commits.push(commit.clone()));
        drop(writes);
        assert_eq!((told()[0].status, told()[0].commits.as_slice()), (0, &[commit][..]));
        let answered = writer.clone();
        answered.end(200, Timestamp::UNIX_EPOCH);
        writer.note(|noted| noted.seen = 9);
        drop(writer);
        assert_eq!(told().iter().map(|one| (one.status, one.seen)).collect::<Vec<_>>(), [(0, 0), (200, 0)]);
    }
}

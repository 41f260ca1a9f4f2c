//! Whether a log tells of runs that lost nothing: for tests that put a client under fire.
//!
//! Three promises are checked, of every resource that carries an etag: each live version has one cause in the log; a
//! version is replaced by the client under test only if it is the one that a reviewed plan names; only what a reviewed
//! plan deletes is deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::log::{Commit, Logged};

/// What one reviewed plan lets its client write, by the resource's path in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Resources that it writes, with the etag that it saw; `None` where it saw none.
    pub writes: BTreeMap<String, Option<String>>,
    /// Resources that it deletes, with the etag that it saw.
    pub deletes: BTreeMap<String, Option<String>>,
}

/// A promise that was broken, of one resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A version is live, and nobody wrote it.
    #[error("{resource}: version {etag} is live, and no request made it")]
    NoCause {
        /// Its path in lower case.
        resource: String,
        /// The live version.
        etag: String,
    },
    /// A version was there before or written, and is gone without a cause.
    #[error("{resource}: version {etag} is gone, and no request replaced or deleted it")]
    Gone {
        /// Its path in lower case.
        resource: String,
        /// The version that should be there.
        etag: String,
    },
    /// The client wrote over a version that no plan had seen.
    #[error("{resource}: request {number} replaced {}, which no plan names", replaced.as_deref().unwrap_or("nothing"))]
    Unreviewed {
        /// Its path in lower case.
        resource: String,
        /// The request's number in the log.
        number: u64,
        /// The version that it replaced.
        replaced: Option<String>,
    },
    /// The client deleted what no plan deletes.
    #[error("{resource}: request {number} deleted it, and no plan does")]
    Deleted {
        /// Its path in lower case.
        resource: String,
        /// The request's number in the log.
        number: u64,
    },
    /// The client wrote more versions than plans ask for.
    #[error("{resource}: written {times} times for {planned} plans")]
    Repeated {
        /// Its path in lower case.
        resource: String,
        /// Versions that the client wrote.
        times: usize,
        /// Plans that write it.
        planned: usize,
    },
}

/// Checks a log. `before` and `after` are [snapshots](super::Emulator::snapshot) of the state when the log began and
/// now; `client` is the principal under test; every other principal, and every edit, may do as it likes.
pub fn audit(before: &Value, log: &[Logged], after: &Value, client: &str, plans: &[Reviewed]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut versions = versions(before);
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    for (logged, commit) in commits(log) {
        let is_client = !logged.is_edit && logged.principal == client;
        let Commit { resource, etag, replaced, .. } = commit;
        if is_client {
            findings.extend(unreviewed(logged.number, commit, plans));
            *written.entry(resource).or_default() += usize::from(etag.is_some());
        }
        let known = match etag {
            Some(etag) => versions.insert(resource.clone(), etag.clone()),
            None => versions.remove(resource),
        };
        if known != *replaced {
            let (resource, etag) = (resource.clone(), known.or(replaced.clone()).unwrap_or_default());
            findings.push(Finding::Gone { resource, etag });
        }
    }
    for (resource, times) in written {
        let planned = plans.iter().filter(|plan| plan.writes.contains_key(resource)).count();
        if times > planned {
            findings.push(Finding::Repeated { resource: resource.to_owned(), times, planned });
        }
    }
    let live = self::versions(after);
    let paths: BTreeSet<&String> = live.keys().chain(versions.keys()).collect();
    for resource in paths {
        match (live.get(resource), versions.get(resource)) {
            (Some(live), Some(known)) if live == known => {}
            (Some(etag), _) => findings.push(Finding::NoCause { resource: resource.clone(), etag: etag.clone() }),
            (None, Some(etag)) => findings.push(Finding::Gone { resource: resource.clone(), etag: etag.clone() }),
            (None, None) => {}
        }
    }
    findings
}

/// The commits of resources with an etag, in the order in which they became durable.
fn commits(log: &[Logged]) -> Vec<(&Logged, &Commit)> {
    let all = log.iter().flat_map(|logged| logged.commits.iter().map(move |commit| (logged, commit)));
    let mut commits: Vec<_> = all
        .filter(|(_, commit)| commit.etag.as_deref() != Some("") && commit.replaced.as_deref() != Some(""))
        .collect();
    // Of a deletion and the version before it, the deletion is the later one.
    commits.sort_by_key(|(_, commit)| (commit.serial, commit.etag.is_none()));
    commits
}

fn unreviewed(number: u64, commit: &Commit, plans: &[Reviewed]) -> Option<Finding> {
    let Commit { resource, etag, replaced, .. } = commit;
    let named = |of: fn(&Reviewed) -> &BTreeMap<String, Option<String>>| {
        plans.iter().any(|plan| of(plan).get(resource) == Some(replaced))
    };
    match etag {
        Some(_) if named(|plan| &plan.writes) => None,
        Some(_) => Some(Finding::Unreviewed { resource: resource.clone(), number, replaced: replaced.clone() }),
        None if named(|plan| &plan.deletes) => None,
        None => Some(Finding::Deleted { resource: resource.clone(), number }),
    }
}

/// Path in lower case -> etag, of every resource in a snapshot that has one.
fn versions(snapshot: &Value) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for workspace in snapshot.as_object().into_iter().flat_map(|all| all.values()) {
        let collections = workspace.as_object().into_iter().flat_map(|all| all.values());
        let resources = collections.filter_map(Value::as_object).flat_map(|all| all.values());
        for resource in resources {
            let text = |key: &str| resource.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            if let (Some(id), Some(etag)) = (text("id"), text("etag")) {
                versions.insert(id.to_ascii_lowercase(), etag.to_owned());
            }
        }
    }
    versions
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;

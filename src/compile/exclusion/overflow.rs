//! An exclusion's longest list in a watchlist, where a query would otherwise pass what the service takes.
//!
//! Only `equals` and `in` overflow, on columns that hold no array: a watchlist is a table of texts, so a range of
//! addresses, a part of a text or an expression can't be looked up in it. An exclusion has one list in one watchlist,
//! which all of its rules read. The alias holds a hash of the content, so another content is another watchlist: the
//! service has no way to replace the items of one (an upload of fewer items leaves the rest, Microsoft's page on
//! managing watchlists), and its deletions take their time.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::diagnostic::hidden::is_hidden;
use crate::kql::exclude::{Host, Refusal, Request};
use crate::kql::predicate::{Operation, Predicate};
use crate::resource::{Properties, Resource, ResourceType};

/// What every alias of ours begins with.
pub const PREFIX: &str = "palisade-";
/// The one column of a list, which is its search key.
pub const COLUMN: &str = "Value";
/// Whose list it is, in the words of the service.
pub const PROVIDER: &str = "Palisade";
/// The longest alias (the portal's limit).
const ALIAS: usize = 64;
/// How much of the hash an alias holds: 48 bits.
const HASH: usize = 12;
/// The longest value: a line of a watchlist's file takes 10,240 characters (Microsoft's page on service limits).
const VALUE: usize = 5_000;
/// The largest file: 3.8 MB (Microsoft's page on watchlists).
const FILE: usize = 3_800_000;

/// A list of texts that a watchlist holds for an exclusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The exclusion's id.
    pub exclusion: String,
    /// The watchlist's alias, which is its resource name too.
    pub alias: String,
    /// The texts, sorted, each once.
    pub values: Vec<String>,
}

impl List {
    /// The longest list of an exclusion that could go; none where there is none.
    pub fn of(exclusion: &str, predicate: &Predicate) -> Option<Self> {
        let mut lists: Vec<Vec<String>> = Vec::new();
        predicate.each(&mut |test| {
            if let Operation::OneOf { values, .. } = &test.operation {
                lists.push(content(values));
            }
        });
        let size = |values: &[String]| values.iter().map(|value| value.len() + 4).sum::<usize>();
        let fits = |values: &Vec<String>| {
            let plain = |value: &String| {
                value.trim() == value
                    && value.len() <= VALUE
                    && !value.contains(['\r', '\n', '\t'])
                    && !value.contains(is_hidden)
            };
            values.len() > 1 && size(values) < FILE && values.iter().all(plain)
        };
        let values = lists.into_iter().filter(fits).max_by_key(|values| (size(values), values.clone()))?;
        let hash = Sha256::digest(format!("{exclusion}\n{}", values.join("\n")));
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let room = ALIAS - PREFIX.len() - 1 - HASH;
        let short = exclusion.get(..room).unwrap_or(exclusion);
        Some(Self { exclusion: exclusion.to_owned(), alias: format!("{PREFIX}{short}-{}", &hash[..HASH]), values })
    }

    /// The condition with the watchlist in place of every list that is this one.
    fn moved(&self, predicate: &Predicate) -> Predicate {
        predicate.with(&|operation| match operation {
            Operation::OneOf { values, case_sensitive } if content(values) == self.values => {
                Operation::Listed { alias: self.alias.clone(), values: values.clone(), case_sensitive: *case_sensitive }
            }
            other => other.clone(),
        })
    }

    /// The watchlist that holds it, as the body of a PUT makes it with its items.
    pub fn watchlist(&self, project: &str) -> Resource {
        let mut text = format!("{COLUMN}\n");
        for value in &self.values {
            text.push_str(&format!("\"{}\"\n", value.replace('"', "\"\"")));
        }
        let properties = json!({
            "displayName": self.alias,
            "watchlistAlias": self.alias,
            "description": format!(
                "The list of the exclusion {}: managed as code. An item that is added, changed or removed here is \
                 reported as tampering.",
                self.exclusion
            ),
            "provider": PROVIDER,
            "source": format!("{}.csv", self.alias),
            "sourceType": "Local file",
            "labels": [label(project)],
            "itemsSearchKey": COLUMN,
            "contentType": "text/csv",
            "numberOfLinesToSkip": 0,
            "rawContent": text,
        });
        let properties = properties.as_object().cloned().unwrap_or_else(Properties::new);
        Resource {
            resource_type: ResourceType::Watchlists,
            name: self.alias.clone(),
            kind: None,
            etag: None,
            properties,
        }
    }
}

/// The label that says which project a list is of.
pub fn label(project: &str) -> String {
    format!("palisade:{project}")
}

fn content(values: &[String]) -> Vec<String> {
    let mut values = values.to_vec();
    values.sort();
    values.dedup();
    values
}

/// The requests of a query that is too long with them, with as few lists in watchlists as make it fit: those that save
/// most go first. `may` are the ids of exclusions that may overflow.
///
/// # Errors
/// Why the query can't be had all the same, [`Refusal::TooLong`] if every list that may is out of it.
pub(super) fn place(host: &Host<'_>, requests: &[Request], may: &[&str]) -> Result<(String, Vec<List>), Refusal> {
    let mut lists: Vec<(usize, List)> = requests
        .iter()
        .filter(|request| may.contains(&request.id.as_str()))
        .filter_map(|request| {
            let list = List::of(&request.id, &request.predicate)?;
            let saved = printed(&request.predicate).saturating_sub(printed(&list.moved(&request.predicate)));
            (saved > 0).then_some((saved, list))
        })
        .collect();
    lists.sort_by(|(a, one), (b, other)| (b, &one.alias).cmp(&(a, &other.alias)));
    let mut requests: BTreeMap<&str, Request> =
        requests.iter().map(|request| (request.id.as_str(), request.clone())).collect();
    let mut out = Vec::new();
    let mut last = Refusal::TooLong { length: 0 };
    for (_, list) in lists {
        if let Some(request) = requests.get_mut(list.exclusion.as_str()) {
            let kept = request.predicate.clone();
            request.predicate = list.moved(&kept);
            // A column that may hold an array can't be held against a watchlist.
            if host.admits(request).is_err() {
                request.predicate = kept;
                continue;
            }
        }
        out.push(list);
        let all: Vec<Request> = requests.values().cloned().collect();
        match host.with(&all) {
            Ok(query) => return Ok((query, out)),
            Err(refusal @ Refusal::TooLong { .. }) => last = refusal,
            Err(other) => return Err(other),
        }
    }
    if out.is_empty() {
        host.with(&requests.into_values().collect::<Vec<_>>()).map(|query| (query, out))
    } else {
        Err(last)
    }
}

/// About how long a condition is as KQL.
fn printed(predicate: &Predicate) -> usize {
    predicate.to_kql().map_or(0, |text| text.len())
}

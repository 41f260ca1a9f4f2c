//! What each exclusion of a block hides, read back from the block's text.

use std::collections::BTreeMap;

use super::Stage;
use super::block::{Listed, body, digest};

/// The conditions of a stage's exclusions, by id and by the table whose rows they are of; a result has no name. Nothing of
/// a block that is not as it was written, and nothing of an exclusion of which its text does not prove which conditions
/// are its own.
pub fn conditions(query: &str, stage: Stage) -> BTreeMap<String, BTreeMap<String, String>> {
    let Some((body, listed)) = body(query, stage) else { return BTreeMap::new() };
    let tables = filters(&body);
    let mut found = BTreeMap::new();
    // The order in a filter is that of the list.
    if tables.values().all(|conditions| conditions.len() == listed.len()) {
        for (at, one) in listed.iter().enumerate() {
            let own = tables.iter().map(|(table, conditions)| (table.clone(), conditions[at].clone()));
            found.insert(one.id.clone(), own.collect());
        }
        return found;
    }
    for one in &listed {
        if let Some(own) = by_digest(one, &tables) {
            found.insert(one.id.clone(), own);
        }
    }
    found
}

/// Every filter of a block, by its table.
fn filters(body: &str) -> BTreeMap<String, Vec<String>> {
    let (mut tables, mut table, mut open): (BTreeMap<String, Vec<String>>, _, _) = (BTreeMap::new(), "", false);
    for line in body.lines().map(str::trim) {
        match line {
            "| where not(coalesce(" => open = true,
            "false))" | "false));" => open = false,
            _ if open => {
                let condition = line.strip_prefix("or ").unwrap_or(line);
                let condition = condition.strip_suffix(',').unwrap_or(condition);
                tables.entry(table.to_owned()).or_default().push(condition.to_owned());
            }
            _ => {
                let shadow = line.strip_prefix("let ").and_then(|rest| rest.split_once(" = "));
                table = shadow.map_or(table, |(name, _)| name);
            }
        }
    }
    tables
}

/// The condition whose digest is the listed one, if it stands once for each table that has it.
fn by_digest(listed: &Listed, tables: &BTreeMap<String, Vec<String>>) -> Option<BTreeMap<String, String>> {
    tables.values().flatten().find_map(|condition| {
        let holders = tables.iter().filter(|(_, conditions)| conditions.contains(condition));
        let own: BTreeMap<String, String> = holders.map(|(table, _)| (table.clone(), condition.clone())).collect();
        let text = vec![condition.as_str(); own.len()].join("\n");
        (digest(&text, listed.digest.len()) == listed.digest).then_some(own)
    })
}

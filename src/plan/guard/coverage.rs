//! What nobody looks at any more: a table or a tactic whose last enabled rule goes.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::Look;
use super::{Trips, Weakening, names};
use crate::diagnostic::Code;
use crate::plan::Change;
use crate::resource::Resource;

/// Every rule of the workspace as it will be, those of others included.
pub(super) fn after<'a>(live: &'a [Resource], rules: &[&'a Change]) -> Vec<Look<'a>> {
    let written: BTreeSet<String> = rules
        .iter()
        .filter(|change| change.action.writes())
        .map(|change| change.resource_name.to_ascii_lowercase())
        .collect();
    let stay = live.iter().filter(|one| !written.contains(&one.name.to_ascii_lowercase())).filter_map(Look::live);
    let new = rules.iter().filter(|change| change.action.writes()).filter_map(|change| Look::after(change));
    stay.chain(new).collect()
}

/// Finds tables and tactics that only rules look at that are deleted or disabled. Queries are read only if there are
/// any.
pub(super) fn check(
    trips: &mut Trips,
    live: &[Resource],
    read: &dyn Fn(&str) -> BTreeSet<String>,
    rules: &[&Change],
    weak: &[(&Change, Weakening)],
) {
    let goes = |change: &Change, how: Weakening| match how {
        Weakening::Deleted | Weakening::Disabled => Look::before(change).is_some_and(|before| before.enabled),
        Weakening::Lowered => false,
    };
    let gone: Vec<&Change> =
        weak.iter().filter(|(change, how)| goes(change, *how)).map(|(change, _)| *change).collect();
    if gone.is_empty() {
        return;
    }
    let (mut tables, mut tactics) = (BTreeMap::new(), BTreeMap::new());
    for change in &gone {
        let Some(before) = Look::before(change) else { continue };
        for table in read(before.query) {
            tables.entry(table).or_insert_with(Vec::new).push(*change);
        }
        for tactic in before.tactics {
            tactics.entry(tactic.to_owned()).or_insert_with(Vec::new).push(*change);
        }
    }
    // Fusion lists nearly every tactic and looks at other rules' alerts: only what has a query counts.
    for look in after(live, rules).iter().filter(|look| look.enabled && !look.query.is_empty()) {
        tactics.retain(|tactic, _| !look.tactics.contains(tactic.as_str()));
        if !tables.is_empty() {
            let seen = read(look.query);
            tables.retain(|table, _| !seen.contains(table));
        }
    }
    for (code, what, lost) in
        [(Code::LastOverTable, "reads the table", tables), (Code::LastOfTactic, "is of the tactic", tactics)]
    {
        if lost.is_empty() {
            continue;
        }
        let (list, s) = (lost.keys().cloned().collect::<Vec<_>>().join(", "), if lost.len() == 1 { "" } else { "s" });
        let mut changes: Vec<&Change> = lost.into_values().flatten().collect();
        changes.sort_by(|a, b| a.id.cmp(&b.id));
        changes.dedup_by(|a, b| a.id == b.id && a.action == b.action);
        trips.add(code, format!("no enabled rule {what}{s} {list} any more"), names(&changes));
    }
}

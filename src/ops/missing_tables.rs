//! Tables that the workspaces of a rule lack, told of the project: there the rule will be blocked.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::check::missing_tables::{in_some, needed_by};
use crate::check::tables::{Tables, WorkspaceTables};
use crate::diagnostic::{Diagnostic, Sources, Span, Spanned};
use crate::rule::Rule;
use crate::workspace::Workspace;

/// A table and the workspaces that lack it.
type Lacking<'w> = (Spanned<String>, Vec<&'w str>, WorkspaceTables<'w>);

/// Finds the tables that rules need and that a workspace which they go to lacks, as its overrides leave them.
pub(super) fn tell(
    rules: &[Rule],
    workspaces: &[Workspace],
    tables: &Tables,
    sources: &Sources,
    problems: &mut Vec<Diagnostic>,
) {
    let known = workspaces.iter().filter_map(|workspace| {
        let own = tables.workspace(&workspace.name.value)?;
        own.is_whole().then_some((workspace, own))
    });
    let known: Vec<_> = known.collect();
    if known.is_empty() {
        return;
    }
    for rule in rules {
        let path = sources.path(rule.span.file);
        let mut written: Option<Vec<Spanned<String>>> = None;
        let mut lacking: BTreeMap<Span, Lacking<'_>> = BTreeMap::new();
        for (workspace, own) in known.iter().filter(|(workspace, _)| workspace.selects(rule, path)) {
            let details = workspace.details(rule, path);
            let overridden = matches!(details, Cow::Owned(_)).then(|| needed_by(&details, sources));
            let needed = match &overridden {
                Some(needed) => needed,
                None => written.get_or_insert_with(|| needed_by(&rule.details, sources)),
            };
            for table in needed.iter().filter(|table| own.lacks(&table.value)) {
                let entry = lacking.entry(table.span).or_insert_with(|| (table.clone(), Vec::new(), *own));
                entry.1.push(&workspace.name.value);
            }
        }
        problems.extend(lacking.values().map(|(table, workspaces, own)| in_some(table, workspaces, own)));
    }
}

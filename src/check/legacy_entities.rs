//! Columns such as `AccountCustomEntity`: what entities were mapped by before rules had entity mappings.

use super::columns;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

const LEGACY: &[&str] =
    &["AccountCustomEntity", "HostCustomEntity", "IPCustomEntity", "URLCustomEntity", "FileHashCustomEntity"];

/// Finds legacy columns: those that no mapping takes up name an entity that no alert will have.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query else { return };
    let Some(facts) = &query.facts else { return };
    let mapped = columns::mapped(subject.details);
    let given = facts.columns.iter().map(|column| column.name.as_str());
    let (used, lost): (Vec<&str>, Vec<&str>) = given
        .filter(|name| LEGACY.iter().any(|legacy| legacy.eq_ignore_ascii_case(name)))
        .partition(|name| mapped.iter().any(|mapped| mapped.column.value.trim() == *name));
    if !lost.is_empty() {
        let message = format!("{} maps no entity: the rule's entityMappings do not take it up", lost.join(", "));
        problems.push(
            Diagnostic::new(Code::LegacyEntityLost, query.span(), message)
                .help("map the column in entityMappings: the service reads such names no longer"),
        );
    }
    if !used.is_empty() {
        let message = format!("{} is a name of the time before entityMappings", used.join(", "));
        problems.push(
            Diagnostic::new(Code::LegacyEntityName, query.span(), message)
                .help("map the column that it is made of, and drop the copy"),
        );
    }
}

//! Tactics, techniques and entities that are read as the service's own, and written otherwise.

use super::entities::identifiers::IDENTIFIERS;
use super::subject::Subject;
use crate::diagnostic::Diagnostic;
use crate::rule::fields::spelling;
use crate::rule::words::{ENTITY_TYPES, TACTICS, same_word};

/// Finds them. Words that the service does not know at all are found elsewhere.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    for tactic in details.tactics.iter().flatten() {
        let own = TACTICS.iter().find(|own| same_word(own, &tactic.value));
        problems.extend(own.and_then(|own| spelling(tactic, own)));
    }
    for technique in details.techniques.iter().flatten() {
        let own = technique.value.trim().to_ascii_uppercase();
        if own.strip_prefix('T').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit())) {
            problems.extend(spelling(technique, &own));
        }
    }
    for mapping in details.entity_mappings.iter().flat_map(|list| &list.value) {
        let written = &mapping.entity_type;
        let Some(own) = ENTITY_TYPES.iter().find(|own| same_word(own, &written.value)) else { continue };
        problems.extend(spelling(written, own));
        let identifiers = IDENTIFIERS.iter().find(|(entity, _)| entity == own).map(|(_, identifiers)| *identifiers);
        for field in &mapping.fields {
            let name = field.identifier.value.trim();
            let own = identifiers.iter().copied().flatten().find(|own| own.eq_ignore_ascii_case(name));
            problems.extend(own.and_then(|own| spelling(&field.identifier, own)));
        }
    }
}

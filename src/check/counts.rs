//! At most 10 entities of 3 identifiers and 20 custom details: Microsoft's service limits, and the portal's own.

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};

/// Entity mappings and Sentinel entities together.
pub const ENTITIES: usize = 10;
/// Identifiers of one entity mapping.
pub const IDENTIFIERS: usize = 3;
/// Pairs of custom details.
pub const CUSTOM_DETAILS: usize = 20;

/// Finds lists that are longer than the service takes.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    let own = details.entity_mappings.as_ref();
    let sentinel = details.sentinel_entities.as_ref();
    let entities = own.map_or(0, |list| list.value.len()) + sentinel.map_or(0, |list| list.value.len());
    if entities > ENTITIES
        && let Some(span) = own.map(|list| list.span).or(sentinel.map(|list| list.span))
    {
        problems.push(
            Diagnostic::new(Code::TooMany, span, format!("{entities} entity mappings: the service takes {ENTITIES}"))
                .help("map the entities that an analyst pivots on"),
        );
    }
    for mapping in own.iter().flat_map(|list| &list.value).filter(|mapping| mapping.fields.len() > IDENTIFIERS) {
        let message = format!("{} identifiers of one entity: the service takes {IDENTIFIERS}", mapping.fields.len());
        problems.push(
            Diagnostic::new(Code::TooMany, mapping.entity_type.span, message).help("keep the strongest identifiers"),
        );
    }
    if let Some(custom) = details.custom_details.as_ref().filter(|map| map.value.len() > CUSTOM_DETAILS) {
        let message = format!("{} custom details: the service takes {CUSTOM_DETAILS}", custom.value.len());
        problems.push(Diagnostic::new(Code::TooMany, custom.span, message).help("leave some out"));
    }
}

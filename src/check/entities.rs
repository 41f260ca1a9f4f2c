//! Entity mappings: types that exist, identifiers that a type has, columns of a type that can identify.

pub mod identifiers;

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Fix, nearest};
use crate::kql::Type;
use crate::rule::RuleKind;
use crate::rule::words::{ENTITY_TYPES, same_word};
use identifiers::IDENTIFIERS;

/// Entities of an NRT rule that one client was told are too many, and another was not (azurerm takes 5; 6 were
/// accepted in 2026-05).
pub const NRT_ENTITIES: usize = 5;

/// Finds mappings that the service does not know, or that can't identify anything.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(mappings) = &subject.details.entity_mappings else { return };
    for mapping in &mappings.value {
        let written = mapping.entity_type.value.trim();
        let known = IDENTIFIERS.iter().find(|(entity, _)| same_word(entity, written));
        let Some((entity, identifiers)) = known else {
            let near = nearest(written, ENTITY_TYPES.iter().copied());
            let fix = near.and_then(|near| Fix::word(mapping.entity_type.span, written, near));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows {}", ENTITY_TYPES.join(", ")),
            };
            let message = format!("the service knows no entity type `{}`", written.escape_debug());
            problems
                .push(Diagnostic::new(Code::UnknownEntityType, mapping.entity_type.span, message).help(help).fix(fix));
            continue;
        };
        for field in &mapping.fields {
            let identifier = field.identifier.value.trim();
            if !identifiers.iter().any(|known| known.eq_ignore_ascii_case(identifier)) {
                let near = nearest(identifier, identifiers.iter().copied());
                let fix = near.and_then(|near| Fix::word(field.identifier.span, identifier, near));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", identifiers.join(", ")),
                };
                let message = format!("{entity} has no identifier `{}`", identifier.escape_debug());
                problems
                    .push(Diagnostic::new(Code::UnknownIdentifier, field.identifier.span, message).help(help).fix(fix));
            }
            let column = field.column.value.trim();
            if column_type(subject, column) == Some(Type::Dynamic) {
                let message = format!("{entity}.{identifier} is mapped from `{column}`, which is dynamic and no text");
                problems.push(Diagnostic::new(Code::DynamicEntity, field.column.span, message).help(format!(
                    "`mv-expand {column} to typeof(string)` for a list, `tostring({column})` for a value"
                )));
            }
        }
    }
    if subject.kind == RuleKind::Nrt && mappings.value.len() > NRT_ENTITIES {
        let message =
            format!("{} entity mappings of an NRT rule: some clients take {NRT_ENTITIES}", mappings.value.len());
        problems.push(
            Diagnostic::new(Code::ManyNrtEntities, mappings.span, message)
                .help("map the entities that an analyst pivots on"),
        );
    }
}

/// The type of a column of the result, if it is known.
fn column_type(subject: &Subject<'_>, name: &str) -> Option<Type> {
    let facts = subject.query?.facts.as_ref()?;
    facts.columns.iter().find(|column| column.name == name).map(|column| column.ty)
}

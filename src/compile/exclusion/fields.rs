//! Fields of an exclusion to the columns that a rule has for them.
//!
//! A rule may map a field from several columns: then a row is hidden if any of them matches. Within the outermost `all`
//! all conditions on one entity type hold for the same mapping, so `Account.Name` and `Account.UPNSuffix` are those of
//! one account. `Account[2].Name` picks the second mapping of the type.

use std::collections::BTreeMap;

use super::operation::proven;
use crate::kql::Type;
use crate::kql::predicate::{Column, Predicate, Test};
use crate::rule::Details;
use crate::rule::exclusion::{Condition, Field, FieldTest};
use crate::rule::parts::EntityMapping;
use crate::rule::words::same_word;

/// How many ways there may be to take the mappings of an `all`. A rule has at most ten mappings.
const MAX_WAYS: usize = 64;

/// Conditions on columns.
#[derive(Debug, Clone)]
pub struct Mapped {
    pub predicate: Predicate,
    /// The columns that come from the rule's mappings and custom details, once each.
    pub mapped_columns: Vec<String>,
    /// Fields that the rule maps from several columns, with those.
    pub several: BTreeMap<String, Vec<String>>,
}

/// Why a rule has no columns for an exclusion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    #[error("the rule does not map {0}")]
    Field(String),
    #[error("no mapping of {entity} of the rule has all of {}", .identifiers.join(", "))]
    Together { entity: String, identifiers: Vec<String> },
    #[error("the rule's mappings can be combined in more than {MAX_WAYS} ways")]
    TooMany,
    #[error("{0}")]
    Operand(String),
}

/// Finds the columns of a rule for a condition.
///
/// # Errors
/// A field that the rule does not map.
pub fn mapped(when: &Condition, details: &Details) -> Result<Mapped, Unmapped> {
    let mut mapper = Mapper { details, mapped_columns: Vec::new(), several: BTreeMap::new() };
    let predicate = mapper.condition(when, None)?;
    let Mapper { mut mapped_columns, mut several, .. } = mapper;
    several.retain(|_, columns| columns.len() > 1);
    mapped_columns.sort();
    mapped_columns.dedup();
    Ok(Mapped { predicate, mapped_columns, several })
}

/// Which mapping each entity type has, inside of an `all`. Types are in lower case.
type Bound<'r> = BTreeMap<String, &'r EntityMapping>;

struct Mapper<'r> {
    details: &'r Details,
    mapped_columns: Vec<String>,
    several: BTreeMap<String, Vec<String>>,
}

impl<'r> Mapper<'r> {
    fn condition(&mut self, condition: &Condition, bound: Option<&Bound<'r>>) -> Result<Predicate, Unmapped> {
        match condition {
            Condition::Any(parts) => Ok(Predicate::Any(self.all(parts, bound)?)),
            Condition::Not(inner) => Ok(Predicate::Not(Box::new(self.condition(inner, bound)?))),
            Condition::All(parts) if bound.is_some() => Ok(Predicate::All(self.all(parts, bound)?)),
            Condition::All(parts) => {
                let ways = self.ways(condition)?;
                let mut found = Vec::with_capacity(ways.len());
                for way in &ways {
                    found.push(Predicate::All(self.all(parts, Some(way))?));
                }
                Ok(if found.len() == 1 { found.remove(0) } else { Predicate::Any(found) })
            }
            Condition::Field(test) => self.field(test, bound),
        }
    }

    fn all(&mut self, parts: &[Condition], bound: Option<&Bound<'r>>) -> Result<Vec<Predicate>, Unmapped> {
        parts.iter().map(|part| self.condition(part, bound)).collect()
    }

    /// Every way to give each entity type of an `all` one mapping that has all the identifiers asked for.
    fn ways(&self, condition: &Condition) -> Result<Vec<Bound<'r>>, Unmapped> {
        let mut asked: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
        condition.each(&mut |test| {
            if let Field::Entity { entity_type, index: None, identifier } = &test.field {
                let (_, list) = asked.entry(entity_type.to_lowercase()).or_insert((entity_type, Vec::new()));
                if !list.iter().any(|known| same_word(known, identifier)) {
                    list.push(identifier);
                }
            }
        });
        let mut ways: Vec<Bound<'r>> = vec![BTreeMap::new()];
        for (key, (entity, identifiers)) in asked {
            let fit: Vec<&'r EntityMapping> = self
                .mappings(entity)
                .filter(|mapping| identifiers.iter().all(|identifier| column(mapping, identifier).is_some()))
                .collect();
            if fit.is_empty() {
                let any = |identifier: &str| self.mappings(entity).any(|one| column(one, identifier).is_some());
                return Err(match identifiers.iter().find(|identifier| !any(identifier)) {
                    Some(missing) => Unmapped::Field(format!("{entity}.{missing}")),
                    None => Unmapped::Together {
                        entity: entity.to_owned(),
                        identifiers: identifiers.iter().map(|one| (*one).to_owned()).collect(),
                    },
                });
            }
            ways = ways
                .iter()
                .flat_map(|way| {
                    fit.iter().map(|mapping| {
                        let mut way = way.clone();
                        way.insert(key.clone(), *mapping);
                        way
                    })
                })
                .collect();
            if ways.len() > MAX_WAYS {
                return Err(Unmapped::TooMany);
            }
        }
        Ok(ways)
    }

    fn mappings(&self, entity: &str) -> impl Iterator<Item = &'r EntityMapping> {
        let all: &'r [EntityMapping] = self.details.entity_mappings.as_ref().map_or(&[], |mappings| &mappings.value);
        all.iter().filter(move |mapping| same_word(&mapping.entity_type.value, entity))
    }

    fn field(&mut self, test: &FieldTest, bound: Option<&Bound<'r>>) -> Result<Predicate, Unmapped> {
        let columns = self.columns(&test.field, bound)?;
        if !matches!(test.field, Field::Column(_)) {
            self.mapped_columns.extend(columns.iter().cloned());
            let named = self.several.entry(test.field.to_string()).or_default();
            let new: Vec<String> = columns.iter().filter(|column| !named.contains(column)).cloned().collect();
            named.extend(new);
        }
        let (operation, negated) = proven(test).map_err(|fault| Unmapped::Operand(fault.message))?;
        let mut tests: Vec<Predicate> = columns
            .into_iter()
            .map(|name| {
                let column = Column { name, ty: Type::Unknown, certain: false };
                Predicate::Test(Test { column, operation: operation.clone() })
            })
            .collect();
        let found = if tests.len() == 1 { tests.remove(0) } else { Predicate::Any(tests) };
        Ok(if negated { Predicate::Not(Box::new(found)) } else { found })
    }

    fn columns(&self, field: &Field, bound: Option<&Bound<'r>>) -> Result<Vec<String>, Unmapped> {
        let unmapped = || Unmapped::Field(field.to_string());
        match field {
            Field::Column(name) => Ok(vec![name.clone()]),
            // Suppressions that hide are refused with one before they come here.
            Field::Incident(_) => Err(unmapped()),
            Field::CustomDetail(name) => {
                let details = self.details.custom_details.iter().flat_map(|map| &map.value);
                let named: Vec<_> = details.filter(|(key, _)| key.eq_ignore_ascii_case(name)).collect();
                let exact = named.iter().find(|(key, _)| key == name).or(named.first()).ok_or_else(unmapped)?;
                Ok(vec![exact.1.value.trim().to_owned()])
            }
            Field::Entity { entity_type, index: Some(n), identifier } => {
                let mapping = self.mappings(entity_type).nth(n - 1);
                Ok(vec![mapping.and_then(|mapping| column(mapping, identifier)).ok_or_else(unmapped)?])
            }
            Field::Entity { entity_type, index: None, identifier } => {
                if let Some(mapping) = bound.and_then(|bound| bound.get(&entity_type.to_lowercase())) {
                    return Ok(vec![column(mapping, identifier).ok_or_else(unmapped)?]);
                }
                let mut columns = Vec::new();
                for column in self.mappings(entity_type).filter_map(|mapping| column(mapping, identifier)) {
                    if !columns.contains(&column) {
                        columns.push(column);
                    }
                }
                if columns.is_empty() { Err(unmapped()) } else { Ok(columns) }
            }
        }
    }
}

fn column(mapping: &EntityMapping, identifier: &str) -> Option<String> {
    let field = mapping.fields.iter().find(|field| same_word(&field.identifier.value, identifier))?;
    Some(field.column.value.trim().to_owned())
}

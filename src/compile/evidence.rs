//! What an incident says, as conditions: the entities of its alerts to the fields that rules map.

mod draft;
mod keys;

use serde_json::Value;

use crate::diagnostic::hidden::is_hidden;
use crate::rule::Details;
use crate::rule::words::{entity_type, same_word};

pub use draft::{Draft, Drafted, end};

/// The most values of a field: a longer list is none that anybody prunes by hand.
const MOST: usize = 50;
/// The longest value, in characters.
const LONGEST: usize = 1_000;

/// A field with what the incident's entities hold in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The field as a condition names it: `Account.Name`, `IP[2].Address`.
    pub field: String,
    /// In the order of the entities, each once whatever its case; never empty.
    pub values: Vec<String>,
    /// How many values were left out: too long, too many, or with characters that nobody sees.
    pub left_out: usize,
}

/// The fields that every one of some rules maps, as far as the entities hold something in them.
///
/// `entities` are as the service shows them: `{kind, properties}`. A type whose identifiers no one mapping has together
/// is named by mapping (`Account[2].Sid`), for conditions in one `all` hold for the same mapping.
pub fn mapped(rules: &[&Details], entities: &[Value]) -> Vec<Evidence> {
    let mut fields: Vec<(String, String, String)> = Vec::new();
    for (at, details) in rules.iter().enumerate() {
        let own = fields_of(details);
        if at == 0 {
            fields = own;
        } else {
            fields.retain(|(field, ..)| own.iter().any(|(other, ..)| other == field));
        }
    }
    fields.into_iter().filter_map(|(field, kind, identifier)| evidence(field, &kind, &identifier, entities)).collect()
}

/// The fields that an automation rule can ask for (the property names of Microsoft's swagger for automationRules).
pub fn known_to_automation(entities: &[Value]) -> Vec<Evidence> {
    let all = keys::AUTOMATION.iter().flat_map(|(kind, identifiers)| identifiers.iter().map(move |one| (*kind, *one)));
    all.filter_map(|(kind, one)| evidence(format!("{kind}.{one}"), kind, one, entities)).collect()
}

/// A rule's fields: name, entity type and identifier.
fn fields_of(details: &Details) -> Vec<(String, String, String)> {
    let mappings: Vec<(String, Vec<String>)> = details
        .entity_mappings
        .iter()
        .flat_map(|mappings| &mappings.value)
        .map(|mapping| {
            let identifiers = mapping.fields.iter().map(|field| field.identifier.value.trim().to_owned()).collect();
            (entity_type(&mapping.entity_type.value), identifiers)
        })
        .collect();
    let mut fields: Vec<(String, String, String)> = Vec::new();
    let mut add = |field: String, kind: &str, identifier: &str| {
        if !fields.iter().any(|(known, ..)| *known == field) {
            fields.push((field, kind.to_owned(), identifier.to_owned()));
        }
    };
    for (at, (kind, identifiers)) in mappings.iter().enumerate() {
        let of_kind = || mappings.iter().filter(|(other, _)| other == kind);
        let has = |(_, own): &(String, Vec<String>), one: &String| own.iter().any(|other| same_word(other, one));
        let together = of_kind().any(|mapping| of_kind().all(|(_, all)| all.iter().all(|one| has(mapping, one))));
        let nth = mappings[..=at].iter().filter(|(other, _)| other == kind).count();
        for identifier in identifiers {
            let index = if together { String::new() } else { format!("[{nth}]") };
            add(format!("{kind}{index}.{identifier}"), kind, identifier);
        }
    }
    fields
}

fn evidence(field: String, kind: &str, identifier: &str, entities: &[Value]) -> Option<Evidence> {
    let mut found = Evidence { field, values: Vec::new(), left_out: 0 };
    for entity in entities {
        let is_kind = entity.get("kind").and_then(Value::as_str).is_some_and(|word| keys::is_type(word, kind));
        let Some(properties) = entity.get("properties").and_then(Value::as_object).filter(|_| is_kind) else {
            continue;
        };
        let Some(value) = keys::value(properties, kind, identifier) else { continue };
        let value = value.trim();
        if value.is_empty() || found.values.iter().any(|known| known.eq_ignore_ascii_case(value)) {
            continue;
        }
        let unfit = value.chars().count() > LONGEST || value.contains(is_hidden) || value.contains(['\n', '\r', '\t']);
        if unfit || found.values.len() == MOST {
            found.left_out += 1;
        } else {
            found.values.push(value.to_owned());
        }
    }
    (!found.values.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Sources;
    use crate::rule::{RuleKind, read, yaml};

    fn details(mappings: &str) -> Details {
        let text = format!(
            "id: 11111111-1111-4111-8111-111111111111\nkind: NRT\nname: x\nseverity: Low\nquery: T\n\
             entityMappings: {mappings}\n"
        );
        let mut sources = Sources::default();
        let node = yaml::parse(sources.add("x.yaml", text.clone()), &text).map(|mut all| all.remove(0));
        let rule = node.ok().and_then(|node| read::rule(node, RuleKind::Nrt, &mut Vec::new()));
        rule.map(|rule| rule.details).unwrap_or_default()
    }

    fn told(rules: &[&Details], entities: &Value) -> Vec<(String, String)> {
        let found = mapped(rules, entities.as_array().map_or(&[], Vec::as_slice));
        found.into_iter().map(|one| (one.field, one.values.join(","))).collect()
    }

    const ACCOUNT: &str = "[{entityType: Account, fieldMappings: [{identifier: Name, columnName: a}, \
                           {identifier: UPNSuffix, columnName: b}]}]";

    #[test]
    fn entities_fill_the_fields_that_the_rule_maps() {
        let entities = json!([
            {"kind": "Account", "properties": {"accountName": "kim", "upnSuffix": "contoso.example", "sid": "S-1"}},
            {"kind": "Account", "properties": {"accountName": "KIM", "upnSuffix": "fabrikam.example"}},
            {"kind": "Account", "properties": {"accountName": "a\u{202e}b", "upnSuffix": null}},
            {"kind": "Ip", "properties": {"address": "203.0.113.7"}},
            {"kind": "Host", "properties": {"hostName": "pc1", "dnsDomain": "corp.example"}},
        ]);
        let name = ("Account.Name".to_owned(), "kim".to_owned());
        let suffix = ("Account.UPNSuffix".to_owned(), "contoso.example,fabrikam.example".to_owned());
        assert_eq!(told(&[&details(ACCOUNT)], &entities), [name.clone(), suffix]);
        let both = "[{entityType: Account, fieldMappings: [{identifier: Name, columnName: a}]}, \
                    {entityType: ip, fieldMappings: [{identifier: address, columnName: b}]}, \
                    {entityType: Host, fieldMappings: [{identifier: FullName, columnName: c}]}]";
        let found = told(&[&details(both)], &entities);
        assert_eq!(
            found[1..],
            [
                ("IP.address".to_owned(), "203.0.113.7".to_owned()),
                ("Host.FullName".to_owned(), "pc1.corp.example".to_owned()),
            ]
        );
        // What both rules map.
        assert_eq!(told(&[&details(ACCOUNT), &details(both)], &entities), [name]);
    }

    #[test]
    fn identifiers_of_several_mappings_are_told_by_mapping() {
        let two = "[{entityType: Account, fieldMappings: [{identifier: Name, columnName: a}]}, \
                   {entityType: Account, fieldMappings: [{identifier: Sid, columnName: b}]}]";
        let entities = json!([{"kind": "Account", "properties": {"accountName": "kim", "sid": "S-1"}}]);
        let found = told(&[&details(two)], &entities);
        assert_eq!(found, [("Account[1].Name".into(), "kim".into()), ("Account[2].Sid".into(), "S-1".into())]);
        let same = "[{entityType: IP, fieldMappings: [{identifier: Address, columnName: a}]}, \
                    {entityType: IP, fieldMappings: [{identifier: Address, columnName: b}]}]";
        let entities = json!([{"kind": "Ip", "properties": {"address": "203.0.113.7"}}]);
        assert_eq!(told(&[&details(same)], &entities), [("IP.Address".into(), "203.0.113.7".into())]);
    }
}

//! The properties of entities, as the service shows those of an incident, by the identifiers that rules map.

use serde_json::{Map, Value};

use crate::rule::words::same_word;

/// Identifiers whose property has another name (Microsoft's swagger, `EntityTypes.json`). All others differ in case alone.
const KEYS: &[(&str, &str, &str)] = &[
    ("Account", "Name", "accountName"),
    ("CloudApplication", "Name", "appName"),
    ("File", "Name", "fileName"),
    ("FileHash", "Value", "hashValue"),
    ("MailMessage", "ReceivedDate", "receiveDate"),
    ("Malware", "Name", "malwareName"),
    ("RegistryValue", "Name", "valueName"),
    ("RegistryValue", "Value", "valueData"),
];

/// What an automation rule can ask for of each type (the property names of Microsoft's swagger for automationRules, of
/// which those that are an identifier of an entity).
pub(super) const AUTOMATION: &[(&str, &[&str])] = &[
    ("Account", &["Name", "UPNSuffix", "NTDomain", "Sid", "AadUserId", "AadTenantId", "ObjectGuid", "PUID"]),
    ("Host", &["HostName", "NTDomain", "NetBiosName", "AzureID", "OSVersion"]),
    ("IP", &["Address"]),
    ("URL", &["Url"]),
    ("AzureResource", &["ResourceId"]),
    ("CloudApplication", &["AppId", "Name"]),
    ("DNS", &["DomainName"]),
    ("File", &["Name", "Directory"]),
    ("FileHash", &["Value"]),
    ("Mailbox", &["MailboxPrimaryAddress", "DisplayName", "Upn"]),
    (
        "MailMessage",
        &["Recipient", "Subject", "SenderIP", "P1Sender", "P2Sender", "DeliveryAction", "DeliveryLocation"],
    ),
    ("Malware", &["Name", "Category"]),
    ("Process", &["CommandLine", "ProcessId"]),
    ("RegistryKey", &["Key"]),
    ("RegistryValue", &["Value"]),
];

/// Whether an entity's kind is the type that rules map under another name.
pub(super) fn is_type(kind: &str, entity_type: &str) -> bool {
    same_word(kind, entity_type) || (kind == "DnsResolution" && entity_type == "DNS")
}

/// What an entity holds for an identifier, as text.
pub(super) fn value(properties: &Map<String, Value>, entity_type: &str, identifier: &str) -> Option<String> {
    let key = KEYS.iter().find(|(kind, one, _)| *kind == entity_type && same_word(one, identifier));
    let key = key.map_or(identifier, |(_, _, key)| key);
    if let Some(found) = properties.iter().find(|(name, _)| same_word(name, key)).and_then(|(_, value)| text(value)) {
        return Some(found);
    }
    let get = |name: &str| properties.get(name).and_then(text).filter(|text| !text.is_empty());
    // The service shows a full name in its parts.
    match entity_type {
        "Account" if same_word(identifier, "FullName") => {
            let name = get("accountName")?;
            let upn = get("upnSuffix").map(|suffix| format!("{name}@{suffix}"));
            upn.or_else(|| get("ntDomain").map(|domain| format!("{domain}\\{name}"))).or(Some(name))
        }
        "Host" if same_word(identifier, "FullName") => {
            let name = get("hostName")?;
            Some(get("dnsDomain").map_or_else(|| name.clone(), |domain| format!("{name}.{domain}")))
        }
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

//! The conditions of automation rules (Microsoft's swagger of 2024-01-01-preview, and its docs on triggers).

use serde_json::Value;

use super::Members;
use super::automation_rules::refused;
use crate::emulator::answer::ArmError;

const OPERATORS: [&str; 8] =
    ["Equals", "NotEquals", "Contains", "NotContains", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"];

/// The properties that a condition may look at.
const PROPERTIES: &str = "IncidentTitle IncidentDescription IncidentSeverity IncidentStatus \
    IncidentRelatedAnalyticRuleIds IncidentTactics IncidentLabel IncidentProviderName IncidentUpdatedBySource \
    IncidentCustomDetailsKey IncidentCustomDetailsValue AccountAadTenantId AccountAadUserId AccountName AccountNTDomain \
    AccountPUID AccountSid AccountObjectGuid AccountUPNSuffix AlertProductNames AlertAnalyticRuleIds \
    AzureResourceResourceId AzureResourceSubscriptionId CloudApplicationAppId CloudApplicationAppName DNSDomainName \
    FileDirectory FileName FileHashValue HostAzureID HostName HostNetBiosName HostNTDomain HostOSVersion IoTDeviceId \
    IoTDeviceName IoTDeviceType IoTDeviceVendor IoTDeviceModel IoTDeviceOperatingSystem IPAddress MailboxDisplayName \
    MailboxPrimaryAddress MailboxUPN MailMessageDeliveryAction MailMessageDeliveryLocation MailMessageRecipient \
    MailMessageSenderIP MailMessageSubject MailMessageP1Sender MailMessageP2Sender MalwareCategory MalwareName \
    ProcessCommandLine ProcessId RegistryKey RegistryValueData Url";

/// How deep conditions may nest here; the service's own bound is not known.
const DEPTH: usize = 8;

/// Checks the conditions of a rule with this triggering logic.
///
/// # Errors
///
/// 400 for the first that the service would not take. Its words are known for inner conditions alone.
pub(super) fn check(conditions: &[Value], logic: &Members) -> Result<(), ArmError> {
    let on_alerts = logic.get("triggersOn").and_then(Value::as_str) == Some("Alerts");
    conditions.iter().try_for_each(|condition| one(condition, on_alerts, 0))
}

fn one(condition: &Value, on_alerts: bool, depth: usize) -> Result<(), ArmError> {
    let condition = condition.as_object().filter(|_| depth <= DEPTH).ok_or_else(|| refused("conditions"))?;
    let kind = condition.get("conditionType").and_then(Value::as_str).ok_or_else(|| refused("conditionType"))?;
    let nothing = Members::new();
    let properties = condition.get("conditionProperties").and_then(Value::as_object).unwrap_or(&nothing);
    let items = |name: &str| properties.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match kind {
        "Property" => {
            let known: Vec<&str> = PROPERTIES.split_whitespace().collect();
            // Microsoft's docs: a rule on alerts can look at the analytics rule, and at nothing else.
            let known = if on_alerts { vec!["AlertAnalyticRuleIds"] } else { known };
            one_of(properties, "propertyName", &known)?;
            let operators = if on_alerts { &["Contains", "NotContains"] } else { &OPERATORS[..] };
            one_of(properties, "operator", operators)?;
            values(properties)
        }
        "PropertyChanged" => {
            one_of(properties, "propertyName", &["IncidentSeverity", "IncidentStatus", "IncidentOwner"])?;
            one_of(properties, "changeType", &["ChangedFrom", "ChangedTo"])?;
            one_of(properties, "operator", &OPERATORS)?;
            values(properties)
        }
        "PropertyArrayChanged" => {
            one_of(properties, "arrayType", &["Alerts", "Labels", "Tactics", "Comments"])?;
            one_of(properties, "changeType", &["Added"])
        }
        "PropertyArray" => {
            one_of(properties, "arrayType", &["CustomDetails", "CustomDetailValues"])?;
            one_of(properties, "arrayConditionType", &["AnyItem"])?;
            let items = items("itemConditions");
            if items.len() > 10 {
                return Err(ArmError::bad_request("'ItemConditions' must have at most 10 items"));
            }
            items.iter().try_for_each(|item| one(item, on_alerts, depth + 1))
        }
        "Boolean" => {
            one_of(properties, "operator", &["And", "Or"])?;
            let inner = items("innerConditions");
            // The service's own words (an issue of the Azure-Sentinel repository).
            if !(2..=10).contains(&inner.len()) {
                return Err(ArmError::bad_request("'InnerConditions' must have between 2 and 10 items"));
            }
            inner.iter().try_for_each(|item| one(item, on_alerts, depth + 1))
        }
        _ => Err(refused("conditionType")),
    }
}

/// Refuses a value that is none of the words; one that is absent or null is left to who asks for it.
pub(super) fn one_of(members: &Members, name: &str, words: &[&str]) -> Result<(), ArmError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(word)) if words.contains(&word.as_str()) => Ok(()),
        Some(other) => Err(ArmError::bad_request(format!("Invalid automation rule: {other} is no value of '{name}'."))),
    }
}

fn values(properties: &Members) -> Result<(), ArmError> {
    match properties.get("propertyValues") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(values)) if values.iter().all(Value::is_string) => Ok(()),
        Some(_) => Err(refused("propertyValues")),
    }
}

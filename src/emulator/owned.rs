//! Rules whose content is the service's own: a client turns them on and off, and names their template.

use serde_json::{Map, Value, json};

use super::answer::ArmError;
use super::fusion;
use super::state::Workspace;

/// The kinds of such rules.
const KINDS: [&str; 3] = ["Fusion", "MLBehaviorAnalytics", "ThreatIntelligence"];

/// What the service fills in from the template.
const OWNED: [&str; 4] = ["displayName", "description", "severity", "tactics"];

/// Properties that nobody assigns.
const READ_ONLY: [&str; 7] =
    ["displayName", "description", "severity", "tactics", "techniques", "subTechniques", "lastModifiedUtc"];

const TEMPLATE: &str = "alertRuleTemplateName";

/// Whether the service owns the content of rules of this kind.
pub(super) fn is_owned(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Refuses properties that a client may not send with such a rule.
///
/// # Errors
///
/// 400 with the service's words for a read-only property (another client's notes), or for a missing one.
pub(super) fn check(kind: &str, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let assigned = |key: &&str| properties.get(*key).is_some_and(|value| !value.is_null());
    if let Some(name) = READ_ONLY.iter().find(|key| assigned(key)) {
        return Err(ArmError::bad_request(format!("Read-only property '{name}' cannot be assigned")));
    }
    if !properties.get("enabled").is_some_and(Value::is_boolean) {
        return Err(ArmError::bad_request("Required property 'enabled' not found"));
    }
    if kind != "Fusion" && properties.get(TEMPLATE).is_none_or(|name| name.as_str().is_none_or(str::is_empty)) {
        return Err(ArmError::bad_request(format!("Required property '{TEMPLATE}' not found")));
    }
    Ok(())
}

/// The properties of such a rule as they are stored: those sent, over those of the template.
///
/// # Errors
///
/// 400 where the template is not known, or another rule of the workspace has it already.
pub(super) fn fill(
    kind: &str,
    key: &str,
    mut sent: Map<String, Value>,
    workspace: Option<&Workspace>,
    customer_id: &str,
) -> Result<Map<String, Value>, ArmError> {
    sent.retain(|_, value| !value.is_null());
    let name = sent.entry(TEMPLATE).or_insert_with(|| json!(fusion::TEMPLATE)).as_str().unwrap_or_default().to_owned();
    let template = template(kind, &name, workspace).ok_or_else(|| {
        ArmError::bad_request(format!("Analytics rule template '{name}' was not found for workspace '{customer_id}'."))
    })?;
    if kind != "Fusion" && workspace.is_some_and(|workspace| is_installed(workspace, key, &name)) {
        // Seen in an issue of the Azure-Sentinel repository; the end of the sentence is ours.
        return Err(ArmError::bad_request(format!(
            "Analytics rule template '{name}' is already installed for workspace '{customer_id}', and cannot be \
             installed again."
        )));
    }
    let own = OWNED.iter().filter_map(|member| Some(((*member).to_owned(), template.get(*member)?.clone())));
    sent.extend(own.collect::<Vec<_>>());
    Ok(sent)
}

fn is_installed(workspace: &Workspace, key: &str, template: &str) -> bool {
    let others = workspace.rules().iter().filter(|(name, rule)| ***name != *key && is_owned(&rule.kind));
    others
        .filter_map(|(_, rule)| serde_json::from_slice::<Value>(&rule.body).ok())
        .any(|rule| rule.pointer("/properties/alertRuleTemplateName").and_then(Value::as_str) == Some(template))
}

/// The template's own properties: those of the workspace's template, else the few that recorded traffic shows.
fn template(kind: &str, name: &str, workspace: Option<&Workspace>) -> Option<Value> {
    let key = name.to_ascii_lowercase();
    let stored = workspace.and_then(|workspace| workspace.collection("alertruletemplates").get(key.as_str()));
    let stored = stored.filter(|template| template.kind == kind);
    if let Some(template) = stored.and_then(|template| serde_json::from_slice::<Value>(&template.body).ok()) {
        return template.get("properties").cloned();
    }
    let machine_learning = |what: &str| {
        json!({
            "displayName": format!("(Preview) Anomalous {what}"), "severity": "Medium", "tactics": ["InitialAccess"],
            "description": "Machine learning identifies anomalous logins.",
        })
    };
    match (kind, key.as_str()) {
        ("Fusion", fusion::TEMPLATE) => Some(fusion::template()),
        ("MLBehaviorAnalytics", "fa118b98-de46-4e94-87f9-8e6d5060b60b") => {
            Some(machine_learning("SSH Login Detection"))
        }
        ("MLBehaviorAnalytics", "737a2ce1-70a3-4968-9e90-3e6aca836abf") => {
            Some(machine_learning("RDP Login Detections"))
        }
        _ => None,
    }
}

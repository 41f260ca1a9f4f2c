//! `BuiltInFusion`: the rule that a workspace has from its beginning. It can be turned off, and not deleted.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::fill::ALERT_RULE;
use super::location::WorkspaceName;
use super::state::{Resource, Workspace};

pub(super) const NAME: &str = "BuiltInFusion";
/// The name by which it is sorted and found.
pub(super) const KEY: &str = "builtinfusion";

/// The template of every Fusion rule (recorded traffic of 2020-11 to 2026-03).
pub(super) const TEMPLATE: &str = "f71aba3d-28fb-450b-b192-4e76a83015c8";

/// What the service fills in, after recorded traffic of 2026-03; the description is ours.
pub(super) fn template() -> Value {
    json!({
        "displayName": "Advanced Multistage Attack Detection",
        "description": "Correlates low-fidelity signals of many products into incidents of high fidelity.",
        "tactics": [
            "Collection", "CommandAndControl", "CredentialAccess", "DefenseEvasion", "Discovery", "Execution",
            "Exfiltration", "Impact", "InitialAccess", "LateralMovement", "Persistence", "PrivilegeEscalation",
        ],
        "severity": "High",
    })
}

/// The rule as nobody has written it yet: none where somebody has, or where a seed says that it never was there.
pub(super) fn built_in(workspace: Option<&Arc<Workspace>>, name: &WorkspaceName) -> Option<Arc<Resource>> {
    let path = match workspace {
        Some(workspace) if !workspace.facts.fusion || workspace.rules().contains_key(KEY) => return None,
        Some(workspace) => workspace.path.to_string(),
        None => name.path(),
    };
    let mut rule = json!({
        "id": format!("{path}/providers/{ALERT_RULE}/{NAME}"),
        "name": NAME,
        "etag": "\"00000000-0000-0100-0000-69c38b070000\"",
        "type": ALERT_RULE,
        "kind": "Fusion",
        "properties": template(),
    });
    for (name, value) in [
        ("alertRuleTemplateName", json!(TEMPLATE)),
        ("enabled", json!(true)),
        ("lastModifiedUtc", json!("2026-03-25T07:13:11Z")),
    ] {
        rule["properties"][name] = value;
    }
    let body = Bytes::from(rule.to_string());
    Resource::new(&rule, body).map(Arc::new)
}

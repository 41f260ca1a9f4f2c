//! `BuiltInFusion`: the rule that every workspace has and nobody writes.

use bytes::Bytes;
use serde_json::json;

use super::fill::ALERT_RULE;

pub(super) const NAME: &str = "BuiltInFusion";
/// The name by which it is sorted and found.
pub(super) const KEY: &str = "builtinfusion";

/// Kinds whose rules the service itself owns.
pub(super) const READ_ONLY_KINDS: [&str; 3] = ["Fusion", "MLBehaviorAnalytics", "ThreatIntelligence"];

/// The rule as a workspace at `path` shows it, after recorded traffic of 2026-03. It never changes here.
pub(super) fn resource(path: &str) -> Bytes {
    let rule = json!({
        "id": format!("{path}/providers/{ALERT_RULE}/{NAME}"),
        "name": NAME,
        "etag": "\"00000000-0000-0100-0000-69c38b070000\"",
        "type": ALERT_RULE,
        "kind": "Fusion",
        "properties": {
            "displayName": "Advanced Multistage Attack Detection",
            "description": "Correlates low-fidelity signals of many products into incidents of high fidelity.",
            "alertRuleTemplateName": "f71aba3d-28fb-450b-b192-4e76a83015c8",
            "tactics": [
                "Collection", "CommandAndControl", "CredentialAccess", "DefenseEvasion", "Discovery", "Execution",
                "Exfiltration", "Impact", "InitialAccess", "LateralMovement", "Persistence", "PrivilegeEscalation",
            ],
            "severity": "High",
            "enabled": true,
            "lastModifiedUtc": "2026-03-25T07:13:11Z",
        },
    });
    Bytes::from(rule.to_string())
}

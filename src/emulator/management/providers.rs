//! Resource providers: those that the emulator knows are registered in every subscription.

use http::StatusCode;
use serde_json::{Value, json};

use super::locations;
use crate::emulator::answer::ArmError;
use crate::emulator::types;

/// The api-versions of Sentinel's provider that are published (Azure's REST API specifications).
const SECURITY_INSIGHTS: &[&str] = &[
    "2025-10-01-preview",
    "2025-09-01",
    "2025-07-01-preview",
    "2025-06-01",
    "2025-04-01-preview",
    "2025-03-01",
    "2025-01-01-preview",
    "2024-10-01-preview",
    "2024-09-01",
    "2024-04-01-preview",
    "2024-03-01",
    "2024-01-01-preview",
    "2023-12-01-preview",
    "2023-11-01",
    "2023-10-01-preview",
    "2023-09-01-preview",
    "2023-08-01-preview",
    "2023-07-01-preview",
    "2023-06-01-preview",
    "2023-05-01-preview",
    "2023-04-01-preview",
    "2023-03-01-preview",
    "2023-02-01-preview",
    "2023-02-01",
    "2022-12-01-preview",
    "2022-11-01-preview",
    "2022-11-01",
    "2022-10-01-preview",
    "2022-09-01-preview",
    "2022-08-01-preview",
    "2022-08-01",
    "2022-07-01-preview",
    "2022-06-01-preview",
    "2022-05-01-preview",
    "2022-04-01-preview",
    "2022-01-01-preview",
    "2021-10-01-preview",
    "2021-10-01",
    "2021-09-01-preview",
    "2021-04-01",
    "2021-03-01-preview",
    "2020-01-01",
];

/// The providers: namespace, types, api-versions.
fn provider(namespace: &str) -> Option<(&'static str, Vec<&'static str>, &'static [&'static str])> {
    let insights = || std::iter::once("alertRules").chain(types::TYPES.iter().map(|one| one.path)).collect();
    Some(match namespace.to_ascii_lowercase().as_str() {
        "microsoft.securityinsights" => ("Microsoft.SecurityInsights", insights(), SECURITY_INSIGHTS),
        "microsoft.operationalinsights" => (
            "Microsoft.OperationalInsights",
            vec!["workspaces", "workspaces/tables"],
            &["2025-02-01", "2023-09-01", "2022-10-01", "2021-06-01", "2020-08-01", "2015-11-01-preview"],
        ),
        "microsoft.operationsmanagement" => {
            ("Microsoft.OperationsManagement", vec!["solutions"], &["2015-11-01-preview"])
        }
        "microsoft.resourcegraph" => {
            ("Microsoft.ResourceGraph", vec!["resources"], &["2024-04-01", "2022-10-01", "2021-03-01", "2019-04-01"])
        }
        "microsoft.resources" => (
            "Microsoft.Resources",
            vec!["tenants", "subscriptions", "resourceGroups", "providers", "locations"],
            &["2022-12-01", "2022-09-01", "2021-04-01", "2020-01-01", "2019-11-01", "2016-06-01"],
        ),
        _ => return None,
    })
}

/// Whether a namespace, in any case, is one of the emulator's.
pub(super) fn is_known(namespace: &str) -> bool {
    provider(namespace).is_some()
}

/// Every provider.
pub(super) fn all(subscription: &str) -> Vec<Value> {
    ["OperationalInsights", "OperationsManagement", "ResourceGraph", "Resources", "SecurityInsights"]
        .iter()
        .filter_map(|name| one(subscription, &format!("Microsoft.{name}")).ok())
        .collect()
}

/// One provider, registered.
///
/// # Errors
///
/// 404 `InvalidResourceNamespace` for one that is not known.
pub(super) fn one(subscription: &str, namespace: &str) -> Result<Value, ArmError> {
    let (namespace, types, versions) = provider(namespace).ok_or_else(|| unknown(namespace))?;
    let locations = locations::display_names();
    let shown = |kind: &&str| {
        json!({
            "resourceType": kind, "locations": locations, "apiVersions": versions, "defaultApiVersion": versions[0],
            "capabilities": "None",
        })
    };
    Ok(json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"), "namespace": namespace,
        "resourceTypes": types.iter().map(shown).collect::<Vec<_>>(), "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }))
}

/// The refusal of a namespace that is not known; the words are Resource Manager's own.
pub(super) fn unknown(namespace: &str) -> ArmError {
    let message = format!("The resource namespace '{namespace}' is invalid.");
    ArmError::new(StatusCode::NOT_FOUND, "InvalidResourceNamespace", message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_found_by_its_own_name() {
        let all = all("s");
        assert_eq!(all.len(), 5);
        for provider in all {
            let again = one("s", &provider["namespace"].as_str().unwrap().to_lowercase()).unwrap();
            assert_eq!(again, provider);
        }
        assert_eq!(one("s", "Contoso.Things").unwrap_err().code, "InvalidResourceNamespace");
    }
}

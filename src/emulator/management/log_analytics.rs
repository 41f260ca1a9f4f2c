//! Workspaces of Log Analytics with their tables, and the solution that marks a workspace as Sentinel's.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::emulator::answer::ArmError;
use crate::emulator::inventory::{Found, Inventory, not_found};
use crate::emulator::location::WorkspaceName;
use crate::emulator::state::TABLES;

/// When every emulated workspace was made: a fixed time, for the state holds none.
const CREATED: &str = "2024-01-01T00:00:00Z";

/// The workspaces of a subscription, or of one of its groups.
///
/// # Errors
///
/// 404 where subscription or group does not exist.
pub(super) fn workspaces(
    inventory: Inventory<'_>,
    subscription: &str,
    group: Option<&str>,
) -> Result<Vec<Value>, ArmError> {
    Ok(found(inventory, subscription, group)?.iter().map(workspace).collect())
}

fn found(inventory: Inventory<'_>, subscription: &str, group: Option<&str>) -> Result<Vec<Found>, ArmError> {
    match group {
        None => inventory.subscription(subscription).map(|_| ())?,
        Some(group) => inventory.group(subscription, group).map(|_| ())?,
    }
    let in_group = |found: &Found| group.is_none_or(|group| found.name.group.eq_ignore_ascii_case(group));
    Ok(inventory.workspaces_of(subscription).filter(in_group).collect())
}

/// One workspace.
pub(in crate::emulator) fn workspace(Found { name, facts, .. }: &Found) -> Value {
    let mut whole = json!({
        "properties": {
            "customerId": facts.customer_id, "provisioningState": "Succeeded", "sku": {"name": "PerGB2018"},
            "retentionInDays": 90, "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled", "createdDate": CREATED, "modifiedDate": CREATED,
            "features": {"enableLogAccessUsingOnlyResourcePermissions": true},
            "workspaceCapping": {"dailyQuotaGb": -1.0, "dataIngestionStatus": "RespectQuota"},
        },
        "id": name.path(), "name": name.workspace, "type": "Microsoft.OperationalInsights/workspaces",
        "location": facts.location,
    });
    if !facts.tags.is_empty() {
        whole["tags"] = json!(facts.tags);
    }
    whole
}

/// The tables of a workspace, as they were seeded.
pub(super) fn tables(found: &Found) -> Vec<Bytes> {
    let Some(content) = &found.content else { return Vec::new() };
    content.collection(TABLES).values().map(|table| table.body.clone()).collect()
}

/// One table.
///
/// # Errors
///
/// 404 for a table that was not seeded.
pub(super) fn table(found: &Found, name: &str) -> Result<Bytes, ArmError> {
    let key = name.to_ascii_lowercase();
    let table = found.content.as_ref().and_then(|content| content.collection(TABLES).get(key.as_str()));
    table.map(|table| table.body.clone()).ok_or_else(|| {
        let what = format!("Microsoft.OperationalInsights/workspaces/{}/tables/{name}", found.name.workspace);
        not_found(&what, &found.name.group)
    })
}

/// The solutions of a subscription, or of one of its groups: one a workspace.
///
/// # Errors
///
/// 404 where subscription or group does not exist.
pub(super) fn solutions(
    inventory: Inventory<'_>,
    subscription: &str,
    group: Option<&str>,
) -> Result<Vec<Value>, ArmError> {
    Ok(found(inventory, subscription, group)?.iter().map(solution).collect())
}

/// The resources of a subscription, or of one of its groups, as generic lists show them: without their properties.
///
/// # Errors
///
/// 404 where subscription or group does not exist.
pub(super) fn resources(
    inventory: Inventory<'_>,
    subscription: &str,
    group: Option<&str>,
) -> Result<Vec<Value>, ArmError> {
    let mut all: Vec<Value> =
        found(inventory, subscription, group)?.iter().flat_map(|found| [workspace(found), solution(found)]).collect();
    for members in all.iter_mut().filter_map(Value::as_object_mut) {
        members.remove("properties");
    }
    Ok(all)
}

/// The solution of this name.
///
/// # Errors
///
/// 404 where it is not that of a workspace.
pub(super) fn solution_named(
    inventory: Inventory<'_>,
    subscription: &str,
    group: &str,
    name: &str,
) -> Result<Value, ArmError> {
    let missing = || not_found(&format!("Microsoft.OperationsManagement/solutions/{name}"), group);
    let lower = name.to_ascii_lowercase();
    let at = lower.strip_prefix("securityinsights(").filter(|rest| rest.ends_with(')')).ok_or_else(missing)?;
    let workspace = name[name.len() - at.len()..name.len() - 1].to_owned();
    let name = WorkspaceName { subscription: subscription.to_owned(), group: group.to_owned(), workspace };
    inventory.workspace(&name).map(|found| solution(&found))
}

/// The solution that Sentinel is in a workspace: each has it, for each is onboarded.
pub(in crate::emulator) fn solution(found: &Found) -> Value {
    let Found { name, facts, .. } = found;
    let own = format!("SecurityInsights({})", name.workspace);
    json!({
        "plan": {
            "name": own, "publisher": "Microsoft", "promotionCode": "", "product": "OMSGallery/SecurityInsights",
        },
        "properties": {
            "workspaceResourceId": name.path(), "provisioningState": "Succeeded", "creationTime": CREATED,
            "lastModifiedTime": CREATED, "containedResources": [], "referencedResources": [],
        },
        "id": format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.OperationsManagement/solutions/{own}",
            name.subscription, name.group
        ),
        "name": own, "type": "Microsoft.OperationsManagement/solutions", "location": facts.location,
    })
}

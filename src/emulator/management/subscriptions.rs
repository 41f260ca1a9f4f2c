//! Tenants, subscriptions and resource groups as Resource Manager shows them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::emulator::inventory::{Group, Inventory, Subscription};
use crate::emulator::principal::Caller;

/// The tenants that the caller is a member of.
pub(super) fn tenants(inventory: Inventory<'_>, caller: &Caller) -> Vec<Value> {
    let known = if caller.confined { Vec::new() } else { inventory.tenants() };
    let all: BTreeSet<String> = known.into_iter().chain(caller.tenant.clone()).collect();
    let shown = |tenant: String| {
        let domain = format!("{tenant}.onmicrosoft.example");
        json!({
            "id": format!("/tenants/{tenant}"), "tenantId": tenant, "countryCode": "US",
            "displayName": format!("Emulated tenant {tenant}"), "domains": [domain], "tenantCategory": "Home",
            "defaultDomain": domain, "tenantType": "AAD",
        })
    };
    all.into_iter().map(shown).collect()
}

/// The subscriptions that the caller may see.
pub(super) fn all(inventory: Inventory<'_>, caller: &Caller) -> Vec<Value> {
    inventory.subscriptions().iter().filter(|one| caller.sees(one)).map(subscription).collect()
}

/// One subscription.
pub(in crate::emulator) fn subscription(Subscription { id, tenant, managed_by }: &Subscription) -> Value {
    let managers: Vec<Value> = managed_by.iter().map(|tenant| json!({"tenantId": tenant})).collect();
    json!({
        "id": format!("/subscriptions/{id}"), "authorizationSource": "RoleBased", "managedByTenants": managers,
        "subscriptionId": id, "tenantId": tenant, "displayName": format!("Emulated subscription {id}"),
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off",
        },
    })
}

/// One resource group. Tags that it has none of are absent.
pub(in crate::emulator) fn group(Group { subscription, name, location, tags }: &Group) -> Value {
    let mut whole = json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/{name}"), "name": name,
        "type": "Microsoft.Resources/resourceGroups", "location": location,
        "properties": {"provisioningState": "Succeeded"},
    });
    if !tags.is_empty() {
        whole["tags"] = json!(tags);
    }
    whole
}

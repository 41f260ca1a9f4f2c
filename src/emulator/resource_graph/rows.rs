//! The tables of Resource Graph: `resources` and `resourcecontainers`.

use serde_json::{Value, json};

use super::table::Table;
use crate::emulator::inventory::{Inventory, Subscription};
use crate::emulator::management;

/// The columns that both tables have (Microsoft's docs and swagger).
const COLUMNS: [&str; 17] = [
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
    "apiVersion",
];

/// The tables, of the subscriptions that a query looks into.
#[derive(Debug)]
pub(super) struct Tables {
    resources: Table,
    containers: Table,
}

impl Tables {
    pub(super) fn new(inventory: Inventory<'_>, scope: &[Subscription]) -> Self {
        let (mut resources, mut containers) = (Vec::new(), Vec::new());
        for subscription in scope {
            let whole = management::subscription(subscription);
            let mut row = whole.clone();
            row["name"] = whole["displayName"].clone();
            row["type"] = json!("Microsoft.Resources/subscriptions");
            row["properties"] = json!({
                "state": whole["state"], "managedByTenants": whole["managedByTenants"],
                "subscriptionPolicies": whole["subscriptionPolicies"],
            });
            containers.push(row_of(&row, subscription, ""));
            for group in inventory.groups(&subscription.id).unwrap_or_default() {
                let mut whole = management::group(&group);
                whole["type"] = json!("Microsoft.Resources/subscriptions/resourceGroups");
                containers.push(row_of(&whole, subscription, &group.name));
            }
            for found in inventory.workspaces_of(&subscription.id) {
                for whole in [management::workspace(&found), management::solution(&found)] {
                    resources.push(row_of(&whole, subscription, &found.name.group));
                }
            }
        }
        Self { resources: table(resources), containers: table(containers) }
    }

    /// The table of a name, in any case as Resource Graph takes it.
    pub(super) fn find(&self, name: &str) -> Option<&Table> {
        match name.to_ascii_lowercase().as_str() {
            "resources" => Some(&self.resources),
            "resourcecontainers" => Some(&self.containers),
            _ => None,
        }
    }

    /// What a query without a table asks: `where type =~ …`.
    pub(super) fn default(&self) -> &Table {
        &self.resources
    }
}

/// Types and groups are in lower case there, whatever the provider says; text that is absent is empty.
fn row_of(whole: &Value, subscription: &Subscription, group: &str) -> Vec<Value> {
    let lower = |value: &Value| json!(value.as_str().unwrap_or_default().to_lowercase());
    let value = |column: &&str| match *column {
        "type" => lower(&whole["type"]),
        "resourceGroup" => json!(group.to_lowercase()),
        "subscriptionId" => json!(subscription.id),
        "tenantId" => json!(subscription.tenant),
        "id" | "name" | "kind" | "location" | "managedBy" | "apiVersion" => {
            whole.get(*column).cloned().unwrap_or_else(|| json!(""))
        }
        other => whole.get(other).cloned().unwrap_or_default(),
    };
    COLUMNS.iter().map(value).collect()
}

/// In the order of ids, so that a page goes on where the one before it ended.
fn table(mut rows: Vec<Vec<Value>>) -> Table {
    rows.sort_by_key(|row| row[0].as_str().unwrap_or_default().to_lowercase());
    Table { columns: COLUMNS.map(str::to_owned).to_vec(), rows }
}

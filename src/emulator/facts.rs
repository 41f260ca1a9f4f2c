//! What is known of a workspace beside its resources: tenant, place, tags, its own GUID.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The tenant of every workspace that no seed puts elsewhere.
pub(super) const TENANT: &str = "00000000-0000-4000-8000-00000000000f";

/// The region of every workspace that no seed puts elsewhere.
pub(super) const LOCATION: &str = "eastus";

/// The facts of one workspace. [`Facts::of`] is what holds where no seed says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Facts {
    /// The tenant of its subscription.
    pub(super) tenant: String,
    /// The tenants that manage the subscription through Azure Lighthouse: their tokens are good there too.
    #[serde(default)]
    pub(super) managed_by: Vec<String>,
    /// The region, as in `eastus`.
    pub(super) location: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) resource_group_tags: BTreeMap<String, String>,
    /// The GUID that Log Analytics calls `customerId`, and other pages the workspace's id.
    pub(super) customer_id: String,
    /// Whether the collection `tables` holds every table of the workspace, so that any other does not exist.
    pub(super) tables_known: bool,
    /// The workspace's saved functions: in a query they are no tables.
    pub(super) functions: BTreeSet<String>,
    /// Whether Microsoft Sentinel is on in the workspace.
    pub(super) onboarded: bool,
    /// Whether Microsoft Sentinel was ever given the rule `BuiltInFusion` here.
    pub(super) fusion: bool,
}

impl Facts {
    /// The facts of a workspace that is known by its path alone, given in lower case.
    pub(super) fn of(key: &str) -> Self {
        Self {
            tenant: TENANT.to_owned(),
            managed_by: Vec::new(),
            location: LOCATION.to_owned(),
            tags: BTreeMap::new(),
            resource_group_tags: BTreeMap::new(),
            customer_id: customer_id(key),
            tables_known: false,
            functions: BTreeSet::new(),
            onboarded: true,
            fusion: true,
        }
    }
}

/// The GUID of a workspace that no seed gives one: it follows from the path, given in lower case.
pub(super) fn customer_id(key: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, key.as_bytes()).to_string()
}

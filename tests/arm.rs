//! What a caller of `arm` sees: exact requests, whole lists, no token where none belongs.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "arm/connecting.rs"]
mod connecting;
#[path = "arm/lists.rs"]
mod lists;
#[path = "arm/requests.rs"]
mod requests;

use palisade::arm::{Cloud, Endpoint, RequestBuilder, WorkspaceScope};

const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";

fn scope() -> WorkspaceScope {
    WorkspaceScope::new(SUBSCRIPTION, "rg-(1)", "law-contoso").unwrap()
}

fn builder() -> RequestBuilder {
    RequestBuilder::new(Endpoint::cloud(Cloud::Public), scope())
}

/// The address of everything under the workspace.
fn provider() -> String {
    format!(
        "https://management.azure.com/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-%281%29/providers/\
         Microsoft.OperationalInsights/workspaces/law-contoso/providers/Microsoft.SecurityInsights"
    )
}

//! The emulator as its clients see it: in this process, through HTTP, and after a restart.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "emulator/as_seen_by_clients.rs"]
mod as_seen_by_clients;
#[path = "emulator/azure_page.rs"]
mod azure_page;
#[path = "emulator/behaviour.rs"]
mod behaviour;
#[path = "emulator/client.rs"]
mod client;
#[path = "emulator/durability.rs"]
mod durability;
#[path = "emulator/entra.rs"]
mod entra;
#[path = "emulator/etags.rs"]
mod etags;
#[path = "emulator/identity.rs"]
mod identity;
#[path = "emulator/limits.rs"]
mod limits;
#[path = "emulator/lists.rs"]
mod lists;
#[path = "emulator/management.rs"]
mod management;
#[path = "emulator/plane.rs"]
mod plane;
#[path = "emulator/principal.rs"]
mod principal;
#[path = "emulator/resource_graph.rs"]
mod resource_graph;
#[path = "emulator/rules.rs"]
mod rules;
#[path = "emulator/seeds.rs"]
mod seeds;
#[path = "emulator/server.rs"]
mod server;
#[path = "emulator/tenants.rs"]
mod tenants;
#[path = "emulator/throttling.rs"]
mod throttling;
#[path = "emulator/tls.rs"]
mod tls;
#[path = "emulator/types.rs"]
mod types;
#[path = "emulator/validation.rs"]
mod validation;

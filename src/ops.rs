//! One function a verb: wires the core to files and the network, and returns data. Nothing here prints.

pub mod adopt;
pub mod allow;
pub mod apply;
mod atomic;
pub mod baseline;
mod bounded;
pub mod choose;
pub mod commit;
pub mod compile;
pub mod connection;
pub mod content;
mod departures;
pub mod drift;
pub mod drift_ignores;
mod exclusion_changes;
pub mod exclusions;
pub mod field_span;
pub mod files;
pub mod fix;
pub mod guards;
pub mod items;
pub mod journal;
mod judge;
mod kinds;
pub mod live_documents;
pub mod load;
mod missing_tables;
mod moves;
pub mod names;
pub mod new;
pub mod overlay;
pub mod ownership;
pub mod place;
pub mod plan;
pub mod plan_file;
pub mod query;
pub mod schema;
pub mod second_opinion;
pub mod suppression_list;
pub mod suppressions;
pub mod tables;
pub mod target;
mod walk;
pub mod watch;
mod watchlists;
mod widening;
pub mod write;

pub use load::{Content, Faulty, LoadOptions, Loaded, load};

// What the verbs take and return: whoever calls them needs no other module's name.
pub use crate::arm::resource_type::ApiVersions;
pub use crate::plan::outcome::{Applied, Outcome};
pub use crate::plan::ownership::{Allowance, OnDrift};
pub use crate::plan::{Action, Change, Origin, Plan, Refusal};
pub use crate::rule::suppression::Effect;
pub use crate::workspace::{Auth, AzureTarget, Target, Workspace};

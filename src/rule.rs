//! What an author may write, parsed and nothing more: no default is filled in here.

pub mod analytics;
pub mod classify;
pub mod duration;
pub mod edit;
pub mod exclusion;
pub mod fields;
pub mod parts;
pub mod read;
pub mod scalar;
pub mod schema;
pub mod suppression;
pub mod table;
pub mod words;
pub mod yaml;

pub use analytics::{Details, Rule, RuleKind};
pub use classify::{Class, classify};

//! ARM's shapes: plain data, raw where we do not model it.

pub mod alert_rule;
pub mod duration;
pub mod fields;
pub mod normalize;

pub use alert_rule::{AlertRule, Kind, Properties, ResourceError};
pub use normalize::{Normal, normalize};

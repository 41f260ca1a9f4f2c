//! ARM's shapes: plain data, raw where we do not model it.

pub mod alert_rule;
pub mod duration;
pub mod fields;
pub mod live;
pub mod normalize;
pub mod resource_type;

pub use alert_rule::{AlertRule, Kind, Properties, ResourceError};
pub use live::Resource;
pub use normalize::{Normal, normalize};
pub use resource_type::ResourceType;

pub mod arm;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod plan;
pub mod resource;
pub mod rule;
pub mod workspace;

//! One function a verb: wires the core to files and the network, and returns data. Nothing here prints.

pub mod files;
pub mod load;

pub use load::{Content, LoadOptions, Loaded, load};

//! The registry of checks: each example of its pages is run, and the reference page is made from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edges;
mod pairs;
mod policy;
mod reference;

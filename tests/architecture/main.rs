//! The architecture as tests: which module may name which, who may touch the world, how large a file may be.
//!
//! One crate gives no help from the compiler with layers, so these tests read the source. Each rule has a test that
//! breaks it on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arrows;
mod io_ban;
mod layout;
mod paths;
mod source;

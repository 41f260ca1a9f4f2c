//! Exclusions on rules that others wrote, and against engines that are not ours.
//!
//! Two scripts beside this file run what these tests write below `target/exclusions`: `oracle.py` asks Microsoft's own
//! parser whether every placed query is valid and gives the same columns; `agreement.py` runs generated conditions over
//! generated rows in another engine, and compares the rows that each hides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod agreement;
mod corpus;
mod overflow;

use std::path::{Path, PathBuf};

/// Where the scripts find what the tests made.
fn made(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exclusions");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

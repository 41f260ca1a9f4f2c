//! What others wrote and what the live service made of it: the oracles that are not us.
//!
//! The corpus is not part of this repository: `PALISADE_CORPUS` names its folder, and without it these tests say
//! that they looked at nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod pairs;

use std::path::{Path, PathBuf};

/// The corpus, if this machine has it.
fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PALISADE_CORPUS").filter(|folder| !folder.is_empty()) else {
        eprintln!("PALISADE_CORPUS is not set: nothing was compared");
        return None;
    };
    // Relative to the package, so that it means the same wherever the test is started.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    assert!(folder.is_dir(), "PALISADE_CORPUS names no folder: {}", folder.display());
    Some(folder)
}

fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

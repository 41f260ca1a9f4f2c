//! A test case is a folder: commands, a project, and exactly what comes of it.
//!
//! `tests/cases/<group>/<name>/` holds
//!
//! - `cmd`: steps, one a line, run in order in a fresh copy of `in/` (see [`script`]),
//! - `in/`: the files at the beginning,
//! - `stdout`, `stderr`: what the commands print, each under its own line; no file where nothing is printed,
//! - `exit`: one number for each `palisade` line,
//! - `requests.txt`: what reached the emulator, where a step starts one,
//! - `out/`: files as they must be at the end, only those that the case is about.
//!
//! `PALISADE_BLESS=1 cargo test --test cases` rewrites what is expected; read the difference before you commit it.
//! `PALISADE_CASE=text` runs only the cases whose path holds the text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod case;
mod examples;
mod portal;
mod program;
mod rows;
mod script;
mod scrub;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs jobs on a few threads, and fails with the reports of all that failed.
fn all<T: Sync>(jobs: &[T], job: impl Fn(&T) -> Result<(), String> + Sync) {
    let (next, failures) = (Mutex::new(jobs.iter()), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(one) = next.lock().unwrap().next() else { break };
                    if let Err(report) = job(one) {
                        failures.lock().unwrap().push(report);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} failed\n\n{}", failures.len(), jobs.len(), failures.join("\n"));
}

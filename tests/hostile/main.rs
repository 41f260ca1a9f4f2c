//! Projects that nobody should have to trust: the real program on each, with a limit on time and memory.
//!
//! A pull request may bring any file, so `check` runs before anybody has read it. Every case ends with a verdict that
//! names the file, without a panic, and leaves the folder as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod mutated;

#[cfg(unix)]
mod documents;
#[cfg(unix)]
mod folders;
#[cfg(unix)]
mod project;

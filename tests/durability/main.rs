//! What is left when a process dies at once: nothing that was answered is lost, and the next run goes on.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod apply;
mod emulator;
mod server;

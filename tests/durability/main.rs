//! What is left when a process dies at once or the disk is full: nothing that was answered is lost, no file is there
//! by half, and the next run goes on.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod apply;
#[cfg(target_os = "linux")]
mod disks;
mod emulator;
mod instants;
mod server;

//! Each fault that the emulator has on demand, from the client's side: what our own client sees, what a plain HTTP
//! client sees, and what the state is afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod apply;
mod azure;
mod clock;
mod connections;
mod control;
mod edits;
mod flags;
mod fleet;
mod interrupt;
mod journal;
mod kill;
mod lists;
mod matrix;
mod pages;
mod process;
mod progress;
mod time;
mod tokens;
mod window;
mod world;

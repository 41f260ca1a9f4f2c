//! The KQL parser and resolver on text that nobody wrote: nothing panics, nothing is lost, everything ends.
//!
//! `cargo test` tries some hundred queries; `PALISADE_FUZZ_SECONDS=120 cargo test --release --test fuzz` goes on for two
//! minutes. What was found is kept in `findings.kql` and tried first. Seeds are the queries of `tests/oracle/by-hand`
//! and of this repository's rules, and where `PALISADE_CORPUS` names a folder, those of the corpus.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod mutation;
mod properties;
mod seeds;
mod sizes;
mod watchdog;

use std::time::{Duration, Instant};

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use mutation::{mutated, random};
use properties::check;
use seeds::{findings, seeds};
use watchdog::Watchdog;

#[test]
fn every_seed_and_every_finding_holds() {
    let watchdog = Watchdog::start();
    for query in findings().iter().chain(seeds()) {
        watchdog.watch(query);
        check(query).unwrap_or_else(|why| panic!("{why}\n{query}"));
    }
}

/// At least one round of cases, and more until the time is up.
fn rounds(strategy: impl proptest::strategy::Strategy<Value = String>) {
    let watchdog = Watchdog::start();
    let seconds = std::env::var("PALISADE_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut tried = 0u64;
    loop {
        let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
        let cases = u64::from(config.cases);
        let result = TestRunner::new(config).run(&strategy, |query| {
            watchdog.watch(&query);
            check(&query).map_err(TestCaseError::fail)
        });
        if let Err(why) = result {
            panic!("{why}\nadd the query to tests/fuzz/findings.kql");
        }
        tried += cases;
        if Instant::now() >= end {
            eprintln!("{tried} queries");
            return;
        }
    }
}

#[test]
fn mutations_of_queries_hold() {
    rounds(mutated());
}

#[test]
fn random_tokens_hold() {
    rounds(random());
}

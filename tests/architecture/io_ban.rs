//! The core takes text, time and state as arguments: no files, sockets, clock, environment or printing.

use crate::paths::named;
use crate::source::{Source, Token, sources};

/// What a module may not do.
struct Ban {
    module: &'static str,
    /// The shell around a pure core: files that may.
    but: &'static [&'static str],
    paths: &'static [&'static str],
}

const FILES: &str = "std::fs";
const WORLD: &[&str] = &[
    FILES,
    "std::net",
    "std::env",
    "std::process",
    "std::os",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "time::Instant",
    "time::SystemTime",
    "tokio",
    "reqwest",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "Timestamp::now",
    "Zoned::now",
    "OffsetDateTime::now_utc",
];

const BANS: &[Ban] = &[
    Ban { module: "diagnostic", but: &[], paths: WORLD },
    Ban { module: "resource", but: &[], paths: WORLD },
    Ban { module: "rule", but: &[], paths: WORLD },
    Ban { module: "workspace", but: &[], paths: WORLD },
    Ban { module: "kql", but: &[], paths: WORLD },
    Ban { module: "check", but: &[], paths: WORLD },
    Ban { module: "compile", but: &[], paths: WORLD },
    Ban { module: "plan", but: &[], paths: WORLD },
    Ban { module: "report", but: &[], paths: WORLD },
    Ban {
        module: "emulator",
        but: &[
            "emulator.rs",
            "emulator/course.rs",
            "emulator/exchange.rs",
            "emulator/seed/files.rs",
            "emulator/server.rs",
            "emulator/server/connection.rs",
            "emulator/server/delivery.rs",
            "emulator/store.rs",
            "emulator/tls.rs",
            "emulator/trouble.rs",
            "emulator/writer.rs",
        ],
        paths: WORLD,
    },
    // The door to the network, and to nothing else.
    Ban {
        module: "arm",
        but: &[],
        paths: &[
            FILES,
            "std::process",
            "std::io::stdin",
            "std::io::stdout",
            "std::io::stderr",
            "tokio::fs",
            "tokio::process",
        ],
    },
];

/// Only `cli` prints, and it does so in one file.
const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

fn violations(file: &Source) -> Vec<String> {
    let mut found: Vec<String> = macros(&file.tokens, PRINTING)
        .map(|token| format!("src/{}:{}: {}! prints", file.path, token.line, token.text))
        .collect();
    let module = file.path.split('/').next().unwrap().trim_end_matches(".rs");
    let Some(ban) = BANS.iter().find(|ban| ban.module == module && !ban.but.contains(&file.path.as_str())) else {
        return found;
    };
    for path in named(file).iter().filter(|path| !path.own) {
        // A glob over a parent brings what is banned with it.
        let glob = path.parts.last().is_some_and(|last| last == "*");
        let parent = path.parts[..path.parts.len() - 1].join("::");
        let banned = |ban: &&&str| path.is_within(ban) || (glob && ban.starts_with(&format!("{parent}::")));
        if ban.paths.iter().any(|path| banned(&path)) {
            found.push(format!("src/{}:{}: {module} may not name {}", file.path, path.line, path.text()));
        }
    }
    found
}

fn macros<'a>(tokens: &'a [Token], names: &'static [&'static str]) -> impl Iterator<Item = &'a Token> {
    tokens
        .windows(2)
        .filter(move |pair| pair[1].text == "!" && names.contains(&pair[0].text.as_str()))
        .map(|pair| &pair[0])
}

#[test]
fn the_core_is_pure() {
    let found: Vec<String> = sources().iter().flat_map(violations).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_that_may_is_there() {
    let sources = sources();
    for path in BANS.iter().flat_map(|ban| ban.but) {
        assert!(sources.iter().any(|file| file.path == **path), "src/{path} is gone: take it off the list");
    }
}

#[test]
fn a_touch_of_the_world_is_found() {
    for (path, text, found) in [
        ("plan.rs", "use std::fs;\nfn f() { std::env::var(\"X\") }", "src/plan.rs:2: plan may not name std::env::var"),
        ("check/a.rs", "use std::{io::{Read, stdout}};", "src/check/a.rs:1: check may not name std::io::stdout"),
        ("kql.rs", "use std::time::*;", "src/kql.rs:1: kql may not name std::time::*"),
        ("rule.rs", "async fn f() { tokio::spawn(x) }", "src/rule.rs:1: rule may not name tokio::spawn"),
        ("report.rs", "jiff::Timestamp::now()", "src/report.rs:1: report may not name jiff::Timestamp::now"),
        ("arm/azure.rs", "tokio::fs::read(x)", "src/arm/azure.rs:1: arm may not name tokio::fs::read"),
        ("ops.rs", "eprintln!(\"x\")", "src/ops.rs:1: eprintln! prints"),
        (
            "emulator/call.rs",
            "use ::std::time::{Duration, Instant};",
            "src/emulator/call.rs:1: emulator may not name std::time::Instant",
        ),
    ] {
        assert_eq!(violations(&Source::new(path, text)).last().map(String::as_str), Some(found));
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    for (path, text) in [
        ("plan.rs", "use std::io; use std::time::Duration; env!(\"CARGO_PKG_VERSION\") // std::fs"),
        ("emulator/store.rs", "use std::fs;"),
        ("arm/azure.rs", "use tokio::net::TcpStream; reqwest::Client::new()"),
        ("ops/files.rs", "use std::fs;"),
        ("rule.rs", "#[cfg(test)] mod tests { use std::fs; }"),
    ] {
        assert_eq!(violations(&Source::new(path, text)), Vec::<String>::new());
    }
}

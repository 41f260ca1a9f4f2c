//! One concept a file, named for it.

use crate::paths::named;
use crate::source::{Source, sources};

/// Lines that a file may have.
const LIMIT: usize = 400;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "prelude", "helpers", "helper", "misc", "mod"];

fn violations(file: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > LIMIT && !LONGER.iter().any(|(path, _)| *path == file.path) {
        found.push(format!("src/{}: {lines} lines, {LIMIT} at most: split it by concept", file.path));
    }
    for part in file.path.trim_end_matches(".rs").split('/').filter(|part| EMPTY_NAMES.contains(part)) {
        found.push(format!("src/{}: {part} says nothing of what is inside", file.path));
    }
    // `use super::*` hides the arrows.
    let parent = |path: &[String]| file.module().starts_with(&path[..path.len() - 1]);
    for path in named(file).iter().filter(|path| path.own && path.parts.last().is_some_and(|last| last == "*")) {
        if parent(&path.parts) {
            found.push(format!("src/{}:{}: `use super::*` hides what is used", file.path, path.line));
        }
    }
    found
}

#[test]
fn every_file_is_small_and_named_for_its_concept() {
    let found: Vec<String> = sources().iter().flat_map(violations).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_longer_file_is_longer() {
    let sources = sources();
    for (path, reason) in LONGER {
        let longer = sources.iter().any(|file| file.path == *path && file.text.lines().count() > LIMIT);
        assert!(longer, "{path} is not longer any more ({reason})");
    }
}

#[test]
fn a_bad_layout_is_found() {
    let long = "\n".repeat(LIMIT + 1);
    for (path, text, found) in [
        ("rule.rs", long.as_str(), "src/rule.rs: 401 lines, 400 at most: split it by concept"),
        ("arm/mod.rs", "", "src/arm/mod.rs: mod says nothing of what is inside"),
        ("utils/text.rs", "", "src/utils/text.rs: utils says nothing of what is inside"),
        ("arm/auth/cli.rs", "use super::*;", "src/arm/auth/cli.rs:1: `use super::*` hides what is used"),
        ("arm/auth/cli.rs", "use super::{super::*};", "src/arm/auth/cli.rs:1: `use super::*` hides what is used"),
    ] {
        assert_eq!(violations(&Source::new(path, text)), [found]);
    }
    assert!(violations(&Source::new("rule.rs", "#[cfg(test)] mod tests { use super::*; }")).is_empty());
}

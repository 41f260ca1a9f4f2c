//! One case: run, compared, or blessed.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::script::{self, Seen};
use crate::tree;

#[test]
fn cases() {
    let filter = std::env::var("PALISADE_CASE").unwrap_or_default();
    let found: Vec<PathBuf> = tree::folders(&crate::folder("tests/cases"))
        .iter()
        .flat_map(|group| tree::folders(group))
        .filter(|case| case.to_string_lossy().replace('\\', "/").contains(&filter))
        .collect();
    assert!(!found.is_empty(), "no case has {filter} in its path");
    crate::all(&found, |case| run(case));
}

fn run(case: &Path) -> Result<(), String> {
    let name = case.strip_prefix(crate::folder("tests/cases")).unwrap().display();
    let work = tree::Work::of(&case.join("in"));
    let steps = read(&case.join("cmd")).ok_or_else(|| format!("{name}: no file `cmd`"))?;
    let Seen { stdout, stderr, exit, requests } =
        script::run(&steps, &work.root).map_err(|why| format!("{name}: {why}"))?;
    let mut results: Vec<(String, String)> =
        [("stdout", stdout), ("stderr", stderr), ("exit", exit), ("requests.txt", requests)]
            .map(|(file, text)| (file.to_owned(), text))
            .into();
    for path in tree::files(&case.join("out")) {
        let text = read(&work.root.join(&path)).unwrap_or_default();
        results.push((format!("out/{path}"), crate::scrub::scrub(&text, &work.root)));
    }
    if std::env::var_os("PALISADE_BLESS").is_some() {
        results.iter().for_each(|(file, text)| bless(&case.join(file), text));
        return Ok(());
    }
    let different: Vec<String> = results
        .iter()
        .filter_map(|(file, now)| {
            let expected = read(&case.join(file)).unwrap_or_default();
            (&expected != now).then(|| {
                let diff = TextDiff::from_lines(&expected, now);
                diff.unified_diff().header(&format!("{name}/{file}"), "now").to_string()
            })
        })
        .collect();
    if different.is_empty() { Ok(()) } else { Err(different.join("\n")) }
}

fn read(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Nothing is said by no file.
fn bless(path: &Path, text: &str) {
    if text.is_empty() {
        let _ = fs::remove_file(path);
    } else if read(path).as_deref() != Some(text) {
        fs::write(path, text).unwrap();
    }
}

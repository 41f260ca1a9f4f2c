//! docs/checks.md and the names of codes.

use std::collections::BTreeSet;
use std::path::Path;

use palisade::diagnostic::Code;
use palisade::report::codes;

#[test]
fn the_reference_is_made_from_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let made = codes::markdown();
    if std::env::var_os("PALISADE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(committed, made, "PALISADE_BLESS=1 cargo test --test checks writes it");
}

#[test]
fn names_are_kebab_case_and_differ() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        let name = code.name();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
        assert_eq!(Code::named(name), Some(*code));
        assert!(!code.summary().is_empty() && !code.explanation().is_empty(), "{name} has no page");
        let after: Vec<&Code> = Code::ALL.iter().skip_while(|other| *other != code).collect();
        let gap = after.iter().skip_while(|other| other.group() == code.group()).any(|o| o.group() == code.group());
        assert!(!gap, "the group of {name} is not in one piece");
    }
}

#[test]
fn every_page_has_its_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostic/code");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = Code::named(name.trim_end_matches(".md"));
        assert!(code.is_some(), "{name} is the page of no code");
    }
}

//! Files that no YAML parser takes are refused at a place, and what is no rule is not taken for one.

use std::collections::BTreeMap;

use palisade::diagnostic::Code;

use crate::{Verdict, corpus, errors, list, load_alone, verdict, yaml_files};

#[test]
fn every_malformed_file_is_refused_at_a_place() {
    let Some(corpus) = corpus() else { return };
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let files = list(&corpus.join("malformed/manifest.json"));
    for entry in &files {
        let file = corpus.join(entry["file"].as_str().unwrap());
        let loaded = load_alone(&file);
        let errors = errors(&loaded, &file);
        let first = errors.first().unwrap_or_else(|| panic!("{} was not refused", file.display()));
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(loaded.sources.path(first.span.unwrap().file), format!("malformed/{name}"));
        assert!(loaded.content.rules.is_empty(), "{} was taken in part", file.display());
        *codes.entry(first.code.name()).or_default() += 1;
    }
    assert_eq!(files.len(), 156);
    eprintln!("{} malformed files, all refused: {codes:?}", files.len());
}

/// Hunting queries with a severity or a kind, as a rule has them, and one with a schedule too. They are refused and not
/// left alone: a rule whose author forgot the schedule or the kind looks the same, and must not be lost in silence.
const LIKE_A_RULE: usize = 38;

#[test]
fn no_hunting_query_and_no_parser_is_taken_for_a_rule() {
    let Some(corpus) = corpus() else { return };
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for file in yaml_files(&corpus.join("non-rules")) {
        let loaded = load_alone(&file);
        let verdict = verdict(&loaded);
        let errors = errors(&loaded, &file);
        assert!(
            errors.iter().all(|error| matches!(error.code, Code::KindMissing | Code::MissingKey)),
            "{}: {errors:?}",
            file.display()
        );
        assert!(loaded.content.rules.is_empty(), "{}", file.display());
        *counts.entry(verdict).or_default() += 1;
    }
    eprintln!("hunting queries and parsers: {counts:?}");
    assert_eq!(counts.get(&Verdict::Taken), None);
    assert_eq!(counts[&Verdict::Refused], LIKE_A_RULE);
}

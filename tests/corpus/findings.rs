//! What the checks say of rules by others: each error is a fault that the service would refuse, for a listed reason.

use std::collections::{BTreeMap, BTreeSet};

use palisade::diagnostic::{Code, Level};
use palisade::ops::{LoadOptions, load};

use crate::corpus;

/// Errors of what a rule says, in documents that are read whole: code, files, findings and what they are.
const FAULTS: &[(Code, usize, usize, &str)] = &[
    (
        Code::KqlSyntax,
        7,
        13,
        "Microsoft's parser refuses each of these queries too: half-open strings, escapes that are none, `%%VAR%%` of a \
         template, a `#` for a comment, and `sorty` in a file written to be refused",
    ),
    (
        Code::KqlMeaning,
        4,
        10,
        "Microsoft's analysis refuses each of these too: members of a text, and two columns that an operator has dropped",
    ),
    (
        Code::MissingColumn,
        26,
        36,
        "mapped or shown columns that the query does not give: other case (IPCustomEntity for IpCustomEntity), columns \
         dropped by project or summarize, `YourColumnName` of a template; Microsoft's analysis gives none of them either",
    ),
    (Code::TooMany, 1, 1, "six placeholders in a description, where three are documented"),
    (Code::PeriodTooShort, 1, 1, "written to be refused"),
];

/// Whether a code is a fault of what a rule says, so that its document is read all the same.
pub(crate) fn is_fault(code: Code) -> bool {
    FAULTS.iter().any(|(fault, ..)| *fault == code)
}

#[test]
fn every_error_is_a_fault_with_a_reason() {
    let Some(corpus) = corpus() else { return };
    let loaded = load(&corpus.join("rules"), &LoadOptions::default());
    let mut found: BTreeMap<(Level, Code), (usize, BTreeSet<&str>)> = BTreeMap::new();
    for problem in &loaded.problems {
        let file = problem.span.map_or("", |span| loaded.sources.path(span.file));
        let entry = found.entry((problem.level, problem.code)).or_default();
        entry.0 += 1;
        entry.1.insert(file);
    }
    for ((level, code), (count, files)) in &found {
        eprintln!("{level} {code}: {count} in {} files", files.len());
    }
    for (code, files, findings, reason) in FAULTS {
        let (count, named) = found.get(&(Level::Error, *code)).cloned().unwrap_or_default();
        assert_eq!((named.len(), count), (*files, *findings), "{code}: {reason}: {named:#?}");
    }
    // Every other error keeps a document from being read; which and why is in `rules`.
    let reading = ["Files", "Documents", "Identity"];
    let others = found.keys().filter(|(level, code)| *level == Level::Error && !is_fault(*code));
    let unexpected: Vec<&str> =
        others.filter(|(_, code)| !reading.contains(&code.group())).map(|(_, code)| code.name()).collect();
    assert_eq!(unexpected, [""; 0]);
}

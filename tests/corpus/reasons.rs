//! Why our compiled rules are not theirs: every difference needs exactly one listed reason, and every reason its
//! differences.

use std::collections::BTreeMap;

use palisade::resource::{Properties, ResourceType, normalize};
use serde_json::Value;

/// One field in which both sides of a pair differ after `normalize`.
#[derive(Debug)]
pub(crate) struct Difference<'p> {
    pub(crate) field: &'static str,
    /// The YAML file, from the corpus.
    pub(crate) file: &'p str,
    /// The pair's entry in its list.
    pub(crate) pair: &'p Value,
    pub(crate) ours: Option<Value>,
    pub(crate) theirs: Option<Value>,
}

/// Compares both sides of a pair, field by field.
pub(crate) fn differences<'p>(pair: &'p Value, ours: &Properties, theirs: &Properties) -> Vec<Difference<'p>> {
    let (ours, theirs) = (normalize(ResourceType::AlertRules, ours), normalize(ResourceType::AlertRules, theirs));
    ours.iter()
        .zip(theirs.iter())
        .filter(|((_, ours), (_, theirs))| ours != theirs)
        .map(|((field, ours), (_, theirs))| Difference {
            field: field.path,
            file: pair["yaml"].as_str().unwrap(),
            pair,
            ours: ours.cloned(),
            theirs: theirs.cloned(),
        })
        .collect()
}

/// Which differences a reason explains.
pub(crate) enum Where {
    /// Those for which this holds; so many of them.
    Each(fn(&Difference<'_>) -> bool, usize),
    /// Those of the files with these endings, each once.
    Files(&'static [&'static str]),
}

/// Why a field differs.
pub(crate) struct Reason {
    pub(crate) field: &'static str,
    pub(crate) place: Where,
    pub(crate) why: &'static str,
}

impl Reason {
    fn explains(&self, difference: &Difference<'_>) -> bool {
        self.field == difference.field
            && match &self.place {
                Where::Each(holds, _) => holds(difference),
                Where::Files(endings) => endings.iter().any(|ending| difference.file.ends_with(ending)),
            }
    }
}

/// Holds differences against the reasons, of which the first that explains one counts.
pub(crate) fn explain(found: &[Difference<'_>], reasons: &[Reason]) {
    let mut explained: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for difference in found {
        match reasons.iter().position(|reason| reason.explains(difference)) {
            Some(at) => explained.entry(at).or_default().push(difference.file),
            None => unexplained.push(difference),
        }
    }
    for (at, reason) in reasons.iter().enumerate() {
        let files = explained.remove(&at).unwrap_or_default();
        eprintln!("{:>4} {}: {}", files.len(), reason.field, reason.why);
        match &reason.place {
            Where::Each(_, expected) => assert_eq!(files.len(), *expected, "{}: {}", reason.field, reason.why),
            Where::Files(endings) => {
                assert_eq!(files.len(), endings.len(), "{}: {}: {files:#?}", reason.field, reason.why);
                for ending in *endings {
                    assert!(files.iter().any(|file| file.ends_with(ending)), "{}: {ending} vanished", reason.field);
                }
            }
        }
    }
    assert!(unexplained.is_empty(), "{} differences without a reason: {unexplained:#?}", unexplained.len());
}

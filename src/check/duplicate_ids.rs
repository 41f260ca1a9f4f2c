//! Two documents with one id: if they differ, neither may win.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::rule::Rule;

/// What is to become of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the only one, or the first of several that say the same.
    Keep,
    /// It says what an earlier one says.
    Repeat,
    /// It has an id that another rule has too, and says otherwise.
    Refuse,
}

/// Judges every rule, in the order given. Ids are one if they differ in case alone, as ARM sees them.
pub fn check(rules: &[&Rule], sources: &Sources, problems: &mut Vec<Diagnostic>) -> Vec<Verdict> {
    let mut by_id: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, rule) in rules.iter().enumerate() {
        by_id.entry(rule.id.value.to_ascii_lowercase()).or_default().push(at);
    }
    let mut verdicts = vec![Verdict::Keep; rules.len()];
    for same in by_id.values().filter(|same| same.len() > 1) {
        let first = rules[same[0]];
        let differ = same.iter().any(|&at| rules[at].content != first.content);
        for (n, &at) in same.iter().enumerate() {
            let rule = rules[at];
            let others: Vec<&Rule> = same.iter().filter(|&&other| other != at).map(|&other| rules[other]).collect();
            let files: Vec<&str> = others.iter().map(|other| sources.path(other.id.span.file)).collect();
            let (code, message, help) = if differ {
                verdicts[at] = Verdict::Refuse;
                (
                    Code::DuplicateId,
                    format!("the id {} is also that of another rule in {}", rule.id.value, files.join(", ")),
                    "give one of them a new GUID: neither is deployed while they share one",
                )
            } else if n > 0 {
                verdicts[at] = Verdict::Repeat;
                (
                    Code::DuplicateRule,
                    format!("this rule stands in {} too, and says the same", files.join(", ")),
                    "remove one of the files",
                )
            } else {
                continue;
            };
            let mut problem = Diagnostic::new(code, rule.id.span, message).help(help);
            for other in others {
                problem = problem.related(other.id.span, "here too");
            }
            problems.push(problem);
        }
    }
    verdicts
}

//! Rules of one name: the service takes them, analysts take them for one.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::rule::Rule;

/// Finds rules that differ in id and not in name. `rules` are those that are deployed, each id once.
pub fn check(rules: &[Rule], sources: &Sources, problems: &mut Vec<Diagnostic>) {
    let mut by_name: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.details.name.is_some()) {
        by_name.entry(rule.display_name().trim().to_lowercase()).or_default().push(rule);
    }
    for same in by_name.values().filter(|same| same.len() > 1) {
        for pair in same.windows(2) {
            let [first, rule] = pair else { continue };
            let (Some(first), Some(name)) = (&first.details.name, &rule.details.name) else { continue };
            let file = sources.path(first.span.file);
            problems.push(
                Diagnostic::new(Code::DuplicateName, name.span, format!("the rule in {file} has the same name"))
                    .related(first.span, "named here")
                    .help("say in the name what is different: incidents show nothing else"),
            );
        }
    }
}

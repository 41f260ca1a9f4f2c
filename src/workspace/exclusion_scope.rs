//! Which rules an exclusion is for, and where.

use super::Workspace;
use super::pattern::Pattern;
use crate::rule::Rule;
use crate::rule::exclusion::{RuleScope, WorkspaceScope};
use crate::rule::words::same_word;

/// How an exclusion names a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// By its id.
    Id,
    /// By its name, a pattern or its properties.
    Pattern,
}

/// Whether and how a rule is meant.
pub fn reach(scope: &RuleScope, rule: &Rule) -> Option<Reach> {
    match scope {
        RuleScope::Listed(list) => {
            let id = |text: &str| rule.id.value.eq_ignore_ascii_case(text.trim());
            if list.iter().any(|one| id(&one.value)) {
                return Some(Reach::Id);
            }
            list.iter().any(|one| names(&one.value, rule)).then_some(Reach::Pattern)
        }
        RuleScope::Matching(matching) => {
            let severity = rule.details.severity.as_ref().map_or("", |severity| severity.value.word());
            let own = rule.details.tactics.as_deref().unwrap_or_default();
            let fits = (matching.tactics.is_empty()
                || matching.tactics.iter().any(|tactic| own.iter().any(|t| same_word(&t.value, &tactic.value))))
                && (matching.severities.is_empty()
                    || matching.severities.iter().any(|word| severity.eq_ignore_ascii_case(word.value.trim())))
                && (matching.tags.is_empty()
                    || matching
                        .tags
                        .iter()
                        .any(|tag| rule.tags.iter().any(|own| own.eq_ignore_ascii_case(&tag.value))));
            fits.then_some(Reach::Pattern)
        }
    }
}

/// Whether one entry of `rules` means a rule.
pub fn entry_names(entry: &str, rule: &Rule) -> bool {
    rule.id.value.eq_ignore_ascii_case(entry.trim()) || names(entry, rule)
}

fn names(entry: &str, rule: &Rule) -> bool {
    !is_guid(entry.trim()) && Pattern::new(entry.trim()).matches(rule.display_name().trim())
}

/// Whether a text has the form of a rule's id, and so can't be meant as a name.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether an exclusion holds in a workspace.
pub fn holds_in(scope: Option<&WorkspaceScope>, workspace: &Workspace) -> bool {
    let Some(scope) = scope else { return true };
    let name = &workspace.name.value;
    (scope.names.is_empty() || scope.names.iter().any(|pattern| Pattern::new(pattern.value.trim()).matches(name)))
        && scope.labels.iter().all(|(key, value)| workspace.labels.get(key).is_some_and(|own| *own == value.value))
}

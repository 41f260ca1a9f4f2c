//! Suppressions of microsoft/kql-guard (v0.2.0, `Suppressions.cs`): the checks of both tools.

use crate::diagnostic::Code;

/// Its rules that are checks of ours too.
const RULES: &[(&str, Code)] = &[
    ("KQL002", Code::ContainsForHas),
    ("KQL003", Code::NoFilter),
    ("KQL004", Code::UnboundedSearch),
    ("KQL005", Code::UnboundedSearch),
    ("KQL006", Code::WideJoin),
];

/// The codes that a list of its rules, joined by commas, stands for. An empty list stands for all.
pub(super) fn codes(rules: &str) -> impl Iterator<Item = Code> {
    let named: Vec<String> =
        rules.split(',').map(|rule| rule.trim().to_ascii_uppercase()).filter(|rule| !rule.is_empty()).collect();
    RULES.iter().filter(move |(rule, _)| named.is_empty() || named.iter().any(|n| n == rule)).map(|(_, code)| *code)
}

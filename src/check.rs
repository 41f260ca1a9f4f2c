//! What can be said of parsed content without a network. One check a file; all of them run, whatever they find.
//!
//! The codes that they report, with an explanation and an example of each, are in [`Code`](crate::diagnostic::Code).
//!
//! Nothing here needs a workspace. With a schema that is one workspace's own, the same checks say what is wrong there
//! alone: [`details`] runs on a rule's fields as that workspace's overrides leave them, and what it finds blocks the
//! rule there and nowhere else.

pub mod alert_properties;
pub mod all_tables;
pub mod bindings;
pub mod columns;
pub mod contains;
pub mod counts;
pub mod custom_details;
pub mod described;
pub mod duplicate_ids;
pub mod duplicate_names;
pub mod entities;
pub mod exceptions;
pub mod exclusions;
pub mod filters;
pub mod functions;
pub mod grouping;
pub mod hidden_characters;
pub mod kql_meaning;
pub mod kql_syntax;
pub mod legacy_entities;
pub mod lookback;
pub mod missing_tables;
pub mod mitre;
pub mod nrt;
pub mod placeholders;
pub mod query;
pub mod query_length;
pub mod quota;
pub mod remote_workspaces;
pub mod result;
pub mod schedule;
pub mod secrets;
pub mod spelling;
pub mod start_time;
pub mod subject;
pub mod suppression;
pub mod suppressions;
pub mod tables;
pub mod template_version;
pub mod threshold;
mod timespan;
pub mod workspaces;

pub use subject::{Settings, Subject};

use crate::diagnostic::{Diagnostic, Sources};
use crate::kql;
use crate::rule::{Details, Rule, RuleKind};
use query::Query;

/// A check of one rule's fields: as written, and again as a workspace's overrides leave them.
pub type Check = fn(&Subject<'_>, &mut Vec<Diagnostic>);

/// Every check of a rule's fields.
pub const CHECKS: &[Check] = &[
    alert_properties::check,
    all_tables::check,
    bindings::check,
    columns::check,
    contains::check,
    counts::check,
    custom_details::check,
    described::check,
    entities::check,
    filters::check,
    functions::check,
    grouping::check,
    hidden_characters::check,
    kql_meaning::check,
    kql_syntax::check,
    legacy_entities::check,
    lookback::check,
    missing_tables::check,
    mitre::check,
    nrt::check,
    placeholders::check,
    query_length::check,
    remote_workspaces::check,
    result::check,
    schedule::check,
    secrets::check,
    spelling::check,
    start_time::check,
    suppression::check,
    template_version::check,
    threshold::check,
];

/// Runs every check of a rule's document.
pub fn rule(rule: &Rule, sources: &Sources, settings: Settings<'_>, problems: &mut Vec<Diagnostic>) {
    details(rule.kind, &rule.details, sources, settings, problems);
    described::rule(rule, problems);
}

/// Runs every check of a rule's fields. The query is parsed and resolved once for all of them.
pub fn details(
    kind: RuleKind,
    details: &Details,
    sources: &Sources,
    settings: Settings<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    // A query that is too long is refused as such; what is in it is not worth the time it may take.
    let written = details.query.as_ref().filter(|query| query_length::fits(&query.value));
    let tree = written.map(|written| kql::parse(&written.value));
    let file = written.map(|written| sources.text(written.span.file));
    let query = match (written, &tree, &file) {
        (Some(written), Some(tree), Some(file)) => Some(Query::new(written, tree, file, settings.schema)),
        _ => None,
    };
    let subject = Subject { kind, details, query: query.as_ref(), sources, settings };
    for check in CHECKS {
        check(&subject, problems);
    }
}

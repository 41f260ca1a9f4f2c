//! What the query of an NRT rule may not hold.

use std::collections::BTreeSet;

use super::query::Query;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::{OperatorKind, StatementKind};
use crate::kql::{FunctionOrigin, Span, TableBy};
use crate::rule::RuleKind;
use crate::workspace::policy::NrtProfile;

/// When the lists below were collected: tests that others published in February 2026 (second-hand; not verified live).
pub const AS_OF: &str = "2026-02";

const OPERATORS: &[&str] = &["facet", "project-by-names", "print", "search"];
const FUNCTIONS: &[&str] = &["FileProfile", "ingestion_time"];
const TABLES: &[&str] = &[
    "ConnectorStatusInfo",
    "DeviceTvmInfoGathering",
    "DeviceTvmInfoGatheringKB",
    "DeviceTvmSoftwareEvidenceBeta",
    "DisruptionAndResponseEvents",
    "ExposureGraphEdges",
    "ExposureGraphNodes",
    "IdentityInfo",
];

/// Finds what the service refuses in an NRT rule, and in the strict profile what is not portable.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query.filter(|_| subject.kind == RuleKind::Nrt) else { return };
    for (what, span) in refused(query) {
        problems.push(
            query
                .problem(Code::NrtForbidden, span, format!("an NRT rule may not use {what}"))
                .help("make it a Scheduled rule that runs every 5m, or do without"),
        );
    }
    if subject.settings.nrt == NrtProfile::Strict {
        for (what, span) in not_portable(query) {
            problems.push(
                query
                    .problem(Code::NrtNotPortable, span, format!("the strict profile of NRT rules allows no {what}"))
                    .help("one table of one workspace; `policy: {nrt: current}` allows what Sentinel does"),
            );
        }
    }
}

fn refused(query: &Query<'_>) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for statement in &query.tree.statements {
        if let StatementKind::Set { .. } = statement.kind {
            found.push(("a `set` statement".to_owned(), statement.span));
        }
    }
    for operator in query.operators().filter(|operator| OPERATORS.contains(&operator.keyword)) {
        found.push((format!("`{}`", operator.keyword), operator.span));
    }
    let Some(facts) = &query.facts else { return found };
    for function in &facts.functions {
        if function.origin != FunctionOrigin::Own && FUNCTIONS.contains(&function.name.as_str()) {
            found.push((format!("`{}()`", function.name), function.span));
        }
    }
    for table in facts.tables.iter().filter(|table| TABLES.contains(&table.name.as_str())) {
        found.push((format!("the table {}", table.name), table.span));
    }
    found
}

fn not_portable(query: &Query<'_>) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for operator in query.operators() {
        if let OperatorKind::Union(_) | OperatorKind::Join(_) | OperatorKind::Lookup(_) = operator.kind {
            found.push((format!("`{}`", operator.keyword), operator.span));
        }
    }
    let Some(facts) = &query.facts else { return found };
    let named: BTreeSet<&str> = facts.tables.iter().map(|table| table.name.as_str()).collect();
    let wild = facts.tables.iter().any(|table| table.by == TableBy::Wildcard);
    if (named.len() > 1 || wild)
        && let Some(second) = facts.tables.iter().max_by_key(|table| table.span.start)
    {
        found.push(("second table".to_owned(), second.span));
    }
    for function in facts.functions.iter().filter(|function| function.origin == FunctionOrigin::Remote) {
        found.push((format!("`{}()`", function.name), function.span));
    }
    found
}

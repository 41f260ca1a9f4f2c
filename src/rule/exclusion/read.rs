//! A document of kind Exclusion, key by key.

use super::condition::Subject;
use super::{
    Condition, Exclusion, FaultyExclusion, Matching, Overflow, RuleScope, Stage, Unmapped, WorkspaceScope, condition,
    moment, rows,
};
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::fields::{Fields, quoted};
use crate::rule::parts::Severity;
use crate::rule::read::one_or_more;
use crate::rule::yaml::{Node, Value};

pub(in crate::rule) const STAGES: &[(&str, Stage)] = &[("result", Stage::Result), ("event", Stage::Event)];
pub(in crate::rule) const UNMAPPED: &[(&str, Unmapped)] = &[("block", Unmapped::Block), ("skip", Unmapped::Skip)];

pub(super) fn exclusion(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Result<Exclusion, Box<FaultyExclusion>> {
    let span = node.span;
    let mut own = Vec::new();
    let mut faulty = FaultyExclusion { id: None, rules: None, span };
    let read = Fields::of(node, "an exclusion", &mut own).and_then(|fields| document(fields, &mut faulty));
    let error = own.iter().any(Diagnostic::is_error);
    problems.append(&mut own);
    match read {
        Some(exclusion) if !error => Ok(exclusion),
        _ => Err(Box::new(faulty)),
    }
}

/// Reads every key before it gives up, so that all problems are told.
fn document(mut fields: Fields<'_, '_>, faulty: &mut FaultyExclusion) -> Option<Exclusion> {
    let span = fields.span;
    fields.keep(&["kind", "description"]);
    let id = id(&mut fields);
    faulty.id = id.as_ref().map(|id| id.value.clone());
    let name = fields.text("name");
    let rules = rules(&mut fields);
    faulty.rules.clone_from(&rules);
    let workspaces = fields.take("workspaces").and_then(|entry| workspaces(entry.value, fields.problems));
    let stage = fields.one_of("stage", STAGES);
    let tables: Vec<Spanned<String>> = match fields.take("table") {
        Some(entry) => one_or_more(entry.value, "table", fields.problems),
        None => Vec::new(),
    };
    let stage = stage.map_or(Stage::Result, |stage| stage.value);
    if let (Stage::Result, Some(table)) = (stage, tables.first()) {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, table.span, "`table` has no meaning for stage result")
                .help("say `stage: event` to drop a table's events, or remove `table`"),
        );
    }
    let unmapped = fields.one_of("unmapped", UNMAPPED).map_or(Unmapped::Block, |unmapped| unmapped.value);
    let overflow = fields.one_of("overflow", Overflow::WORDS).map(|overflow| overflow.value);
    let (when, when_span) = when(&mut fields);
    let [reason, owner, ticket] = ["reason", "owner", "ticket"].map(|key| filled(&mut fields, key));
    let starts = fields.parsed("starts", moment::begin, moment::EXPECTED);
    let expires = fields.parsed("expires", moment::end, moment::EXPECTED);
    if let (Some(starts), Some(expires)) = (&starts, &expires)
        && starts.value >= expires.value
    {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, expires.span, "`expires` is not after `starts`: it would never hold")
                .related(starts.span, "it starts here")
                .help("correct one of the two"),
        );
    }
    let tests = rows::rows(&mut fields);
    fields.finish_strict();
    Some(Exclusion {
        id: id?,
        name,
        rules: rules?,
        workspaces,
        stage,
        tables,
        unmapped,
        overflow,
        when: when?,
        reason,
        owner,
        ticket,
        starts,
        expires,
        tests,
        span,
        when_span,
    })
}

/// A text that somebody wrote: the `TODO` of a drafted document is none.
pub(in crate::rule) fn filled(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Spanned<String>> {
    let text = fields.text(key)?;
    if text.value.trim().eq_ignore_ascii_case("todo") {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, text.span, format!("`{key}` is not filled in yet"))
                .help("say it, so that whoever reads the document knows why it is there"),
        );
    }
    Some(text)
}

pub(in crate::rule) fn id(fields: &mut Fields<'_, '_>) -> Option<Spanned<String>> {
    let Some(id) = fields.text("id") else {
        fields.missing("id", "lower-case letters, digits and hyphens: it stands in the query");
        return None;
    };
    let fits = (1..=64).contains(&id.value.len())
        && id.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits {
        fields.problems.push(
            Diagnostic::new(
                Code::InvalidValue,
                id.span,
                format!("{}'s id can't be {}", fields.what, quoted(&id.value)),
            )
            .help("lower-case letters, digits and hyphens, at most 64: it stands in the query"),
        );
    }
    fits.then_some(id)
}

pub(in crate::rule) fn rules(fields: &mut Fields<'_, '_>) -> Option<RuleScope> {
    let matching = fields.take("match");
    let Some(entry) = fields.take("rules") else {
        return match matching {
            Some(entry) => matching_rules(entry.value, fields.problems),
            None => {
                fields.missing("rules", "ids or names with * and ?, or `match:` with tactics, severity or tags");
                None
            }
        };
    };
    if let Some(matching) = matching {
        fields.problems.push(
            Diagnostic::new(
                Code::InvalidValue,
                matching.key_span,
                format!("{} has both `rules` and `match`", fields.what),
            )
            .related(entry.key_span, "the rules are named here")
            .help("keep one of them: which of the two narrows the other is left open"),
        );
        return None;
    }
    let node = entry.value;
    if let Some(inner) = node.get("match") {
        return matching_rules(inner.clone(), fields.problems);
    }
    if let Value::Mapping(_) = &node.value {
        return matching_rules(node, fields.problems);
    }
    let span = node.span;
    let list = one_or_more(node, "rules", fields.problems);
    let wanted = list.len();
    let list: Vec<_> = list.into_iter().filter(|rule| !rule.value.trim().is_empty()).collect();
    if list.is_empty() || list.len() < wanted {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, span, "`rules` names no rule")
                .help("give ids or names with * and ?; \"*\" is every rule"),
        );
        return None;
    }
    Some(RuleScope::Listed(list))
}

fn matching_rules(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<RuleScope> {
    let span = node.span;
    let mut fields = Fields::of(node, "`match`", problems)?;
    let [tactics, severities, tags] = ["tactics", "severity", "tags"].map(|key| match fields.take(key) {
        Some(entry) => one_or_more(entry.value, key, fields.problems),
        None => Vec::new(),
    });
    if tactics.is_empty() && severities.is_empty() && tags.is_empty() {
        fields.missing("tactics", "at least one of tactics, severity and tags");
        return None;
    }
    for severity in &severities {
        if !Severity::WORDS.iter().any(|(word, _)| word.eq_ignore_ascii_case(severity.value.trim())) {
            fields.problems.push(
                Diagnostic::new(
                    Code::InvalidValue,
                    severity.span,
                    format!("no severity is {}", quoted(&severity.value)),
                )
                .help("it takes Informational, Low, Medium, High"),
            );
        }
    }
    fields.finish_strict();
    Some(RuleScope::Matching(Matching { tactics, severities, tags, span }))
}

pub(in crate::rule) fn workspaces(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<WorkspaceScope> {
    let span = node.span;
    let scope = if let Value::Mapping(_) = &node.value {
        let mut fields = Fields::of(node, "`workspaces`", problems)?;
        let names = match fields.take("names") {
            Some(entry) => one_or_more(entry.value, "names", fields.problems),
            None => Vec::new(),
        };
        let labels = fields.text_map("labels").map(|map| map.value).unwrap_or_default();
        fields.finish_strict();
        WorkspaceScope { names, labels, span }
    } else {
        WorkspaceScope { names: one_or_more(node, "workspaces", problems), labels: Vec::new(), span }
    };
    if scope.names.is_empty() && scope.labels.is_empty() {
        problems.push(
            Diagnostic::new(Code::InvalidValue, span, "`workspaces` names no workspace")
                .help("give names, or `{labels: {tier: gold}}`; leave it out for every workspace"),
        );
        return None;
    }
    Some(scope)
}

fn when(fields: &mut Fields<'_, '_>) -> (Option<Condition>, Span) {
    match fields.take("when") {
        Some(entry) => {
            let span = entry.key_span;
            (condition::condition(entry.value, Subject::Row, fields.problems), span)
        }
        None => {
            fields.missing("when", "the rows that are hidden");
            (None, fields.span)
        }
    }
}

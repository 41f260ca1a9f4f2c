//! And back: live values of alert rules into the documents that they come from.
//!
//! A field's value is written as an author of that file would write it, by an edit that leaves every other byte alone.
//! What was written is read and compiled again: it must be the live value in that field and what it was in every other,
//! or the file stays as it is.

mod description;
mod lists;
pub mod ways;

use serde_json::Value;

use super::properties;
use crate::diagnostic::{FileId, Sources};
use crate::resource::fields::{put, remove};
use crate::resource::{Properties, ResourceType, normalize};
use crate::rule::edit::{self, Edit, EditError, Step, Yaml};
use crate::rule::yaml::{self, Node};
use crate::rule::{Details, Rule, RuleKind, read};
use crate::workspace::Workspace;
use ways::Place;

/// A field as it lives.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveField {
    /// Dotted, from `properties`.
    pub path: String,
    /// In the spelling of [`normalize()`]; null if it is absent.
    pub value: Value,
}

/// A text with live values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub text: String,
    /// The paths of the fields that are now as they live.
    pub taken: Vec<String>,
    /// The paths of those that are not: and why.
    pub refused: Vec<(String, BackError)>,
}

/// Why a live value can't be written into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackError {
    #[error(transparent)]
    Edit(#[from] EditError),
    #[error("the live value is not {0}")]
    Shape(&'static str),
    #[error("the sub-technique {0} lives without its technique, which no `relevantTechniques` can say")]
    OrphanSubTechnique(String),
    #[error("an override can set a value, and not take one away: {0} lives without it")]
    Unset(&'static str),
    #[error("no field of a rule's document compiles to it")]
    NoWay,
    #[error("the document is not what it was when it was read")]
    Changed,
    #[error("written into the file, the rule would still differ in {}", .0.join(", "))]
    Differs(Vec<&'static str>),
    #[error("written into the file, it would not be read: {0}")]
    Unread(String),
    #[error("written into the file, it would change {0} too")]
    Spills(String),
}

/// Writes live fields into a rule's document, which is the `number`th (from 0) of its file.
pub fn rewrite(text: &str, number: usize, kind: RuleKind, fields: &[LiveField]) -> Rewritten {
    each(text, fields, |text, group| into_rule(text, number, kind, group))
}

/// Writes live fields of a rule into the overrides of a workspace's document. `path` is the rule's file.
pub fn rewrite_overrides(text: &str, number: usize, rule: &Rule, path: &str, fields: &[LiveField]) -> Rewritten {
    each(text, fields, |text, group| into_overrides(text, number, rule, path, group))
}

/// The document of a rule that lives and has none: all that we model of it, in the dialect's order.
///
/// # Errors
/// A field that no document can say, or a name that can't be an id.
pub fn document(id: &str, kind: RuleKind, live: &Properties) -> Result<String, (String, BackError)> {
    let mut text = String::new();
    for (key, value) in [("id", id), ("kind", kind.name())] {
        let entry = edit::entry(key, &Yaml::text(value));
        text.push_str(&entry);
    }
    let normal = normalize(ResourceType::AlertRules, live);
    let fields: Vec<LiveField> = normal
        .iter()
        .filter_map(|(field, value)| Some(LiveField { path: field.path.to_owned(), value: value?.clone() }))
        .collect();
    let rewritten = rewrite(&text, 0, kind, &fields);
    match rewritten.refused.into_iter().next() {
        Some(refused) => Err(refused),
        None => Ok(rewritten.text),
    }
}

/// Techniques and sub-techniques are one list in a document.
const TOGETHER: [&str; 2] = ["techniques", "subTechniques"];

fn each(
    text: &str,
    fields: &[LiveField],
    write: impl Fn(&str, &[LiveField]) -> Result<String, BackError>,
) -> Rewritten {
    let mut rewritten = Rewritten { text: text.to_owned(), taken: Vec::new(), refused: Vec::new() };
    let (techniques, others): (Vec<LiveField>, Vec<LiveField>) =
        fields.iter().cloned().partition(|field| TOGETHER.contains(&field.path.as_str()));
    let mut groups: Vec<Vec<LiveField>> = others.into_iter().map(|field| vec![field]).collect();
    groups.extend((!techniques.is_empty()).then_some(techniques));
    for group in groups {
        let paths = group.iter().map(|field| field.path.clone());
        let known = group.iter().all(|field| ways::WAYS.iter().any(|(path, ..)| *path == field.path));
        let written = if known { write(&rewritten.text, &group) } else { Err(BackError::NoWay) };
        match written {
            Ok(text) => {
                rewritten.text = text;
                rewritten.taken.extend(paths);
            }
            Err(why) => rewritten.refused.extend(paths.map(|path| (path, why.clone()))),
        }
    }
    rewritten
}

fn into_rule(text: &str, number: usize, kind: RuleKind, fields: &[LiveField]) -> Result<String, BackError> {
    let documents = parsed(text)?;
    let node = documents.get(number).ok_or(BackError::Changed)?;
    let mut problems = Vec::new();
    let rule = read::rule(node.clone(), kind, &mut problems).ok_or(BackError::Changed)?;
    let current = properties(kind, &rule.details);
    let target = with(&current, fields);
    let place = Place {
        prefix: Vec::new(),
        node: Some(node),
        own: &rule.details,
        details: &rule.details,
        current: &current,
        explicit: false,
    };
    let edits = edits(&place, &target, fields)?;
    let after = edit::apply(text, number, &edits)?;
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let again = parsed(&after)?;
    others_stay(&documents, &again, number, &edits)?;
    let node = again.get(number).ok_or(BackError::Changed)?;
    let mut problems = Vec::new();
    let changed = read::rule(node.clone(), kind, &mut problems);
    let mut now = problems.iter().filter(|problem| problem.is_error());
    if let Some(worse) = now.clone().nth(errors).and_then(|_| now.next_back()) {
        return Err(BackError::Unread(worse.message.clone()));
    }
    let changed = changed.filter(|changed| changed.id.value == rule.id.value).ok_or(BackError::Changed)?;
    agree(kind, &changed.details, &target)?;
    Ok(after)
}

fn into_overrides(
    text: &str,
    number: usize,
    rule: &Rule,
    path: &str,
    fields: &[LiveField],
) -> Result<String, BackError> {
    let documents = parsed(text)?;
    let node = documents.get(number).ok_or(BackError::Changed)?;
    let workspace = workspace(node)?;
    let details = workspace.details(rule, path);
    let current = properties(rule.kind, &details);
    let target = with(&current, fields);
    let nothing = Details::default();
    let own = own_override(node, rule, &workspace, path);
    let at = own.unwrap_or(workspace.overrides.len());
    let place = Place {
        prefix: vec![Step::from("overrides"), Step::Item(at), Step::from("set")],
        node: own.and_then(|at| item(node, at)?.get("set")),
        own: own.map_or(&nothing, |at| &workspace.overrides[at].set),
        details: &details,
        current: &current,
        explicit: true,
    };
    let mut edits = edits(&place, &target, fields)?;
    if own.is_none() {
        let rules = Yaml::List(vec![Yaml::text(&rule.id.value)]);
        let value = rules.under("rules");
        edits.insert(0, Edit::Append { path: vec![Step::from("overrides")], value });
    }
    let after = edit::apply(text, number, &edits)?;
    let again = parsed(&after)?;
    others_stay(&documents, &again, number, &edits)?;
    let changed = self::workspace(again.get(number).ok_or(BackError::Changed)?)?;
    // What other overrides say is not touched.
    let rest = |workspace: &Workspace| workspace.overrides.len();
    if rest(&changed) != rest(&workspace) + usize::from(own.is_none()) {
        return Err(BackError::Changed);
    }
    agree(rule.kind, &changed.details(rule, path), &target)?;
    Ok(after)
}

/// The last override that reaches a rule, if it is for that rule alone.
fn own_override(node: &Node<'_>, rule: &Rule, workspace: &Workspace, path: &str) -> Option<usize> {
    let reaches = |at: &usize| workspace.overrides[*at].rules.iter().any(|selector| selector.matches(rule, path));
    let last = (0..workspace.overrides.len()).rev().find(reaches)?;
    match &item(node, last)?.get("rules")?.value {
        yaml::Value::Sequence(rules) => match rules.as_slice() {
            [one] => one.text().is_some_and(|text| text.eq_ignore_ascii_case(&rule.id.value)).then_some(last),
            _ => None,
        },
        _ => None,
    }
}

fn item<'n, 't>(node: &'n Node<'t>, at: usize) -> Option<&'n Node<'t>> {
    match &node.get("overrides")?.value {
        yaml::Value::Sequence(items) => items.get(at),
        _ => None,
    }
}

fn workspace(node: &Node<'_>) -> Result<Workspace, BackError> {
    let mut problems = Vec::new();
    let workspace = crate::workspace::read::workspace(node.clone(), &mut problems);
    match problems.into_iter().find(crate::diagnostic::Diagnostic::is_error) {
        Some(problem) => Err(BackError::Unread(problem.message)),
        None => workspace.ok_or(BackError::Changed),
    }
}

fn edits(place: &Place<'_>, target: &Properties, fields: &[LiveField]) -> Result<Vec<Edit>, BackError> {
    let differing = differing(place.current, target);
    let mut edits = Vec::new();
    let mut techniques = false;
    for field in fields.iter().filter(|field| differing.contains(&field.path.as_str())) {
        if TOGETHER.contains(&field.path.as_str()) && std::mem::replace(&mut techniques, true) {
            continue;
        }
        edits.extend(place.edits(&field.path, target)?);
    }
    Ok(edits)
}

fn with(current: &Properties, fields: &[LiveField]) -> Properties {
    let mut target = current.clone();
    for LiveField { path, value } in fields {
        if value.is_null() { remove(&mut target, path) } else { put(&mut target, path, value.clone()) }
    }
    target
}

fn agree(kind: RuleKind, details: &Details, target: &Properties) -> Result<(), BackError> {
    let differing = differing(&properties(kind, details), target);
    if differing.is_empty() { Ok(()) } else { Err(BackError::Differs(differing)) }
}

/// The fields in which two rules differ.
fn differing(one: &Properties, other: &Properties) -> Vec<&'static str> {
    let [one, other] = [one, other].map(|properties| normalize(ResourceType::AlertRules, properties));
    let pairs = one.iter().zip(other.iter());
    pairs.filter(|((_, a), (_, b))| a != b).map(|((field, _), _)| field.path).collect()
}

fn parsed(text: &str) -> Result<Vec<Node<'_>>, BackError> {
    yaml::parse(file(), text).map_err(|problem| BackError::Unread(problem.message))
}

/// A file of its own: places in it are never told.
fn file() -> FileId {
    Sources::default().add("", "")
}

/// Holds an edit to its document, and in that to the keys that it names.
fn others_stay(before: &[Node<'_>], after: &[Node<'_>], number: usize, edits: &[Edit]) -> Result<(), BackError> {
    if before.len() != after.len() {
        return Err(BackError::Changed);
    }
    let touched = |key: &str| {
        edits.iter().any(|edit| {
            let (Edit::Set { path, .. } | Edit::Items { path, .. } | Edit::Append { path, .. } | Edit::Remove { path }) =
                edit;
            matches!(path.first(), Some(Step::Key(first)) if first == key)
        })
    };
    for (n, (old, new)) in before.iter().zip(after).enumerate() {
        if n != number {
            if !same(old, new) {
                return Err(BackError::Spills("another document of the file".to_owned()));
            }
            continue;
        }
        let keys = [old, new].map(|node| node.entries().unwrap_or_default());
        for entry in keys.into_iter().flatten().filter(|entry| !touched(&entry.key)) {
            let stays = matches!((old.get(&entry.key), new.get(&entry.key)), (Some(a), Some(b)) if same(a, b));
            if !stays {
                return Err(BackError::Spills(format!("`{}`", entry.key.escape_debug())));
            }
        }
    }
    Ok(())
}

/// Whether two nodes say the same, blanks at the ends of a text aside: those are not sent.
fn same(a: &Node<'_>, b: &Node<'_>) -> bool {
    use yaml::Value::{Mapping, Scalar, Sequence};
    match (&a.value, &b.value) {
        (Scalar { text: a, plain: p }, Scalar { text: b, plain: q }) => p == q && a.trim_end() == b.trim_end(),
        (Sequence(a), Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Mapping(a), Mapping(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && same(&a.value, &b.value))
        }
        _ => false,
    }
}

//! Whose document is it? Ours, another tool's rule (refused by name), or none of our business.

use super::analytics::RuleKind;
use super::yaml::{Entry, Node, Value};
use crate::diagnostic::{Code, Diagnostic, Span, nearest};

/// What a document is, judged by its keys.
#[derive(Debug)]
pub enum Class {
    /// An analytics rule.
    Rule(RuleKind),
    /// A workspace.
    Workspace,
    /// An exclusion.
    Exclusion,
    /// A suppression.
    Suppression,
    /// The columns of a table.
    Table,
    /// Not ours: left alone.
    Foreign,
    /// Meant as ours, and not readable as such.
    Refused(Box<Diagnostic>),
}

/// Kinds of the design that this version does not carry out. Left alone they would be lost in silence.
const NOT_YET: &[&str] = &["Moved", "DriftIgnore"];

/// Every kind of document, for suggestions.
const KINDS: &[&str] = &["Scheduled", "NRT", "Workspace", "Exclusion", "Suppression", "Table", "Moved", "DriftIgnore"];

/// Judges a document by its keys, and where those leave it open by its folder. `path` is relative to the project.
pub fn classify(node: &Node<'_>, path: &str) -> Class {
    let Some(entries) = node.entries() else { return list_of_rules(node, node.span).unwrap_or(Class::Foreign) };
    let has = |key: &str| entries.iter().any(|entry| entry.key == key);
    if has("apiVersion") && has("kind") && has("metadata") && !has("query") {
        return Class::Foreign; // Kubernetes
    }
    if let Some(refused) = other_shape(entries) {
        return refused;
    }
    let is_rule = has("query") && (has("severity") || has("triggerOperator"));
    let Some(kind) = node.get("kind").filter(|kind| !kind.is_null()) else {
        return match is_rule {
            true if among_hunting_queries(path) => refuse(
                Code::KindMissing,
                node.span,
                "a document among hunting queries that has the keys of an analytics rule, and no `kind`",
                "say `kind: Scheduled` if it is a rule; else exclude the folder in palisade.yaml",
            ),
            true => Class::Rule(RuleKind::Scheduled),
            false => Class::Foreign,
        };
    };
    let word = kind.text().unwrap_or("").trim();
    if word.eq_ignore_ascii_case("scheduled") {
        return Class::Rule(RuleKind::Scheduled);
    }
    if word.eq_ignore_ascii_case("nrt") {
        return Class::Rule(RuleKind::Nrt);
    }
    if word == "Workspace" {
        return Class::Workspace;
    }
    if word == "Exclusion" {
        return Class::Exclusion;
    }
    if word == "Suppression" {
        return Class::Suppression;
    }
    if word == "Table" {
        return Class::Table;
    }
    if NOT_YET.contains(&word) {
        let message = format!("documents of kind {word} are not carried out by this version of Palisade");
        return refuse(Code::UnsupportedKind, kind.span, message, "remove the file, or use a version that knows it");
    }
    if !is_rule {
        return Class::Foreign;
    }
    let help = match nearest(word, KINDS.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "an analytics rule is `Scheduled` or `NRT`".to_owned(),
    };
    refuse(Code::UnknownKind, kind.span, format!("unknown kind `{}` of a rule", word.escape_debug()), &help)
}

/// Azure-Sentinel keeps hunting queries in folders of that name, and some have a severity or even a schedule.
fn among_hunting_queries(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| folder.to_ascii_lowercase().contains("hunting"))
}

fn refuse(code: Code, span: Span, message: impl Into<String>, help: &str) -> Class {
    Class::Refused(Box::new(Diagnostic::new(code, span, message).help(help)))
}

/// Rules in the shapes of other tools: recognised so that they are refused by name and never left out in silence.
fn other_shape(entries: &[Entry<'_>]) -> Option<Class> {
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let pascal = find("Query").or(find("Kind")).filter(|_| find("DisplayName").is_some() || find("Severity").is_some());
    if let Some(entry) = pascal {
        return Some(refuse(
            Code::ForeignShape,
            entry.key_span,
            format!("`{}`: a rule with PascalCase keys, as AZSentinel writes them", entry.key),
            "rename the keys: DisplayName is `name`, Techniques is `relevantTechniques`, the others begin in lower case",
        ));
    }
    for key in ["rules", "Rules", "Scheduled", "scheduled", "NRT", "analytics", "detections"] {
        if let Some(entry) = find(key)
            && let Some(refused) = list_of_rules(&entry.value, entry.key_span)
        {
            return Some(refused);
        }
    }
    if let Some(entry) = find("properties")
        && (["query", "displayName"].iter().any(|key| entry.value.get(key).is_some()))
    {
        return Some(refuse(
            Code::ForeignShape,
            entry.key_span,
            "`properties:` a rule in ARM's shape, written as YAML",
            "move what is below `properties` up one level, and rename displayName to `name`",
        ));
    }
    if let Some(entry) = find("sentinel")
        && entry.value.get("query").or(entry.value.get("properties")).or(entry.value.get("kind")).is_some()
    {
        return Some(refuse(
            Code::ForeignShape,
            entry.key_span,
            "`sentinel:` a rule wrapped as ContentOps writes it",
            "move what is below `sentinel` up one level",
        ));
    }
    let resources = find("resources").filter(|_| find("$schema").is_some() || find("contentVersion").is_some())?;
    let Value::Sequence(items) = &resources.value.value else { return None };
    let rules = items.iter().any(|item| {
        item.get("type").and_then(Node::text).is_some_and(|t| t.to_ascii_lowercase().contains("alertrules"))
    });
    rules.then(|| {
        refuse(
            Code::ForeignShape,
            resources.key_span,
            "`resources:` an ARM template with analytics rules, written as YAML",
            "give each rule a document of its own in the template dialect",
        )
    })
}

fn list_of_rules(node: &Node<'_>, span: Span) -> Option<Class> {
    let Value::Sequence(items) = &node.value else { return None };
    let looks = |item: &Node<'_>| {
        item.entries().is_some_and(|entries| {
            entries.iter().any(|e| e.key.eq_ignore_ascii_case("query"))
                && entries
                    .iter()
                    .any(|e| e.key.eq_ignore_ascii_case("severity") || e.key.eq_ignore_ascii_case("triggerOperator"))
        })
    };
    items.iter().any(looks).then(|| {
        refuse(
            Code::ForeignShape,
            span,
            "a list of rules in one document",
            "give each rule a document of its own, with `---` between two in one file",
        )
    })
}

//! Live rules that no document is about, into new documents.

use std::collections::BTreeSet;

use super::documents::{File, Write};
use super::{To, Wish, have_it, others};
use crate::arm::error::ArmError;
use crate::check;
use crate::compile::back::document;
use crate::diagnostic::{Diagnostic, Sources};
use crate::kql::Schema;
use crate::kql::exclude;
use crate::ops::connection::Connection;
use crate::ops::load::Loaded;
use crate::ops::place;
use crate::plan::mark::query::unmarked;
use crate::plan::replace::{lineage, may_succeed};
use crate::resource::{Kind, Resource, ResourceType};
use crate::rule::{Rule, RuleKind, read, yaml};
use crate::workspace::Workspace;

/// A live rule that no document is about.
#[derive(Debug, Clone)]
pub struct Unmanaged {
    /// Its name in the workspace: the id that its document has.
    pub id: String,
    /// Its display name.
    pub name: String,
    pub fate: Fate,
}

/// What becomes of it.
#[derive(Debug, Clone)]
pub enum Fate {
    /// This document.
    File(File),
    /// None: and why.
    Refused(String),
    /// None can be of its kind. Every workspace has such rules.
    Kind(String),
}

/// The live rules of a workspace.
///
/// # Errors
/// Whatever keeps the list from being whole.
pub async fn live(connection: &Connection) -> Result<Vec<Resource>, ArmError> {
    place::live(connection, &[ResourceType::AlertRules]).await
}

/// Works out documents of the live rules that the project does not have, in the order of their names.
///
/// `folder` is where the files go, relative to the project; `taken` tells whether a path is there already.
///
/// # Errors
/// A wish that fits no such rule, or a folder that the project does not read.
pub fn unmanaged(
    loaded: &Loaded,
    workspace: &Workspace,
    live: &[Resource],
    wish: &Wish,
    folder: &str,
    taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<Unmanaged>, String> {
    let content = &loaded.content;
    let ids = content.rules.iter().chain(content.faulty.iter().map(|faulty| &faulty.rule)).map(|rule| &rule.id.value);
    let mut known: BTreeSet<String> = ids.chain(&content.refused_ids).map(|id| id.to_ascii_lowercase()).collect();
    known.extend(workspace.names.values().map(|name| name.value.to_ascii_lowercase()));
    if live.iter().any(|one| may_succeed(&one.name)) {
        // Where a rule's kind became another, and nobody wrote its name down.
        let later: Vec<String> = known.iter().flat_map(|name| lineage(name)).collect();
        known.extend(later);
    }
    let mut strangers: Vec<&Resource> = live
        .iter()
        .filter(|one| one.resource_type == ResourceType::AlertRules && !known.contains(&one.name.to_ascii_lowercase()))
        .collect();
    strangers.sort_by_key(|one| (one.display_name().to_lowercase(), one.name.to_ascii_lowercase()));
    for wanted in &wish.only {
        let one = Wish { only: vec![wanted.clone()], ..Wish::default() };
        if !strangers.iter().any(|rule| one.wants(&rule.name, rule.display_name())) {
            return Err(format!("no live rule outside of the project has the name {wanted}"));
        }
    }
    let inside =
        folder.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']));
    if !inside {
        return Err(format!("{folder} is no folder of the project that is read: give a relative one, not hidden"));
    }
    if !content.settings.admits(&format!("{folder}/a.yaml")) {
        return Err(format!("{folder} would not be read: `include` or `exclude` of palisade.yaml leave it out"));
    }
    let mut paths = BTreeSet::new();
    let mut found = Vec::new();
    for rule in strangers.into_iter().filter(|rule| wish.wants(&rule.name, rule.display_name())) {
        let path = free(folder, rule, &|path| paths.contains(path) || taken(path));
        let fate = match kind(rule) {
            Ok(kind) => match written(loaded, workspace, rule, kind, wish, path) {
                Ok(file) => Fate::File(file),
                Err(why) => Fate::Refused(why),
            },
            Err(why) if wish.only.is_empty() => Fate::Kind(why),
            Err(why) => Fate::Refused(why),
        };
        if let Fate::File(file) = &fate {
            paths.insert(file.path.clone());
        }
        found.push(Unmanaged { id: rule.name.clone(), name: rule.display_name().to_owned(), fate });
    }
    Ok(found)
}

fn kind(live: &Resource) -> Result<RuleKind, String> {
    match &live.kind {
        Some(Kind::Scheduled) => Ok(RuleKind::Scheduled),
        Some(Kind::Nrt) => Ok(RuleKind::Nrt),
        Some(Kind::Other(kind)) => Err(format!("a rule of kind {kind} can't be a document")),
        None => Err("it has no kind".to_owned()),
    }
}

fn written(
    loaded: &Loaded,
    workspace: &Workspace,
    live: &Resource,
    kind: RuleKind,
    wish: &Wish,
    path: String,
) -> Result<File, String> {
    let query = live.properties.get("query").and_then(serde_json::Value::as_str).unwrap_or_default();
    if let Some(mark) = unmarked(query).marks.into_iter().next() {
        return Err(match mark {
            Ok(mark) => format!("it carries the mark of {} in the project {}", mark.name, mark.project),
            Err(_) => "it carries a mark that can't be read".to_owned(),
        });
    }
    if !exclude::blocks(query).is_empty() {
        return Err("exclusions of some project are in its query".to_owned());
    }
    let text = document(&live.name, kind, &live.properties).map_err(|(field, why)| format!("{field}: {why}"))?;
    let (rule, errors) = checked(loaded, &text, kind, &path).ok_or("its document can't be read again")?;
    if let Some(error) = errors.first() {
        return Err(format!("check would refuse it: {}", error.message));
    }
    if !workspace.selects(&rule, &path) {
        return Err(format!("{} would not have it: its `rules` leave {path} out", workspace.name.value));
    }
    let others = others(loaded, workspace, &rule, &path);
    if !others.is_empty() && wish.to != Some(To::Rules) {
        let them = have_it(&others).replace("has it", "would get it").replace("have it", "would get it");
        return Err(format!("{them} too: exclude {path} there first, or say --to rules"));
    }
    Ok(File { path, write: Write::New(text) })
}

fn checked(loaded: &Loaded, text: &str, kind: RuleKind, path: &str) -> Option<(Rule, Vec<Diagnostic>)> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let node = yaml::parse(file, text).ok()?.into_iter().next()?;
    let mut problems = Vec::new();
    let rule = read::rule(node, kind, &mut problems)?;
    let content = &loaded.content;
    let schema: &dyn Schema = content.tables.shared();
    let settings =
        check::Settings { nrt: content.settings.policy.nrt, schema, now: None, ..check::Settings::default() };
    check::rule(&rule, &sources, settings, &mut problems);
    problems.retain(Diagnostic::is_error);
    Some((rule, problems))
}

/// A path that nobody has, from a rule's display name.
fn free(folder: &str, rule: &Resource, taken: &dyn Fn(&str) -> bool) -> String {
    let base = slug(rule.display_name()).unwrap_or_else(|| slug(&rule.name).unwrap_or_else(|| "rule".to_owned()));
    let mut path = format!("{folder}/{base}.yaml");
    let mut n = 2;
    while taken(&path) {
        path = format!("{folder}/{base}-{n}.yaml");
        n += 1;
    }
    path
}

/// Letters and digits of ASCII in lower case, and `-` for everything between them; `None` if nothing is left.
fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-').to_owned();
    // Names of devices in Windows, whatever their ending.
    let device = ["con", "prn", "aux", "nul"].contains(&slug.as_str())
        || (slug.len() == 4
            && (slug.starts_with("com") || slug.starts_with("lpt"))
            && slug.ends_with(|c: char| c.is_ascii_digit()));
    match slug.as_str() {
        "" => None,
        _ if device => Some(format!("rule-{slug}")),
        _ => Some(slug),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn file_names_are_tame_whatever_a_rule_is_called() {
        let name = |text: &str| slug(text).unwrap_or_default();
        assert_eq!(name("Brute force against RDP (T1110)"), "brute-force-against-rdp-t1110");
        assert_eq!(name("../../etc/passwd\u{1b}[31m"), "etc-passwd-31m");
        assert_eq!(name("CON"), "rule-con");
        assert_eq!(name("日本"), "");
        assert!(name(&"a b".repeat(100)).len() <= 60);
    }
}

//! `adopt`: what was changed in a live workspace, into the files of the project.
//!
//! Everything is worked out before the first file is written. A field goes back only if the file, read again, compiles
//! to what lives and to nothing else that is new, and if no check refuses it.

pub(super) mod documents;
mod unmanaged;

use serde_json::Value;

pub use documents::{File, Write, restore, write};
pub use unmanaged::{Fate, Unmanaged, live, unmanaged};

use super::load::Loaded;
use crate::check;
use crate::compile::back::{BackError, LiveField, Rewritten, rewrite, rewrite_overrides};
use crate::compile::properties;
use crate::diagnostic::{Diagnostic, Sources};
use crate::kql::Schema;
use crate::kql::exclude;
use crate::plan::{FieldChange, Verdict, WorkspacePlan};
use crate::resource::{ResourceType, normalize};
use crate::rule::{Rule, read, yaml};
use crate::workspace::Workspace;
use crate::workspace::pattern::Pattern;
use documents::Drafts;

/// Where a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Into the rule's own document: it holds in every workspace that has the rule.
    Rules,
    /// Into the workspace's `overrides`: it holds there alone.
    Overrides,
}

/// What is taken.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Ids or name patterns; every rule where there is none.
    pub only: Vec<String>,
    /// Where to; without, into the rule's document if no other workspace has the rule.
    pub to: Option<To>,
    /// Take the live value where the files changed the field too.
    pub conflicts: bool,
    /// Take the live value where nobody knows which side changed.
    pub unknown: bool,
}

impl Wish {
    fn wants(&self, id: &str, name: &str) -> bool {
        let fits = |wanted: &String| id.eq_ignore_ascii_case(wanted) || Pattern::new(wanted).matches(name);
        self.only.is_empty() || self.only.iter().any(fits)
    }
}

/// One field of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The rule's id.
    pub id: String,
    /// The rule's name.
    pub name: String,
    /// Dotted, from `properties`.
    pub path: String,
    /// The live value.
    pub live: Value,
    /// The value that the files had.
    pub files: Value,
    /// The file that it goes to, relative to the project, with `/`.
    pub file: String,
    /// Why it stays as it is; none if it was taken.
    pub refused: Option<String>,
}

/// What becomes of a workspace's edits.
#[derive(Debug, Clone, Default)]
pub struct Adoption {
    pub fields: Vec<Field>,
    /// Fields that no document can say, and that stay as they live whatever is applied.
    pub beyond: Vec<Field>,
    /// The files that change, in the order of their paths.
    pub files: Vec<File>,
}

/// Works out what goes into the files of a project.
///
/// # Errors
/// A wish that fits no rule of the project, or overrides of a workspace that has no document.
pub fn adopt(loaded: &Loaded, workspace: &Workspace, plan: &WorkspacePlan, wish: &Wish) -> Result<Adoption, String> {
    for wanted in &wish.only {
        let one = Wish { only: vec![wanted.clone()], ..Wish::default() };
        if !loaded.content.rules.iter().any(|rule| one.wants(&rule.id.value, rule.display_name())) {
            return Err(format!("no rule has the id or name {wanted}"));
        }
    }
    let documented = loaded.content.workspaces.iter().any(|known| known.name.value == workspace.name.value);
    if wish.to == Some(To::Overrides) && !documented {
        return Err(format!("the workspace {} has no document that overrides could go to", workspace.name.value));
    }
    let mut adopting = Adopting { loaded, workspace, wish, drafts: Drafts::of(loaded), done: Adoption::default() };
    let rules = plan.changes.iter().filter(|change| change.resource_type() == Some(ResourceType::AlertRules));
    for change in rules {
        let found = loaded.content.rules.iter().find(|rule| rule.id.value.eq_ignore_ascii_case(&change.id));
        let Some(rule) = found.filter(|rule| wish.wants(&rule.id.value, rule.display_name())) else { continue };
        adopting.rule(rule, &change.fields);
    }
    let Adopting { drafts, mut done, .. } = adopting;
    done.files = drafts.changed();
    Ok(done)
}

struct Adopting<'a> {
    loaded: &'a Loaded,
    workspace: &'a Workspace,
    wish: &'a Wish,
    drafts: Drafts<'a>,
    done: Adoption,
}

impl Adopting<'_> {
    fn rule(&mut self, rule: &Rule, fields: &[FieldChange]) {
        let mut wanted = Vec::new();
        for field in fields {
            match self.verdict(rule, field) {
                None => {}
                Some(Ok(live)) => wanted.push((field, live)),
                Some(Err(why)) => self.tell(rule, field, String::new(), Some(why)),
            }
        }
        // A list of techniques and sub-techniques is one.
        let mut groups: Vec<Vec<(&FieldChange, LiveField)>> = Vec::new();
        for one in wanted {
            match groups.last_mut() {
                Some(last) if last[0].0.path == "techniques" && one.0.path == "subTechniques" => last.push(one),
                _ => groups.push(vec![one]),
            }
        }
        for group in groups {
            let live: Vec<LiveField> = group.iter().map(|(_, live)| live.clone()).collect();
            match self.take(rule, &live) {
                Ok(file) => group.iter().for_each(|(field, _)| self.tell(rule, field, file.clone(), None)),
                Err(Refusal::Beyond) => group.iter().for_each(|(field, _)| self.beyond(rule, field)),
                Err(Refusal::Why(why)) => {
                    group.iter().for_each(|(field, _)| self.tell(rule, field, String::new(), Some(why.clone())));
                }
            }
        }
    }

    /// The live value if it is to be taken, why not if somebody wants to know, `None` if it is nobody's edit.
    fn verdict(&self, rule: &Rule, field: &FieldChange) -> Option<Result<LiveField, String>> {
        match field.verdict {
            Verdict::Pending | Verdict::Same => return None,
            Verdict::Conflict if !self.wish.conflicts => {
                return Some(Err("the files changed it too: --take-conflicts takes the live value".to_owned()));
            }
            Verdict::Unknown if !self.wish.unknown => {
                let why = "nobody knows which side changed it: --take-unknown takes the live value";
                return Some(Err(why.to_owned()));
            }
            Verdict::Drift | Verdict::Conflict | Verdict::Unknown => {}
        }
        let mut live = LiveField { path: field.path.clone(), value: field.before.clone() };
        if let ("query", Value::String(query)) = (field.path.as_str(), &field.before) {
            let Some(own) = exclude::remove(query) else {
                let why =
                    "the block of its exclusions was edited by hand: what is whose can't be told; undo that first";
                return Some(Err(why.to_owned()));
            };
            if rule.details.query.as_ref().is_some_and(|written| written.value.trim() == own.trim()) {
                return Some(Err("it differs in its exclusions alone, which are documents of their own".to_owned()));
            }
            live.value = Value::String(own.trim().to_owned());
        }
        Some(Ok(live))
    }

    /// Takes fields that belong together. The file that they went to.
    fn take(&mut self, rule: &Rule, live: &[LiveField]) -> Result<String, Refusal> {
        let to = match self.wish.to {
            Some(to) => to,
            None => self.only_here(rule)?,
        };
        match to {
            To::Rules => self.write_rule(rule, live),
            To::Overrides => self.write_overrides(rule, live),
        }
    }

    /// A rule that other workspaces have is not changed for the sake of one.
    fn only_here(&self, rule: &Rule) -> Result<To, Refusal> {
        let others = others(self.loaded, self.workspace, rule, self.path(rule));
        if others.is_empty() {
            return Ok(To::Rules);
        }
        Err(Refusal::Why(format!(
            "{} too: --to rules changes it in all of them, --to overrides here alone",
            have_it(&others)
        )))
    }

    fn path(&self, rule: &Rule) -> &str {
        self.loaded.sources.path(rule.span.file)
    }

    fn write_rule(&mut self, rule: &Rule, live: &[LiveField]) -> Result<String, Refusal> {
        let (draft, number) = self.drafts.document(rule.span).ok_or_else(unread)?;
        let draft = draft.to_owned();
        let text = sole(rewrite(&draft, number, rule.kind, live))?;
        let path = self.path(rule).to_owned();
        // What was taken of the rule before is in the draft.
        let (so_far, old_sources) = reread(&draft, number, rule, &path).ok_or_else(unread)?;
        let (again, sources) = reread(&text, number, rule, &path).ok_or_else(unread)?;
        self.effective(&so_far, &again, &path, live)?;
        let settings = self.settings();
        let mut errors = [Vec::new(), Vec::new()];
        check::rule(&so_far, &old_sources, settings, &mut errors[0]);
        check::rule(&again, &sources, settings, &mut errors[1]);
        unworsened(errors)?;
        self.drafts.replace(rule.span.file, text);
        Ok(path)
    }

    /// What a rule is in the workspace must be what it was there, but for the fields that were taken.
    fn effective(&self, rule: &Rule, again: &Rule, path: &str, live: &[LiveField]) -> Result<(), Refusal> {
        let here = |rule: &Rule| {
            let details = self.workspace.details(rule, path);
            normalize(ResourceType::AlertRules, &properties(rule.kind, &details))
        };
        let (before, after) = (here(rule), here(again));
        for ((field, before), (_, after)) in before.iter().zip(after.iter()) {
            let taken = live.iter().find(|live| live.path == field.path).map(|live| &live.value);
            let (wanted, name) = (taken.filter(|value| !value.is_null()), &self.workspace.name.value);
            let why = match taken {
                Some(_) if after != wanted && (wanted.is_some() || after != field.absent.value().as_ref()) => {
                    format!("an override of {name} sets it: --to overrides changes it there")
                }
                None if after != before => {
                    format!("the overrides of {name} would reach another rule by it: {} would change there", field.path)
                }
                _ => continue,
            };
            return Err(Refusal::Why(why));
        }
        Ok(())
    }

    fn settings(&self) -> check::Settings<'_> {
        let content = &self.loaded.content;
        let schema: &dyn Schema = content.tables.shared();
        check::Settings {
            nrt: content.settings.policy.nrt,
            schema,
            now: Some(content.now),
            ..check::Settings::default()
        }
    }

    fn write_overrides(&mut self, rule: &Rule, live: &[LiveField]) -> Result<String, Refusal> {
        let path = self.path(rule).to_owned();
        let span = self.workspace.span;
        let (draft, number) = self.drafts.document(span).ok_or_else(unread)?;
        let text = sole(rewrite_overrides(draft, number, rule, &path, live))?;
        let mut sources = self.loaded.sources.clone();
        let file = sources.add(self.loaded.sources.path(span.file), text.as_str());
        let node = yaml::parse(file, &text).ok().and_then(|documents| documents.into_iter().nth(number));
        let again =
            node.and_then(|node| crate::workspace::read::workspace(node, &mut Vec::new())).ok_or_else(unread)?;
        let settings = self.settings();
        let mut errors = [Vec::new(), Vec::new()];
        for (workspace, errors) in [self.workspace, &again].into_iter().zip(&mut errors) {
            check::details(rule.kind, &workspace.details(rule, &path), &sources, settings, errors);
        }
        unworsened(errors)?;
        self.drafts.replace(span.file, text);
        Ok(self.loaded.sources.path(span.file).to_owned())
    }

    fn tell(&mut self, rule: &Rule, field: &FieldChange, file: String, refused: Option<String>) {
        self.done.fields.push(told(rule, field, file, refused));
    }

    fn beyond(&mut self, rule: &Rule, field: &FieldChange) {
        self.done.beyond.push(told(rule, field, String::new(), None));
    }
}

fn told(rule: &Rule, field: &FieldChange, file: String, refused: Option<String>) -> Field {
    let (id, name) = (rule.id.value.clone(), rule.display_name().trim().to_owned());
    let (path, live, files) = (field.path.clone(), field.before.clone(), field.after.clone());
    Field { id, name, path, live, files, file, refused }
}

enum Refusal {
    /// No document can say it.
    Beyond,
    Why(String),
}

/// The text of fields that are written together or not at all.
fn sole(rewritten: Rewritten) -> Result<String, Refusal> {
    match rewritten.refused.into_iter().next() {
        Some((_, BackError::NoWay)) => Err(Refusal::Beyond),
        Some((_, why)) => Err(Refusal::Why(why.to_string())),
        None => Ok(rewritten.text),
    }
}

/// Nothing goes into a file that check would refuse afterwards and does not refuse already.
fn unworsened([before, after]: [Vec<Diagnostic>; 2]) -> Result<(), Refusal> {
    let known = |problem: &Diagnostic| before.iter().any(|old| old.is_error() && old.message == problem.message);
    match after.into_iter().find(|problem| problem.is_error() && !known(problem)) {
        Some(new) => Err(Refusal::Why(format!("check would refuse it: {}", new.message))),
        None => Ok(()),
    }
}

fn unread() -> Refusal {
    Refusal::Why(BackError::Changed.to_string())
}

/// A rule as its edited document says it, with the text that its places are of.
fn reread(text: &str, number: usize, rule: &Rule, path: &str) -> Option<(Rule, Sources)> {
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let node = yaml::parse(file, text).ok()?.into_iter().nth(number)?;
    let rule = read::rule(node, rule.kind, &mut Vec::new())?;
    Some((rule, sources))
}

/// The other workspaces of the project that a rule goes to.
fn others<'l>(loaded: &'l Loaded, workspace: &Workspace, rule: &Rule, path: &str) -> Vec<&'l str> {
    let known = loaded.content.workspaces.iter();
    let others = known.filter(|other| other.name.value != workspace.name.value && other.selects(rule, path));
    others.map(|other| other.name.value.as_str()).collect()
}

/// `fabrikam has it`, or who of many.
fn have_it(names: &[&str]) -> String {
    match names {
        [one] => format!("{one} has it"),
        [one, two] => format!("{one} and {two} have it"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more have it", rest.len()),
        [] => "nobody else has it".to_owned(),
    }
}

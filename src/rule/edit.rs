//! Edits of a document in its file: one value changes, and every other byte stays.
//!
//! Comments, order of keys, quotes, indentation and line ends are the author's. A value takes the place of another in the
//! style of the old one, if that style can hold it. A key that is new goes beside its neighbours. Whoever edits reads the
//! text again and compares: see `compile::back`.

mod file;
mod folded;
mod layout;
mod mapping;
pub mod order;
mod scalar;
mod sequence;
mod style;
mod value;

use file::{File, Splice};
use layout::{Laid, Spot};
pub use value::Yaml;

/// One step of the way from a document to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key, as the file spells it.
    Key(String),
    /// An item of a list, from 0.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Gives a key a value. Keys on the way that are not there are made.
    Set { path: Vec<Step>, value: Yaml },
    /// Gives a list other items; the list is made if it is not there.
    Items { path: Vec<Step>, items: Vec<Item> },
    /// Adds an item to the end of a list; the list is made if it is not there.
    Append { path: Vec<Step>, value: Yaml },
    /// Takes a key away, and the keys above it that it leaves with nothing.
    Remove { path: Vec<Step> },
}

/// An item of a list that is given other items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// One that was there, by its number from 0.
    Keep(usize),
    New(Yaml),
}

/// Why an edit can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("an anchor, an alias or a tag is on it: what else hangs on it can't be told; write the value out first")]
    Entangled,
    #[error("what it stands under is no mapping")]
    NotAMapping,
    #[error(
        "a comment stands between brackets or braces, and would be lost; write the value on lines of its own first"
    )]
    FlowComment,
    #[error("it is laid out in a way that can't be edited without changing what stands around it")]
    Layout,
    #[error("the file does not parse")]
    Unparsed,
}

/// Makes edits one after the other in document `number` (from 0) of a file's text.
///
/// # Errors
/// The first edit that can't be made; nothing is half done.
pub fn apply(text: &str, number: usize, edits: &[Edit]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    for edit in edits {
        let root = layout::document(&text, number)?;
        let file = File::new(&text, &root);
        let splices = splices(&file, &root, edit)?;
        text = file.spliced(splices);
    }
    Ok(text)
}

/// A key with its value on lines of its own, for a file that is new.
pub fn entry(key: &str, value: &Yaml) -> String {
    value::entry(key, value, 0, value::Habits { newline: "\n", dash: 2 }) + "\n"
}

fn splices(file: &File<'_>, root: &Spot<'_>, edit: &Edit) -> Result<Vec<Splice>, EditError> {
    match edit {
        Edit::Set { path, value } => {
            change(file, root, path, value, |entry, flow| mapping::replace(file, entry, value, flow))
        }
        Edit::Items { path, items } => {
            let fresh = items.iter().filter_map(|item| match item {
                Item::New(value) => Some(value.clone()),
                Item::Keep(_) => None,
            });
            let whole = Yaml::List(fresh.collect());
            change(file, root, path, &whole, |entry, flow| sequence::rewrite(file, entry, items, flow))
        }
        Edit::Append { path, value } => {
            let whole = Yaml::List(vec![value.clone()]);
            change(file, root, path, &whole, |entry, flow| {
                let length = match &entry.value.value {
                    Laid::Sequence { items, .. } => items.len(),
                    _ => 0,
                };
                let mut items: Vec<Item> = (0..length).map(Item::Keep).collect();
                items.push(Item::New(value.clone()));
                sequence::rewrite(file, entry, &items, flow)
            })
        }
        Edit::Remove { path } => remove(file, root, path),
    }
}

/// Walks a path. Where it ends in the file, `there` changes the entry; where it leaves the file, `value` is added.
fn change(
    file: &File<'_>,
    root: &Spot<'_>,
    path: &[Step],
    value: &Yaml,
    there: impl FnOnce(&layout::Entry<'_>, bool) -> Result<Vec<Splice>, EditError>,
) -> Result<Vec<Splice>, EditError> {
    let (mut spot, mut parent, mut flow) = (root, None, false);
    for (n, step) in path.iter().enumerate() {
        if spot.marked || matches!(spot.value, Laid::Alias) {
            return Err(EditError::Entangled);
        }
        flow |= spot.is_flow();
        let key = match step {
            Step::Item(at) => {
                let Laid::Sequence { items, .. } = &spot.value else { return Err(EditError::NotAMapping) };
                spot = items.get(*at).ok_or(EditError::NotAMapping)?;
                parent = None;
                continue;
            }
            Step::Key(key) => key,
        };
        let rest = &path[n + 1..];
        match spot.entry(key) {
            None => return mapping::insert(file, spot, parent, key, &nested(value, rest)?),
            Some(entry) if rest.is_empty() => return there(entry, flow),
            Some(entry) if entry.value.is_null() => return mapping::replace(file, entry, &nested(value, rest)?, flow),
            Some(entry) => {
                spot = &entry.value;
                parent = Some(key.as_str());
            }
        }
    }
    Err(EditError::NotAMapping)
}

fn nested(value: &Yaml, path: &[Step]) -> Result<Yaml, EditError> {
    path.iter().rev().try_fold(value.clone(), |value, step| match step {
        Step::Key(key) => Ok(value.under(key)),
        Step::Item(_) => Err(EditError::NotAMapping),
    })
}

fn remove(file: &File<'_>, root: &Spot<'_>, path: &[Step]) -> Result<Vec<Splice>, EditError> {
    // The innermost mapping that keeps something, and the key that goes from it.
    let (mut spot, mut target) = (root, None);
    for step in path {
        if spot.marked || matches!(spot.value, Laid::Alias) {
            return Err(EditError::Entangled);
        }
        match (step, &spot.value) {
            (Step::Item(at), Laid::Sequence { items, .. }) => {
                spot = items.get(*at).ok_or(EditError::NotAMapping)?;
                target = None;
            }
            (Step::Key(key), Laid::Mapping { entries, .. }) => {
                let Some(entry) = spot.entry(key) else { return Ok(Vec::new()) };
                if entries.len() > 1 || target.is_none() {
                    target = Some((spot, key));
                }
                spot = &entry.value;
            }
            _ => return Ok(Vec::new()),
        }
    }
    let Some((mapping, key)) = target else { return Err(EditError::NotAMapping) };
    mapping::remove(file, mapping, key)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

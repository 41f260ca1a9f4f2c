//! Items of a list: those that stay keep their bytes, comments included.

use super::file::{File, Splice};
use super::layout::{Entry, Laid, Spot};
use super::value::{self, Yaml};
use super::{EditError, Item, mapping};

/// Gives the list of a key other items. `flow`: whether the key stands in braces.
pub(super) fn rewrite(file: &File<'_>, entry: &Entry<'_>, new: &[Item], flow: bool) -> Result<Vec<Splice>, EditError> {
    if entry.value.is_entangled() {
        return Err(EditError::Entangled);
    }
    let old: &[Spot<'_>] = match &entry.value.value {
        Laid::Sequence { items, .. } => items,
        _ => &[],
    };
    let fresh: Option<Vec<Yaml>> = new
        .iter()
        .map(|item| match item {
            Item::New(value) => Some(value.clone()),
            Item::Keep(_) => None,
        })
        .collect();
    if let Some(items) = fresh {
        return mapping::replace(file, entry, &Yaml::List(items), flow);
    }
    if entry.value.is_flow() {
        return in_brackets(file, &entry.value, old, new).map(|splice| vec![splice]);
    }
    on_lines(file, old, new).map(|splice| vec![splice])
}

fn in_brackets(file: &File<'_>, list: &Spot<'_>, old: &[Spot<'_>], new: &[Item]) -> Result<Splice, EditError> {
    let (Some(first), Some(last)) = (old.first(), old.last()) else { return Err(EditError::Layout) };
    let gaps: Vec<&str> = old.windows(2).map(|pair| &file.text[pair[0].range.end..pair[1].range.start]).collect();
    let after = &file.text[last.range.end..list.range.end];
    if gaps.iter().any(|gap| gap.contains('#')) || after.contains('#') {
        return Err(EditError::FlowComment);
    }
    let gap = gaps.first().copied().unwrap_or(", ");
    let mut text = String::new();
    for (n, item) in new.iter().enumerate() {
        if n > 0 {
            // Two neighbours that stay neighbours keep what is between them.
            let own = match (&new[n - 1], item) {
                (Item::Keep(a), Item::Keep(b)) if a + 1 == *b => gaps.get(*a).copied(),
                _ => None,
            };
            text.push_str(own.unwrap_or(gap));
        }
        match item {
            Item::Keep(at) => text.push_str(&file.text[old.get(*at).ok_or(EditError::Layout)?.range.clone()]),
            Item::New(value) => text.push_str(&value::flow(value)),
        }
    }
    Ok(Splice::new(first.range.start..last.range.end, text))
}

fn on_lines(file: &File<'_>, old: &[Spot<'_>], new: &[Item]) -> Result<Splice, EditError> {
    let mut pieces = Vec::with_capacity(old.len());
    let mut from = None;
    let mut column = 0;
    for item in old {
        let dash = file.dash(item).filter(|dash| file.begins_line(*dash)).ok_or(EditError::Layout)?;
        column = file.column(dash);
        // What stands between two items belongs to the second.
        let start = from.unwrap_or_else(|| file.line_start(dash));
        let end = file.next_line(item.range.end);
        pieces.push(start..end);
        from = Some(end);
    }
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return Err(EditError::Layout) };
    let range = first.start..last.end;
    let newline = file.habits.newline;
    let mut text = String::new();
    for item in new {
        match item {
            Item::Keep(at) => text.push_str(&file.text[pieces.get(*at).ok_or(EditError::Layout)?.clone()]),
            Item::New(value) => {
                text.push_str(&format!("{}{}", value::blanks(column), value::item(value, column, file.habits)));
            }
        }
        if !text.ends_with('\n') {
            text.push_str(newline);
        }
    }
    if !file.text[range.clone()].ends_with('\n') {
        text.truncate(text.len() - newline.len());
    }
    Ok(Splice::new(range, text))
}

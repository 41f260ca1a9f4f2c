//! Keys of a mapping: added beside their neighbours, taken away with their lines.

use super::file::{File, Splice};
use super::layout::{Entry, Laid, Spot};
use super::order;
use super::value::{self, Yaml};
use super::{EditError, scalar};

/// Puts another value in place of a key's.
pub(super) fn replace(file: &File<'_>, entry: &Entry<'_>, new: &Yaml, flow: bool) -> Result<Vec<Splice>, EditError> {
    if entry.value.is_entangled() {
        return Err(EditError::Entangled);
    }
    let indent = file.column(entry.key_range.start);
    let scalar = matches!(new, Yaml::Text(_) | Yaml::Word(_));
    match &entry.value.value {
        Laid::Scalar { .. } if scalar => scalar::replace(file, entry, new, indent, flow),
        _ if flow || (entry.value.is_flow() && !scalar) => {
            let gap = if entry.value.range.start == entry.colon { " " } else { "" };
            Ok(vec![Splice::new(entry.value.range.clone(), format!("{gap}{}", value::flow(new)))])
        }
        _ => {
            let range = entry.colon..entry.end();
            Ok(vec![Splice::new(range, value::after_colon(new, indent, file.habits))])
        }
    }
}

/// Adds a key to a mapping. `parent` is the key that the mapping is under.
pub(super) fn insert(
    file: &File<'_>,
    mapping: &Spot<'_>,
    parent: Option<&str>,
    key: &str,
    new: &Yaml,
) -> Result<Vec<Splice>, EditError> {
    let Laid::Mapping { entries, flow } = &mapping.value else { return Err(EditError::NotAMapping) };
    let before = before(entries, parent, key);
    if *flow {
        let text = format!("{}: {}", value::flow(&Yaml::text(key)), value::flow(new));
        return Ok(vec![match (before.map(|n| &entries[n]), entries.first()) {
            (Some(entry), _) => Splice::new(entry.end()..entry.end(), format!(", {text}")),
            (None, Some(first)) => Splice::new(first.key_range.start..first.key_range.start, format!("{text}, ")),
            (None, None) => Splice::new(mapping.range.start + 1..mapping.range.start + 1, text),
        }]);
    }
    let Some(first) = entries.first() else { return Err(EditError::Layout) };
    let indent = file.column(first.key_range.start);
    let line = format!("{}{}", value::blanks(indent), value::entry(key, new, indent, file.habits));
    // The first key of an item stands behind its dash: the new one goes below it.
    let before = before.or_else(|| (!file.begins_line(first.key_range.start)).then_some(0));
    let at = match before {
        Some(n) => file.next_line(entries[n].end()),
        None => file.line_start(first.key_range.start),
    };
    Ok(vec![file.inserted(at, &line)])
}

/// Behind which entry a new key goes; `None` for the first place.
fn before(entries: &[Entry<'_>], parent: Option<&str>, key: &str) -> Option<usize> {
    let order = order::of(parent);
    let place = |key: &str| order.iter().position(|known| known.eq_ignore_ascii_case(key));
    let last = entries.len().checked_sub(1);
    let Some(own) = place(key) else { return last };
    let earlier = entries.iter().enumerate().filter_map(|(n, entry)| Some((place(&entry.key)?, n)));
    let nearest = earlier.clone().filter(|(at, _)| *at < own).max().map(|(_, n)| n);
    match nearest {
        Some(n) => Some(n),
        // Every known key comes later: in front of the first of them.
        None => match earlier.map(|(_, n)| n).min() {
            Some(n) => n.checked_sub(1),
            None => last,
        },
    }
}

/// Takes keys out of a mapping, some of them at once; at least one stays.
pub(super) fn remove(file: &File<'_>, mapping: &Spot<'_>, key: &str) -> Result<Vec<Splice>, EditError> {
    let Laid::Mapping { entries, flow } = &mapping.value else { return Err(EditError::NotAMapping) };
    let Some(n) = entries.iter().position(|entry| entry.key == key) else { return Ok(Vec::new()) };
    let entry = &entries[n];
    if entry.value.is_entangled() {
        return Err(EditError::Entangled);
    }
    if *flow || !file.begins_line(entry.key_range.start) {
        let range = match (n, entries.get(n + 1)) {
            (0, Some(next)) => entry.key_range.start..next.key_range.start,
            (0, None) => entry.key_range.start..entry.end(),
            _ if *flow => entries[n - 1].end()..entry.end(),
            _ => return Err(EditError::Layout),
        };
        if *flow && file.text[range.clone()].contains('#') {
            return Err(EditError::FlowComment);
        }
        return Ok(vec![Splice::new(range, "")]);
    }
    let range = file.line_start(entry.key_range.start)..file.next_line(entry.end());
    Ok(vec![Splice::new(range, "")])
}

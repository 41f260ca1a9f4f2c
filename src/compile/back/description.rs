//! The description, which holds the service's correlation marker.

use super::super::{describe, unquoted};
use super::ways::Place;
use crate::diagnostic::Spanned;
use crate::rule::edit::{Edit, Yaml};
use crate::rule::parts::Correlation;

/// Live text to `description` and `correlation`.
pub(super) fn edits(place: &Place<'_>, live: Option<&str>) -> Vec<Edit> {
    let live = live.unwrap_or_default();
    let written = place.details.description.as_ref().map(|text| text.value.as_str()).unwrap_or_default();
    let correlation = place.details.correlation.as_ref().map(|word| word.value);
    let wrapped = written.trim().len() > 1 && written.trim().starts_with('\'') && written.trim().ends_with('\'');
    let (new, text) = split(live, correlation, unquoted(written));
    let mut edits = Vec::new();
    if effective(new) != effective(correlation) {
        let key = &["correlation"];
        match new {
            Some(word) => edits.push(place.set(key, Yaml::text(word.word()))),
            None if place.explicit => edits.push(place.set(key, Yaml::text(Correlation::Default.word()))),
            None => edits.push(place.remove(key)),
        }
    }
    if text != unquoted(written) {
        let key = &["description"];
        if text.is_empty() && !place.explicit {
            edits.push(place.remove(key));
        } else {
            // Quotes around the whole are the dialect's, and are not sent.
            let quotes = (wrapped && !text.is_empty()) || unquoted(text) != text;
            edits.push(place.set(key, Yaml::Text(if quotes { format!("'{text}'") } else { text.to_owned() })));
        }
    }
    edits
}

fn effective(correlation: Option<Correlation>) -> Correlation {
    correlation.unwrap_or(Correlation::Default)
}

/// A live text as marker and rest. The marker stays in the text where the file has it there, and where it does not
/// compile back to what lives.
fn split<'l>(live: &'l str, written: Option<Correlation>, text: &str) -> (Option<Correlation>, &'l str) {
    let markers = [("#INC_CORR#", Correlation::Include), ("#DONT_CORR#", Correlation::Exclude)];
    let in_text = written.is_none() && markers.iter().any(|(marker, _)| text.starts_with(marker));
    for (marker, word) in markers.into_iter().filter(|_| !in_text) {
        if let Some(rest) = live.strip_prefix(marker) {
            let quoted = format!("'{rest}'");
            let spanned = Spanned { value: quoted, span: crate::diagnostic::Span::start_of(super::file()) };
            if describe(Some(&spanned), Some(word)).as_deref() == Some(live) {
                return (Some(word), rest);
            }
        }
    }
    (None, live)
}

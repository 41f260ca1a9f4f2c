//! A document as it stands in its file: every value with its style and the bytes that it takes.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StrInput, StructureStyle};

use super::EditError;
use crate::rule::yaml::MAX_DEPTH;

/// A value and its bytes.
#[derive(Debug)]
pub(super) struct Spot<'t> {
    pub(super) value: Laid<'t>,
    /// From its first to behind its last character that is neither a blank nor a comment.
    pub(super) range: Range<usize>,
    /// Whether it has an anchor or a tag.
    pub(super) marked: bool,
}

/// What stands there.
#[derive(Debug)]
pub(super) enum Laid<'t> {
    Scalar { text: Cow<'t, str>, style: ScalarStyle },
    Alias,
    Sequence { items: Vec<Spot<'t>>, flow: bool },
    Mapping { entries: Vec<Entry<'t>>, flow: bool },
}

/// One key of a mapping.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_range: Range<usize>,
    /// Behind the colon.
    pub(super) colon: usize,
    pub(super) value: Spot<'t>,
}

impl Entry<'_> {
    /// Behind its last character.
    pub(super) fn end(&self) -> usize {
        self.colon.max(self.value.range.end)
    }
}

impl<'t> Spot<'t> {
    /// Whether it is written in brackets or braces.
    pub(super) fn is_flow(&self) -> bool {
        matches!(self.value, Laid::Sequence { flow: true, .. } | Laid::Mapping { flow: true, .. })
    }

    /// Whether it is nothing: nothing at all, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Laid::Scalar { text, style: ScalarStyle::Plain }
            if self.range.is_empty() || matches!(&**text, "~" | "null" | "Null" | "NULL"))
    }

    /// Whether an anchor, an alias or a tag is in it: what else hangs on it can't be seen from here.
    pub(super) fn is_entangled(&self) -> bool {
        self.marked
            || match &self.value {
                Laid::Scalar { .. } => false,
                Laid::Alias => true,
                Laid::Sequence { items, .. } => items.iter().any(Spot::is_entangled),
                Laid::Mapping { entries, .. } => entries.iter().any(|entry| entry.value.is_entangled()),
            }
    }

    /// The entry of a key, if this is a mapping that has it.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        match &self.value {
            Laid::Mapping { entries, .. } => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

/// Lays out one document of a text.
pub(super) fn document(text: &str, number: usize) -> Result<Spot<'_>, EditError> {
    let mut reader = Reader { events: Parser::new_from_str_with_options(text, Options::default()), text };
    let mut seen = 0;
    loop {
        let (event, range) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => return Err(EditError::Unparsed),
            _ => {
                let spot = reader.spot(event, range, 0)?;
                if seen == number {
                    return Ok(spot);
                }
                seen += 1;
            }
        }
    }
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    text: &'t str,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Range<usize>), EditError> {
        let (event, span): (Event<'t>, Span) =
            self.events.next_event().and_then(Result::ok).ok_or(EditError::Unparsed)?;
        let at = |marker: granit_parser::Marker| marker.byte_offset().ok_or(EditError::Unparsed);
        Ok((event, at(span.start)?..at(span.end)?))
    }

    fn spot(&mut self, event: Event<'t>, range: Range<usize>, depth: usize) -> Result<Spot<'t>, EditError> {
        if depth > MAX_DEPTH {
            return Err(EditError::Unparsed);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let end = if block { range.start + self.text[range.clone()].trim_end().len() } else { range.end };
                let marked = anchor != 0 || tag.is_some();
                Ok(Spot { value: Laid::Scalar { text, style }, range: range.start..end, marked })
            }
            Event::Alias(_) => Ok(Spot { value: Laid::Alias, range, marked: false }),
            Event::SequenceStart(style, anchor, tag) => {
                let mut items = Vec::new();
                let close = loop {
                    let (event, range) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break range.end;
                    }
                    items.push(self.spot(event, range, depth + 1)?);
                };
                let flow = style == StructureStyle::Flow;
                let last = items.last().map_or(range.end, |item| item.range.end);
                let range = range.start..if flow { close } else { last };
                Ok(Spot { value: Laid::Sequence { items, flow }, range, marked: anchor != 0 || tag.is_some() })
            }
            Event::MappingStart(style, anchor, tag) => {
                let mut entries = Vec::new();
                let close = loop {
                    let (event, key_range) = self.next()?;
                    let key = match event {
                        Event::MappingEnd => break key_range.end,
                        Event::Scalar(key, _, 0, None) => key,
                        _ => return Err(EditError::Entangled),
                    };
                    let (event, range) = self.next()?;
                    let value = self.spot(event, range, depth + 1)?;
                    let colon = self.colon(key_range.end)?;
                    entries.push(Entry { key, key_range, colon, value });
                };
                let flow = style == StructureStyle::Flow;
                let last = entries.last().map_or(range.end, Entry::end);
                let range = range.start..if flow { close } else { last };
                Ok(Spot { value: Laid::Mapping { entries, flow }, range, marked: anchor != 0 || tag.is_some() })
            }
            _ => Err(EditError::Unparsed),
        }
    }

    /// Behind the colon of a key that ends at `from`.
    fn colon(&self, from: usize) -> Result<usize, EditError> {
        let rest = &self.text[from..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blanks..].starts_with(':') { Ok(from + blanks + 1) } else { Err(EditError::Layout) }
    }
}

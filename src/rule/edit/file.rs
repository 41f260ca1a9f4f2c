//! A file under edit: its text, its habits, and pieces of text that take the place of others.

use std::ops::Range;

use super::layout::{Laid, Spot};
use super::value::Habits;

/// The text of a file and how it is written.
pub(super) struct File<'t> {
    pub(super) text: &'t str,
    pub(super) habits: Habits,
}

/// New text for some bytes.
#[derive(Debug)]
pub(super) struct Splice {
    range: Range<usize>,
    text: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

impl<'t> File<'t> {
    pub(super) fn new(text: &'t str, root: &Spot<'_>) -> Self {
        let crlf = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
        let newline = if crlf { "\r\n" } else { "\n" };
        let mut file = Self { text, habits: Habits { newline, dash: 2 } };
        if let Some(dash) = file.dash_habit(root) {
            file.habits.dash = dash;
        }
        file
    }

    /// How much deeper than its key the dash stands in the first list of the document that has lines of its own.
    fn dash_habit(&self, spot: &Spot<'_>) -> Option<usize> {
        match &spot.value {
            Laid::Mapping { entries, flow: false } => entries.iter().find_map(|entry| match &entry.value.value {
                Laid::Sequence { items, flow: false } => {
                    let dash = self.column(self.dash(items.first()?)?);
                    dash.checked_sub(self.column(entry.key_range.start))
                }
                _ => self.dash_habit(&entry.value),
            }),
            Laid::Sequence { items, flow: false } => items.iter().find_map(|item| self.dash_habit(item)),
            _ => None,
        }
    }

    /// Where the dash of an item stands, if nothing but blanks are between the two.
    pub(super) fn dash(&self, item: &Spot<'_>) -> Option<usize> {
        let before = self.text[..item.range.start].trim_end_matches([' ', '\t', '\r', '\n']);
        before.ends_with('-').then(|| before.len() - 1)
    }

    /// Where the line of a byte begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line of a byte ends, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// Where the line after that of a byte begins.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// The column of a byte, from 0. Before it on its line stand blanks and dashes alone wherever this counts.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// Whether nothing but blanks is before a byte on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].bytes().all(|byte| byte == b' ')
    }

    /// Text for whole lines that go in at `at`, where a line begins or the file ends.
    pub(super) fn inserted(&self, at: usize, lines: &str) -> Splice {
        let newline = self.habits.newline;
        let unfinished = at > 0 && !self.text[..at].ends_with('\n');
        Splice::new(at..at, if unfinished { format!("{newline}{lines}") } else { format!("{lines}{newline}") })
    }

    /// The text with its pieces.
    pub(super) fn spliced(&self, mut splices: Vec<Splice>) -> String {
        splices.sort_by_key(|splice| splice.range.start);
        let mut out = String::with_capacity(self.text.len());
        let mut from = 0;
        for Splice { range, text } in splices {
            out.push_str(&self.text[from..range.start]);
            out.push_str(&text);
            from = range.end;
        }
        out.push_str(&self.text[from..]);
        out
    }
}

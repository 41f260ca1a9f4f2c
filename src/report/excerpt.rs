//! The few lines of a file that a problem is about, safe to show.

use std::ops::Range;

use annotate_snippets::AnnotationKind;

use crate::diagnostic::hidden::{is_hidden, visible};
use crate::diagnostic::{Diagnostic, Sources, Span};

/// How far apart two places of one file may be to be shown as one excerpt, in lines.
const NEAR: u32 = 40;

/// Some lines of one file, and what is marked in them.
pub(super) struct Excerpt {
    pub(super) path: String,
    /// The number of the first line.
    pub(super) line: usize,
    pub(super) text: String,
    /// Byte ranges of `text`, each with how it is marked and a word on why.
    pub(super) marks: Vec<(Range<usize>, AnnotationKind, String)>,
}

/// The places of a problem. Those that stand near each other share an excerpt; a file is never shown whole.
pub(super) fn excerpts(problem: &Diagnostic, sources: &Sources) -> Vec<Excerpt> {
    let mut groups: Vec<Vec<(Span, AnnotationKind, String)>> = Vec::new();
    let own = problem.span.map(|span| (span, AnnotationKind::Primary, String::new()));
    let related = problem.related.iter().map(|(span, why)| (*span, AnnotationKind::Context, visible(why, false)));
    for place in own.into_iter().chain(related) {
        let near = |other: &(Span, AnnotationKind, String)| {
            other.0.file == place.0.file && other.0.line.abs_diff(place.0.line) <= NEAR
        };
        match groups.iter_mut().find(|group| group.iter().all(near)) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups.into_iter().filter_map(|group| excerpt(group, sources)).collect()
}

fn excerpt(places: Vec<(Span, AnnotationKind, String)>, sources: &Sources) -> Option<Excerpt> {
    let first = places.iter().map(|(span, ..)| *span).min_by_key(|span| span.start)?;
    let last = places.iter().map(|(span, ..)| *span).max_by_key(|span| span.start)?;
    let text = sources.text(first.file);
    let clamp = |at: u32| floor(&text, at as usize);
    let from = text[..clamp(first.start)].rfind('\n').map_or(0, |newline| newline + 1);
    let to = line_end(&text, clamp(last.start));
    let marks = places.into_iter().map(|(span, kind, why)| {
        // One line is marked, however far the span goes on.
        let start = clamp(span.start);
        let line_end = line_end(&text, start);
        let end = clamp(span.end).clamp(start, line_end);
        let end =
            if end == start { text[start..line_end].chars().next().map_or(end, |c| start + c.len_utf8()) } else { end };
        let offset = |at: usize| safe(&text[from..at]).len();
        (offset(start)..offset(end), kind, why)
    });
    let marks = marks.collect();
    Some(Excerpt {
        path: visible(sources.path(first.file), false),
        line: first.line as usize,
        text: safe(&text[from..to]),
        marks,
    })
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The last place not after `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Text in which every hidden character is a visible stand-in, one for one.
fn safe(text: &str) -> String {
    text.chars().filter(|c| *c != '\r').map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

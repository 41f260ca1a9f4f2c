//! What a code means, where the pointer is.

use std::fmt::Write;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::checked::Checked;
use super::text::Lines;
use super::told;
use crate::diagnostic::{Code, Level};

/// The page of the problem at a place, or of the code that is named there.
pub(super) fn hover(checked: &Checked, path: &str, mark: u32, text: &str, position: Position) -> Option<Hover> {
    let problems = checked.problems_of(path).filter_map(|(_, problem)| {
        let range = told::range(&checked.loaded.sources, problem.span?, mark);
        (range.start <= position && position <= range.end).then_some((problem.code, problem.level, range))
    });
    // The narrowest says the most about the place.
    let narrowest = problems.min_by_key(|(_, _, range)| {
        (range.end.line - range.start.line, range.end.character.abs_diff(range.start.character))
    });
    let (code, level, range) = match narrowest {
        Some((code, level, range)) => (code, level, Some(range)),
        None => {
            let code = named(text, position)?;
            (code, code.level(), None)
        }
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: page(code, level) });
    Some(Hover { contents, range })
}

/// The code whose name stands at a place, in a comment of ours or as a key of the policy.
fn named(text: &str, position: Position) -> Option<Code> {
    let at = Lines::of(text).byte(position);
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let start = text[..at]
        .rfind(|c| !is_part(c))
        .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(|c| !is_part(c)).map_or(text.len(), |after| at + after);
    Code::named(text.get(start..end)?)
}

fn page(code: Code, level: Level) -> String {
    let page = code.page();
    let mut text = format!("**{code}** ({level}): {}\n\n{}\n", code.summary(), page.explanation);
    for (title, examples) in [("Bad", &page.bad), ("Good", &page.good)] {
        for example in examples {
            let _ = write!(text, "\n{title}:\n\n```yaml\n{}\n```\n", example.text);
        }
    }
    let _ = write!(text, "\n[Reference]({})\n", code.help_uri());
    text
}

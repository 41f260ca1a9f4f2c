//! Text in one of YAML's five styles, and which of them can hold it.

use std::fmt::Write;

use granit_parser::ScalarStyle;

use crate::diagnostic::hidden::is_hidden;

/// A style to be kept if it can hold the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Self::Plain,
            ScalarStyle::SingleQuoted => Self::Single,
            ScalarStyle::DoubleQuoted => Self::Double,
            ScalarStyle::Literal => Self::Literal,
            ScalarStyle::Folded => Self::Folded,
        }
    }
}

/// Text as it goes into a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// On the line of its key.
    Inline(String),
    /// The head of a literal block, and its lines without indentation.
    Block(&'static str, Vec<String>),
}

/// Text in a style, or in the nearest one that can hold it. `flow`: within brackets or braces.
///
/// Blanks at the end of a block are not kept: what a rule says in one has none that count.
pub(super) fn written(text: &str, style: Style, flow: bool) -> Written {
    let multiline = text.contains('\n');
    let block = !flow && (multiline || matches!(style, Style::Literal | Style::Folded)) && style != Style::Double;
    if block && fits_block(text) {
        return Written::Block("|", text.split('\n').map(str::to_owned).collect());
    }
    Written::Inline(inline(text, style, flow))
}

/// Text on one line.
pub(super) fn inline(text: &str, style: Style, flow: bool) -> String {
    match style {
        Style::Plain if fits_plain(text, flow) => text.to_owned(),
        Style::Plain | Style::Single if fits_single(text) => format!("'{}'", text.replace('\'', "''")),
        _ => double(text),
    }
}

/// What only an escape says so that a person sees it, and so that every reader of YAML takes it for what it is.
fn needs_escape(c: char) -> bool {
    is_hidden(c) || c == '\u{85}'
}

/// Whether a block can hold a text.
pub(super) fn fits_block(text: &str) -> bool {
    !text.trim().is_empty() && !text.starts_with([' ', '\t', '\n']) && !text.contains(needs_escape)
}

/// The same where hidden characters stood in the block already.
pub(super) fn fits_old_block(text: &str, old: &str) -> bool {
    // Line ends of YAML 1.1 that 1.2 knows no more are no part of a line anywhere.
    let ends_lines = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    let apart = |c: char| needs_escape(c) && (c.is_control() || ends_lines(c) || !old.contains(c));
    !text.trim().is_empty() && !text.starts_with([' ', '\t', '\n']) && !text.contains(apart)
}

fn fits_single(text: &str) -> bool {
    !text.contains(|c: char| needs_escape(c) || c == '\n')
}

fn fits_plain(text: &str, flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let apart = text.contains(": ")
        || text.contains(" #")
        || text.contains('\t')
        || text.ends_with(':')
        || text.starts_with("...")
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace);
    let in_braces = flow && text.contains([',', '[', ']', '{', '}', ':']);
    fits_single(text) && !apart && !in_braces && !"-?:,[]{}#&*!|>'\"%@`=<".contains(first) && !means_something(text)
}

/// Whether a reader of YAML 1.1 or 1.2 may take a plain text for a number, a boolean, a date or nothing.
fn means_something(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    let reserved = ["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&word.as_str());
    let numeric = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '.'))
        && word.chars().all(|c| c.is_ascii_hexdigit() || "xo._+-:tz ".contains(c))
        // Neither a number nor a date has as many as a GUID.
        && word.matches('-').count() < 4;
    reserved || numeric || [".inf", ".nan"].contains(&word.as_str())
}

fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                let code = u32::from(c);
                let _ = match code {
                    0..0x100 => write!(out, "\\x{code:02x}"),
                    0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

//! Values to be written, and their text in a block or in braces.

use super::style::{self, Style, Written};

/// A value that an edit writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yaml {
    /// Text: quoted wherever YAML would take it for something else.
    Text(String),
    /// A number, a boolean, a duration or a time, which are written without quotes.
    Word(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// Text of anything.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A word of anything that prints as one.
    pub fn word(word: impl ToString) -> Self {
        Self::Word(word.to_string())
    }

    /// A mapping with one key.
    pub fn under(self, key: &str) -> Self {
        Self::Map(vec![(key.to_owned(), self)])
    }
}

/// How a file is written where it leaves a choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// The file's line end.
    pub(super) newline: &'static str,
    /// How much deeper than its key the dash of a list stands.
    pub(super) dash: usize,
}

/// `key: value` in braces.
pub(super) fn flow(value: &Yaml) -> String {
    match value {
        Yaml::Word(word) => word.clone(),
        Yaml::Text(text) => style::inline(text, Style::Plain, true),
        Yaml::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Yaml::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", style::inline(key, Style::Plain, true), flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `key: value` on lines of their own, the key at the column `indent`, without the blanks before it and without the last
/// line end.
pub(super) fn entry(key: &str, value: &Yaml, indent: usize, habits: Habits) -> String {
    format!("{}:{}", style::inline(key, Style::Plain, false), after_colon(value, indent, habits))
}

/// What follows the colon of a key at the column `indent`.
pub(super) fn after_colon(value: &Yaml, indent: usize, habits: Habits) -> String {
    match value {
        Yaml::Word(word) => format!(" {word}"),
        Yaml::Text(text) => match style::written(text, Style::Plain, false) {
            Written::Inline(text) => format!(" {text}"),
            Written::Block(head, lines) => format!(" {head}{}", below(&lines, indent + 2, habits)),
        },
        Yaml::List(items) if !items.is_empty() => {
            let at = indent + habits.dash;
            items.iter().map(|one| format!("{}{}{}", habits.newline, blanks(at), item(one, at, habits))).collect()
        }
        Yaml::Map(entries) if !entries.is_empty() => {
            let at = indent + 2;
            entries
                .iter()
                .map(|(key, value)| format!("{}{}{}", habits.newline, blanks(at), entry(key, value, at, habits)))
                .collect()
        }
        empty => format!(" {}", flow(empty)),
    }
}

/// `- item`, the dash at the column `at`.
pub(super) fn item(value: &Yaml, at: usize, habits: Habits) -> String {
    match value {
        Yaml::Map(entries) if !entries.is_empty() => {
            let lines: Vec<String> = entries.iter().map(|(key, value)| entry(key, value, at + 2, habits)).collect();
            format!("- {}", lines.join(&format!("{}{}", habits.newline, blanks(at + 2))))
        }
        scalar => format!("- {}", flow_alone(scalar)),
    }
}

/// A value on one line that stands in no braces.
fn flow_alone(value: &Yaml) -> String {
    match value {
        Yaml::Text(text) => style::inline(text, Style::Plain, false),
        other => flow(other),
    }
}

/// Lines of a block below its head.
pub(super) fn below(lines: &[String], indent: usize, habits: Habits) -> String {
    lines.iter().map(|line| format!("{}{}", habits.newline, block_line(line, indent))).collect()
}

/// One line of a block; an empty one has no indentation.
pub(super) fn block_line(line: &str, indent: usize) -> String {
    if line.is_empty() { String::new() } else { format!("{}{line}", blanks(indent)) }
}

pub(super) fn blanks(n: usize) -> String {
    " ".repeat(n)
}

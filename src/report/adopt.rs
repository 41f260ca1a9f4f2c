//! What was taken out of a live workspace into the files.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::edits::diff;
use super::paint::Paint;
use super::values::{Shown, shown};
use crate::diagnostic::hidden::visible;

/// The version of the JSON form.
pub const FORMAT_VERSION: u32 = 1;

/// One field of one rule.
#[derive(Debug, Serialize)]
pub struct Field<'a> {
    pub id: &'a str,
    pub name: &'a str,
    /// Dotted, from `properties`.
    pub path: &'a str,
    /// What the files had.
    pub files: &'a Value,
    pub live: &'a Value,
    /// Where it went.
    pub file: &'a str,
    /// Why it did not.
    pub refused: Option<&'a str>,
}

/// One live rule that had no document.
#[derive(Debug, Serialize)]
pub struct New<'a> {
    pub id: &'a str,
    pub name: &'a str,
    #[serde(flatten)]
    pub fate: Fate<'a>,
}

/// What became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate<'a> {
    /// It has this file now.
    File(&'a str),
    /// It has none: and why.
    Refused(&'a str),
    /// None can be of its kind.
    Kind(&'a str),
}

/// One run.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    pub workspace: &'a str,
    /// Those of one rule stand together.
    pub fields: Vec<Field<'a>>,
    /// Fields that no document can say.
    pub beyond: Vec<Field<'a>>,
    /// How many files were edited.
    pub files: usize,
    pub new: Vec<New<'a>>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// A file before and after.
#[derive(Debug)]
pub struct Diff<'a> {
    pub path: &'a str,
    pub before: &'a str,
    pub after: &'a str,
}

/// The diffs of files.
pub fn diffs(files: &[Diff<'_>], paint: Paint) -> String {
    files.iter().map(|file| diff(file.path, file.before, file.after, paint)).collect()
}

/// As JSON: `{"format_version", "workspace", "fields": [{"id", "name", "path", "files", "live", "file", "refused"}],
/// "beyond": [fields], "files", "new": [{"id", "name", "file"|"refused"|"kind"}], "dry_run"}`.
pub fn json(told: &Told<'_>) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        format_version: u32,
        #[serde(flatten)]
        told: &'a Told<'a>,
    }
    let mut text = serde_json::to_string_pretty(&Report { format_version: FORMAT_VERSION, told }).unwrap_or_default();
    text.push('\n');
    text
}

/// For people at a terminal.
pub fn human(told: &Told<'_>, paint: Paint) -> String {
    let mut text = String::new();
    let mut last = "";
    for field in &told.fields {
        if field.id != last {
            let line =
                format!("{} {}", visible(field.name, false), paint.faint(&format!("[{}]", visible(field.id, false))));
            let _ = writeln!(text, "{line}");
            last = field.id;
        }
        self::field(&mut text, field, paint);
    }
    for field in &told.beyond {
        let (name, path) = (visible(field.name, false), visible(field.path, false));
        let _ = writeln!(text, "{name}: {path} stays as it lives: no document can say it");
    }
    for new in &told.new {
        let name = format!("{} {}", visible(new.name, false), paint.faint(&format!("[{}]", visible(new.id, false))));
        let _ = match new.fate {
            Fate::File(file) => writeln!(text, "{} {name} in {}", paint.added("+"), visible(file, false)),
            Fate::Refused(why) => writeln!(text, "{} {name}: {}", paint.removed("!"), visible(why, false)),
            Fate::Kind(why) => writeln!(text, "  {name}: {}", visible(why, false)),
        };
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&closing(told, paint));
    text
}

fn field(text: &mut String, field: &Field<'_>, paint: Paint) {
    let path = visible(field.path, false);
    if let Some(why) = field.refused {
        let _ = writeln!(text, "  {} {path}: {}", paint.removed("!"), visible(why, false));
        return;
    }
    let file = visible(field.file, false);
    match shown(field.files, field.live) {
        Shown::Line { before, after } => {
            let (before, after) = (paint.removed(&before), paint.added(&after));
            let _ = writeln!(text, "  {path}: {before} -> {after} in {file}");
        }
        Shown::Diff(lines) => {
            let _ = writeln!(text, "  {path} in {file}:");
            for line in lines {
                let _ = writeln!(
                    text,
                    "    {}",
                    match line.chars().next() {
                        Some('+') => paint.added(&line),
                        Some('-') => paint.removed(&line),
                        Some('@') => paint.faint(&line),
                        _ => line,
                    }
                );
            }
        }
    }
}

fn closing(told: &Told<'_>, paint: Paint) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let taken = told.fields.iter().filter(|field| field.refused.is_none()).count();
    let new = told.new.iter().filter(|new| matches!(new.fate, Fate::File(_))).count();
    let refused =
        told.fields.len() - taken + told.new.iter().filter(|new| matches!(new.fate, Fate::Refused(_))).count();
    let what = match told.new.len() {
        0 => format!("{} taken into {}", count(taken, "field"), count(told.files, "file")),
        _ => format!("{} taken into new files", count(new, "rule")),
    };
    let refused = if refused == 0 { String::new() } else { format!(", {refused} not") };
    let preview = if told.dry_run { " This was a preview: nothing was written." } else { "" };
    format!("{} {what}{refused}.{preview}\n", paint.strong("Adopt:"))
}

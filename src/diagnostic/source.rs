//! The files that were loaded, and places in them.

use std::sync::Arc;

/// A file in [`Sources`], by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of a file: bytes `start..end`, and where `start` is for a person.
///
/// `line` and `column` count from 1; a column is one Unicode scalar value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
    pub line: u32,
    pub column: u32,
}

impl Span {
    /// The begin of a file: for problems of the file as a whole.
    pub fn start_of(file: FileId) -> Self {
        Self { file, start: 0, end: 0, line: 1, column: 1 }
    }
}

/// A value and the place where its author wrote it.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    /// The value of another type at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// Every file that was read, in the order of reading, with its path relative to the project (always with `/`).
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(String, Arc<str>)>,
}

impl Sources {
    /// Adds a file and gives it an id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push((path.into(), text.into()));
        id
    }

    /// A file's path, relative to the project.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |(path, _)| path)
    }

    /// A file's text, without its byte order mark.
    pub fn text(&self, file: FileId) -> Arc<str> {
        self.files.get(file.0 as usize).map_or_else(|| Arc::from(""), |(_, text)| Arc::clone(text))
    }

    /// The line and column just past a place, both from 1; a column is one Unicode scalar value.
    pub fn end(&self, span: Span) -> (u32, u32) {
        let text = self.text(span.file);
        let Some(inside) = text.get(span.start as usize..span.end.max(span.start) as usize) else {
            return (span.line, span.column);
        };
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        match inside.rsplit_once('\n') {
            None => (span.line, span.column.saturating_add(narrow(inside.chars().count()))),
            Some((before, last)) => {
                let lines = 1 + before.matches('\n').count();
                (span.line.saturating_add(narrow(lines)), narrow(last.chars().count() + 1))
            }
        }
    }

    /// How many files were read.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Paths and texts, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), &**text))
    }
}

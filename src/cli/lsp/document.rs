//! The texts that the editor holds.

use std::path::PathBuf;

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use url::Url;

use super::text::Lines;

/// What marks the byte order at the begin of a file; no part of its text.
const MARK: char = '\u{feff}';

/// An open document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// As the editor writes it: one file may be written in several ways.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: String,
}

impl Document {
    /// Takes changes in, in their order.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        self.version = version;
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let lines = Lines::of(&self.text);
                    let (start, end) = (lines.byte(range.start), lines.byte(range.end));
                    self.text.replace_range(start..end.max(start), &change.text);
                }
            }
        }
    }

    /// The text without the mark, as files are read.
    pub(super) fn unmarked(&self) -> &str {
        self.text.strip_prefix(MARK).unwrap_or(&self.text)
    }

    /// The bytes of the mark, by which places in the editor lie behind those in the text.
    pub(super) fn mark(&self) -> usize {
        self.text.len() - self.unmarked().len()
    }
}

/// The file that a URI names.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}

/// The URI of a file.
pub(super) fn uri(path: &std::path::Path) -> Option<Uri> {
    Url::from_file_path(path).ok()?.as_str().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};

    #[test]
    fn changes_are_taken_in_one_after_the_other() {
        let mut document =
            Document { uri: "file:///a.yaml".parse().unwrap(), version: 1, text: "a: ä🙂\nb: 1\n".into() };
        let change = |from: (u32, u32), to: (u32, u32), text: &str| TextDocumentContentChangeEvent {
            range: Some(Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1))),
            range_length: None,
            text: text.to_owned(),
        };
        document.change(2, vec![change((0, 4), (0, 6), "x"), change((1, 3), (1, 4), "2"), change((9, 9), (9, 9), "c")]);
        assert_eq!(document.text, "a: äx\nb: 2\nc");
        document.change(3, vec![change((1, 0), (0, 0), "y")]);
        assert_eq!(document.text, "a: äx\nyb: 2\nc", "a range that ends before it begins inserts");
        document.change(4, vec![TextDocumentContentChangeEvent { range: None, range_length: None, text: "z".into() }]);
        assert_eq!((document.version, document.text.as_str()), (4, "z"));
    }

    #[test]
    fn only_files_have_a_path() {
        assert_eq!(path(&"untitled:Untitled-1".parse().unwrap()), None);
        assert_eq!(path(&"https://x.example/a.yaml".parse().unwrap()), None);
        #[cfg(unix)]
        assert_eq!(path(&"file:///tmp/a%20b.yaml".parse().unwrap()).unwrap(), PathBuf::from("/tmp/a b.yaml"));
    }
}

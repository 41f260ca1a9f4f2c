//! An edit that corrects a problem, given in bytes of the file that it is for.

use super::source::Span;

/// Replaces one word by another at one place.
///
/// It is only carried out where the file holds `found` there to the byte, bare or in quotes that have no escapes: a
/// value that comes from an anchor, a folded text or an escape is left to its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Where `found` stands, its quotes included.
    pub span: Span,
    pub found: String,
    pub replacement: String,
}

impl Fix {
    /// An edit of the word at `span`. `None` if the new word could mean something else to YAML or KQL than itself.
    pub fn word(span: Span, found: &str, replacement: &str) -> Option<Self> {
        let plain = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        };
        let fits = plain(replacement) && !found.is_empty() && found != replacement;
        fits.then(|| Self { span, found: found.to_owned(), replacement: replacement.to_owned() })
    }

    /// The bytes of `text` that are replaced. `None` where the file does not hold the word to the byte.
    pub fn place(&self, text: &str) -> Option<std::ops::Range<usize>> {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let written = text.get(start..end)?;
        if written == self.found {
            return Some(start..end);
        }
        let quoted = |quote: char| written.strip_prefix(quote)?.strip_suffix(quote);
        let inner = quoted('"').or_else(|| quoted('\''))?;
        let bare = inner == self.found && !inner.contains(['\\', '\'', '"']);
        bare.then(|| start + 1..end - 1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;

    fn fix(text: &str, written: &str, found: &str) -> Option<String> {
        let mut sources = Sources::default();
        let start = u32::try_from(text.find(written).unwrap()).unwrap();
        let end = start + u32::try_from(written.len()).unwrap();
        let span = Span { start, end, ..Span::start_of(sources.add("x", text)) };
        let place = Fix::word(span, found, "URL")?.place(text)?;
        Some(format!("{}URL{}", &text[..place.start], &text[place.end..]))
    }

    #[test]
    fn only_what_is_there_to_the_byte_is_replaced() {
        assert_eq!(fix("a: Url # x\r\n", "Url", "Url").as_deref(), Some("a: URL # x\r\n"));
        assert_eq!(fix("a: \"Url\"\n", "\"Url\"", "Url").as_deref(), Some("a: \"URL\"\n"));
        assert_eq!(fix("a: 'Url'\n", "'Url'", "Url").as_deref(), Some("a: 'URL'\n"));
        assert_eq!(fix("a: \"U\\u0072l\"\n", "\"U\\u0072l\"", "Url"), None);
        assert_eq!(fix("a: *x\n", "*x", "Url"), None);
        assert_eq!(fix("a: >\n  U\n  rl\n", "U\n  rl", "U rl"), None);
    }

    #[test]
    fn a_word_that_yaml_reads_otherwise_is_no_replacement() {
        let span = Span::start_of(Sources::default().add("x", ""));
        for word in ["", "a b", "a: b", "#a", "-a", "1", "[a", "a\nb"] {
            assert_eq!(Fix::word(span, "x", word), None, "{word}");
        }
    }
}

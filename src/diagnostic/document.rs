//! The documents of a YAML file, told apart by their text alone.

use std::ops::Range;

/// The bytes of the document that `at` stands in.
///
/// A line that begins with `---` ends a document wherever it stands: all that is inside of one is indented, or is a
/// text that YAML 1.2 (section 9.1.2) cuts off there.
pub fn around(text: &str, at: usize) -> Range<usize> {
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") && matches!(line.as_bytes().get(3), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
            if offset > at {
                return start..offset;
            }
            start = offset;
        }
        offset += line.len();
    }
    start..text.len()
}

/// What a document is known by: the value of its key `id`, else of `name`, where that is one word on the key's line.
pub fn name(document: &str) -> Option<&str> {
    let value = |key: &str| {
        document.lines().find_map(|line| {
            let rest = line.strip_prefix(key)?.strip_prefix(':')?;
            let word = rest.split(" #").next()?.trim().trim_matches(['"', '\'']);
            (!word.is_empty() && !word.starts_with(['|', '>', '&', '*', '!'])).then_some(word)
        })
    };
    value("id").or_else(|| value("name"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart() {
        let text = "id: a\nquery: |\n  ---\n--- # next\nid: 'b' # c\nname: x\n---\nname: d\n";
        let id = |wanted: &str| name(&text[around(text, text.find(wanted).unwrap())]);
        assert_eq!(id("query"), Some("a"));
        assert_eq!(id("  ---"), Some("a"));
        assert_eq!(id("name: x"), Some("b"));
        assert_eq!(id("name: d"), Some("d"));
        assert_eq!(name("id: |\n  x\n"), None);
    }
}

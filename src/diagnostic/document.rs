//! The documents of a YAML file, told apart by their text alone.

use std::ops::Range;

/// The bytes of every document of a file, in order; together they are the whole of it.
///
/// A line that begins with `---` ends a document wherever it stands: all that is inside of one is indented, or is a
/// text that YAML 1.2 (section 9.1.2) cuts off there.
pub fn ranges(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start, mut offset) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") && matches!(line.as_bytes().get(3), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
            found.push(start..offset);
            start = offset;
        }
        offset += line.len();
    }
    found.push(start..offset);
    found
}

/// Which of a file's documents holds a byte.
pub fn at(ranges: &[Range<usize>], byte: usize) -> usize {
    ranges.partition_point(|range| range.end <= byte).min(ranges.len().saturating_sub(1))
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
        let ranges = ranges(text);
        let id = |wanted: &str| name(&text[ranges[at(&ranges, text.find(wanted).unwrap())].clone()]);
        assert_eq!(id("query"), Some("a"));
        assert_eq!(id("  ---"), Some("a"));
        assert_eq!(id("name: x"), Some("b"));
        assert_eq!(id("name: d"), Some("d"));
        assert_eq!(at(&ranges, text.len()), 2);
        assert_eq!(name("id: |\n  x\n"), None);
    }
}

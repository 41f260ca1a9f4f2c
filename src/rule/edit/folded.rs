//! New text in the lines of a folded block, broken where the old one was.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The lines of a folded block that holds `text`, without indentation; words that were in `old` keep their line breaks.
/// `None` if folding would not give the text back: lines that begin or end with blanks are not folded.
pub(super) fn fold(old: &[&str], text: &str) -> Option<Vec<String>> {
    let odd = |line: &str| line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']);
    if old.iter().copied().chain(text.split('\n')).any(odd) {
        return None;
    }
    let old = old.join("\n");
    let (was, will) = (words(&old), words(text));
    let old_words: Vec<&str> = was.iter().map(|(word, _)| *word).collect();
    let new_words: Vec<&str> = will.iter().map(|(word, _)| *word).collect();
    let mut raw_gaps: Vec<Option<&str>> = vec![None; will.len()];
    for op in capture_diff_slices(Algorithm::Myers, &old_words, &new_words) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                for n in 0..len {
                    raw_gaps[new_index + n] = Some(was[old_index + n].1);
                }
            }
            // The last new word ends where the last old one did.
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                for n in 0..(new_len - 1).min(old_len - 1) {
                    raw_gaps[new_index + n] = Some(was[old_index + n].1);
                }
                raw_gaps[new_index + new_len - 1] = Some(was[old_index + old_len - 1].1);
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => {}
        }
    }
    let mut out = String::new();
    for (n, (word, gap)) in will.iter().enumerate() {
        out.push_str(word);
        if n + 1 < will.len() {
            match raw_gaps[n].filter(|raw| unfolded(raw) == *gap) {
                Some(raw) => out.push_str(raw),
                None if gap.contains('\n') => out.extend(std::iter::once('\n').chain(gap.chars())),
                None => out.push_str(gap),
            }
        }
    }
    Some(out.split('\n').map(str::to_owned).collect())
}

/// Each word with what stands between it and the next.
fn words(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([' ', '\n']).unwrap_or(rest.len());
        let gap = rest[end..].find(|c| c != ' ' && c != '\n').map_or(rest.len(), |n| end + n);
        found.push((&rest[..end], &rest[end..gap]));
        rest = &rest[gap..];
    }
    found
}

/// What the white space of a folded block stands for.
fn unfolded(raw: &str) -> String {
    match raw.matches('\n').count() {
        0 => raw.to_owned(),
        1 => " ".to_owned(),
        n => "\n".repeat(n - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn breaks_stay_where_they_were() {
        let old = ["one two", "three four", "", "five"];
        let lines = |text: &str| fold(&old, text).unwrap_or_default().join("|");
        assert_eq!(lines("one two three 4\nfive"), "one two|three 4||five");
        assert_eq!(lines("one 2 three four\nfive\nsix"), "one 2|three four||five||six");
        assert_eq!(lines("one two three four five"), "one two|three four five");
        assert!(fold(&old, "one\n  two").is_none());
    }
}

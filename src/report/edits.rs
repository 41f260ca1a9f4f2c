//! Files before and after an edit, as a unified diff.

use std::fmt::Write;

use similar::TextDiff;

use super::paint::Paint;
use crate::diagnostic::hidden::visible;

/// The diff of one file, with three lines around each change.
pub fn diff(path: &str, before: &str, after: &str, paint: Paint) -> String {
    let path = visible(path, false);
    let diff = TextDiff::from_lines(before, after);
    let diff = diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    let mut text = String::new();
    for line in diff.lines() {
        let line = visible(line.trim_end_matches('\r'), false);
        let painted = match line.as_bytes().first() {
            Some(b'+') => paint.added(&line),
            Some(b'-') => paint.removed(&line),
            Some(b'@') => paint.faint(&line),
            _ => line,
        };
        let _ = writeln!(text, "{painted}");
    }
    text
}

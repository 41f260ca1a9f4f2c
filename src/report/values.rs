//! A field's two values, for people: short ones side by side, long ones as a unified diff.

use serde_json::Value;
use similar::TextDiff;

use crate::diagnostic::hidden::visible;

/// How a field's change is shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Shown {
    /// On one line.
    Line { before: String, after: String },
    /// As lines of a unified diff: each begins with ` `, `+`, `-` or `@`.
    Diff(Vec<String>),
}

/// The longest value that is shown on one line.
const SHORT: usize = 80;

/// Chooses the form in which a change is read best.
pub fn shown(before: &Value, after: &Value) -> Shown {
    let (one, two) = (inline(before), inline(after));
    let lines = |value: &Value| value.as_str().is_some_and(|text| text.contains('\n'));
    if lines(before) || lines(after) || one.chars().count() > SHORT || two.chars().count() > SHORT {
        Shown::Diff(diff(&block(before), &block(after)))
    } else {
        Shown::Line { before: one, after: two }
    }
}

/// A value on one line; nothing is `(none)`.
pub fn inline(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => format!("\"{}\"", visible(text, false)),
        other => visible(&other.to_string(), false),
    }
}

/// A value as lines: text as it is, the rest as indented JSON.
fn block(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    let mut text = visible(&text, true);
    text.push('\n');
    text
}

/// The lines of a unified diff with three lines of context.
pub fn diff(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        lines.push(hunk.header().to_string());
        for change in hunk.iter_changes() {
            lines.push(format!("{}{}", change.tag(), change.value().trim_end_matches(['\n', '\r'])));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_values_share_a_line_and_queries_are_diffed() {
        assert_eq!(
            shown(&json!("Low"), &Value::Null),
            Shown::Line { before: "\"Low\"".into(), after: "(none)".into() }
        );
        let lines = ["@@ -1,2 +1,2 @@", " T", "-| take 1", "+| take 2"].map(str::to_owned).to_vec();
        assert_eq!(shown(&json!("T\n| take 1"), &json!("T\n| take 2")), Shown::Diff(lines));
    }
}

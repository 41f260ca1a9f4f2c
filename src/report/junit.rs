//! Problems as JUnit XML, which most CI servers show as tests.
//!
//! A file without a problem is a test that passes. Every problem is a test of its own, since servers keep one failure
//! of a test: an error fails; a warning or information passes, and its text is the test's output.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Diagnostic, Sources};

/// All that a verb found as one test suite.
pub fn suite(verb: &str, problems: &[Diagnostic], sources: &Sources) -> String {
    let mut by_file: BTreeMap<&str, Vec<&Diagnostic>> = sources.iter().map(|(path, _)| (path, Vec::new())).collect();
    for problem in problems {
        let path = problem.span.map_or("", |span| sources.path(span.file));
        by_file.entry(path).or_default().push(problem);
    }
    let tests: usize = by_file.values().map(|problems| problems.len().max(1)).sum();
    let failures = problems.iter().filter(|problem| problem.is_error()).count();
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"palisade {verb}\" {counts}>");
    let _ = writeln!(text, "  <testsuite name=\"palisade {verb}\" {counts} skipped=\"0\">");
    for (path, problems) in &by_file {
        let class = if path.is_empty() { "project" } else { path };
        if problems.is_empty() {
            let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"no problem\"/>", xml(class));
        }
        for problem in problems {
            case(&mut text, class, problem);
        }
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn case(text: &mut String, path: &str, problem: &Diagnostic) {
    let (line, column) = problem.span.map_or((0, 0), |span| (span.line, span.column));
    let name = format!("{} at {line}:{column}", problem.code);
    let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"{}\">", xml(path), xml(&name));
    let help = problem.help.as_ref().map(|help| format!("\nhelp: {}", visible(help, false))).unwrap_or_default();
    let level = problem.level;
    let body = format!("{level}: {}\n{path}:{line}:{column}{help}", visible(&problem.message, false));
    let body = body.lines().map(xml).collect::<Vec<_>>().join("\n");
    if problem.is_error() {
        let message = xml(&problem.message);
        let _ = writeln!(text, "      <failure type=\"{}\" message=\"{message}\">{body}</failure>", problem.code);
    } else {
        let _ = writeln!(text, "      <system-out>{body}</system-out>");
    }
    text.push_str("    </testcase>\n");
}

/// Text for an element or an attribute in double quotes, on one line, with none of what XML 1.0 (section 2.2) forbids.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text, false).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn nothing_breaks_out_of_its_element() {
        assert_eq!(xml("]]><x a=\"'\">&\u{1b}\u{ffff}\n"), "]]&gt;&lt;x a=&quot;'&quot;&gt;&amp;\\u{1b}\\u{ffff}\\n");
    }
}

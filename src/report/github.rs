//! Problems as workflow commands, which GitHub shows beside the lines of a pull request.
//!
//! The escapes are those of `@actions/core` (`command.ts`). GitHub shows 10 of each level for one step; SARIF has no
//! such limit.

use std::fmt::Write;

use crate::diagnostic::hidden::visible;
use crate::diagnostic::{Diagnostic, Level, Sources};

/// One command a problem. `folder` is the project's place in the repository, with `/` at its end, or empty.
pub fn commands(problems: &[Diagnostic], sources: &Sources, folder: &str) -> String {
    let mut text = String::new();
    for problem in problems {
        let level = match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "notice",
        };
        let mut properties = vec![("title", problem.code.name().to_owned())];
        if let Some(span) = problem.span {
            let (end_line, end_column) = sources.end(span);
            properties.push(("file", format!("{folder}{}", sources.path(span.file))));
            properties.push(("line", span.line.to_string()));
            // GitHub takes columns within one line only.
            if end_line == span.line {
                properties.push(("col", span.column.to_string()));
                properties.push(("endColumn", end_column.to_string()));
            } else {
                properties.push(("endLine", end_line.to_string()));
            }
        }
        let properties: Vec<String> =
            properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
        let help = problem.help.as_ref().map(|help| format!("\n{}", visible(help, false))).unwrap_or_default();
        let message = data(&format!("{}{help}", visible(&problem.message, false)));
        let _ = writeln!(text, "::{level} {}::{message}", properties.join(","));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text, false)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_another_command() {
        assert_eq!(property("a,line=1::x\n::error::y"), "a%2Cline=1%3A%3Ax\\n%3A%3Aerror%3A%3Ay");
        assert_eq!(data("100%\n::error::y"), "100%25%0A::error::y");
    }
}

//! The comment that would silence a problem where it stands, for editors.

use crate::check::exceptions::Exceptions;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::rule::yaml;

/// What stands where the author has to say why.
const REASON: &str = "say here why this is fine";

/// A line that is put into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// The byte at which it begins.
    pub at: usize,
    /// The line with its end.
    pub text: String,
}

/// The comment above the problem's line that silences it. `None` for an error, and where no comment can stand, as within
/// a text in quotes. Whatever is given was tried: the file parses to as many documents, and the problem is silenced.
pub fn insertion(file: FileId, text: &str, problem: &Diagnostic) -> Option<Insertion> {
    let span = problem.span.filter(|span| span.file == file && !problem.is_error())?;
    if problem.code.is_never_silenced() {
        return None;
    }
    let at = text.get(..span.start as usize)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(at..)?.lines().next().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    ["#", "//"].into_iter().find_map(|mark| {
        let comment = format!("{indent}{mark} palisade: allow {} {REASON}{end}", problem.code);
        let insertion = Insertion { at, text: comment };
        silences(&insertion, file, text, problem, span).then_some(insertion)
    })
}

fn silences(insertion: &Insertion, file: FileId, text: &str, problem: &Diagnostic, span: Span) -> bool {
    let changed = [&text[..insertion.at], &insertion.text, &text[insertion.at..]].concat();
    let (Ok(before), Ok(after)) = (yaml::parse(file, text), yaml::parse(file, &changed)) else { return false };
    let mut exceptions = Exceptions::default();
    let mut faults = Vec::new();
    exceptions.read(file, &changed, &after, &mut faults);
    let Ok(length) = u32::try_from(insertion.text.len()) else { return false };
    let moved = Span { start: span.start + length, end: span.end + length, ..span };
    let problem = Diagnostic { span: Some(moved), ..problem.clone() };
    before.len() == after.len() && exceptions.silence(&problem, false, &mut faults)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Sources};

    fn comment(code: Code, text: &str, place: &str) -> Option<String> {
        let file = Sources::default().add("x.yaml", text);
        let start = u32::try_from(text.find(place).unwrap()).unwrap();
        let problem = Diagnostic::new(code, Span { start, end: start + 1, ..Span::start_of(file) }, "x");
        let found = insertion(file, text, &problem)?;
        assert!(text[..found.at].is_empty() || text[..found.at].ends_with('\n'));
        Some(found.text)
    }

    #[test]
    fn the_comment_is_one_where_it_stands() {
        let text = "id: a\nname: x\nquery: |\n  T\n  | where A contains 'whole'\ntactics:\n  - Guessing\nq: 'a\n  b'\n";
        let yaml = |code: Code, indent: &str| Some(format!("{indent}# palisade: allow {code} {REASON}\n"));
        assert_eq!(comment(Code::VersionMissing, text, "x\n"), yaml(Code::VersionMissing, ""));
        assert_eq!(comment(Code::UnknownTactic, text, "Guessing"), yaml(Code::UnknownTactic, "  "));
        let kql = comment(Code::ContainsForHas, text, "'whole'").unwrap();
        assert_eq!(kql, format!("  // palisade: allow contains-for-has {REASON}\n"));
        assert_eq!(comment(Code::SecretInText, text, "b'"), None, "it would become a part of the text");
        assert_eq!(comment(Code::KqlSyntax, text, "T"), None, "an error");
        assert!(comment(Code::VersionMissing, &text.replace('\n', "\r\n"), "x\r").unwrap().ends_with("\r\n"));
    }

    #[test]
    fn no_comment_is_put_into_a_text_of_the_query() {
        let text = "query: |\n  T | where A == ```one\n  two```\n";
        assert_eq!(comment(Code::SecretInText, text, "two"), None);
    }
}

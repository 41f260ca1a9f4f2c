//! Comments that silence a problem at one place, with a reason.
//!
//! ```yaml
//! # palisade: allow CODE[,CODE…] reason
//! query: |
//!   SigninLogs // palisade: allow CODE reason
//! ```
//!
//! At the end of a line it is for that line, alone on one for the next; in YAML, for all that is indented below that
//! line too; before a document's first key, for the document. What is an error in itself can't be silenced.
//!
//! Comments of kql-guard in a query (`// kql-guard:disable KQL002`, its README) are honoured where it has a check of
//! ours. They serve two tools: none is ever called unused, and their form has no room for a reason.

mod comments;
mod guard;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, FileId, Span, nearest};
use crate::rule::yaml::Node;
use comments::{Comment, Syntax};

/// How many exceptions a file may have.
const MOST: usize = 500;

/// Every exception of a project.
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    all: BTreeMap<(FileId, Code), Vec<Exception>>,
}

/// One code at one place.
#[derive(Debug, Clone)]
struct Exception {
    /// The bytes that problems must begin in.
    range: Range<usize>,
    /// The comment.
    span: Span,
    /// Whether it is another tool's.
    foreign: bool,
    used: bool,
}

impl Exceptions {
    /// Reads the exceptions of a file. What can't be read as one is reported.
    pub fn read(&mut self, file: FileId, text: &str, documents: &[Node<'_>], problems: &mut Vec<Diagnostic>) {
        if !text.contains("palisade:") && !text.contains("kql-guard:") {
            return;
        }
        for (number, comment) in comments::find(file, text, documents).enumerate() {
            if number == MOST {
                problems.push(
                    Diagnostic::new(Code::InvalidException, comment.span, "too many exceptions in one file").help(
                        format!("only the first {MOST} are looked at: set a level in palisade.yaml, or split it"),
                    ),
                );
                return;
            }
            let mut add = |code, foreign| {
                let exception = Exception { range: comment.range.clone(), span: comment.span, foreign, used: false };
                self.all.entry((file, code)).or_default().push(exception);
            };
            match comment.syntax {
                Syntax::Ours => match codes(&comment) {
                    Ok(codes) => codes.into_iter().for_each(|code| add(code, false)),
                    Err(problem) => problems.push(*problem),
                },
                Syntax::Guard => guard::codes(&comment.text).for_each(|code| add(code, true)),
                Syntax::Unreadable => problems.push(
                    Diagnostic::new(Code::InvalidException, comment.span, "an exception in a query between quotes")
                        .help("write the query as a block (`query: |`): between quotes, comments have no lines"),
                ),
            }
        }
    }

    /// Whether an exception silences the problem. `hard` is for an error that can't be silenced: then whoever tried is
    /// told so.
    pub fn silence(&mut self, problem: &Diagnostic, hard: bool, problems: &mut Vec<Diagnostic>) -> bool {
        let Some(span) = problem.span else { return false };
        let at = span.start as usize;
        let fits = |one: &&mut Exception| one.range.start <= at && at < one.range.end.max(1);
        let mut silenced = false;
        let all = self.all.get_mut(&(span.file, problem.code)).into_iter().flatten();
        for exception in all.filter(fits) {
            if hard && !exception.used && !exception.foreign {
                let message = format!("`{}` is an error here, and errors can't be silenced", problem.code);
                problems.push(
                    Diagnostic::new(Code::InvalidException, exception.span, message)
                        .related(span, "the error")
                        .help("correct what it tells of, and remove the comment"),
                );
            }
            exception.used = true;
            silenced = true;
        }
        silenced && !hard
    }

    /// Those that silence nothing. `has_errors` says of a place whether its document was not checked to the end.
    pub fn unused(&self, has_errors: impl Fn(Span) -> bool) -> Vec<Diagnostic> {
        let all = self.all.iter().flat_map(|((_, code), all)| all.iter().map(move |one| (*code, one)));
        let idle = all.filter(|(_, one)| !one.used && !one.foreign && !has_errors(one.span));
        idle.map(|(code, one)| {
            Diagnostic::new(Code::UnusedException, one.span, format!("nothing here is silenced as `{code}`"))
                .help("remove the comment, or move it to the line that it is for")
        })
        .collect()
    }
}

/// The codes of a comment of ours.
fn codes(comment: &Comment) -> Result<Vec<Code>, Box<Diagnostic>> {
    let refuse = |message: String, help: String| {
        Err(Box::new(Diagnostic::new(Code::InvalidException, comment.span, message).help(help)))
    };
    let (names, reason) = comment.text.split_once(char::is_whitespace).unwrap_or((&comment.text, ""));
    let mut codes = Vec::new();
    for name in names.split(',').map(|name| name.trim_end_matches(':')).filter(|name| !name.is_empty()) {
        let Some(code) = Code::named(name) else {
            let help = match nearest(name, Code::ALL.iter().map(|code| code.name())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `palisade: allow CODE reason`; `palisade explain` lists the codes".to_owned(),
            };
            return refuse(format!("no check has the code `{}`", name.escape_debug()), help);
        };
        if code.is_never_silenced() {
            return refuse(
                format!("`{code}` can't be silenced"),
                "nothing but this check stands between the problem and a lost detection".to_owned(),
            );
        }
        codes.push(code);
    }
    let reason = reason.trim_start_matches(|c: char| c.is_whitespace() || c == ':' || c == '-').trim_end();
    if codes.is_empty() || reason.is_empty() {
        let what = if codes.is_empty() { "code" } else { "reason" };
        let help = "write `palisade: allow CODE reason`: whoever reads it in a year must know why";
        return refuse(format!("an exception without a {what} has no effect"), help.to_owned());
    }
    Ok(codes)
}

#[cfg(test)]
mod tests;

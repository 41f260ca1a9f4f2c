//! What is wrong with a query, and where.

use super::span::Span;
use crate::diagnostic::hidden::visible;

/// Which stage of reading a query found the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The characters or their order: no service runs such a query.
    Syntax,
    /// A name that the schema does not hold, or a use that its type does not allow.
    Meaning,
}

/// One fault of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The bytes at fault; empty where something is missing.
    pub span: Span,
    /// The stage that found it.
    pub stage: Stage,
    /// One sentence on one line, without a full stop; code is in backquotes, with what is not seen in it written out.
    pub message: String,
    /// What to write instead, when that is likely.
    pub help: Option<String>,
}

/// How many faults of one query are told. A query with more is no query.
pub(super) const MAX_FAULTS: usize = 1000;

impl Diagnostic {
    pub(super) fn syntax(span: Span, message: impl AsRef<str>) -> Self {
        Self::at(Stage::Syntax, span, message.as_ref())
    }

    pub(super) fn meaning(span: Span, message: impl AsRef<str>) -> Self {
        Self::at(Stage::Meaning, span, message.as_ref())
    }

    fn at(stage: Stage, span: Span, message: &str) -> Self {
        Self { span, stage, message: visible(message, false), help: None }
    }

    pub(super) fn with_help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(visible(help.as_ref(), false));
        self
    }
}

/// The candidate nearest to `name`, if one is near enough to be a slip of the keyboard.
///
/// Case never counts: `securityevent` is near `SecurityEvent`. Long names allow more slips than short ones.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let allowed = 1 + wanted.len() / 5;
    candidates
        .into_iter()
        .filter(|c| c.len().abs_diff(name.len()) <= allowed)
        .map(|c| (strsim::osa_distance(&wanted, &c.to_ascii_lowercase()), c))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, c)| c)
}

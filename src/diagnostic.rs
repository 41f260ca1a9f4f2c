//! What is wrong, where, and the way out.
//!
//! A [`Diagnostic`] names a [`Code`], a [`Level`], a [`Span`] in one of the loaded [`Sources`], and a help text.
//! Nothing here reads files or prints: `report` renders.

pub mod baseline;
pub mod code;
pub mod document;
pub mod fingerprint;
pub mod fix;
pub mod hidden;
mod level;
pub mod page;
pub mod source;

pub use code::Code;
pub use fix::Fix;
pub use level::Level;
pub use source::{FileId, Sources, Span, Spanned};

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem this is.
    pub code: Code,
    /// How bad it is; starts as the code's own level.
    pub level: Level,
    /// The problem in one sentence, without a final full stop.
    pub message: String,
    /// Where it is. `None` for problems of the project as a whole.
    pub span: Option<Span>,
    /// The way out.
    pub help: Option<String>,
    /// Other places that belong to the problem, each with a word on why.
    pub related: Vec<(Span, String)>,
    /// The edit that corrects it, where one is sure.
    pub fix: Option<Box<Fix>>,
}

impl Diagnostic {
    /// A problem at `span`, with the level that its code has by default.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::unplaced(code, message) }
    }

    /// A problem that has no place in a file.
    pub fn unplaced(code: Code, message: impl Into<String>) -> Self {
        let level = code.level();
        Self { code, level, message: message.into(), span: None, help: None, related: Vec::new(), fix: None }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that belongs to the problem.
    #[must_use]
    pub fn related(mut self, span: Span, why: impl Into<String>) -> Self {
        self.related.push((span, why.into()));
        self
    }

    /// Adds the edit that corrects it, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Whether this stops plan and apply.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// The name in `known` that somebody who wrote `word` most likely meant.
///
/// A match without case wins; else the nearest within a third of the word's length.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_lowercase();
    let allowed = (folded.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

//! Problems as the editor shows them.

use std::path::Path;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, Uri,
};

use super::text::Lines;
use crate::diagnostic::{self, Code, Level, Sources, Span};

/// Who says it.
const SOURCE: &str = "palisade";

/// Where a file of the project is for the editor.
pub(super) trait Places {
    /// Its URI, and how many characters its first line begins with that are no part of its text.
    fn place(&self, path: &str) -> Option<(Uri, u32)>;
}

/// The place of a span. Behind a byte order mark, the first line begins later.
pub(super) fn range(sources: &Sources, span: Span, mark: u32) -> Range {
    let text = sources.text(span.file);
    let mut range = Lines::of(&text).range(span.start as usize..span.end as usize);
    for position in [&mut range.start, &mut range.end] {
        position.character += if position.line == 0 { mark } else { 0 };
    }
    range
}

/// A problem at its place. One of the project as a whole has none: it stands at the begin.
pub(super) fn problem(
    problem: &diagnostic::Diagnostic,
    sources: &Sources,
    mark: u32,
    places: &dyn Places,
) -> Diagnostic {
    let related = problem.related.iter().filter_map(|(span, why)| {
        let (uri, mark) = places.place(sources.path(span.file))?;
        let location = Location { uri, range: range(sources, *span, mark) };
        Some(DiagnosticRelatedInformation { location, message: why.clone() })
    });
    let related: Vec<_> = related.collect();
    let message = match &problem.help {
        Some(help) => format!("{}\nhelp: {help}", problem.message),
        None => problem.message.clone(),
    };
    let unneeded = matches!(problem.code, Code::UnusedLet | Code::UnusedException);
    Diagnostic {
        range: problem.span.map(|span| range(sources, span, mark)).unwrap_or_default(),
        severity: Some(match problem.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(problem.code.name().to_owned())),
        code_description: problem.code.help_uri().parse().ok().map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: unneeded.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// A path below a project's folder, as problems name it.
pub(super) fn relative(root: &Path, path: &Path) -> Option<String> {
    let names = path.strip_prefix(root).ok()?.iter().map(|name| name.to_string_lossy());
    Some(names.collect::<Vec<_>>().join("/"))
}

//! What the editor offers to do about a problem.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Command, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::checked::Checked;
use super::text::Lines;
use super::told::{self, Places};
use crate::diagnostic::{Diagnostic, FileId};
use crate::ops::allow;

/// The command that shows the page of a code.
pub(super) const EXPLAIN: &str = "palisade.explain";

/// What the editor can do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Can {
    /// Take edits that name the version of the document that they are for.
    pub(super) version_edits: bool,
    /// Show a page of the web.
    pub(super) show: bool,
}

/// An open file of a checked project.
pub(super) struct Place<'p> {
    pub(super) checked: &'p Checked,
    /// Relative to the project.
    pub(super) path: &'p str,
    pub(super) uri: &'p Uri,
    pub(super) version: i32,
    pub(super) mark: u32,
}

/// The actions for the problems that a range touches.
pub(super) fn actions(place: &Place<'_>, touched: Range, can: Can, places: &dyn Places) -> Vec<CodeActionOrCommand> {
    let mut all = Vec::new();
    for (file, problem) in place.checked.problems_of(place.path) {
        let sources = &place.checked.loaded.sources;
        let Some(range) = problem.span.map(|span| told::range(sources, span, place.mark)) else { continue };
        if range.end < touched.start || touched.end < range.start {
            continue;
        }
        let text = sources.text(file);
        let shown = vec![told::problem(problem, sources, place.mark, places)];
        let action = |title: String, edit: TextEdit| CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(shown.clone()),
            edit: Some(workspace_edit(place, can, edit)),
            ..CodeAction::default()
        };
        if let Some((title, edit)) = correction(problem, &text, place.mark) {
            all.push(CodeAction { is_preferred: Some(true), ..action(title, edit) });
        }
        if let Some(edit) = exception(file, problem, &text, place.mark) {
            all.push(action(format!("Allow {} here, with a reason", problem.code), edit));
        }
        if can.show {
            let title = format!("Explain {}", problem.code);
            let arguments = Some(vec![problem.code.name().into()]);
            let command = Command { title: title.clone(), command: EXPLAIN.to_owned(), arguments };
            let kind = Some(CodeActionKind::QUICKFIX);
            all.push(CodeAction { title, kind, command: Some(command), ..CodeAction::default() });
        }
    }
    all.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

fn correction(problem: &Diagnostic, text: &str, mark: u32) -> Option<(String, TextEdit)> {
    let fix = problem.fix.as_ref()?;
    let place = fix.place(text)?;
    let range = behind(mark, Lines::of(text).range(place));
    let title = format!("Write `{}` instead of `{}`", fix.replacement, fix.found);
    Some((title, TextEdit { range, new_text: fix.replacement.clone() }))
}

fn exception(file: FileId, problem: &Diagnostic, text: &str, mark: u32) -> Option<TextEdit> {
    let insertion = allow::insertion(file, text, problem)?;
    let range = behind(mark, Lines::of(text).range(insertion.at..insertion.at));
    Some(TextEdit { range, new_text: insertion.text })
}

fn behind(mark: u32, range: Range) -> Range {
    let moved = |position: Position| match position.line {
        0 => Position { character: position.character + mark, ..position },
        _ => position,
    };
    Range { start: moved(range.start), end: moved(range.end) }
}

fn workspace_edit(place: &Place<'_>, can: Can, edit: TextEdit) -> WorkspaceEdit {
    if can.version_edits {
        let text_document =
            OptionalVersionedTextDocumentIdentifier { uri: place.uri.clone(), version: Some(place.version) };
        let edits = vec![TextDocumentEdit { text_document, edits: vec![OneOf::Left(edit)] }];
        return WorkspaceEdit { document_changes: Some(DocumentChanges::Edits(edits)), ..WorkspaceEdit::default() };
    }
    WorkspaceEdit { changes: Some(HashMap::from([(place.uri.clone(), vec![edit])])), ..WorkspaceEdit::default() }
}

//! What the editor can do, and what the server can.

use std::path::PathBuf;

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, ExecuteCommandOptions, HoverProviderCapability,
    InitializeParams, OneOf, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use super::actions::{Can, EXPLAIN};
use super::document;

/// What an editor says of itself.
pub(super) struct Client {
    pub(super) can: Can,
    /// Whether it tells of files that change without it, if it is asked to.
    pub(super) can_watch: bool,
    pub(super) folders: Vec<PathBuf>,
}

impl Client {
    pub(super) fn of(params: InitializeParams) -> Self {
        let workspace = params.capabilities.workspace.unwrap_or_default();
        let edits = workspace.workspace_edit.and_then(|edit| edit.document_changes);
        let show = params.capabilities.window.and_then(|window| window.show_document);
        let watch = workspace.did_change_watched_files.and_then(|watch| watch.dynamic_registration);
        let mut folders: Vec<PathBuf> =
            params.workspace_folders.iter().flatten().filter_map(|folder| document::path(&folder.uri)).collect();
        #[expect(deprecated, reason = "older editors send nothing else")]
        let root = params.root_uri;
        if folders.is_empty() {
            folders.extend(root.as_ref().and_then(document::path));
        }
        let can = Can { version_edits: edits.unwrap_or(false), show: show.is_some_and(|show| show.support) };
        Self { can, can_watch: watch.unwrap_or(false), folders }
    }
}

/// The answer to `initialize`.
pub(super) fn capabilities() -> Value {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![EXPLAIN.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    };
    json!({ "capabilities": capabilities, "serverInfo": { "name": "palisade", "version": env!("CARGO_PKG_VERSION") } })
}

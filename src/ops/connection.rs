//! How a verb reaches a workspace. Whoever implements [`Connector`] knows Azure from the emulator; nothing here does.

use std::sync::Arc;

use crate::arm::request::RequestBuilder;
use crate::arm::transport::Transport;
use crate::workspace::Workspace;

/// An open way to one workspace.
#[derive(Clone)]
pub struct Connection {
    pub transport: Arc<dyn Transport>,
    pub requests: RequestBuilder,
    /// `public`, `usgov`, `china`, or `emulator`.
    pub cloud: String,
    /// The target for people, such as `contoso in Azure (public)`.
    pub title: String,
}

/// Opens ways to workspaces. Opening asks for no token and no socket: the first request does.
pub trait Connector: Send + Sync {
    /// The way to a workspace.
    ///
    /// # Errors
    /// Why there is none, for people: no credential, or a state file that another process holds.
    fn connect(&self, workspace: &Workspace) -> Result<Connection, String>;
}

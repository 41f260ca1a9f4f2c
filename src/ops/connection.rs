//! How a verb reaches a workspace. Whoever implements [`Connector`] knows Azure from the emulator; nothing here does.

use std::sync::Arc;
use std::time::Duration;

use crate::arm::limiter::Limiter;
use crate::arm::operation::{Operation, OperationClass};
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
    /// The throttle of its requests; none where the service has none.
    pub throttle: Option<Throttle>,
}

/// Where a workspace's requests are counted.
#[derive(Clone)]
pub struct Throttle {
    /// Shared by all workspaces of a run.
    pub limiter: Arc<Limiter>,
    /// Who asks, as a key.
    pub principal: Arc<str>,
}

impl Connection {
    /// How long the service has asked for silence still, before another request of this class.
    pub fn pause(&self, class: OperationClass) -> Option<Duration> {
        let throttle = self.throttle.as_ref()?;
        throttle.limiter.bucket(&self.operation(throttle, class)).pause()
    }

    /// How long requests of its subscription have waited for the throttle.
    pub fn waited(&self) -> Duration {
        let subscription = self.requests.scope.subscription();
        self.throttle
            .as_ref()
            .map_or(Duration::ZERO, |throttle| throttle.limiter.waited(&subscription, &throttle.principal))
    }

    /// What its requests of this class count as; none where nothing counts them.
    pub fn counted_as(&self, class: OperationClass) -> Option<Operation> {
        self.throttle.as_ref().map(|throttle| self.operation(throttle, class))
    }

    fn operation(&self, throttle: &Throttle, class: OperationClass) -> Operation {
        let subscription = self.requests.scope.subscription();
        Operation { subscription, principal: Arc::clone(&throttle.principal), class }
    }
}

/// Opens ways to workspaces. Opening asks for no token and no socket: the first request does.
pub trait Connector: Send + Sync {
    /// The way to a workspace.
    ///
    /// # Errors
    /// Why there is none, for people: no credential, or a state file that another process holds.
    fn connect(&self, workspace: &Workspace) -> Result<Connection, String>;
}

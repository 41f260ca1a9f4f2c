//! Pages of a list as they come: what one shows to be as planned need not wait for the others.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::arm::pages::Pace;
use crate::resource::{Resource, ResourceType};

/// A page: when it was asked for, and what it shows.
pub(super) type Page = (Instant, Vec<Resource>);

/// Passes pages on.
struct Stream {
    of: ResourceType,
    asked: Mutex<Instant>,
    pages: UnboundedSender<Page>,
}

/// The pace of lists whose pages are passed on, and where they come out.
pub(super) fn stream() -> (impl Fn(ResourceType) -> Arc<dyn Pace> + Send + Sync, UnboundedReceiver<Page>) {
    let (pages, come) = unbounded_channel();
    let pace = move |of| {
        let asked = Mutex::new(Instant::now());
        Arc::new(Stream { of, asked, pages: pages.clone() }) as Arc<dyn Pace>
    };
    (pace, come)
}

impl Pace for Stream {
    fn before(&self, _: usize) -> BoxFuture<'_, ()> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Box::pin(std::future::ready(()))
    }

    fn came(&self, items: &[Value]) {
        let asked = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        // What can't be read makes the whole list fail.
        let read = items.iter().filter_map(|item| Resource::from_arm(self.of, item.clone()).ok()).collect();
        // Nobody listens once the run has ended.
        let _ = self.pages.send((asked, read));
    }
}

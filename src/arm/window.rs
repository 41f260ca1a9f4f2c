//! While a request may begin: a write relies on a list, which ages, and on nobody having asked to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::transport::{Request, TransportError};

/// Asks for an end: what has not begun does not begin. All clones are one.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once somebody asks.
    pub async fn asked(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// While a request may begin. It travels in the request's extensions; each try is held against it, and one that comes
/// too late is [`TransportError::Late`]: the service has done nothing.
#[derive(Debug, Clone)]
pub struct Window {
    until: Instant,
    stop: Stop,
}

impl Window {
    /// Until a moment, or until somebody asks for an end.
    pub fn new(until: Instant, stop: Stop) -> Self {
        Self { until, stop }
    }

    /// Gives it to a request.
    pub fn put_on(self, request: &mut Request) {
        request.extensions_mut().insert(self);
    }

    /// The window of a request; `None` if it may begin at any time.
    pub(super) fn of(request: &Request) -> Option<Self> {
        request.extensions().get().cloned()
    }

    /// Whether what it is for may still begin.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(&self) -> Result<(), TransportError> {
        if self.stop.is_asked() {
            return Err(TransportError::Late("the run was asked to stop".to_owned()));
        }
        if Instant::now() >= self.until {
            return Err(TransportError::Late("what it relies on was read too long ago".to_owned()));
        }
        Ok(())
    }

    /// Whether it will be open after a pause, as far as one can tell now.
    pub(super) fn holds(&self, pause: Duration) -> bool {
        !self.stop.is_asked() && Instant::now().checked_add(pause).is_some_and(|then| then < self.until)
    }

    /// Waits for something as long as the window is open.
    ///
    /// # Errors
    ///
    /// It was closed, and the wait was given up.
    pub(super) async fn during<T>(window: Option<&Self>, wait: impl Future<Output = T>) -> Result<T, TransportError> {
        let Some(window) = window else { return Ok(wait.await) };
        tokio::select! {
            biased;
            () = window.stop.asked() => window.check().map(|()| None),
            came = wait => Ok(Some(came)),
            () = sleep_until(window.until) => window.check().map(|()| None),
        }?
        .ok_or_else(|| TransportError::Late("its window is closed".to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_closes_with_time_and_by_request() {
        let stop = Stop::default();
        let window = Window::new(Instant::now() + Duration::from_secs(10), stop.clone());
        assert!(Window::during(Some(&window), sleep(Duration::from_secs(9))).await.is_ok());
        assert!(window.check().is_ok());
        let late = Window::during(Some(&window), sleep(Duration::from_secs(2))).await;
        assert!(matches!(late, Err(TransportError::Late(_))), "{late:?}");
        let window = Window::new(Instant::now() + Duration::from_secs(3600), stop.clone());
        let waiting = tokio::spawn({
            let window = window.clone();
            async move { Window::during(Some(&window), sleep(Duration::from_secs(1800))).await }
        });
        tokio::task::yield_now().await;
        stop.ask();
        assert!(matches!(waiting.await.unwrap(), Err(TransportError::Late(why)) if why.contains("stop")));
        assert!(window.check().is_err() && Window::during(None, async { 7 }).await.unwrap() == 7);
    }
}

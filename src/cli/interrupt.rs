//! Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once.

use super::output::Output;
use crate::ops::apply::Stop;

/// The signals that ask this process to end, from when it is made. Until then they end it by themselves.
pub(crate) struct Signals {
    #[cfg(unix)]
    streams: [Option<tokio::signal::unix::Signal>; 2],
    #[cfg(windows)]
    streams: [Option<tokio::signal::windows::CtrlC>; 1],
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { streams: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    #[cfg(windows)]
    pub(crate) fn new() -> Self {
        Self { streams: [tokio::signal::windows::ctrl_c().ok()] }
    }

    /// Returns when the next one comes.
    pub(crate) async fn next(&mut self) {
        let waits = self.streams.iter_mut().map(|stream| {
            Box::pin(async move {
                match stream {
                    Some(stream) => drop(stream.recv().await),
                    // Without a handler the system ends the process by itself.
                    None => std::future::pending().await,
                }
            })
        });
        futures::future::select_all(waits).await;
    }
}

/// Carries work on until it is done. The first signal asks it to stop; with the second it is dropped: `None`.
pub(crate) async fn interruptible<T>(stop: &Stop, output: &Output, work: impl Future<Output = T>) -> Option<T> {
    let mut signals = Signals::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            () = signals.next() => {}
        }
        if stop.is_asked() {
            return None;
        }
        stop.ask();
        output.aside("stopping: nothing more is sent, and what is under way is finished; once more stops at once\n");
    }
}

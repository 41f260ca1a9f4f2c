//! Ends the process when one query takes too long, and says which.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// No query of some kilobytes takes a thousandth of it.
const LIMIT: Duration = Duration::from_secs(60);

type Watched = Mutex<Option<(Instant, String)>>;

/// Watches until it is dropped.
pub(crate) struct Watchdog(Arc<Watched>);

impl Watchdog {
    pub(crate) fn start() -> Self {
        let watched: Arc<Watched> = Arc::default();
        let weak = Arc::downgrade(&watched);
        std::thread::spawn(move || {
            while let Some(watched) = weak.upgrade() {
                if let Some((since, query)) = &*watched.lock().unwrap()
                    && since.elapsed() > LIMIT
                {
                    // Not `eprintln!`: what a test prints is held back, and lost with the process.
                    let _ = writeln!(std::io::stderr(), "no end after {LIMIT:?}:\n{query}");
                    std::process::abort();
                }
                drop(watched);
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        Self(watched)
    }

    pub(crate) fn watch(&self, query: &str) {
        *self.0.lock().unwrap() = Some((Instant::now(), query.to_owned()));
    }
}

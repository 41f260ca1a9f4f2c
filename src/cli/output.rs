//! The one place that prints: results on stdout, the rest on stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::progress;
use crate::diagnostic::hidden::visible;
use crate::ops::watch::{Silent, Watch};
use crate::report::paint::Paint;

/// Where text goes, and how.
pub(crate) struct Output {
    quiet: bool,
    lost: AtomicBool,
    closed: AtomicBool,
}

impl Output {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, lost: AtomicBool::new(false), closed: AtomicBool::new(false) }
    }

    /// Colours for stdout.
    pub(crate) fn paint(&self) -> Paint {
        Paint { color: colors(&std::io::stdout()) }
    }

    /// Colours for stderr.
    pub(crate) fn paint_error(&self) -> Paint {
        Paint { color: colors(&std::io::stderr()) }
    }

    /// A result. Whoever closed the pipe wants no more of it; if the system takes no more, the run has failed.
    pub(crate) fn result(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let Err(why) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else { return };
        if why.kind() == ErrorKind::BrokenPipe {
            self.closed.store(true, Ordering::Relaxed);
        } else if !self.lost.swap(true, Ordering::Relaxed) {
            self.error(&format!("the result could not be printed: {why}"), None);
        }
    }

    /// Whether nobody reads the result any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Whether a result, or a part of it, could not be printed.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Something beside the result; nothing with --quiet.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.aside(text);
        }
    }

    /// Something beside the result that can't be left out.
    pub(crate) fn aside(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(text.as_bytes());
    }

    /// A failure of the run, with the way out.
    pub(crate) fn error(&self, message: &str, help: Option<&str>) {
        let paint = self.paint_error();
        let mut text = format!("{} {}\n", paint.removed("error:"), visible(message, true));
        if let Some(help) = help {
            text.push_str(&format!("  {} {help}\n", paint.strong("help:")));
        }
        self.aside(&text);
    }

    /// Asks for a word on the terminal. `None` if there is nobody to ask.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        self.aside(question);
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// Who is told of progress.
    pub(crate) fn watch(&self) -> Arc<dyn Watch> {
        if self.quiet { Arc::new(Silent) } else { progress::watch() }
    }
}

fn colors(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

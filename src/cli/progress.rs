//! How a run gets on: bars on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::diagnostic::hidden::visible;
use crate::ops::watch::Watch;

/// Whoever suits stderr.
pub(crate) fn watch() -> Arc<dyn Watch> {
    if std::io::stderr().is_terminal() { Arc::new(Bars::default()) } else { Arc::new(Lines) }
}

/// A length of time for people: `45 s`, `12 min`, `2 h 46 min`.
pub(crate) fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) if minutes < 10 => format!("{minutes} min {seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A run that the throttle makes at least so long is announced.
const WORTH_TELLING: Duration = Duration::from_secs(20);

/// What a run is told before it begins, if it is worth it: that `what` takes `least`, and the limits that make it so.
pub(crate) fn announcement(what: &str, least: Duration, limits: &str) -> Option<String> {
    let told =
        || format!("{what} takes {} at the least where ARM's documented limits hold ({limits})\n", length(least));
    (least >= WORTH_TELLING).then(told)
}

/// Said before the first bar.
fn announce_reads(workspaces: usize, least: Duration) {
    let limits = "250 reads, then 25 a second, for each subscription; 100 reads of automation rules in 5 minutes";
    if let Some(text) = announcement(&format!("reading {workspaces} workspaces"), least, limits) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Plain lines.
struct Lines;

impl Lines {
    fn line(text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

impl Watch for Lines {
    fn planning(&self, workspaces: usize, least: Duration) {
        announce_reads(workspaces, least);
    }

    fn reading(&self, workspace: &str) {
        Self::line(&format!("reading {workspace}"));
    }

    fn writing(&self, _: &str, _: usize) {}

    fn wrote(&self, workspace: &str, name: &str, outcome: &str, (done, all): (usize, usize), _: Duration) {
        Self::line(&format!("{workspace} {done}/{all} {outcome} {}", visible(name, false)));
    }

    fn finished(&self, workspace: &str, waited: Duration) {
        if waited >= Duration::from_secs(1) {
            Self::line(&format!("{workspace} was kept waiting by the service's throttle for {}", length(waited)));
        }
    }
}

/// A bar a workspace. They are taken away when the workspace is done: what became of it is in the result.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Bars {
    fn bars(&self) -> MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, workspace: &str, bar: ProgressBar, style: &str) {
        let bar = self.all.add(bar);
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_prefix(workspace.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        if let Some(before) = self.bars().insert(workspace.to_owned(), bar) {
            before.finish_and_clear();
        }
    }
}

impl Watch for Bars {
    fn planning(&self, workspaces: usize, least: Duration) {
        announce_reads(workspaces, least);
    }

    fn reading(&self, workspace: &str) {
        self.add(workspace, ProgressBar::new_spinner(), "{spinner} {prefix} reading");
    }

    fn writing(&self, workspace: &str, all: usize) {
        let style = "{prefix} {bar:24} {pos}/{len} {per_sec} {msg} ETA {eta}";
        self.add(workspace, ProgressBar::new(all as u64), style);
    }

    fn wrote(&self, workspace: &str, name: &str, outcome: &str, (done, _): (usize, usize), waited: Duration) {
        if let Some(bar) = self.bars().get(workspace) {
            bar.set_position(done as u64);
            if waited >= Duration::from_secs(1) {
                bar.set_message(format!("throttled {}", length(waited)));
            }
        }
        if !matches!(outcome, "applied" | "unchanged") {
            let _ = self.all.println(format!("{workspace} {outcome} {}", visible(name, false)));
        }
    }

    fn finished(&self, workspace: &str, _: Duration) {
        if let Some(bar) = self.bars().remove(workspace) {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_no_longer_than_needed() {
        for (seconds, text) in [(0, "0 s"), (45, "45 s"), (120, "2 min"), (125, "2 min 5 s"), (725, "12 min")] {
            assert_eq!(length(Duration::from_secs(seconds)), text);
        }
        assert_eq!(
            (length(Duration::from_secs(9_980)), length(Duration::from_secs(7_201))),
            ("2 h 46 min".into(), "2 h".into())
        );
    }

    #[test]
    fn bars_count_and_go() {
        let bars = Bars::default();
        bars.all.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        bars.reading("w");
        bars.writing("w", 3);
        bars.wrote("w", "r", "applied", (2, 3), Duration::from_secs(9));
        let bar = bars.bars().get("w").cloned();
        assert!(
            bar.is_some_and(|bar| bar.position() == 2 && bar.length() == Some(3) && bar.message() == "throttled 9 s")
        );
        bars.finished("w", Duration::ZERO);
        assert!(bars.bars().is_empty());
    }
}

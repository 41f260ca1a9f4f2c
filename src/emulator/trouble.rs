//! What a test does to a running emulator: faults, edits by others, the clock.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use jiff::Timestamp;

use super::Emulator;
use super::answer::ArmError;
use super::call::Write;
use super::edited::Edited;
use super::faults::{Armed, ClockMove, Edit, Fault, FaultError, Hidden, Injected, Revoked};
use super::log::{Entry, Noted};
use super::principal::Principal;
use super::route::Route;
use super::seed::{SeedError, SeedText, Seeded};

/// Who is named for what a seed writes.
const SEED: &str = "seed";

/// The faults that are on, and what they have left behind.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    pub(super) armed: Armed,
    pub(super) hidden: Hidden,
    pub(super) revoked: Revoked,
}

impl Emulator {
    /// Lets requests meet a fault from now on, after those that are on already. Returns its number.
    pub fn inject(&self, fault: Fault) -> u64 {
        let id = self.trouble().armed.add(fault);
        self.0.troubled.store(true, Ordering::Release);
        id
    }

    /// The faults that are on, with what they have met.
    pub fn faults(&self) -> Vec<Injected> {
        self.trouble().armed.list().to_vec()
    }

    /// Takes a fault away; requests that it holds go on. False if it was not there.
    pub fn remove_fault(&self, id: u64) -> bool {
        let removed = self.trouble().armed.remove(id);
        self.0.released.notify_waiters();
        removed
    }

    /// Takes every fault away, and what faults have left behind: what is hidden is shown, a token that was revoked is
    /// good again. Edits stay, and so does the clock.
    pub fn clear_faults(&self) {
        let mut trouble = self.trouble();
        trouble.armed.clear();
        trouble.hidden.clear();
        trouble.revoked.clear();
        drop(trouble);
        self.0.released.notify_waiters();
    }

    pub(super) fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request must look: faults are on, or were.
    pub(super) fn is_troubled(&self) -> bool {
        self.0.troubled.load(Ordering::Acquire)
    }

    /// Holds a request until its fault is taken away, or the time has passed.
    pub(super) async fn held(&self, id: u64, at_most: Option<Duration>) {
        let released = async {
            loop {
                let mut notified = std::pin::pin!(self.0.released.notified());
                // From here on no release is missed.
                notified.as_mut().enable();
                if !self.trouble().armed.holds(id) {
                    return;
                }
                notified.await;
            }
        };
        match at_most {
            None => released.await,
            // Either end is one.
            Some(time) => drop(tokio::time::timeout(time, released).await),
        }
    }

    /// Makes an edit by somebody else now. Where its resource names no workspace, the only one there is is meant.
    ///
    /// # Errors
    ///
    /// There is no such resource, or the edit leaves none that the service would keep.
    pub async fn edit(&self, edit: &Edit) -> Result<(), FaultError> {
        let state = self.0.published.get();
        let mut workspaces = state.workspaces.values();
        let only = workspaces.next().filter(|_| workspaces.next().is_none()).map(|only| only.path.to_string());
        self.edit_in(edit, only.as_deref()).await
    }

    /// Makes an edit and logs it; `workspace` is the path of the one that is meant where it names none.
    pub(super) async fn edit_in(&self, edit: &Edit, workspace: Option<&str>) -> Result<(), FaultError> {
        edit.check()?;
        let path = edit.path(workspace)?;
        let refused = |error: ArmError| FaultError::new(format!("`edit`: {}", error.message));
        let Route::Insights(location) = Route::of(&path).map_err(refused)? else {
            return Err(FaultError::new(format!("`edit`: `{path}` is no resource of Sentinel's")));
        };
        let method = if edit.delete { Method::DELETE } else { Method::PUT };
        let entry = Entry::begin(&self.0.log, Noted::edit(method, &path, edit.by(), self.now()));
        let write = Write::Edit(Edited { location, edit: edit.clone() });
        let by = Principal::called(edit.by());
        let outcome = self.0.writer.write(write, by, self.now(), Some(entry.clone())).await;
        let status = outcome.as_ref().map_or_else(|error| error.status, |answer| answer.status);
        entry.end(status.as_u16(), self.now());
        outcome.map(|_| ()).map_err(refused)
    }

    /// Seeds while clients are at work: what is written has a cause in the log.
    pub(super) async fn sow(&self, texts: &[SeedText]) -> Result<Seeded, SeedError> {
        let entry = Entry::begin(&self.0.log, Noted::edit(Method::POST, "/_emulator/seed", SEED, self.now()));
        let outcome = self.sown(texts, Some(entry.clone())).await;
        entry.end(if outcome.is_ok() { 200 } else { 400 }, self.now());
        outcome
    }

    /// Puts the emulator's clock forward, for tests of what time does. It starts at the system's time.
    pub fn advance(&self, by: Duration) {
        self.move_clock(ClockMove::Forward(by));
    }

    /// Puts the emulator's clock back.
    pub fn step_back(&self, by: Duration) {
        self.move_clock(ClockMove::Back(by));
    }

    /// Puts the emulator's clock to a moment, from which it goes on.
    pub fn set_clock(&self, to: Timestamp) {
        self.move_clock(ClockMove::To(to));
    }

    pub(super) fn move_clock(&self, to: ClockMove) {
        self.0.clock.put(to, Timestamp::now());
    }

    /// What the emulator's clock shows.
    pub fn now(&self) -> Timestamp {
        self.0.clock.shows(Timestamp::now())
    }
}

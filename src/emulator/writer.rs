//! One thread that writes: it decides, commits, publishes and answers, in this order.
//!
//! Writes that arrive while a commit is under way are taken together into the next one, so that many
//! clients share one wait for the disk. Readers see the last published state and never wait for a commit.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::answer::{Answer, ArmError};
use super::call::Write;
use super::log::{Commit, Entry};
use super::options::Options;
use super::principal::Principal;
use super::state::State;
use super::store::Store;

/// The most writes in one commit.
const BATCH: usize = 512;

/// The state that readers see: always one whose every change is durable.
#[derive(Debug, Clone, Default)]
pub(super) struct Published(Arc<RwLock<Arc<State>>>);

impl Published {
    fn new(state: State) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(state))))
    }

    pub(super) fn get(&self) -> Arc<State> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, state: State) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
    }
}

type Outcome = Result<Answer, ArmError>;

struct Job {
    write: Write,
    by: Arc<Principal>,
    now: Timestamp,
    /// Where what becomes durable is noted.
    entry: Option<Entry>,
    reply: oneshot::Sender<Outcome>,
}

/// The handle of the writing thread. When it is dropped, every write that was asked for is done and the file
/// is closed.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on a store and the state that was read from it.
    pub(super) fn start(store: Store, state: State, options: Options) -> (Self, Published) {
        let published = Published::new(state);
        let (jobs, queue) = mpsc::channel();
        let seen = published.clone();
        // Where the system gives no thread, the queue is gone, and every write is answered with a 500.
        let thread = thread::Builder::new()
            .name("emulator-writer".to_owned())
            .spawn(move || run(&queue, &store, &seen, &options))
            .ok();
        (Self { jobs: Some(jobs), thread }, published)
    }

    /// Does one write of a principal. The answer comes when the write is durable and noted in its entry.
    pub(super) async fn write(
        &self,
        write: Write,
        by: Arc<Principal>,
        now: Timestamp,
        entry: Option<Entry>,
    ) -> Outcome {
        let stopped = || ArmError::internal("The emulator's writer has stopped.");
        let (reply, outcome) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(Job { write, by, now, entry, reply }).map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was seen by every writer as a 500.
            let _ = thread.join();
        }
    }
}

fn run(queue: &Receiver<Job>, store: &Store, published: &Published, options: &Options) {
    while let Ok(first) = queue.recv() {
        let batch = std::iter::once(first).chain(queue.try_iter()).take(BATCH);
        let mut next = State::clone(&published.get());
        let mut changes = Vec::new();
        let mut outcomes = Vec::new();
        for Job { write, by, now, entry, reply } in batch {
            let mut commits = Vec::new();
            let outcome = write.decide(&next, &by, now, options).map(|(answer, steps)| {
                for step in &steps {
                    commits.extend(Commit::of(step, &next));
                    next.apply(step);
                }
                changes.extend(steps);
                answer
            });
            outcomes.push((reply, outcome, entry.map(|entry| (entry, commits))));
        }
        if !changes.is_empty() {
            match store.commit(&changes) {
                Ok(()) => published.set(next),
                // Every decision of the batch may rest on a change that was lost with it.
                Err(error) => {
                    let lost = ArmError::internal(format!("The emulator's state could not be written: {error}"));
                    outcomes.iter_mut().for_each(|(_, outcome, _)| *outcome = Err(lost.clone()));
                }
            }
        }
        for (reply, outcome, noted) in outcomes {
            if let (Ok(_), Some((entry, commits))) = (&outcome, noted) {
                entry.note(|noted| noted.commits = commits);
            }
            // A client that went away needs no answer; its write stands.
            let _ = reply.send(outcome);
        }
    }
}

//! `apply`: carries a plan out, compare and set, and says of every change what became of it.
//!
//! A list older than [`FRESH`] is read again before more writes begin, and a rule whose etag moved is left untouched:
//! nobody could verify that the service itself still refuses a stale etag. One list at the end confirms the whole.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use tokio::sync::Semaphore;

use super::connection::Connection;
use super::place;
use super::plan::Opened;
use super::watch::Watch;
use super::watchlists;
use super::write::{marked, write};
use crate::plan::outcome::{Applied, Done, Outcome, obstacle, settle};
use crate::plan::watchlists::unmet;
use crate::plan::{Action, Change, Plan, WorkspacePlan};
use crate::resource::{Resource, ResourceType};

/// How old a list may be when writes that rely on it begin.
pub const FRESH: Duration = Duration::from_secs(10);
/// Writes before anything is known of the service's throttle.
pub const FIRST_WAVE: usize = 10;
/// How often the list at the end is read, once a second, while it does not show what was written yet: something new may
/// take 5 s to be seen.
const CONFIRMATIONS: u32 = 7;

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct ApplyOptions {
    /// Writes in flight, over all workspaces.
    pub parallel: usize,
    /// A stale rule found before the first write stops the run.
    pub all_or_nothing: bool,
}

/// Carries a plan out. `places` are the ways to its workspaces, in its order.
pub async fn apply(plan: &Plan, places: &[Opened], options: ApplyOptions, watch: &Arc<dyn Watch>) -> Vec<Applied> {
    let mut places = places.to_vec();
    if options.all_or_nothing
        && let Some(stopped) = stale_before_first_write(plan, &mut places).await
    {
        return stopped;
    }
    let pairs = plan.workspaces.iter().zip(&places);
    let slots = Arc::new(Semaphore::new(options.parallel.max(1)));
    let mut results: Vec<(usize, Applied)> = futures::stream::iter(pairs.enumerate())
        .map(|(at, (plan, opened))| {
            let slots = Arc::clone(&slots);
            async move { (at, Run::new(plan, opened, slots, options.parallel.max(1), watch).run().await) }
        })
        .buffer_unordered(super::plan::READS)
        .collect()
        .await;
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, applied)| applied).collect()
}

/// Reads every list before anything is written. `Some` if a rule is stale: then nothing is written anywhere.
async fn stale_before_first_write(plan: &Plan, places: &mut [Opened]) -> Option<Vec<Applied>> {
    let mut results = Vec::new();
    let mut stop = false;
    for (plan, opened) in plan.workspaces.iter().zip(places) {
        let read = Instant::now();
        let mut applied = Applied { workspace: plan.workspace.clone(), changes: Vec::new(), failure: None };
        match place::live(&opened.connection, &written(plan)).await {
            Ok(live) => {
                let live = by_key(&live);
                let mut clear = true;
                for change in plan.changes.iter().filter(|change| change.action.writes()) {
                    let obstacle = obstacle(change, find(&live, change));
                    clear &= obstacle.is_none();
                    stop |= matches!(obstacle, Some(Outcome::Stale(_)));
                    let outcome = obstacle.unwrap_or_else(|| {
                        Outcome::Skipped("another rule is stale, and all or nothing was asked for".to_owned())
                    });
                    applied.changes.push(done(change, outcome));
                }
                // With an obstacle the list is read once more, and what is there already is dropped.
                opened.read = clear.then_some(read);
            }
            Err(why) => {
                stop = true;
                applied.failure = Some(why.to_string());
            }
        }
        results.push(applied);
    }
    stop.then_some(results)
}

fn fresh(read: Option<Instant>) -> bool {
    read.is_some_and(|read| read.elapsed() <= FRESH)
}

/// The types of resource that a plan writes: their lists are what its writes rely on.
fn written(plan: &WorkspacePlan) -> Vec<ResourceType> {
    let writes = |of| plan.changes.iter().any(|change| change.action.writes() && change.resource_type() == Some(of));
    ResourceType::ALL.into_iter().filter(|&of| writes(of)).collect()
}

type Live<'a> = BTreeMap<(ResourceType, String), &'a Resource>;

fn by_key(live: &[Resource]) -> Live<'_> {
    live.iter().map(|one| (one.key(), one)).collect()
}

fn find<'a>(live: &Live<'a>, change: &Change) -> Option<&'a Resource> {
    live.get(&(change.resource_type()?, change.resource_name.to_ascii_lowercase())).copied()
}

fn done(change: &Change, outcome: Outcome) -> Done {
    Done { id: change.id.clone(), name: change.name.clone(), action: change.action, outcome }
}

/// The writes of one workspace.
struct Run<'a> {
    plan: &'a WorkspacePlan,
    connection: &'a Connection,
    /// When the list was last read.
    read: Option<Instant>,
    slots: Arc<Semaphore>,
    parallel: usize,
    watch: &'a Arc<dyn Watch>,
    outcomes: BTreeMap<usize, Outcome>,
    /// Whether anything was sent: the first wave is small.
    wrote: bool,
}

impl<'a> Run<'a> {
    fn new(
        plan: &'a WorkspacePlan,
        opened: &'a Opened,
        slots: Arc<Semaphore>,
        parallel: usize,
        watch: &'a Arc<dyn Watch>,
    ) -> Self {
        let (connection, read) = (&opened.connection, opened.read);
        Self { plan, connection, read, slots, parallel, watch, outcomes: BTreeMap::new(), wrote: false }
    }

    async fn run(mut self) -> Applied {
        let mut failure = None;
        let mut writes: Vec<usize> =
            (0..self.plan.changes.len()).filter(|&at| self.plan.changes[at].action.writes()).collect();
        let all = writes.len();
        writes.sort_by_key(|&at| self.plan.changes[at].round());
        let rounds = writes.chunk_by(|&a, &b| self.plan.changes[a].round() == self.plan.changes[b].round());
        for round in rounds {
            let mut waiting: VecDeque<usize> = round.iter().copied().collect();
            self.drop_unmet(&mut waiting);
            while failure.is_none() && !waiting.is_empty() {
                if !fresh(self.read)
                    && let Err(why) = self.read_again(&mut waiting).await
                {
                    failure = Some(why);
                    break;
                }
                let most = if self.wrote { usize::MAX } else { FIRST_WAVE };
                self.wave(&mut waiting, all, most).await;
            }
            watchlists::read_back(self.connection, self.plan, round, &mut self.outcomes).await;
            for at in waiting {
                let why = failure.clone().unwrap_or_default();
                self.outcomes.insert(at, Outcome::Skipped(why));
            }
        }
        let untouched = |outcome: &Outcome| matches!(outcome, Outcome::Stale(_) | Outcome::Skipped(_));
        if !self.outcomes.values().all(untouched)
            && let Err(why) = self.confirm().await
        {
            failure.get_or_insert(format!("the list at the end could not be read: {why}"));
        }
        let changes = self
            .plan
            .changes
            .iter()
            .enumerate()
            .filter_map(|(at, change)| match change.action {
                Action::Noop if change.refusal.is_none() => None,
                Action::Noop | Action::Blocked => Some(done(change, Outcome::Skipped(change.reason.clone()))),
                _ => self.outcomes.get(&at).map(|outcome| done(change, outcome.clone())),
            })
            .collect();
        Applied { workspace: self.plan.workspace.clone(), changes, failure }
    }

    /// Drops what relies on a write that did not come about.
    fn drop_unmet(&mut self, waiting: &mut VecDeque<usize>) {
        let (plan, outcomes) = (self.plan, &mut self.outcomes);
        waiting.retain(|&at| match unmet(plan, &plan.changes[at], outcomes) {
            None => true,
            Some(why) => {
                outcomes.insert(at, Outcome::Skipped(why));
                false
            }
        });
    }

    /// Reads the list anew and drops what is stale from what waits.
    async fn read_again(&mut self, waiting: &mut VecDeque<usize>) -> Result<(), String> {
        let read = Instant::now();
        let live = place::live(self.connection, &written(self.plan)).await.map_err(|why| why.to_string())?;
        self.read = Some(read);
        let live = by_key(&live);
        let (plan, outcomes) = (self.plan, &mut self.outcomes);
        waiting.retain(|&at| {
            let change = &plan.changes[at];
            match obstacle(change, find(&live, change)) {
                None => true,
                Some(outcome) => {
                    outcomes.insert(at, outcome);
                    false
                }
            }
        });
        Ok(())
    }

    /// Writes, as long as the list is fresh, and `most` at the most where more than that would fly at once.
    async fn wave(&mut self, waiting: &mut VecDeque<usize>, all: usize, most: usize) {
        let mut left = if self.parallel > most { most } else { usize::MAX };
        let (read, connection, plan, watch) = (self.read, self.connection, self.plan, self.watch);
        let finished = AtomicUsize::new(self.outcomes.len());
        self.wrote |= !waiting.is_empty();
        let slots = &self.slots;
        // The first writes go whatever the list's age: reading it may take longer than it stays fresh.
        let mut first = self.parallel;
        let next = std::iter::from_fn(|| {
            if left == 0 || (first == 0 && !fresh(read)) {
                return None;
            }
            left -= 1;
            first = first.saturating_sub(1);
            waiting.pop_front()
        });
        let outcomes: Vec<(usize, Outcome)> = futures::stream::iter(next)
            .map(|at| {
                let finished = &finished;
                async move {
                    // The semaphore is never closed.
                    let _slot = slots.acquire().await;
                    let change = &plan.changes[at];
                    let outcome = write(connection, change).await;
                    let done = finished.fetch_add(1, Ordering::Relaxed) + 1;
                    watch.wrote(&plan.workspace, &change.name, outcome.name(), done, all);
                    (at, outcome)
                }
            })
            .buffer_unordered(self.parallel.min(most))
            .collect()
            .await;
        self.outcomes.extend(outcomes);
    }

    /// One list at the end: what was written must be there, and what was unanswered is settled.
    async fn confirm(&mut self) -> Result<(), String> {
        let unanswered = self.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Unanswered(_)));
        let waiting: Vec<usize> = unanswered.map(|(&at, _)| at).collect();
        for attempt in 1..=CONFIRMATIONS {
            let live = place::live(self.connection, &written(self.plan)).await.map_err(|why| why.to_string())?;
            let live = by_key(&live);
            let last = attempt == CONFIRMATIONS;
            let mut settled = true;
            for (&at, outcome) in &mut self.outcomes {
                let change = &self.plan.changes[at];
                let found = find(&live, change);
                settled &= settle(change, outcome, found, last);
            }
            if settled {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // The mark of a write goes after it: those whose answer was lost have none yet.
        for at in waiting {
            let change = &self.plan.changes[at];
            if self.outcomes.get(&at) == Some(&Outcome::Applied) && change.mark.is_some() {
                let outcome = marked(self.connection, change, Outcome::Applied).await;
                self.outcomes.insert(at, outcome);
            }
        }
        Ok(())
    }
}

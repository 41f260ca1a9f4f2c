//! `apply`: carries a plan out, compare and set, and says of every change what became of it.
//!
//! A write begins only while a list is at most [`FRESH`] old that shows the live resource to be the planned one: nobody
//! could verify that the service itself still refuses a stale etag. Lists are read anew beside the writes. A write whose
//! answer was lost, or that met a conflict, is settled by the next list, never repeated blindly. One list at the end
//! confirms the whole.

mod breaker;
mod early;
pub mod floor;
mod reliance;
mod run;
mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::place;
use super::plan::{Opened, READS};
use super::watch::Watch;
use crate::arm::error::ArmError;
use crate::arm::pages::{AtOnce, Pace};
pub use crate::arm::window::Stop;
use crate::plan::outcome::{Applied, Done, Outcome, obstacle};
use crate::plan::replace::deletions;
use crate::plan::{Change, Plan, WorkspacePlan};
use crate::resource::{Resource, ResourceType};

use super::connection::Connection;
use run::Run;

/// How old a list may be when writes that rely on it begin.
pub const FRESH: Duration = Duration::from_secs(10);

/// How a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct ApplyOptions {
    /// Writes in flight, over all workspaces.
    pub parallel: usize,
    /// A stale rule found before the first write stops the run.
    pub all_or_nothing: bool,
}

/// What the workspaces of a run share.
pub(super) struct Shared<'a> {
    pub(super) parallel: usize,
    /// Writes in flight.
    pub(super) writes: Semaphore,
    /// Workspaces whose lists are being read.
    pub(super) reads: Semaphore,
    pub(super) stop: &'a Stop,
    pub(super) watch: &'a Arc<dyn Watch>,
}

impl Shared<'_> {
    /// Reads the lists of some types.
    pub(super) async fn list(
        &self,
        connection: &Connection,
        types: &[ResourceType],
        pace: &(dyn Fn(ResourceType) -> Arc<dyn Pace> + Sync),
    ) -> (Instant, Result<Vec<Resource>, ArmError>) {
        // The semaphore is never closed.
        let _slot = self.reads.acquire().await;
        (Instant::now(), place::paced(connection, types, pace).await)
    }
}

/// Carries a plan out. `places` are the ways to its workspaces, in its order. Once `stop` asks, no write begins; those
/// under way are finished and told.
pub async fn apply(
    plan: &Plan,
    places: &[Opened],
    options: ApplyOptions,
    stop: &Stop,
    watch: &Arc<dyn Watch>,
) -> Vec<Applied> {
    let parallel = options.parallel.max(1);
    let (writes, reads) = (Semaphore::new(parallel), Semaphore::new(READS));
    let shared = Shared { parallel, writes, reads, stop, watch };
    let mut places = places.to_vec();
    if options.all_or_nothing
        && let Some(stopped) = stale_before_first_write(plan, &mut places, &shared).await
    {
        return stopped;
    }
    let pairs = plan.workspaces.iter().zip(&places);
    let mut results: Vec<(usize, Applied)> = futures::stream::iter(pairs.enumerate())
        .map(|(at, (plan, opened))| {
            let run = Run::new(plan, opened, &shared);
            async move { (at, run.run().await) }
        })
        .buffer_unordered(parallel.max(READS))
        .collect()
        .await;
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, applied)| applied).collect()
}

/// Reads every list before anything is written. `Some` if a rule is stale: then nothing is written anywhere.
async fn stale_before_first_write(plan: &Plan, places: &mut [Opened], shared: &Shared<'_>) -> Option<Vec<Applied>> {
    let mut results = Vec::new();
    let mut stop = false;
    for (plan, opened) in plan.workspaces.iter().zip(places) {
        let mut applied = Applied { workspace: plan.workspace.clone(), changes: Vec::new(), failure: None };
        match shared.list(&opened.connection, &written(plan), &|_| Arc::new(AtOnce)).await {
            (read, Ok(live)) => {
                let live = by_key(&live);
                let mut clear = true;
                for change in plan.changes.iter().filter(|change| change.action.writes()) {
                    let obstacle = hindrance(plan, change, &live);
                    clear &= obstacle.is_none();
                    stop |= matches!(obstacle, Some(Outcome::Stale(_)));
                    let outcome = obstacle.unwrap_or_else(|| {
                        Outcome::Skipped("another rule is stale, and all or nothing was asked for".to_owned())
                    });
                    applied.changes.push(done(change, outcome));
                }
                // With an obstacle the list is read once more, and what is there already is dropped.
                opened.read = clear.then_some(read.into_std());
            }
            (_, Err(why)) => {
                stop = true;
                applied.failure = Some(why.to_string());
            }
        }
        results.push(applied);
    }
    stop.then_some(results)
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

/// What keeps a change from being written. A replacement waits for nothing, but is stale if what it replaces is.
fn hindrance(plan: &WorkspacePlan, change: &Change, live: &Live<'_>) -> Option<Outcome> {
    obstacle(change, find(live, change)).or_else(|| {
        let is_stale = |outcome: &Outcome| matches!(outcome, Outcome::Stale(_));
        deletions(plan, change).find_map(|old| obstacle(old, find(live, old)).filter(is_stale))
    })
}

fn done(change: &Change, outcome: Outcome) -> Done {
    Done {
        resource: change.resource.clone(),
        id: change.id.clone(),
        name: change.name.clone(),
        action: change.action,
        outcome,
    }
}

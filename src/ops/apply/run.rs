//! The writes of one workspace: what waits, what is under way, what only a list can settle.

mod confirm;
mod doubt;
mod round;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::breaker::Breaker;
use super::early::{Settled, beside, order};
use super::floor::class;
use super::reliance::unmet;
use super::stream::{Page, stream};
use super::{FRESH, Shared, by_key, done, find, hindrance, written};
use crate::arm::error::ArmError;
use crate::arm::window::Window;
use crate::ops::connection::Connection;
use crate::ops::place;
use crate::ops::plan::Opened;
use crate::ops::watchlists;
use crate::ops::write::{Answer, marked, write};
use crate::plan::outcome::{Applied, Outcome};
use crate::plan::{Action, WorkspacePlan};
use crate::resource::{Resource, ResourceType};
use doubt::{Doubt, Judged, came_to_nothing, judge};
use round::Round;

/// A list is good for this long after it was read, however long that took.
const GRACE: Duration = Duration::from_secs(2);
/// Between two lists that are read for the same reason.
const BETWEEN_LISTS: Duration = Duration::from_secs(1);
/// How often a change is sent at most where lists show that the try before came to nothing.
const TRIES: u32 = 3;
/// A write that took so long has used up its deadline: another try would cost the same again.
const LONG: Duration = Duration::from_secs(25);
/// How long the service may put one change off.
const PATIENCE: Duration = Duration::from_secs(600);

/// The writes of one workspace.
pub(super) struct Run<'a> {
    plan: &'a WorkspacePlan,
    connection: &'a Connection,
    shared: &'a Shared<'a>,
    /// The types whose lists are read.
    types: Vec<ResourceType>,
    /// Writes may begin until then: a list shows what they rely on.
    fresh_until: Option<Instant>,
    outcomes: BTreeMap<usize, Outcome>,
    progress: BTreeMap<usize, Progress>,
    breaker: Breaker,
    failure: Option<String>,
    /// Who is told of what is settled, to read the list at the end meanwhile.
    early: Option<Settled>,
    /// How many changes are written in all.
    all: usize,
}

/// What was tried of one change.
#[derive(Debug, Clone)]
struct Progress {
    began: Instant,
    tries: u32,
    /// Whether an answer was lost: what is live may be ours.
    lost: bool,
}

type Writing<'a> = BoxFuture<'a, (usize, Instant, Answer)>;
type Reading<'a> = BoxFuture<'a, (Instant, Result<Vec<Resource>, ArmError>)>;

impl<'a> Run<'a> {
    pub(super) fn new(plan: &'a WorkspacePlan, opened: &'a Opened, shared: &'a Shared<'a>) -> Self {
        let writes = plan.changes.iter().filter(|change| change.action.writes());
        Self {
            plan,
            connection: &opened.connection,
            shared,
            types: written(plan),
            fresh_until: opened.read.map(|read| Instant::from_std(read) + FRESH),
            outcomes: BTreeMap::new(),
            progress: BTreeMap::new(),
            breaker: Breaker::default(),
            failure: None,
            early: None,
            all: writes.count(),
        }
    }

    pub(super) async fn run(mut self) -> Applied {
        let changes = &self.plan.changes;
        let mut writes: Vec<usize> = (0..changes.len()).filter(|&at| changes[at].action.writes()).collect();
        writes.sort_by_cached_key(|&at| (changes[at].round(), order(&changes[at])));
        self.shared.watch.writing(&self.plan.workspace, self.all);
        let (connection, types) = (self.connection, self.types.clone());
        let early = match beside(self.plan) {
            None => {
                self.rounds(&writes).await;
                None
            }
            Some((settled, beside, pages)) => {
                self.early = Some(settled);
                let pace = |resource_type| beside.pace(resource_type);
                let mut list = place::paced(connection, &types, &pace).boxed();
                let whole = {
                    let mut rounds = self.rounds(&writes).boxed();
                    tokio::select! {
                        whole = &mut list => { rounds.await; Some(whole) }
                        () = &mut rounds => None,
                    }
                };
                match whole {
                    Some(whole) => whole.ok(),
                    None => self.shown(list, pages).await,
                }
            }
        };
        self.finish(early.as_deref()).await;
        self.shared.watch.finished(&self.plan.workspace, self.connection.waited());
        let changes = self.plan.changes.iter().enumerate();
        let changes = changes.filter_map(|(at, change)| match change.action {
            Action::Noop if change.refusal.is_none() => None,
            Action::Noop | Action::Blocked => Some(done(change, Outcome::Skipped(change.reason.clone()))),
            _ => self.outcomes.get(&at).map(|outcome| done(change, outcome.clone())),
        });
        let changes = changes.collect();
        Applied { workspace: self.plan.workspace.clone(), changes, failure: self.failure }
    }

    /// Writes all rounds, one after the other.
    async fn rounds(&mut self, writes: &[usize]) {
        let changes = &self.plan.changes;
        for round in writes.chunk_by(|&a, &b| changes[a].round() == changes[b].round()) {
            let mut ready = Vec::new();
            let left: Vec<usize> = round.iter().copied().filter(|at| !self.outcomes.contains_key(at)).collect();
            for at in left {
                match unmet(self.plan, at, &self.outcomes) {
                    None => ready.push(at),
                    Some(why) => self.settled(at, Outcome::Skipped(why)),
                }
            }
            let number = round.first().map_or(0, |&at| changes[at].round());
            self.round(Round::new(number, ready)).await;
            watchlists::read_back(self.connection, self.plan, round, &mut self.outcomes).await;
        }
        // Whoever waits for more to be settled need not.
        self.early = None;
    }

    /// Writes one round, and settles all of it that lists can settle.
    async fn round(&mut self, mut round: Round) {
        let (plan, connection, shared) = (self.plan, self.connection, self.shared);
        let mut flying: FuturesUnordered<Writing<'_>> = FuturesUnordered::new();
        let mut reading: Option<Reading<'a>> = None;
        let mut pages: Option<UnboundedReceiver<Page>> = None;
        loop {
            let now = Instant::now();
            round.due(now);
            if let Some(why) = self.ended() {
                for at in round.take_unsent() {
                    self.settled(at, Outcome::Skipped(why.clone()));
                }
            }
            while flying.len() < shared.parallel
                && let Some((at, until)) = round.next(self.fresh_until, now)
            {
                let window = Window::new(until, shared.stop.clone());
                let tries = self.began(at, now);
                let writing = async move {
                    // The semaphore is never closed.
                    let _slot = shared.writes.acquire().await;
                    let sent = Instant::now();
                    (at, sent, write(connection, &plan.changes[at], tries, window).await)
                };
                flying.push(writing.boxed());
            }
            for at in std::mem::take(&mut round.unmarked) {
                let marking = async move {
                    let _slot = shared.writes.acquire().await;
                    let outcome = marked(connection, &plan.changes[at], Outcome::Applied).await;
                    (at, now, Answer::Done(outcome))
                };
                flying.push(marking.boxed());
            }
            // Where the service asks for silence, a list would be old before it is of use.
            let pause = self.pause(&round);
            if let Some(long) = pause.filter(|pause| *pause > PATIENCE) {
                self.breaker.silent(long);
                continue;
            }
            if reading.is_none() && pause.is_none() && self.needs_list(&round, flying.len(), now) {
                let (started, come) = self.read();
                (reading, pages) = (Some(started), Some(come));
            }
            // A list that is still being read is of no more use.
            if flying.is_empty() && round.is_over() {
                return;
            }
            let is_idle = flying.is_empty() && reading.is_none();
            let next = pause.map(|pause| now + pause).into_iter().chain(round.next_due(is_idle)).min();
            tokio::select! {
                Some((at, sent, answer)) = flying.next(), if !flying.is_empty() => {
                    self.answered(at, sent, answer, &mut round);
                }
                (read, live) = wait_for(&mut reading) => {
                    (reading, pages) = (None, None);
                    self.read_again(read, live, &mut round);
                }
                Some((asked, page)) = next_page(&mut pages) => round.clear(plan, asked, &page),
                () = sleep_until(next.unwrap_or(now)), if next.is_some() => {}
                () = shared.stop.asked(), if !shared.stop.is_asked() => {}
            }
        }
    }

    /// Why no more writes begin.
    fn ended(&self) -> Option<String> {
        if self.shared.stop.is_asked() {
            return Some("the run was asked to stop before it was written".to_owned());
        }
        self.breaker.why().map(str::to_owned).or_else(|| self.failure.clone())
    }

    /// How long nothing can be sent of what waits.
    fn pause(&self, round: &Round) -> Option<Duration> {
        self.connection.pause(class(&self.plan.changes[*round.waiting.front()?]))
    }

    /// Whether a list is needed: what waits relies on one, or soon will, or nothing else settles what is in doubt.
    fn needs_list(&self, round: &Round, flying: usize, now: Instant) -> bool {
        if !round.waiting.is_empty() {
            return self.fresh_until.is_none_or(|until| now + FRESH / 2 >= until);
        }
        flying == 0 && !round.doubts.is_empty() && now >= round.next_list
    }

    fn read(&self) -> (Reading<'a>, UnboundedReceiver<Page>) {
        let (connection, shared, types) = (self.connection, self.shared, self.types.clone());
        let (pace, pages) = stream();
        (async move { shared.list(connection, &types, &pace).await }.boxed(), pages)
    }

    fn began(&mut self, at: usize, now: Instant) -> u32 {
        self.progress.entry(at).or_insert(Progress { began: now, tries: 0, lost: false }).tries
    }

    /// An answer came, or none will.
    fn answered(&mut self, at: usize, sent: Instant, answer: Answer, round: &mut Round) {
        let now = Instant::now();
        let mut tried = Progress { began: now, tries: 0, lost: false };
        let progress = self.progress.get_mut(&at).unwrap_or(&mut tried);
        progress.tries += u32::from(!matches!(answer, Answer::Late | Answer::Later(..)));
        let long = now.duration_since(sent) >= LONG;
        let again = progress.tries < TRIES && !long;
        match answer {
            Answer::Done(outcome) => {
                self.breaker.answered();
                self.settled(at, outcome);
            }
            Answer::Late => round.waiting.push_front(at),
            Answer::Later(failure, pause) => {
                self.breaker.answered();
                let pause = pause.unwrap_or(Duration::from_secs(5)).max(Duration::from_secs(1));
                if now.duration_since(progress.began).saturating_add(pause) > PATIENCE {
                    self.settled(at, Outcome::Failed(failure.and("it was put off for too long")));
                } else {
                    round.later.push((now + pause, at));
                }
            }
            Answer::Lost(failure) => {
                progress.lost = true;
                self.breaker.failed(&failure.to_string());
                let pause = Duration::ZERO;
                round.doubts.push(Doubt { at, since: now, failure, again, pause, long });
            }
            Answer::Conflict(failure) => {
                self.breaker.answered();
                let pause = BETWEEN_LISTS * progress.tries;
                round.doubts.push(Doubt { at, since: now, failure, again, pause, long });
            }
            Answer::Denied(failure) => {
                self.breaker.denied(&failure.to_string(), failure.status != Some(403));
                self.settled(at, Outcome::Failed(failure));
            }
            Answer::Unreachable(failure) => {
                self.breaker.failed(&failure.to_string());
                self.settled(at, Outcome::Failed(failure));
            }
        }
    }

    /// A list came: what is in doubt is settled, what is stale is dropped from what waits.
    fn read_again(&mut self, read: Instant, live: Result<Vec<Resource>, ArmError>, round: &mut Round) {
        let live = match live {
            Ok(live) => live,
            Err(why) => {
                // What waits is not written; what is in doubt stays unknown.
                self.failure.get_or_insert(why.to_string());
                for doubt in std::mem::take(&mut round.doubts) {
                    let why = doubt.failure.and("the list that would tell could not be read");
                    self.settled(doubt.at, Outcome::Unanswered(why));
                }
                return;
            }
        };
        let (live, now) = (by_key(&live), Instant::now());
        self.fresh_until = Some((read + FRESH).max(now + GRACE));
        round.next_list = now + BETWEEN_LISTS;
        let plan = self.plan;
        let later = (0..plan.changes.len()).filter(|&at| {
            let change = &plan.changes[at];
            change.action.writes() && change.round() > round.number && !self.outcomes.contains_key(&at)
        });
        // Later rounds rely on this list as well, while it is fresh.
        let unsent: Vec<usize> = later.chain(round.unsent()).collect();
        for at in unsent {
            if let Some(outcome) = hindrance(plan, &plan.changes[at], &live) {
                round.drop_unsent(at);
                self.settled(at, outcome);
            }
        }
        for doubt in std::mem::take(&mut round.doubts) {
            if doubt.since > read {
                round.doubts.push(doubt);
                continue;
            }
            let change = &plan.changes[doubt.at];
            let lost = self.progress.get(&doubt.at).is_some_and(|progress| progress.lost);
            let goes_on = self.ended().is_none();
            match judge(change, find(&live, change), lost, &doubt, read) {
                Judged::Settled(Outcome::Applied) if change.mark.is_some() => round.unmarked.push(doubt.at),
                Judged::Settled(outcome) => self.settled(doubt.at, outcome),
                Judged::NotYet => round.doubts.push(doubt),
                Judged::Nothing if doubt.again && goes_on => round.later.push((now + doubt.pause, doubt.at)),
                Judged::Nothing => self.settled(doubt.at, came_to_nothing(doubt, lost)),
            }
        }
    }

    fn settled(&mut self, at: usize, outcome: Outcome) {
        let name = outcome.name();
        self.outcomes.insert(at, outcome);
        if let Some(early) = &mut self.early {
            early.add(at);
        }
        let told = (self.outcomes.len(), self.all);
        let waited = self.connection.waited();
        self.shared.watch.wrote(&self.plan.workspace, &self.plan.changes[at].name, name, told, waited);
    }
}

async fn next_page(pages: &mut Option<UnboundedReceiver<Page>>) -> Option<Page> {
    match pages {
        Some(pages) => pages.recv().await,
        None => None,
    }
}

async fn wait_for<T>(future: &mut Option<BoxFuture<'_, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

//! The list at the end, read while the last writes are under way.
//!
//! A list takes a round trip a page, and the writes of a large plan take many. Rules are written in the order of their
//! names, and each page of the list is asked for once the writes that it should show are settled; so what is left to read
//! at the end is the last page that shows something written. If the service lists otherwise, what was written is not all
//! there, and the list is read again as a whole: nothing is concluded from what is missing here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::arm::pages::Pace;
use crate::plan::{Change, WorkspacePlan};
use crate::resource::{Resource, ResourceType};

/// Plans with fewer writes are confirmed in one page.
const WORTH_IT: usize = 100;

/// Which writes are settled, in the order of names.
pub(super) struct Settled {
    /// Place of a change among those of its type that are written -> whether it is settled.
    settled: Vec<bool>,
    /// By the change's place in the plan.
    ranks: Vec<Option<usize>>,
    /// How many are settled without a gap.
    front: watch::Sender<usize>,
}

/// How the list of rules is read beside the writes.
#[derive(Clone)]
pub(super) struct Beside {
    /// Of all rules in the plan, in the order of names: how many writes there are up to each.
    writes: Arc<Vec<usize>>,
    settled: watch::Receiver<usize>,
    page: Arc<AtomicUsize>,
    shown: UnboundedSender<Vec<Resource>>,
}

/// What a list's place is sorted by.
pub(super) fn order(change: &Change) -> String {
    change.resource_name.to_ascii_lowercase()
}

/// Both sides, and the pages as they come; `None` where it is not worth it.
pub(super) fn beside(plan: &WorkspacePlan) -> Option<(Settled, Beside, UnboundedReceiver<Vec<Resource>>)> {
    let mut rules: Vec<usize> = (0..plan.changes.len())
        .filter(|&at| plan.changes[at].resource_type() == Some(ResourceType::AlertRules))
        .collect();
    rules.sort_by_cached_key(|&at| order(&plan.changes[at]));
    let mut ranks = vec![None; plan.changes.len()];
    let mut writes = Vec::with_capacity(rules.len());
    let mut count = 0;
    for at in rules {
        if plan.changes[at].action.writes() {
            ranks[at] = Some(count);
            count += 1;
        }
        writes.push(count);
    }
    if count < WORTH_IT {
        return None;
    }
    let (front, settled) = watch::channel(0);
    let (shown, pages) = unbounded_channel();
    let beside = Beside { writes: Arc::new(writes), settled, page: Arc::new(AtomicUsize::new(WORTH_IT)), shown };
    Some((Settled { settled: vec![false; count], ranks, front }, beside, pages))
}

impl Settled {
    /// A change is settled.
    pub(super) fn add(&mut self, at: usize) {
        let Some(rank) = self.ranks.get(at).copied().flatten() else { return };
        self.settled[rank] = true;
        let mut front = *self.front.borrow();
        while self.settled.get(front) == Some(&true) {
            front += 1;
        }
        self.front.send_if_modified(|known| std::mem::replace(known, front) != front);
    }
}

impl Beside {
    /// The pace of a list: that of rules keeps behind the writes, the others come once all is settled.
    pub(super) fn pace(&self, resource_type: ResourceType) -> Arc<dyn Pace> {
        Arc::new(Behind { beside: self.clone(), of: resource_type })
    }
}

struct Behind {
    beside: Beside,
    of: ResourceType,
}

impl Pace for Behind {
    fn before(&self, page: usize) -> BoxFuture<'_, ()> {
        let Beside { writes, settled, page: size, .. } = &self.beside;
        let last = (page + 1).saturating_mul(size.load(Ordering::Relaxed)).saturating_sub(1);
        let needed =
            if self.of == ResourceType::AlertRules { writes.get(last).or(writes.last()).copied() } else { None };
        let mut settled = settled.clone();
        Box::pin(async move {
            // Once nothing more is settled, the other side is gone.
            let _ = settled.wait_for(|front| needed.is_some_and(|needed| *front >= needed)).await;
        })
    }

    fn came(&self, items: &[Value]) {
        if self.of == ResourceType::AlertRules {
            self.beside.page.store(items.len().max(1), Ordering::Relaxed);
        }
        // What can't be read makes the whole list fail. Nobody listens once the run has ended.
        let read = items.iter().filter_map(|item| Resource::from_arm(self.of, item.clone()).ok()).collect();
        let _ = self.beside.shown.send(read);
    }
}

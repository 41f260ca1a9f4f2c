//! `plan`: reads the live workspaces and tells what apply would do.

use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;

use super::connection::{Connection, Connector};
use super::departures;
use super::drift_ignores;
use super::exclusion_changes;
use super::floor;
use super::guards;
use super::kinds;
use super::load::Loaded;
use super::moves;
use super::ownership::{Choices, ownership};
use super::place;
use super::suppressions;
use super::watch::Watch;
use super::watchlists;
use crate::plan::compare::{Desired, Place, Seen, compare};
use crate::plan::deletion::{Departures, depart};
use crate::plan::guard::{self, Trip};
use crate::plan::replace::left_behind;
use crate::plan::{Origin, Plan, WorkspacePlan};
use crate::workspace::Workspace;

/// How many workspaces are read at once.
pub const READS: usize = 8;

/// A workspace that could not be read: the others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub workspace: String,
    pub why: String,
}

/// A plan and what is needed to carry it out.
pub struct Planned {
    pub plan: Plan,
    /// An open way to each workspace of the plan, in its order.
    pub places: Vec<Opened>,
    pub failures: Vec<Failure>,
}

/// A workspace whose list was read.
#[derive(Clone)]
pub struct Opened {
    pub connection: Connection,
    /// When its list was last read in this run.
    pub read: Option<Instant>,
}

/// Plans every chosen workspace.
pub async fn plan(
    loaded: &Loaded,
    workspaces: &[Workspace],
    connector: &dyn Connector,
    origin: Origin,
    choices: &Choices,
    watch: &Arc<dyn Watch>,
) -> Planned {
    let connections: Vec<_> = workspaces.iter().map(|workspace| connector.connect(workspace)).collect();
    watch.planning(workspaces.len(), floor::reads(connections.iter().flatten()));
    let mut results: Vec<_> = futures::stream::iter(workspaces.iter().zip(connections).enumerate())
        .map(|(at, (workspace, connection))| async move {
            let connection = match connection {
                Ok(connection) => connection,
                Err(why) => return (at, Err(why)),
            };
            let name = &workspace.name.value;
            watch.reading(name);
            let planned = one(loaded, workspace, connection.clone(), choices).await;
            watch.finished(name, connection.waited());
            (at, planned)
        })
        .buffer_unordered(READS)
        .collect()
        .await;
    results.sort_by_key(|(at, _)| *at);
    let (mut plans, mut places, mut failures, mut trips) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, result) in results {
        match result {
            Ok(One { plan, opened, guards }) => {
                plans.push(plan);
                places.push(opened);
                trips.extend(guards);
            }
            Err(why) => failures.push(Failure { workspace: workspaces[at].name.value.clone(), why }),
        }
    }
    trips.extend(guards::fleet(&loaded.content, &plans));
    guard::allow(&mut trips, &choices.guards);
    Planned { plan: Plan::new(origin, plans, trips), places, failures }
}

/// One workspace's plan, and what guards say of it.
struct One {
    plan: WorkspacePlan,
    opened: Opened,
    guards: Vec<Trip>,
}

async fn one(loaded: &Loaded, workspace: &Workspace, connection: Connection, choices: &Choices) -> Result<One, String> {
    // The first pages are on their way while the rules are compiled.
    let compile = async { place::compiled(&loaded.content, &loaded.sources, workspace) };
    let (seen, mut compiled) = futures::future::join(place::seen(&connection), compile).await;
    let seen = seen.map_err(|why| why.to_string())?;
    let (live, read) = place::proven(&connection, seen, &compiled).await.map_err(|why| why.to_string())?;
    let workspace_id = connection.requests.scope.resource_id();
    let ownership = ownership(loaded, workspace, &workspace_id, choices);
    let moved = moves::repoint(&mut compiled, &loaded.content.on_live.moved, workspace, &live);
    let kinds = kinds::follow(&mut compiled, workspace, &live, &ownership);
    let workspace = &kinds::renamed(workspace, &compiled);
    let lists =
        watchlists::live(&connection, &loaded.content, &compiled, &live).await.map_err(|why| why.to_string())?;
    let tampered = lists.refuse_tampered(&loaded.content, &mut compiled, &live);
    let exclusions = exclusion_changes::Exclusions::of(&loaded.content, &compiled, &live);
    let ignores = drift_ignores::ignores(&loaded.content, workspace, &compiled, &live);
    let wanted = watchlists::aliases(&compiled);
    let mut desired = watchlists::desired(&loaded.content, &compiled);
    desired.extend(compiled.into_iter().map(Desired::from));
    desired.extend(suppressions::desired(&loaded.content, &loaded.sources, workspace, &workspace_id));
    let live = [live, lists.resources().to_vec()].concat();
    let place =
        Place { workspace: workspace.name.value.clone(), resource_id: workspace_id, cloud: connection.cloud.clone() };
    let expired = suppressions::expired(&live, loaded.content.now);
    let kinds::Kinds { replaced, replaces, findings } = kinds;
    let gone = replaced.keys().cloned().collect();
    let seen = Seen { live: &live, other_exclusions: exclusions.others(), expired, replaces, replaced: gone, ignores };
    let mut plan = compare(place, &seen, desired, &ownership);
    exclusions.tell(&mut plan);
    tampered.tell(&mut plan);
    lists.delete_idle(&loaded.content, &wanted, &live, &mut plan);
    suppressions::hold_back(&live, &mut plan);
    suppressions::tell(&loaded.content, &loaded.sources, workspace, &live, &mut plan);
    let goes_back = |id: &str| replaced.values().any(|successor| successor.id == id);
    plan.findings.extend(moved.into_iter().filter(|one| !goes_back(&one.id)));
    plan.findings.extend(findings);
    let departures = Departures {
        rules: departures::fate(&loaded.content, workspace, choices),
        with_suppressions: !choices.keep_suppressions,
        hindrance: departures::hindrance(loaded),
        stays: &|resource| departures::stays(&loaded.content, workspace, resource),
        replaced: &replaced,
    };
    depart(&mut plan, &live, &ownership, &departures);
    plan.findings.extend(left_behind(&plan, &live));
    suppressions::tell_of_unproven(&loaded.content, &live, &mut plan);
    let guards = guards::workspace(loaded, workspace, &plan, &live, &ownership);
    Ok(One { plan, opened: Opened { connection, read: Some(read) }, guards })
}

//! Lists beside the writes: what they cost, and that nothing relies on their order.

use palisade::emulator::Options;

use crate::process::{Project, id};
use crate::world::with;

const RULES: usize = 160;
const PAGE: usize = 40;

fn options() -> Options {
    Options { page: PAGE, ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_at_the_end_is_read_behind_the_writes() {
    let world = with(options());
    world.inject("PUT alertRules/* latency=5ms");
    let mut project = Project::new(&world, RULES);
    for severity in ["Low", "High"] {
        project.write(severity);
        project.plan();
        world.emulator.forget_requests();
        let run = project.apply();
        assert_eq!((run.exit, run.count("applied")), (0, RULES), "{run:?}");
        let log = world.emulator.requests();
        let lists: Vec<u64> = log.iter().filter(|one| one.method == "GET").map(|one| one.number).collect();
        let last = log.iter().filter(|one| one.method == "PUT").map(|one| one.number).max().unwrap();
        // `BuiltInFusion` makes one more.
        let pages = RULES / PAGE + 1;
        let before = if severity == "Low" { 1 } else { pages };
        assert!(lists.len() <= before + pages, "{} pages of lists", lists.len());
        let beside = lists.iter().skip(before).filter(|number| **number < last).count();
        assert!(beside >= pages / 2, "only {beside} pages of the last list came before the last write");
        project.converged();
    }
}

/// A list that goes by other names than the writes is read once more, and nothing else changes.
#[tokio::test(flavor = "multi_thread")]
async fn rules_of_others_between_ours_do_no_harm() {
    let world = with(options());
    let names: Vec<String> = (0..RULES).step_by(4).map(|n| format!("{}-other", id(n))).collect();
    world.fill(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut project = Project::new(&world, RULES);
    let run = project.again();
    assert_eq!((run.exit, run.count("applied")), (0, RULES), "{run:?}");
    project.converged();
}

/// The first list of a saved plan: what a page shows to have been edited is left alone, though others go on at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_clears_only_what_it_shows_as_planned() {
    let world = with(options());
    let mut project = Project::new(&world, RULES);
    assert_eq!(project.again().exit, 0);
    project.write("High");
    project.plan();
    world.inject("GET alertRules page=next latency=100ms");
    for n in [2, RULES - 2] {
        let edit =
            serde_json::json!({"resource": format!("alertRules/{}", id(n)), "set": {"enabled": false}, "by": "kim"});
        world.emulator.edit(&serde_json::from_value(edit).unwrap()).await.unwrap();
    }
    let run = project.apply();
    assert_eq!((run.exit, run.count("stale"), run.count("applied")), (4, 2, RULES - 2), "{run:?}");
    assert_eq!(world.live(&id(2))["properties"]["severity"], "Low");
    project.audited(&world);
}

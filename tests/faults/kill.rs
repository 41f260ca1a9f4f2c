//! Row 1: a kill (SIGKILL) after the k-th write that the service took, and the service's log held against the plans.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{PALISADE, Project};
use crate::world::{World, world};

const RULES: usize = 20;

fn written(world: &World) -> usize {
    world.emulator.requests().iter().filter(|one| one.method == "PUT" && !one.commits.is_empty()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_any_write_is_accounted_for() {
    let step = if std::env::var_os("PALISADE_FULL").is_some() { 1 } else { 6 };
    for (severity, killed_after) in
        ["Low", "High"].into_iter().flat_map(|one| (1..RULES).step_by(step).map(move |k| (one, k)))
    {
        let world = world();
        let mut project = Project::new(&world, RULES);
        if severity == "High" {
            assert_eq!(project.again().exit, 0);
            project.write(severity);
        }
        project.plan();
        let before = written(&world);
        world.inject("PUT alertRules/* latency=5ms");
        let mut child = Command::new(PALISADE)
            .arg("-C")
            .arg(project.path())
            .args(["apply", "plan.json", "--quiet", "--parallel", "4"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while written(&world) < before + killed_after {
            assert!(child.try_wait().unwrap().is_none(), "it ended before {killed_after} writes");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was on its way may still arrive.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let again = project.again();
        assert_eq!(again.exit, 0, "{again:?}");
        project.audited(&world);
        project.converged();
    }
}

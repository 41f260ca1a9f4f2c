//! Ctrl-C and SIGTERM: the first ends in order, the second at once; what is left is made good by the next run.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::{PALISADE, Project};
use crate::world::{World, world};

const RULES: usize = 44;

/// Starts to apply the saved plan, and returns once so many writes are answered.
fn started(project: &Project, answered: usize) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut child = Command::new(PALISADE)
        .arg("-C")
        .arg(project.path())
        .args(["apply", "plan.json", "--format", "json", "--parallel", "4"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let (mut line, mut seen) = (String::new(), 0);
    while seen < answered {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended before {answered} writes were answered");
        seen += usize::from(line.contains(" applied "));
    }
    (child, told)
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").arg(name).arg(child.id().to_string()).status().unwrap().success());
}

/// How it ended, its report, and the rest of what it told.
fn ended(mut child: Child, mut told: BufReader<std::process::ChildStderr>) -> (ExitStatus, String, String) {
    let (mut out, mut rest) = (String::new(), String::new());
    told.read_to_string(&mut rest).unwrap();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    (child.wait().unwrap(), out, rest)
}

/// What is live, and no more than that, is told as applied.
fn as_told(world: &World, report: &str) -> usize {
    let report: Value = serde_json::from_str(report).unwrap();
    let count = |name: &str| usize::try_from(report["summary"][name].as_u64().unwrap()).unwrap();
    assert_eq!(count("applied"), world.rules().len());
    assert_eq!(count("applied") + count("skipped"), RULES);
    count("skipped")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_finishes_what_is_under_way() {
    for name in ["-INT", "-TERM"] {
        let world = world();
        world.inject("PUT latency=60ms");
        let mut project = Project::new(&world, RULES);
        project.plan();
        let (child, told) = started(&project, 8);
        signal(&child, name);
        let (status, report, rest) = ended(child, told);
        assert_eq!(status.code(), Some(1), "{rest}");
        assert!(rest.contains("stopping: nothing more is sent"), "{rest}");
        let left = as_told(&world, &report);
        assert!(left > RULES / 2, "{left} left");
        // The same plan goes on where it stopped.
        let again = project.apply();
        assert_eq!(
            (again.exit, again.count("applied"), again.count("unchanged")),
            (0, left, RULES - left),
            "{again:?}"
        );
        project.audited(&world);
        project.converged();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_ends_at_once() {
    let world = world();
    let mut project = Project::new(&world, RULES);
    project.plan();
    world.inject("PUT after=10 hang");
    let (child, told) = started(&project, 10);
    let began = Instant::now();
    signal(&child, "-INT");
    tokio::time::sleep(Duration::from_millis(500)).await;
    signal(&child, "-INT");
    let (status, _, rest) = ended(child, told);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(status.code(), Some(1), "{rest}");
    assert!(rest.contains("stopped at once"), "{rest}");
    world.emulator.clear_faults();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let again = project.again();
    assert_eq!(again.exit, 0, "{again:?}");
    project.audited(&world);
    project.converged();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_the_service_asks_for_does_not_hold_it() {
    let world = world();
    let mut project = Project::new(&world, RULES);
    project.plan();
    world.inject("PUT after=10 status=429 retry-after=300s");
    let (child, told) = started(&project, 10);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    signal(&child, "-INT");
    let (status, report, rest) = ended(child, told);
    assert!(began.elapsed() < Duration::from_secs(5), "{rest}");
    assert_eq!((status.code(), as_told(&world, &report)), (Some(1), RULES - 10), "{rest}");
}

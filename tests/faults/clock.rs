//! Row 11 from the client's side: the program's own clock is an hour wrong, or jumps while it writes.
//!
//! libfaketime moves the clock of the day (`CLOCK_REALTIME`) of the process, as a wrong NTP server does; the monotonic
//! clock is left alone, which nobody can set. The emulator is in this process and keeps the right time.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::process::Project;
use crate::world::{World, world};

const RULES: usize = 40;
/// So many writes are answered when the clock jumps.
const JUMPS_AT: usize = 12;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const HOUR_BACK: SignedDuration = SignedDuration::from_hours(-1);

/// The library, where Debian, Fedora and Arch put it; nothing where it is not installed. `PALISADE_FAKETIME=required`
/// makes that an error.
fn library() -> Option<PathBuf> {
    let architecture = std::env::consts::ARCH;
    let folders = [
        format!("/usr/lib/{architecture}-linux-gnu/faketime"),
        "/usr/lib64/faketime".to_owned(),
        "/usr/lib/faketime".to_owned(),
    ];
    let found = folders.iter().map(|folder| Path::new(folder).join("libfaketime.so.1")).find(|path| path.is_file());
    let required = std::env::var_os("PALISADE_FAKETIME").is_some_and(|value| value == "required");
    assert!(found.is_some() || !required, "PALISADE_FAKETIME=required, and no libfaketime.so.1 is in {folders:?}");
    found
}

/// A clock of the day that differs from the start on, and what it becomes in the middle.
#[derive(Debug, Clone, Copy)]
struct Skew {
    first: &'static str,
    then: Option<&'static str>,
    /// How far the journal's first and last line are from the right time.
    ends: [SignedDuration; 2],
}

const SKEWS: [Skew; 4] = [
    Skew { first: "-1h", then: None, ends: [HOUR_BACK, HOUR_BACK] },
    Skew { first: "+1h", then: None, ends: [HOUR, HOUR] },
    Skew { first: "+0", then: Some("-1h"), ends: [SignedDuration::ZERO, HOUR_BACK] },
    Skew { first: "+0", then: Some("+1h"), ends: [SignedDuration::ZERO, HOUR] },
];

#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_of_ours_changes_nothing() {
    let Some(library) = library() else {
        eprintln!("skipped: libfaketime is not installed");
        return;
    };
    let runs = SKEWS.map(|skew| {
        let (library, world) = (library.clone(), world());
        tokio::task::spawn_blocking(move || under(&library, &world, skew))
    });
    for run in runs {
        run.await.unwrap();
    }
}

fn under(library: &Path, world: &World, skew: Skew) {
    let mut project = Project::new(world, RULES);
    project.plan();
    world.emulator.forget_requests();
    world.inject("PUT alertRules/* after=5 times=4 status=429 retry-after=1s retry-form=date");
    world.inject("PUT alertRules/* every=11 status=503");
    world.inject("PUT alertRules/* nth=20 reset at=after");
    world.inject("PUT alertRules/* latency=10ms");
    let clock = project.path().join("clock");
    set(&clock, skew.first);
    let environment = [
        ("LD_PRELOAD", library.as_os_str()),
        ("FAKETIME_TIMESTAMP_FILE", clock.as_os_str()),
        ("FAKETIME_NO_CACHE", OsStr::new("1")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", OsStr::new("1")),
    ];
    let arguments = ["apply", "plan.json", "--quiet", "--format", "json", "--journal", "j.jsonl"];
    let (began, told_at) = (Instant::now(), Timestamp::now());
    let run = std::thread::scope(|scope| {
        scope.spawn(|| jump(world, &clock, skew, began));
        project.run_in(&environment, &arguments)
    });
    assert!(began.elapsed() < Duration::from_secs(60), "{skew:?}: {:?}", began.elapsed());
    assert_eq!((run.exit, run.count("applied")), (0, RULES), "{skew:?}: {run:?}");
    assert_eq!(run.stderr, "", "{skew:?}");

    // Each rule is written once, and nothing else is; what was turned away is what the faults turned away.
    let log = world.emulator.requests();
    let commits: Vec<&str> = log.iter().flat_map(|one| one.commits.iter().map(|_| one.path.as_str())).collect();
    assert_eq!((commits.len(), commits.iter().collect::<BTreeSet<_>>().len()), (RULES, RULES), "{skew:?}");
    assert_eq!(log.iter().filter(|one| one.status == 429).count(), 4, "{skew:?}");
    assert!(log.iter().all(|one| ["GET", "PUT"].contains(&one.method.as_str())), "{skew:?}");

    // The journal has the wrong time, which shows that the clock was wrong, and right durations.
    let journal = std::fs::read_to_string(project.path().join("j.jsonl")).unwrap();
    let lines: Vec<Value> = journal.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), log.len(), "{skew:?}");
    for line in &lines {
        assert!(line["duration_ms"].as_u64().is_some_and(|took| took < 30_000), "{skew:?}: {line}");
    }
    for (line, expected) in [lines.first(), lines.last()].into_iter().zip(skew.ends) {
        let at: Timestamp = line.unwrap()["time"].as_str().unwrap().parse().unwrap();
        let off = at.duration_since(told_at) - expected;
        assert!(off.abs() < SignedDuration::from_mins(5), "{skew:?}: {at}, and it was {told_at}");
    }
    world.emulator.clear_faults();
    project.audited(world);
    project.converged();
}

/// Puts the clock where it jumps to, once some writes are answered.
fn jump(world: &World, clock: &Path, skew: Skew, began: Instant) {
    let Some(then) = skew.then else { return };
    let answered = || world.emulator.requests().iter().filter(|one| !one.commits.is_empty()).count();
    while answered() < JUMPS_AT && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    set(clock, then);
}

/// In one step: libfaketime reads the file at every look at the clock.
fn set(clock: &Path, offset: &str) {
    let new = clock.with_extension("new");
    std::fs::write(&new, offset).unwrap();
    std::fs::rename(&new, clock).unwrap();
}

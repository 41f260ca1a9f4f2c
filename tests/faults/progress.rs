//! What a run tells of itself while it goes on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::process::{PALISADE, Project};
use crate::world::world;

/// Gives a project so many workspaces more, in the subscription of its first one.
fn fleet(project: &Project, more: usize) {
    let first = std::fs::read_to_string(project.path().join("w.yaml")).unwrap();
    for n in 0..more {
        let another = first.replace("name: w\n", &format!("name: w{n}\n")).replace("law-one", &format!("law-{n}"));
        std::fs::write(project.path().join(format!("w{n}.yaml")), another).unwrap();
    }
}

const LONG_READ: &str = "reading 200 workspaces takes 5 min at the least where ARM's documented limits hold (250 \
                         reads, then 25 a second, for each subscription; 100 reads of automation rules in 5 minutes)";

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_the_throttle_makes_long_are_announced() {
    let world = world();
    let project = Project::new(&world, 1);
    fleet(&project, 105);
    let run = project.run(&["plan", "--all"]);
    assert!(run.exit == 0 && !run.stderr.contains("at the least"), "{}", run.stderr);
    fleet(&project, 199);
    for verb in ["plan", "drift"] {
        let run = project.run(&[verb, "--all"]);
        assert_eq!((run.exit, run.stderr.lines().next()), (0, Some(LONG_READ)), "{verb}: {}", run.stderr);
        assert!(!run.stdout.contains("at the least"));
        assert_eq!(run.stderr.matches("\nreading ").count(), 200);
    }
    let run = project.run(&["plan", "--all", "--quiet"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_the_throttle_makes_long_are_announced_before_the_first() {
    let world = world();
    let project = Project::new(&world, 407);
    let mut child = Command::new(PALISADE)
        .arg("-C")
        .arg(project.path())
        .args(["apply", "--auto-approve"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stderr.take().unwrap()).lines().take(2).collect::<Result<Vec<_>, _>>();
    child.kill().unwrap();
    child.wait().unwrap();
    let told = told.unwrap();
    assert_eq!(told[0], "reading w");
    assert!(
        told[1].starts_with("this takes 20 s at the least where ARM's documented limits hold (200 writes,"),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_of_a_saved_plan_count_as_well() {
    let world = world();
    let project = Project::new(&world, 1);
    fleet(&project, 53);
    let suppression = "kind: Suppression\nid: lab\nrules: [\"Rule 0\"]\nreason: The lab\nexpires: 2099-01-01\n\
                       when: {incident: severity, in: [Low]}\n\
                       close: {classification: FalsePositive, reason: InaccurateData}\n";
    std::fs::write(project.path().join("s.yaml"), suppression).unwrap();
    let run = project.run(&["plan", "--all", "--out", "plan.json"]);
    assert!(run.exit == 0 && !run.stderr.contains("at the least"), "{run:?}");
    let run = project.run(&["apply", "plan.json"]);
    // 54 lists of automation rules before the writes and 54 after: 8 more than the bucket holds.
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(run.stderr.starts_with("this takes 24 s at the least"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_holds_every_outcome_with_the_service_s_words() {
    let world = world();
    let mut project = Project::new(&world, 4);
    project.plan();
    world.inject("PUT alertRules/* nth=2 status=400");
    let run = project.apply();
    assert_eq!((run.exit, run.count("applied"), run.count("failed")), (1, 3, 1), "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["summary"]["applied"], &report["summary"]["failed"]), (&3.into(), &1.into()));
    for change in report["workspaces"][0]["changes"].as_array().unwrap() {
        let failed = change["outcome"] == "failed";
        assert_eq!(change["status"], if failed { 400.into() } else { Value::Null });
        assert_eq!(change["code"], if failed { "BadRequest".into() } else { Value::Null });
        assert_eq!(change["correlation_id"].as_str().map(str::len), failed.then_some(36), "{change}");
        let message = change["detail"].as_str().unwrap();
        assert_eq!(message.contains("The request is invalid"), failed, "{message}");
    }
}

/// `script`, of Debian's essential packages, is the terminal.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn there_are_bars_on_a_terminal_and_no_control_sequences_elsewhere() {
    let world = world();
    world.inject("PUT latency=80ms");
    let on_terminal = Project::new(&world, 12);
    let command = format!("'{PALISADE}' -C '{}' apply --auto-approve --parallel 2", on_terminal.path().display());
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .env("NO_COLOR", "1")
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let bar = |line: &str| line.starts_with("w ") && ["/12 ", "/s ", " ETA "].iter().all(|part| line.contains(part));
    assert!(text.split(['\r', '\n']).any(|line| bar(&plain(line))), "{text:?}");
    assert!(text.contains("\x1b["), "{text:?}");
    let result = text.rsplit_once("Apply: 12 applied.").unwrap().1;
    assert!(!result.contains("ETA"), "no bar comes after the result: {result:?}");

    on_terminal.write("High");
    let run = on_terminal.run(&["apply", "--auto-approve"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(run.stderr.contains("w 12/12 applied Rule "), "{}", run.stderr);
    let control = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    assert!(!control(&run.stdout) && !control(&run.stderr), "{run:?}");
}

/// Without control sequences.
#[cfg(target_os = "linux")]
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default()
    })
}

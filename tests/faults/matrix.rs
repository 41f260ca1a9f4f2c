//! The faults of docs/under-fire.md that no other file has, and that each of its rows names tests that are there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use palisade::emulator::faults::Edit;
use palisade::emulator::{Options, Throttle};
use serde_json::json;

use crate::process::{PALISADE, Project, Run, id};
use crate::world::{with, world};

const RULES: usize = 44;

/// Row 2, at any concurrency: what the bucket holds, then its rate, and hardly a request in vain.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_used_without_being_emptied() {
    for parallel in ["1", "10", "200"] {
        let throttle = Throttle::Bucket { capacity: 20, per_second: 10 };
        let world = with(Options { throttle, ..Options::default() });
        let mut project = Project::new(&world, RULES);
        project.plan();
        world.emulator.forget_requests();
        let run = project.run(&["apply", "plan.json", "--quiet", "--format", "json", "--parallel", parallel]);
        assert_eq!((run.exit, run.count("applied")), (0, RULES), "{run:?}");
        let log = world.emulator.requests();
        let refused = log.iter().filter(|one| one.status == 429).count();
        assert!(refused * 50 <= log.len(), "{refused} of {} at {parallel} at once", log.len());
        project.audited(&world);
        project.converged();
    }
}

/// Row 15: two applies of one plan at once. Each rule is written by one of them, and neither undoes the other's.
#[tokio::test(flavor = "multi_thread")]
async fn two_applies_at_once_lose_nothing() {
    for severity in ["Low", "High"] {
        let world = world();
        world.inject("PUT alertRules/* latency=10ms");
        let mut project = Project::new(&world, RULES);
        if severity == "High" {
            assert_eq!(project.again().exit, 0);
            project.write(severity);
        }
        project.plan();
        let start = || {
            let mut command = Command::new(PALISADE);
            command.arg("-C").arg(project.path()).args(["apply", "plan.json", "--quiet", "--format", "json"]);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let both = [start(), start()];
        for child in both {
            let output = child.wait_with_output().unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            let run =
                Run { exit: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
            assert_eq!(run.exit, 0, "{run:?}");
            assert_eq!(run.count("applied") + run.count("unchanged"), RULES, "{run:?}");
        }
        // As many versions as rules and plans: the audit counts them.
        project.audited(&world);
        project.converged();
    }
}

/// Row 17: what somebody wrote into the workspace does nothing in a terminal or a comment.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_live_names_are_inert() {
    let hostile = "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}x\u{1b}]8;;\u{7}\u{202e}\u{9b}31m<img src=x> \
                   [click](http://evil.example) @everyone `code` | pipe\n```\n[out](http://evil.example)";
    let world = world();
    let mut project = Project::new(&world, 2);
    assert_eq!(project.again().exit, 0);
    let edit = json!({
        "resource": format!("alertRules/{}", id(0)), "set": {"displayName": hostile, "description": hostile},
        "by": "kim@contoso.example",
    });
    let edit: Edit = serde_json::from_value(edit).unwrap();
    world.emulator.edit(&edit).await.unwrap();
    for format in ["human", "markdown"] {
        let run = project.run(&["plan", "--format", format]);
        for text in [&run.stdout, &run.stderr] {
            let bad = text.chars().find(|&c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
            assert_eq!(bad, None, "{format}: {text:?}");
        }
        if format == "human" {
            assert!(run.stdout.contains("evil.example"), "it is shown: {}", run.stdout);
        } else {
            let outside = outside_of_fences(&run.stdout);
            assert!(!outside.contains("evil.example") && !outside.contains("<img"), "{}", run.stdout);
        }
    }
}

/// The Markdown that is not in a code block, by the rule of CommonMark: a fence ends with one at least as long.
fn outside_of_fences(text: &str) -> String {
    let mut fence = 0;
    let mut outside = String::new();
    for line in text.lines() {
        let ticks = line.chars().take_while(|&c| c == '`').count();
        match fence {
            0 if ticks >= 3 => fence = ticks,
            0 => outside.push_str(line),
            open if ticks >= open && line.len() == ticks => fence = 0,
            _ => {}
        }
    }
    outside
}

/// Row 21: a folder that lost its 500 rules deletes none, saved plan or not.
#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_project_deletes_nothing() {
    const LIVE: usize = 500;
    let world = world();
    let mut project = Project::new(&world, LIVE);
    assert_eq!(project.again().exit, 0);
    for n in 0..LIVE {
        std::fs::remove_file(project.path().join(format!("r{n}.yaml"))).unwrap();
    }
    let plan = project.run(&["plan", "--prune", "--quiet", "--out", "plan.json"]);
    assert!(plan.stdout.contains(&format!("{LIVE} to delete")), "{plan:?}");
    for arguments in [&["apply", "--auto-approve", "--prune"][..], &["apply", "plan.json"]] {
        let run = project.run(arguments);
        assert_eq!(run.exit, 5, "{run:?}");
    }
    assert!(world.emulator.requests().iter().all(|one| one.method != "DELETE"));
    assert_eq!(world.rules().len(), LIVE);
}

/// The page promises a test for each row: here it is held to that.
#[test]
fn every_row_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/under-fire.md")).unwrap();
    let rows: BTreeMap<u32, &str> = page
        .lines()
        .filter_map(|line| {
            let (number, _) = line.strip_prefix("| ")?.split_once(" |")?;
            Some((number.parse().ok()?, line))
        })
        .collect();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), (1..=22).collect::<Vec<_>>());
    for (number, row) in rows {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|word| word.contains("tests")).collect();
        assert!(!named.is_empty(), "row {number} names no test");
        for name in named {
            let (file, test) = name.split_once("::").unwrap_or((name, ""));
            let path = root.join(file);
            if test.is_empty() {
                assert!(path.is_dir(), "row {number}: {file}");
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("row {number}: {file}: {why}"));
            assert!(text.contains(&format!("fn {test}(")), "row {number}: {file} has no test {test}");
        }
    }
}

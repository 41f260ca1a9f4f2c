//! `--journal FILE`: every request, and nothing that is secret.

use serde_json::Value;

use crate::process::Project;
use crate::world::world;

const RULES: usize = 8;

fn lines(project: &Project, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(project.path().join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_every_request_that_the_service_saw() {
    let world = world();
    let project = Project::new(&world, RULES);
    world.inject("PUT alertRules/* every=3 status=503");
    world.inject("PUT alertRules/* nth=5 reset at=after");
    let run = project.run(&["apply", "--auto-approve", "--journal", "requests.jsonl"]);
    assert_eq!(run.exit, 0, "{run:?}");
    let lines = lines(&project, "requests.jsonl");
    assert!(lines[0]["tool"].as_str().unwrap().starts_with("palisade "));
    let requests = &lines[1..];
    let log = world.emulator.requests();
    assert_eq!(requests.len(), log.len());
    let count = |status: Value| requests.iter().filter(|line| line["status"] == status).count();
    let logged = |status: u16| log.iter().filter(|one| one.status == status).count();
    for status in [200, 201, 503] {
        assert_eq!(count(status.into()), logged(status), "{status}");
    }
    let lost: Vec<&Value> = requests.iter().filter(|line| line["status"].is_null()).collect();
    assert_eq!(lost.len(), 1);
    assert!(lost[0]["error"].as_str().unwrap().starts_with("no answer"));
    let put = requests.iter().find(|line| line["method"] == "PUT" && line["status"] == 201).unwrap();
    assert!(put["resource"].as_str().unwrap().contains("/alertRules/"));
    assert_eq!((&put["workspace"], put["correlation_id"].as_str().map(str::len)), (&Value::from("w"), Some(36)));
    assert!(put["duration_ms"].is_u64() && put["time"].is_string());
    let again = requests.iter().filter(|line| line["attempt"].as_u64() > Some(1)).count();
    assert_eq!(again, logged(503), "each refused try is followed by another");
    // Bodies and tokens are in nobody's journal.
    let text = std::fs::read_to_string(project.path().join("requests.jsonl")).unwrap();
    assert!(!text.contains("SecurityEvent") && !text.to_lowercase().contains("bearer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_adds_to_it() {
    let world = world();
    let project = Project::new(&world, 1);
    for _ in 0..2 {
        assert_eq!(project.run(&["plan", "--journal", "requests.jsonl"]).exit, 0);
    }
    let lines = lines(&project, "requests.jsonl");
    assert_eq!(lines.iter().filter(|line| line["tool"].is_string()).count(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn one_that_can_not_be_written_stops_everything_before_it_starts() {
    let world = world();
    let project = Project::new(&world, 2);
    for file in ["/dev/full", "no/such/folder/j"] {
        let run = project.run(&["apply", "--auto-approve", "--journal", file]);
        assert_eq!(run.exit, 1, "{run:?}");
        assert!(run.stderr.contains("the journal"), "{}", run.stderr);
    }
    assert!(world.emulator.requests().is_empty());
}

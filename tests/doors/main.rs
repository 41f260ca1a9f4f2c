//! One project, three doors: the emulator in the same process, over http, and over TLS. What plan and apply say and do
//! must not depend on the door.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");
const DOORS: [&str; 3] = ["embedded", "http", "tls"];

/// `palisade emulator` with both of its ports. It ends with this value.
struct Server {
    child: Child,
    http: String,
    https: String,
}

impl Server {
    fn start(state: &Path) -> Self {
        let mut child = Command::new(PALISADE)
            .args(["emulator", "--port", "0", "--tls-port", "0", "--state"])
            .arg(state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut origin = |start: &str| loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(at) = line.find(start) {
                let host = line[at + start.len()..].chars();
                let host: String = host.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':')).collect();
                return format!("{start}{host}");
            }
        };
        let (http, https) = (origin("http://"), origin("https://"));
        Self { child, http, https }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn palisade(project: &Path, args: &[&str]) -> Output {
    Command::new(PALISADE)
        .args(args)
        .current_dir(project)
        .env("PALISADE_CA_FILE", project.join("../state/tls/ca.pem"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The repository's own rules, and a workspace document for each door.
fn write_project(project: &Path, server: &Server) {
    fs::create_dir_all(project.join("rules")).unwrap();
    for rule in rule_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")) {
        fs::copy(&rule, project.join("rules").join(rule.file_name().unwrap())).unwrap();
    }
    let azure = |endpoint: &str| {
        format!(
            "subscription: 22222222-2222-2222-2222-222222222222\nresourceGroup: rg-security\nworkspace: law-embedded\n\
             tenant: 11111111-1111-1111-1111-111111111111\nendpoint: {endpoint}\n"
        )
    };
    for (door, target) in [
        ("embedded", "emulator: state.db\n".to_owned()),
        ("http", azure(&server.http)),
        // Another workspace of the same server.
        ("tls", azure(&server.https).replace("rg-security", "rg-other")),
    ] {
        let document = format!("kind: Workspace\nname: {door}\n{target}");
        fs::write(project.join(format!("{door}.yaml")), document).unwrap();
    }
    fs::write(project.join("palisade.yaml"), "project: doors\n").unwrap();
}

fn rule_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rule_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The plan of every door, without what names the workspace and the version: `[(door, changes, summary)]`.
fn plans(project: &Path, exit: i32) -> Vec<(String, Value)> {
    let out = palisade(project, &["plan", "--all", "--format", "json", "--detailed-exitcode"]);
    assert_eq!(out.status.code(), Some(exit), "{}", String::from_utf8_lossy(&out.stderr));
    let plan: Value = serde_json::from_slice(&out.stdout).unwrap();
    let workspaces = plan["workspaces"].as_array().unwrap();
    let told = workspaces.iter().map(|workspace| {
        let mut changes = workspace["changes"].clone();
        for change in changes.as_array_mut().unwrap() {
            for part in ["/etag", "/before/etag", "/before/id", "/before/properties/lastModifiedUtc", "/modified"] {
                if let Some(value) = change.pointer_mut(part) {
                    *value = json!("of this workspace");
                }
            }
        }
        let rest = json!({
            "changes": changes, "summary": workspace["summary"], "unmanaged": workspace["unmanaged"],
            "cloud": workspace["cloud"],
        });
        (workspace["workspace"].as_str().unwrap().to_owned(), rest)
    });
    told.collect()
}

/// Asserts that the doors differ in nothing, and gives what they say.
fn same(plans: Vec<(String, Value)>) -> Value {
    let mut plans = plans.into_iter();
    let (first, expected) = plans.next().unwrap();
    let mut doors = vec![first];
    for (door, plan) in plans {
        assert_eq!(plan, expected, "{door} and {}", doors[0]);
        doors.push(door);
    }
    assert_eq!(doors, DOORS);
    expected
}

/// Applies through one door: the exit code, and what was done to each rule.
fn apply(project: &Path, door: &str) -> (Option<i32>, Value) {
    let out = palisade(project, &["apply", "-w", door, "--auto-approve", "--format", "json"]);
    let mut done: Value = serde_json::from_slice(&out.stdout).unwrap();
    let workspace = done["workspaces"][0].take();
    assert_eq!(workspace["workspace"], door);
    assert!(workspace["changes"].as_array().is_some_and(|changes| !changes.is_empty()), "{workspace}");
    (out.status.code(), workspace["changes"].clone())
}

#[test]
fn plan_and_apply_are_the_same_through_every_door() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("state"));
    let project = folder.path().join("project");
    write_project(&project, &server);
    let rules = rule_files(&project.join("rules"));

    let planned = same(plans(&project, 2));
    assert_eq!(planned["summary"]["create"], rules.len());
    let applied: Vec<_> = DOORS.iter().map(|door| apply(&project, door)).collect();
    assert_eq!(applied[0].0, Some(0), "{applied:?}");
    assert!(applied.iter().all(|one| *one == applied[0]), "{applied:#?}");
    assert_eq!(same(plans(&project, 0))["summary"]["noop"], rules.len());

    // Two updates.
    let edit = |file: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(from), "{}", file.display());
        fs::write(file, text.replacen(from, to, 1)).unwrap();
    };
    edit(&rules[0], "\nname: ", "\nname: Renamed. ");
    edit(&rules[1], "\ntriggerThreshold: ", "\nenabled: false\ntriggerThreshold: ");
    let planned = same(plans(&project, 2));
    assert_eq!(planned["summary"]["update"], 2, "{planned}");
    let applied: Vec<_> = DOORS.iter().map(|door| apply(&project, door)).collect();
    assert_eq!(applied[0].0, Some(0), "{applied:?}");
    assert!(applied.iter().all(|one| *one == applied[0]), "{applied:#?}");
    assert_eq!(same(plans(&project, 0))["summary"]["noop"], rules.len());
}

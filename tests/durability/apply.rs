//! `palisade apply` killed while it writes: the next run goes on where it was.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::server::{PALISADE, Server};

const RULES: usize = 40;

fn rules(folder: &Path, severity: &str) {
    for n in 0..RULES {
        let rule = format!(
            "id: 00000000-0000-4000-8000-{n:012}\nname: Rule {n}\nkind: NRT\nseverity: {severity}\n\
             query: SecurityEvent\n"
        );
        std::fs::write(folder.join(format!("r{n}.yaml")), rule).unwrap();
    }
}

fn project(folder: &Path, address: &str) {
    rules(folder, "Low");
    let workspace = format!(
        "kind: Workspace\nname: x\nsubscription: 22222222-2222-4222-8222-222222222222\nresourceGroup: rg\n\
         workspace: law-x\nendpoint: http://{address}\n"
    );
    std::fs::write(folder.join("workspace.yaml"), workspace).unwrap();
}

fn palisade(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PALISADE).arg("-C").arg(folder).args(arguments).output().unwrap()
}

#[test]
fn a_rerun_converges_and_writes_no_rule_twice() {
    let rounds = if std::env::var_os("PALISADE_FULL").is_some() { 60 } else { 10 };
    for round in 0..rounds {
        let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server = Server::start(state.path(), &["--latency", "30ms"]);
        project(folder.path(), &server.address);
        let mut first = Command::new(PALISADE)
            .arg("-C")
            .arg(folder.path())
            .args(["apply", "--auto-approve", "--quiet"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 + 160 * round / rounds));
        first.kill().unwrap();
        first.wait().unwrap();

        let before = list(&server);
        converges(&server, folder.path(), &before);
        eprintln!("killed with {} of {RULES} rules written", before.len());
    }
}

/// The moment is counted, not timed: after the k-th answered write, with others on their way.
#[test]
fn a_kill_at_any_write_is_made_good() {
    let step = if std::env::var_os("PALISADE_FULL").is_some() { 1 } else { 9 };
    for answered in (1..RULES).step_by(step) {
        let (state, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server = Server::start(state.path(), &["--latency", "5ms"]);
        project(folder.path(), &server.address);
        kill_after(answered, folder.path());
        let created = list(&server);
        assert!(created.len() >= answered, "{} of {answered} answered writes are there", created.len());
        converges(&server, folder.path(), &created);

        rules(folder.path(), "High");
        kill_after(answered, folder.path());
        let live = rows(&server);
        let updated: BTreeMap<_, _> = live.iter().filter(|row| row.severity == "High").map(Row::etag).collect();
        assert!(updated.len() >= answered, "{} of {answered} answered writes are there", updated.len());
        converges(&server, folder.path(), &updated);
        assert!(rows(&server).iter().all(|row| row.severity == "High"));
    }
}

/// Kills an apply as soon as it tells of so many answered writes.
fn kill_after(answered: usize, folder: &Path) {
    let mut apply = Command::new(PALISADE)
        .arg("-C")
        .arg(folder)
        .args(["apply", "--auto-approve", "--parallel", "4"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(apply.stderr.take().unwrap()).lines().map_while(Result::ok);
    let last = told.filter(|line| line.contains(&format!("/{RULES} "))).nth(answered - 1);
    assert!(last.is_some(), "apply ended before {answered} writes were answered");
    apply.kill().unwrap();
    apply.wait().unwrap();
    // What was on its way may still arrive.
    std::thread::sleep(Duration::from_millis(60));
}

/// The next apply ends well and leaves alone what is `right` already; then nothing is left to do.
#[track_caller]
fn converges(server: &Server, folder: &Path, right: &BTreeMap<String, String>) {
    let second = palisade(folder, &["apply", "--auto-approve", "--quiet"]);
    assert_eq!(second.status.code(), Some(0), "{}", String::from_utf8_lossy(&second.stderr));
    let third = palisade(folder, &["plan", "--detailed-exitcode", "--quiet"]);
    assert_eq!(third.status.code(), Some(0), "{}", String::from_utf8_lossy(&third.stdout));
    let after = list(server);
    assert_eq!(after.len(), RULES);
    for (name, etag) in right {
        assert_eq!(after.get(name), Some(etag), "{name} was written again");
    }
}

/// A live rule of ours.
struct Row {
    name: String,
    etag: String,
    severity: String,
}

impl Row {
    fn etag(&self) -> (String, String) {
        (self.name.clone(), self.etag.clone())
    }
}

/// Every rule's etag, which changes with each write.
fn list(server: &Server) -> BTreeMap<String, String> {
    rows(server).iter().map(Row::etag).collect()
}

fn rows(server: &Server) -> Vec<Row> {
    let (status, body) = server.connect().send("GET", "alertRules", "").unwrap();
    assert_eq!(status, 200);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let ours = body["value"].as_array().unwrap().iter().filter(|rule| rule["kind"] == "NRT");
    ours.map(|rule| Row {
        name: text(&rule["name"]),
        etag: text(&rule["etag"]),
        severity: text(&rule["properties"]["severity"]),
    })
    .collect()
}

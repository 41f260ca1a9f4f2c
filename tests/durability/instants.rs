//! An apply of 300 rules, killed at instants that nobody chose.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::{PALISADE, Server};

const RULES: usize = 300;
/// Writes in flight.
const PARALLEL: usize = 10;

fn project(folder: &Path, address: &str) {
    for n in 0..RULES {
        let rule = format!(
            "id: 00000000-0000-4000-8000-{n:012}\nname: Rule {n}\nkind: Scheduled\nseverity: Low\nqueryFrequency: 1h\n\
             queryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: SecurityEvent\n"
        );
        std::fs::write(folder.join(format!("r{n}.yaml")), rule).unwrap();
    }
    let workspace = format!(
        "kind: Workspace\nname: x\nsubscription: 22222222-2222-4222-8222-222222222222\nresourceGroup: rg\n\
         workspace: law-x\nendpoint: http://{address}\n"
    );
    std::fs::write(folder.join("workspace.yaml"), workspace).unwrap();
}

/// How often each rule was written, by the server's log.
fn versions(server: &Server) -> BTreeMap<String, usize> {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let request = "GET /_emulator/requests?top=65536 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (start, end) = (answer.find('{').unwrap(), answer.rfind('}').unwrap());
    let log: Value = serde_json::from_str(&answer[start..=end]).unwrap();
    let mut versions = BTreeMap::new();
    for logged in log["value"].as_array().unwrap() {
        for commit in logged["commits"].as_array().unwrap() {
            let resource = commit["resource"].as_str().unwrap();
            if resource.contains("/alertrules/") {
                *versions.entry(resource.to_owned()).or_default() += 1;
            }
        }
    }
    versions
}

/// How long the apply takes that nobody kills: an instant of it is chosen, not one after its end.
fn undisturbed(folder: &Path) -> Duration {
    let state = tempfile::tempdir().unwrap();
    let server = Server::start(state.path(), &["--latency", "3ms"]);
    project(folder, &server.address);
    let began = Instant::now();
    let mut apply = Command::new(PALISADE);
    apply.arg("-C").arg(folder).args(["apply", "--auto-approve", "--quiet", "--parallel", &PARALLEL.to_string()]);
    assert!(apply.stdout(Stdio::null()).status().unwrap().success());
    began.elapsed()
}

#[test]
fn a_kill_at_any_instant_is_made_good() {
    let rounds = if std::env::var_os("PALISADE_FULL").is_some() { 200 } else { 40 };
    let random = std::collections::hash_map::RandomState::new();
    let folder = tempfile::tempdir().unwrap();
    let (mut cut, mut doubled) = (0, 0);
    let whole = u64::try_from(undisturbed(folder.path()).as_micros()).unwrap();
    for round in 0..rounds {
        let state = tempfile::tempdir().unwrap();
        let server = Server::start(state.path(), &["--latency", "3ms"]);
        project(folder.path(), &server.address);
        let mut hasher = random.build_hasher();
        hasher.write_u32(round);
        let instant = Duration::from_micros(hasher.finish() % whole);
        let mut first = Command::new(PALISADE)
            .arg("-C")
            .arg(folder.path())
            .args(["apply", "--auto-approve", "--quiet", "--parallel", &PARALLEL.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(instant);
        first.kill().unwrap();
        first.wait().unwrap();
        let before = versions(&server).len();
        cut += usize::from((1..RULES).contains(&before));

        let run =
            |arguments: &[&str]| Command::new(PALISADE).arg("-C").arg(folder.path()).args(arguments).output().unwrap();
        let second = run(&["apply", "--auto-approve", "--quiet"]);
        let told = || format!("killed after {instant:?}: {}", String::from_utf8_lossy(&second.stderr));
        assert_eq!(second.status.code(), Some(0), "{}", told());
        let third = run(&["plan", "--detailed-exitcode", "--quiet"]);
        assert_eq!(third.status.code(), Some(0), "{}", told());
        let versions = versions(&server);
        assert_eq!(versions.len(), RULES, "{}", told());
        let again = versions.values().map(|times| times - 1).sum::<usize>();
        assert!(again <= PARALLEL, "{again} written again: {}", told());
        doubled += again;
    }
    eprintln!("{cut} of {rounds} runs were cut short while they wrote, {doubled} rules were written twice");
    assert!(cut * 4 > rounds as usize, "only {cut} of {rounds} runs were cut short while they wrote");
}

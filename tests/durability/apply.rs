//! `palisade apply` killed while it writes: the next run goes on where it was.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::server::{PALISADE, Server};

const RULES: usize = 40;

fn project(folder: &Path, address: &str) {
    for n in 0..RULES {
        let rule = format!(
            "id: 00000000-0000-4000-8000-{n:012}\nname: Rule {n}\nkind: NRT\nseverity: Low\nquery: SecurityEvent\n"
        );
        std::fs::write(folder.join(format!("r{n}.yaml")), rule).unwrap();
    }
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
        let second = palisade(folder.path(), &["apply", "--auto-approve", "--quiet"]);
        assert_eq!(second.status.code(), Some(0), "{}", String::from_utf8_lossy(&second.stderr));
        let third = palisade(folder.path(), &["plan", "--detailed-exitcode", "--quiet"]);
        assert_eq!(third.status.code(), Some(0), "{}", String::from_utf8_lossy(&third.stdout));
        let after = list(&server);
        assert_eq!(after.len(), RULES);
        for (name, etag) in &before {
            assert_eq!(after.get(name), Some(etag), "{name} was written again");
        }
        eprintln!("killed with {} of {RULES} rules written", before.len());
    }
}

/// Every rule's etag, which changes with each write.
fn list(server: &Server) -> std::collections::BTreeMap<String, String> {
    let (status, body) = server.connect().send("GET", "alertRules", "").unwrap();
    assert_eq!(status, 200);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let text = |rule: &serde_json::Value, key: &str| rule[key].as_str().unwrap().to_owned();
    let rules = body["value"].as_array().unwrap().iter().filter(|rule| rule["kind"] == "NRT");
    rules.map(|rule| (text(rule, "name"), text(rule, "etag"))).collect()
}

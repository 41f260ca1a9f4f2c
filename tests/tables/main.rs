//! `tables pull` from a workspace on loopback, and what `check` and `compile` make of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");

const SEED: &str = "subscription: 22222222-2222-4222-8222-222222222222
resourceGroup: rg-security
workspace: law-contoso
tables:
  - {name: SigninLogs, columns: {TimeGenerated: datetime, UserPrincipalName: string, ResultType: string}}
  - {name: Proxy_CL, columns: {Url: string, Bytes: long, Ok: bool}}
  - Heartbeat
";

const WORKSPACE: &str = "kind: Workspace
name: contoso
tenant: 11111111-1111-4111-8111-111111111111
subscription: 22222222-2222-4222-8222-222222222222
resourceGroup: rg-security
workspace: law-contoso
endpoint: ORIGIN
";

const RULE: &str = "id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a001
kind: Scheduled
name: Failed sign-ins
description: Somebody guesses a password.
severity: Medium
query: SigninLogs | where UserPrincipleName == \"x\" and _ResourceId != \"\"
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
version: 1.0.0
";

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An emulator with the seed, and where it listens.
fn server(seed: &Path) -> (Server, String) {
    let mut child = Command::new(PALISADE)
        .args(["emulator", "--port", "0", "--seed"])
        .arg(seed)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let origin = lines.map(Result::unwrap).find_map(|line| {
        let at = line.find("http://")?;
        Some(line[at..].chars().take_while(|c| !c.is_whitespace() && *c != ',').collect::<String>())
    });
    (Server(child), origin.unwrap().trim_end_matches('/').to_owned())
}

fn palisade(project: &Path, args: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(PALISADE).args(args).current_dir(project).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout) + &text(stderr))
}

#[test]
fn what_is_pulled_is_what_queries_are_checked_against() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    for below in ["rules", "workspaces"] {
        fs::create_dir_all(project.join(below)).unwrap();
    }
    fs::write(folder.path().join("seed.yaml"), SEED).unwrap();
    let (_server, origin) = server(&folder.path().join("seed.yaml"));
    fs::write(project.join("workspaces/contoso.yaml"), WORKSPACE.replace("ORIGIN", &origin)).unwrap();
    fs::write(project.join("rules/a.yaml"), RULE).unwrap();

    // Nothing is known of the table: nothing is claimed.
    let (exit, text) = palisade(&project, &["check"]);
    assert_eq!(exit, 0, "{text}");

    let (exit, text) = palisade(&project, &["tables", "pull", "-w", "contoso"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("contoso: 3 tables"), "{text}");
    let pulled = fs::read_to_string(project.join("tables/contoso/p.yaml")).unwrap();
    assert!(pulled.contains("name: Proxy_CL\nworkspaces: [contoso]\ncolumns:\n"), "{pulled}");
    for line in ["  Url: string\n", "  Bytes: long\n", "  Ok: bool\n"] {
        assert!(pulled.contains(line), "{pulled}");
    }
    assert!(!fs::read_to_string(project.join("tables/contoso/h.yaml")).unwrap().contains("columns"));

    let (exit, text) = palisade(&project, &["check"]);
    assert_eq!(exit, 3, "{text}");
    assert!(text.contains("UserPrincipleName") && text.contains("did you mean `UserPrincipalName`?"), "{text}");

    // A second pull changes no byte.
    let (exit, text) = palisade(&project, &["tables", "pull"]);
    assert!(exit == 0 && text.contains("(0 files written, 0 removed)"), "{text}");
    // A workspace that nobody made has no tables: what was known stays.
    let elsewhere = WORKSPACE.replace("ORIGIN", &origin).replace("law-contoso", "law-other");
    fs::write(project.join("workspaces/contoso.yaml"), elsewhere).unwrap();
    let (exit, text) = palisade(&project, &["tables", "pull"]);
    assert!(exit == 1 && text.contains("empty"), "{text}");
    assert!(project.join("tables/contoso/p.yaml").exists());
}

//! The emulator killed while it writes.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::server::{PALISADE, Server};

const WRITERS: usize = 6;

fn rule(name: &str) -> String {
    serde_json::json!({"kind": "NRT", "properties": {
        "displayName": name, "enabled": false, "severity": "Low", "query": "T | take 1",
        "suppressionDuration": "PT5H", "suppressionEnabled": false,
    }})
    .to_string()
}

#[test]
fn every_answered_write_is_there_after_a_kill() {
    let state = tempfile::tempdir().unwrap();
    for round in 0..4u64 {
        let server = Server::start(state.path(), &["--limits", "off"]);
        let (answered, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (mut connection, answered, stop) = (server.connect(), Arc::clone(&answered), Arc::clone(&stop));
                std::thread::spawn(move || {
                    for n in 0.. {
                        let name = format!("r{round}-{writer}-{n}");
                        match connection.send("PUT", &format!("alertRules/{name}"), &rule(&name)) {
                            Some((201, _)) => answered.lock().unwrap().push(name),
                            Some(other) => panic!("{other:?}"),
                            None => return,
                        }
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(150 + 37 * round));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().unwrap());

        let names = answered.lock().unwrap();
        assert!(!names.is_empty(), "nothing was written in time");
        let server = Server::start(state.path(), &["--limits", "off"]);
        let mut connection = server.connect();
        for name in names.iter() {
            let (status, body) = connection.send("GET", &format!("alertRules/{name}"), "").unwrap();
            assert!(status == 200 && body.contains(name.as_str()), "{name} was answered and lost: {status}");
        }
        eprintln!("{} writes answered before the kill, all there", names.len());
    }
}

#[test]
fn a_second_process_on_the_same_state_is_refused_by_name() {
    let state = tempfile::tempdir().unwrap();
    let _server = Server::start(state.path(), &[]);
    let second =
        Command::new(PALISADE).args(["emulator", "--port", "0", "--state"]).arg(state.path()).output().unwrap();
    let why = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{why}");
    assert!(why.contains("state.db") && why.contains("in use by another process"), "{why}");
}

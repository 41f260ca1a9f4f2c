//! The emulator killed while it writes, and asked to end.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let state = tempfile::tempdir().unwrap();
    let mut server = Server::start(state.path(), &["--latency", "300ms"]);
    let mut connection = server.connect();
    let writer = std::thread::spawn(move || connection.send("PUT", "alertRules/late", &rule("late")));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.terminate(), Some(0));
    let (status, _) = writer.join().unwrap().expect("no answer came");
    assert_eq!(status, 201);
    let server = Server::start(state.path(), &[]);
    assert_eq!(server.connect().send("GET", "alertRules/late", "").unwrap().0, 200);
}

#[test]
fn nobody_can_keep_it_from_ending() {
    let state = tempfile::tempdir().unwrap();
    let mut server = Server::start(state.path(), &[]);
    let mut kept = server.connect();
    assert_eq!(kept.send("PUT", "alertRules/kept", &rule("kept")).unwrap().0, 201);
    let mut half = TcpStream::connect(&server.address).unwrap();
    half.write_all(b"PUT /subscriptions/x HTTP/1.1\r\nHost: loc").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let server = Server::start(state.path(), &[]);
    assert_eq!(server.connect().send("GET", "alertRules/kept", "").unwrap().0, 200);
}

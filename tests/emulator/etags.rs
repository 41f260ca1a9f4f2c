//! Versions: the etag in the body, `If-Match`, `If-None-Match`, and writers that meet.

use palisade::emulator::{Emulator, Options};
use serde_json::Value;

use crate::client::{Reply, delete, get, put, request, scheduled, send, url};

async fn conditional(emulator: &Emulator, method: &str, header: (&str, &str)) -> Reply {
    let body = if method == "PUT" { scheduled("Conditional").to_string() } else { String::new() };
    send(emulator, request(method, &url("r"), &[header], body)).await
}

fn tagged(etag: &str) -> Value {
    let mut rule = scheduled("Tagged");
    rule["etag"] = etag.into();
    rule
}

#[tokio::test]
async fn every_write_has_an_etag_of_its_own() {
    let emulator = Emulator::in_memory(Options::default());
    let first = put(&emulator, "r", &scheduled("R")).await;
    let second = put(&emulator, "r", &scheduled("R")).await;
    assert_ne!(first.etag(), second.etag());
    let groups: Vec<usize> = first.etag().trim_matches('"').split('-').map(str::len).collect();
    assert!(first.etag().starts_with('"') && first.etag().ends_with("0000\""), "{}", first.etag());
    assert_eq!(groups, [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn a_stale_etag_in_the_body_is_a_conflict() {
    let emulator = Emulator::in_memory(Options::default());
    let first = put(&emulator, "r", &scheduled("R")).await;
    let second = put(&emulator, "r", &tagged(first.etag())).await;
    assert_eq!(second.status, 200);
    let refused = put(&emulator, "R", &tagged(first.etag())).await;
    let message = refused.refused(409, "Conflict");
    assert!(message.starts_with("Newer instance of rule 'R' exists for workspace '"), "{message}");
    assert!(message.ends_with("' (Etag does not match). Data was not saved."), "{message}");
    assert_eq!(get(&emulator, "r").await.body, second.body);
}

#[tokio::test]
async fn if_match_guards_writes_and_deletes() {
    let emulator = Emulator::in_memory(Options::default());
    conditional(&emulator, "PUT", ("if-match", "*")).await.refused(412, "PreconditionFailed");
    let made = put(&emulator, "r", &scheduled("R")).await;
    conditional(&emulator, "PUT", ("if-match", "\"other\"")).await.refused(412, "PreconditionFailed");
    conditional(&emulator, "DELETE", ("if-match", "\"other\"")).await.refused(412, "PreconditionFailed");
    let replaced = conditional(&emulator, "PUT", ("if-match", made.etag())).await;
    assert_eq!(replaced.status, 200);
    assert_eq!(conditional(&emulator, "DELETE", ("if-match", replaced.etag())).await.status, 200);
}

#[tokio::test]
async fn if_none_match_only_makes() {
    let emulator = Emulator::in_memory(Options::default());
    assert_eq!(conditional(&emulator, "PUT", ("if-none-match", "*")).await.status, 201);
    conditional(&emulator, "PUT", ("if-none-match", "*")).await.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn etags_can_be_ignored() {
    let emulator = Emulator::in_memory(Options { check_etag: false, ..Options::default() });
    put(&emulator, "r", &scheduled("R")).await;
    assert_eq!(put(&emulator, "r", &tagged("\"old\"")).await.status, 200);
    assert_eq!(conditional(&emulator, "PUT", ("if-match", "\"old\"")).await.status, 200);
    assert_eq!(delete(&emulator, "r").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_writers_with_one_etag_exactly_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(&folder.path().join("state.db"), Options::default()).unwrap();
    let made = put(&emulator, "r", &scheduled("R")).await;
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let (emulator, rule) = (emulator.clone(), tagged(made.etag()));
            tokio::spawn(async move { put(&emulator, "r", &rule).await.status })
        })
        .collect();
    let mut won = 0;
    for writer in writers {
        match writer.await.unwrap() {
            200 => won += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(won, 1);
}

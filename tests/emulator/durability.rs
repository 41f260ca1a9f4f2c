//! A state in a file: reopened, shared by nobody, and never overwritten when it can't be read.

use std::fs;
use std::time::Duration;

use palisade::emulator::{Emulator, OpenError, Options};

use crate::client::{delete, get, put, scheduled};

#[tokio::test]
async fn a_reopened_state_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/local.db");
    let emulator = Emulator::open(&path, Options::default()).unwrap();
    let kept = put(&emulator, "Kept", &scheduled("Kept")).await;
    put(&emulator, "Gone", &scheduled("Gone")).await;
    delete(&emulator, "Gone").await;
    let before = emulator.snapshot();
    drop(emulator);

    let emulator = Emulator::open(&path, Options::default()).unwrap();
    assert_eq!(emulator.snapshot(), before);
    assert_eq!(get(&emulator, "kept").await.body, kept.body);
    put(&emulator, "Gone", &scheduled("Gone")).await.refused(409, "Conflict");
    let replaced = put(&emulator, "Kept", &scheduled("Kept")).await;
    assert_eq!(replaced.status, 200);
    assert_ne!(replaced.etag()[..9], kept.etag()[..9], "numbers of writes go on");
    emulator.advance(Duration::from_secs(86_400));
    assert_eq!(put(&emulator, "Gone", &scheduled("Gone")).await.status, 201);
    let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["local.db"], "nothing else is left in the folder");
}

#[tokio::test]
async fn seeds_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let strict = Options { strict: true, ..Options::default() };
    Emulator::open(&path, strict.clone()).unwrap().seed("S-1", "rg-Soc", "law-One").await.unwrap();
    let emulator = Emulator::open(&path, strict).unwrap();
    assert_eq!(put(&emulator, "r", &scheduled("R")).await.status, 201);
}

#[tokio::test]
async fn a_file_in_use_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let emulator = Emulator::open(&path, Options::default()).unwrap();
    let error = Emulator::open(&path, Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("state.db is in use by another process"), "{error}");
    assert_eq!(put(&emulator, "r", &scheduled("R")).await.status, 201, "the first is not disturbed");
    drop(emulator);
    Emulator::open(&path, Options::default()).unwrap();
}

#[test]
fn a_file_that_is_no_state_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "not a database, and longer than a header").unwrap();
    let error = Emulator::open(&path, Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Unreadable { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a database, and longer than a header");

    let error = Emulator::open(&path.join("below.db"), Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Create { .. }), "{error}");
}

#[test]
fn a_file_of_an_older_layout_is_named_and_left_alone() {
    const META: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("meta");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let old = redb::Database::create(&path).unwrap();
    let transaction = old.begin_write().unwrap();
    transaction.open_table(META).unwrap().insert("format", 2).unwrap();
    transaction.commit().unwrap();
    drop(old);

    let error = Emulator::open(&path, Options::default()).unwrap_err();
    let OpenError::Format { found: 2, .. } = &error else { panic!("{error}") };
    let text = error.to_string();
    assert!(text.contains("state.db has format 2") && text.contains("name another file, or delete this one"), "{text}");
    let again = Emulator::open(&path, Options::default()).unwrap_err();
    assert!(matches!(again, OpenError::Format { found: 2, .. }), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_writes_share_commits_and_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let emulator = Emulator::open(&path, Options::default()).unwrap();
    let names: Vec<String> = (0..300).map(|n| format!("r-{n:03}")).collect();
    let rules: Vec<_> = names.iter().map(|name| scheduled(name)).collect();
    let writes = names.iter().zip(&rules).map(|(name, rule)| put(&emulator, name, rule));
    assert!(futures::future::join_all(writes).await.iter().all(|reply| reply.status == 201));
    let before = emulator.snapshot();
    drop(emulator);
    assert_eq!(Emulator::open(&path, Options::default()).unwrap().snapshot(), before);
}

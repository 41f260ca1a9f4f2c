//! Connections that break, stall and drip: what is sent, what is lost, and what was done all the same.

use std::time::{Duration, Instant};

use http::Method;
use palisade::arm::transport::{Transport as _, TransportError};

use crate::world::{Door, body, with, world};
use palisade::emulator::Options;

#[track_caller]
fn unanswered<T: std::fmt::Debug>(outcome: Result<T, TransportError>, door: &Door) {
    assert!(matches!(outcome, Err(TransportError::Unanswered(_))), "{}: {outcome:?}", door.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_before_the_commit_leaves_nothing() {
    let world = world();
    world.inject("PUT reset");
    for door in &world.doors {
        unanswered(door.put("a").await, door);
    }
    assert_eq!(world.rules(), [""; 0]);
    assert!(world.emulator.requests().iter().all(|logged| logged.status == 0 && logged.commits.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_after_the_commit_leaves_the_write() {
    let world = world();
    world.inject("PUT reset at=after");
    for (name, door) in ["a", "b", "c"].into_iter().zip(&world.doors) {
        unanswered(door.put(name).await, door);
        // Done and visible, and durable where there is a file: the answer comes after the commit.
        assert_eq!(door.get(name).await.unwrap().status(), 200, "{}", door.name);
    }
    assert_eq!(world.rules(), ["a", "b", "c"]);
    let log = world.emulator.requests();
    let puts: Vec<_> = log.iter().filter(|logged| logged.method == "PUT").collect();
    assert!(puts.iter().all(|put| put.status == 0 && put.commits.len() == 1), "{puts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_lost_its_answer_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let emulator = palisade::emulator::Emulator::open(&file, Options::default()).unwrap();
    emulator.inject("PUT reset at=after".parse().unwrap());
    let world = world();
    let lost = emulator.send(world.doors[0].request(Method::PUT, "a")).await;
    unanswered(lost, &world.doors[0]);
    drop(emulator);
    let again = palisade::emulator::Emulator::open(&file, Options::default()).unwrap();
    let read = again.send(world.doors[0].request(Method::GET, "a")).await.unwrap();
    assert_eq!(body(&read)["properties"]["displayName"], "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_repeated_after_a_reset_and_writes_are_not() {
    let world = world();
    world.fill(&["a"]).await;
    for door in &world.doors {
        world.emulator.clear_faults();
        world.inject("GET every=2 times=1 after=0 reset");
        world.inject("PUT reset");
        let client = door.retrying();
        for _ in 0..2 {
            assert_eq!(client.send(door.request(Method::GET, "a")).await.unwrap().status(), 200, "{}", door.name);
        }
        world.emulator.forget_requests();
        unanswered(client.send(door.request(Method::PUT, "b")).await, door);
        assert_eq!(world.emulator.requests().len(), 1, "{}: a write is never repeated blindly", door.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_client_is_told_of_a_tcp_reset() {
    use std::error::Error as _;
    let world = world();
    world.inject("PUT reset");
    for door in &world.doors[1..] {
        let error = door.plainly(Method::PUT, "a").send().await.unwrap_err();
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(why) = cause {
            causes.push(why.to_string());
            cause = why.source();
        }
        let told = causes.join(": ");
        assert!(!error.is_connect() && !error.is_timeout(), "{}: {told}", door.name);
        // Whoever writes after a reset is told of a broken pipe, and HTTP/2 writes at any time.
        let is_reset = told.to_lowercase().contains("reset") || (door.name == "tls" && told.contains("broken pipe"));
        assert!(is_reset, "{}: {told}", door.name);
    }
    // By hand: the kernel's own word for an RST.
    let address = world.door("http").requests.endpoint.to_string().replace("http://", "");
    let outcome = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let path = crate::world::path("a");
        let request = format!(
            "PUT {path}?{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\n{{}}",
            crate::world::VERSION
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream.read(&mut [0; 64])
    });
    assert_eq!(outcome.await.unwrap().unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_request_finds_a_new_connection() {
    let world = world();
    world.inject("PUT every=2 reset");
    for door in &world.doors {
        for n in 0..6 {
            let name = format!("{}-{n}", door.name.replace(' ', ""));
            assert_eq!(door.put(&name).await.is_ok(), n % 2 == 0, "{name}");
        }
    }
    assert_eq!(world.rules().len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_is_no_answer() {
    let world = world();
    world.fill(&["a"]).await;
    for bytes in [0, 1, 200, 1_000_000] {
        world.emulator.clear_faults();
        world.inject(&format!("GET cut={bytes}"));
        for door in &world.doors {
            unanswered(door.get("a").await, door);
        }
        for door in &world.doors[1..] {
            let response = door.plainly(Method::GET, "a").send().await.unwrap();
            let (status, length) = (response.status(), response.content_length());
            assert!(status == 200 && length.is_some_and(|length| length > 200), "{}: {length:?}", door.name);
            assert!(response.bytes().await.is_err(), "{}", door.name);
        }
    }
    // What was cut was done.
    world.emulator.clear_faults();
    world.inject("PUT cut=10");
    unanswered(world.door("http").put("b").await, world.door("http"));
    assert_eq!(world.rules(), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_whole_in_the_end() {
    let world = world();
    world.fill(&["a"]).await;
    let expected = body(&world.doors[0].get("a").await.unwrap());
    world.inject("GET drip=100 pause=40ms");
    for door in &world.doors {
        let began = Instant::now();
        assert_eq!(body(&door.get("a").await.unwrap()), expected, "{}", door.name);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(200), "{}: {took:?}", door.name);
    }
    let http = world.door("http");
    let mut response = http.plainly(Method::GET, "a").send().await.unwrap();
    let mut pieces = 0;
    while response.chunk().await.unwrap().is_some() {
        pieces += 1;
    }
    assert!(pieces > 3, "{pieces}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_too_slowly_meets_the_deadline() {
    let world = world();
    world.fill(&["a"]).await;
    world.inject("GET drip=1 pause=100ms");
    for door in &world.doors[1..] {
        let began = Instant::now();
        unanswered(door.get("a").await, door);
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(2) && took < Duration::from_secs(4), "{}: {took:?}", door.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_before_the_commit_meets_the_deadline_and_did_nothing() {
    let world = world();
    world.inject("PUT alertRules/held hang");
    for door in &world.doors[1..] {
        let began = Instant::now();
        // Others go on meanwhile.
        let (held, other) = tokio::join!(door.put("held"), door.put("other"));
        unanswered(held, door);
        assert!(other.unwrap().status().is_success());
        let took = began.elapsed();
        assert!(took >= Duration::from_secs(2) && took < Duration::from_secs(4), "{}: {took:?}", door.name);
    }
    assert_eq!(world.rules(), ["other"]);
    // Once its client is gone, to let go of it does nothing late.
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.emulator.clear_faults();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.rules(), ["other"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_after_the_commit_meets_the_deadline_and_was_done() {
    let world = world();
    world.inject("PUT hang at=after");
    for (name, door) in ["a", "b"].into_iter().zip(&world.doors[1..]) {
        unanswered(door.put(name).await, door);
    }
    assert_eq!(world.rules(), ["a", "b"]);
    // Nobody was there any more to be answered; the log has them all the same, with their cause.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let log = world.emulator.requests();
    let told: Vec<_> = log.iter().map(|logged| (logged.status, logged.commits.len(), logged.faults.len())).collect();
    assert_eq!(told, [(0, 1, 1), (0, 1, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_goes_on_when_it_is_released_or_its_time_has_passed() {
    let world = world();
    for (name, door) in ["a", "b", "c"].into_iter().zip(&world.doors) {
        let id = world.inject("PUT hang");
        let release = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert!(world.emulator.remove_fault(id));
        };
        let began = Instant::now();
        let (answer, ()) = tokio::join!(door.put(name), release);
        assert_eq!(answer.unwrap().status(), 201, "{}", door.name);
        assert!(began.elapsed() >= Duration::from_millis(150), "{}", door.name);

        let id = world.inject("PUT hang=100ms");
        let began = Instant::now();
        assert_eq!(door.put(name).await.unwrap().status(), 200, "{}", door.name);
        assert!(began.elapsed() >= Duration::from_millis(100), "{}", door.name);
        world.emulator.remove_fault(id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_faults_the_doors_are_the_same() {
    let world = with(Options { page: 2, ..Options::default() });
    world.fill(&["a", "b", "c"]).await;
    world.inject("PUT reset");
    world.emulator.clear_faults();
    for door in &world.doors {
        assert_eq!(door.list().await.unwrap(), ["a", "b", "c"], "{}", door.name);
    }
}

/// HTTP/2 where it is offered: all of an apply goes over a connection or two; and over http as many as are under way.
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_used_again() {
    for (door, most) in [("tls", 3), ("http", 14)] {
        let world = world();
        world.inject("PUT latency=20ms");
        let origin = world.door(door).requests.endpoint.to_string();
        let port = origin.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port().to_string();
        let opened = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
        let counted = std::sync::Arc::clone(&opened);
        let target = format!("127.0.0.1:{port}");
        tokio::spawn(async move {
            while let Ok((mut inside, _)) = listener.accept().await {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let target = target.clone();
                tokio::spawn(async move {
                    let mut outside = tokio::net::TcpStream::connect(target).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
                });
            }
        });
        let project = crate::process::Project::new(&world, 100);
        let file = project.path().join("w.yaml");
        let plain = world.door("http").requests.endpoint.to_string();
        let text = std::fs::read_to_string(&file).unwrap().replace(&plain, &origin.replace(&port, &own));
        std::fs::write(file, text).unwrap();
        let mut command = std::process::Command::new(crate::process::PALISADE);
        command.arg("-C").arg(project.path()).args(["apply", "--auto-approve", "--quiet"]);
        command.env("PALISADE_CA_FILE", world.ca());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(world.rules().len(), 100);
        let opened = opened.load(std::sync::atomic::Ordering::Relaxed);
        assert!((1..=most).contains(&opened), "{door}: {opened} connections");
        if door == "tls" {
            let answer = world.door(door).plainly(Method::GET, "").send().await.unwrap();
            assert_eq!(answer.version(), http::Version::HTTP_2);
        }
    }
}

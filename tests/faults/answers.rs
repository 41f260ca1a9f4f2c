//! Answers that say no, in ARM's words and in others', with every form of a pause.

use std::time::{Duration, Instant};

use http::Method;
use palisade::arm::ArmError;
use palisade::arm::transport::Transport as _;

use crate::world::{body, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_status_reaches_the_client_and_nothing_was_done() {
    for (fault, status, code, message) in [
        ("status=503", 503, "ServiceUnavailable", "The service is temporarily unavailable."),
        ("status=500", 500, "InternalServerError", "Encountered internal server error."),
        ("status=400 code=BadRequest message='No such table.'", 400, "BadRequest", "No such table."),
        ("status=403", 403, "AuthorizationFailed", "The client does not have authorization to perform the action."),
        ("status=404 code=ResourceNotFound message=Gone", 404, "ResourceNotFound", "Gone"),
        ("status=418", 418, "Fault", "A fault was asked for."),
        ("status=502 body=html", 502, "BadGateway", "<html>"),
        ("status=502 body=empty", 502, "BadGateway", ""),
        ("status=500 body=broken", 500, "InternalServerError", "{\"error\":{\"code\":"),
    ] {
        let world = world();
        world.inject(&format!("PUT alertRules/* {fault}"));
        for door in &world.doors {
            let answer = door.put("a").await.unwrap();
            assert_eq!(answer.status(), status, "{fault} {}", door.name);
            let error = ArmError::from_response(&answer);
            let told = error.answer().unwrap();
            assert_eq!(told.code, code, "{fault} {}", door.name);
            assert!(told.message.starts_with(message), "{fault} {}: {}", door.name, told.message);
            assert_eq!(error.outcome_unknown(), [500, 502].contains(&status), "{fault}");
            assert!(told.correlation_id.is_some());
            // Reads are not meant.
            assert_eq!(door.get("a").await.unwrap().status(), 404);
        }
        assert_eq!(world.rules(), [""; 0]);
        assert!(world.emulator.requests().iter().all(|logged| logged.commits.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_the_commit_hides_that_it_was_done() {
    let world = world();
    world.inject("PUT status=504 at=after");
    for (name, door) in ["a", "b", "c"].into_iter().zip(&world.doors) {
        let error = ArmError::from_response(&door.put(name).await.unwrap());
        assert!(error.outcome_unknown(), "{error}");
        assert_eq!(door.get(name).await.unwrap().status(), 200, "{}", door.name);
    }
    let log = world.emulator.requests();
    let puts: Vec<_> = log.iter().filter(|logged| logged.method == "PUT").collect();
    assert!(puts.iter().all(|put| put.status == 504 && put.commits.len() == 1 && put.faults == [1]), "{puts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seventh_write_fails_and_retries_finish() {
    for number in 0..3 {
        let world = world();
        world.inject("PUT alertRules/* every=7 status=503");
        let door = &world.doors[number];
        let client = door.retrying();
        for n in 0..20 {
            let answer = client.send(door.request(Method::PUT, &format!("r{n:02}"))).await.unwrap();
            assert_eq!(answer.status(), 201, "{}", door.name);
        }
        assert_eq!(world.rules().len(), 20);
        let statuses: Vec<u16> = world.emulator.requests().iter().map(|logged| logged.status).collect();
        assert_eq!(statuses.len(), 23, "{statuses:?}");
        assert!(statuses.iter().enumerate().all(|(at, status)| *status == if at % 7 == 6 { 503 } else { 201 }));
        let faults = world.emulator.faults();
        assert_eq!((faults[0].matched, faults[0].fired), (23, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_waited_out_in_every_form() {
    for (form, least, most) in [
        ("retry-after=1s", 1_000, 2_500),
        ("retry-after=1s retry-form=date", 900, 2_500),
        ("retry-after=300ms retry-form=ms", 300, 1_500),
        ("retry-after=300ms retry-form=xMs", 300, 1_500),
        // A pause in seconds is rounded up: the header knows no parts of them.
        ("retry-after=200ms", 1_000, 2_500),
    ] {
        let world = world();
        world.inject(&format!("PUT status=429 times=1 {form}"));
        let door = world.door("http");
        let began = Instant::now();
        let answer = door.retrying().send(door.request(Method::PUT, "a")).await.unwrap();
        let took = began.elapsed();
        assert_eq!(answer.status(), 201, "{form}");
        assert!(took >= Duration::from_millis(least), "{form}: {took:?}");
        assert!(took < Duration::from_millis(most), "{form}: {took:?}");
        let statuses: Vec<u16> = world.emulator.requests().iter().map(|logged| logged.status).collect();
        assert_eq!(statuses, [429, 201], "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_answer_says_that_nothing_is_left() {
    let world = world();
    world.inject("status=429 retry-after=7s class=writes");
    for door in &world.doors {
        let answer = door.put("a").await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("retry-after"), "7", "{}", door.name);
        assert_eq!(header("x-ms-ratelimit-remaining-subscription-writes"), "0", "{}", door.name);
        assert_eq!(body(&answer)["error"]["code"], "TooManyRequests");
        assert_eq!(door.get("").await.unwrap().status(), 200, "reads are another class");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_for_whom_they_name() {
    let world = world();
    let door = world.door("http");
    for (fault, met) in [
        ("workspace=LAW-ONE status=500", true),
        ("workspace=law-two status=500", false),
        ("subscription=22222222-2222-4222-8222-222222222222 status=500", true),
        ("subscription=x status=500", false),
        ("principal=emulator@palisade.example status=500", true),
        ("principal=kim@contoso.example status=500", false),
        ("GET|DELETE status=500", true),
        ("alertRules/b* status=500", false),
    ] {
        world.emulator.clear_faults();
        world.inject(fault);
        assert_eq!(door.get("a").await.unwrap().status() == 500, met, "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn latency_is_for_those_that_meet_it() {
    let world = world();
    world.inject("PUT alertRules/slow latency=300ms");
    for door in &world.doors {
        let took = async |name: &str| {
            let began = Instant::now();
            assert!(door.put(name).await.unwrap().status().is_success());
            began.elapsed()
        };
        assert!(took("slow").await >= Duration::from_millis(300), "{}", door.name);
        assert!(took("fast").await < Duration::from_millis(300), "{}", door.name);
    }
}

//! The emulator's clock, put forward, back and to a moment.

use std::time::Duration;

use palisade::arm::retry_after::retry_after;
use palisade::emulator::{Options, Throttle};

use crate::world::{body, with, world};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_has_the_time_of_the_clock() {
    let world = world();
    let door = world.door("http");
    world.emulator.set_clock("2030-01-01T00:00:00Z".parse().unwrap());
    let modified =
        |answer: &palisade::arm::Response| body(answer)["properties"]["lastModifiedUtc"].as_str().unwrap().to_owned();
    let answer = door.put("a").await.unwrap();
    assert!(modified(&answer).starts_with("2030-01-01T00:00:"), "{}", modified(&answer));
    assert_eq!(answer.headers()["date"].to_str().unwrap().get(..22), Some("Tue, 01 Jan 2030 00:00"));
    world.emulator.advance(Duration::from_secs(3_600));
    assert!(modified(&door.put("a").await.unwrap()).starts_with("2030-01-01T01:00:"));
    world.emulator.step_back(Duration::from_secs(7_200));
    assert!(modified(&door.put("a").await.unwrap()).starts_with("2029-12-31T23:00:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_jumps_in_the_middle_of_a_run() {
    let world = world();
    let door = world.door("http");
    let before = world.emulator.now();
    world.inject("PUT nth=2 clock=-1h");
    door.put("a").await.unwrap();
    assert!(world.emulator.now() >= before);
    door.put("b").await.unwrap();
    assert!(world.emulator.now() < before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_to_be_measured_by_the_clock_that_sent_it() {
    let world = world();
    world.emulator.step_back(Duration::from_secs(3_600));
    world.inject("status=429 retry-after=5s retry-form=date");
    for door in &world.doors {
        let answer = door.get("").await.unwrap();
        assert_eq!(retry_after(answer.headers()), Some(Duration::from_secs(5)), "{}", door.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_empties_no_bucket() {
    let throttle = Throttle::Bucket { capacity: 1, per_second: 1 };
    let world = with(Options { throttle, ..Options::default() });
    let door = &world.doors[0];
    assert_eq!(door.get("").await.unwrap().status(), 200);
    world.emulator.step_back(Duration::from_secs(3_600));
    world.emulator.advance(Duration::from_secs(1));
    assert_eq!(door.get("").await.unwrap().status(), 200);
}

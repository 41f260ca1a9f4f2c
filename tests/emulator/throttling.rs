//! Rate headers, 429 and latency.

use std::time::{Duration, Instant};

use palisade::emulator::{Emulator, Options, Throttle};

use crate::client::{delete, get, put, request, scheduled, send, url};

#[tokio::test]
async fn each_answer_has_the_headers_of_resource_manager() {
    let emulator = Emulator::in_memory(Options::default());
    let made = put(&emulator, "r", &scheduled("R")).await;
    assert_eq!(made.headers["x-ms-ratelimit-remaining-subscription-writes"], "799");
    let read = send(&emulator, request("GET", &url("r"), &[("x-ms-correlation-request-id", "mine")], "")).await;
    assert_eq!(read.headers["x-ms-ratelimit-remaining-subscription-reads"], "1099");
    assert_eq!(read.headers["x-ms-correlation-request-id"], "mine");
    assert_ne!(read.headers["x-ms-request-id"], made.headers["x-ms-request-id"]);
    assert_eq!(read.headers["content-type"], "application/json; charset=utf-8");
    let deleted = delete(&emulator, "r").await;
    assert_eq!(deleted.headers["x-ms-ratelimit-remaining-subscription-deletes"], "14999");
    assert!(get(&emulator, "r").await.headers.contains_key("x-ms-request-id"));
}

#[tokio::test]
async fn an_empty_bucket_refuses_until_it_fills() {
    let throttle = Throttle::Bucket { capacity: 2, per_second: 1 };
    let emulator = Emulator::in_memory(Options { throttle, ..Options::default() });
    let first = put(&emulator, "a", &scheduled("A")).await;
    assert_eq!(
        (first.status, &first.headers["x-ms-ratelimit-remaining-subscription-writes"]),
        (201, &"1".parse().unwrap())
    );
    assert_eq!(put(&emulator, "b", &scheduled("B")).await.status, 201);
    let refused = put(&emulator, "c", &scheduled("C")).await;
    assert!(refused.refused(429, "TooManyRequests").contains("'Write'"));
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(get(&emulator, "c").await.status, 404, "reads have a bucket of their own, and nothing was stored");
    emulator.advance(Duration::from_secs(1));
    assert_eq!(put(&emulator, "c", &scheduled("C")).await.status, 201);
}

#[tokio::test]
async fn resource_manager_s_buckets_are_known() {
    let emulator = Emulator::in_memory(Options { throttle: Throttle::Arm, ..Options::default() });
    let reply = get(&emulator, "").await;
    assert_eq!(reply.headers["x-ms-ratelimit-remaining-subscription-reads"], "249");
    let reply = put(&emulator, "r", &scheduled("R")).await;
    assert_eq!(reply.headers["x-ms-ratelimit-remaining-subscription-writes"], "199");
}

#[tokio::test]
async fn latency_delays_each_request_but_not_the_others() {
    let latency = Duration::from_millis(50);
    let emulator = Emulator::in_memory(Options { latency, ..Options::default() });
    let start = Instant::now();
    futures::future::join_all((0..20).map(|_| get(&emulator, ""))).await;
    let elapsed = start.elapsed();
    assert!(elapsed >= latency && elapsed < latency * 10, "{elapsed:?}");
}

#![allow(clippy::unwrap_used)]

use std::sync::Mutex as Plain;

use super::*;
use crate::arm::operation::OperationClass;
use crate::arm::window::Stop;

/// A service with a bucket, as ARM documents it: what it holds, what comes back, and how many it turned away.
struct Service {
    per_second: f64,
    most: f64,
    tells: bool,
    state: Plain<(f64, Instant, u64, u64)>,
}

impl Service {
    fn new(most: f64, per_second: f64, tells: bool) -> Arc<Self> {
        Arc::new(Self { per_second, most, tells, state: Plain::new((most, Instant::now(), 0, 0)) })
    }

    fn answer(&self) -> Said {
        let (tokens, at, taken, refused) = &mut *self.state.lock().unwrap();
        *tokens = (*tokens + at.elapsed().as_secs_f64() * self.per_second).min(self.most);
        *at = Instant::now();
        let throttled = *tokens < 1.0;
        if throttled {
            *refused += 1;
        } else {
            *tokens -= 1.0;
            *taken += 1;
        }
        let wait = ((1.0 - *tokens) / self.per_second).ceil().max(1.0);
        Said {
            throttled,
            remaining: self.tells.then_some(*tokens as u32),
            retry_after: throttled.then(|| Duration::from_secs_f64(wait)),
        }
    }
}

/// Seconds of (virtual) time for so many requests, each repeated until it is taken, and the share that was refused.
async fn run(requests: usize, parallel: usize, latency: u64, service: Arc<Service>) -> (f64, f64) {
    let bucket = Arc::new(Bucket::new(OperationClass::Writes.documented()));
    let slots = Arc::new(tokio::sync::Semaphore::new(parallel));
    let began = Instant::now();
    let one = |n: usize| {
        let (bucket, service, slots) = (Arc::clone(&bucket), Arc::clone(&service), Arc::clone(&slots));
        tokio::spawn(async move {
            let _slot = slots.acquire().await.unwrap();
            loop {
                let ticket = bucket.enter(None).await.unwrap();
                // No two take equally long: answers overtake one another.
                sleep(Duration::from_millis(latency / 2 + n as u64 % 7)).await;
                let said = service.answer();
                sleep(Duration::from_millis(latency / 2 + n as u64 % 5)).await;
                ticket.answered(said);
                if !said.throttled {
                    return;
                }
            }
        })
    };
    for task in (0..requests).map(one).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let (_, _, taken, refused) = *service.state.lock().unwrap();
    assert_eq!(taken, requests as u64);
    (began.elapsed().as_secs_f64(), refused as f64 / requests as f64)
}

#[tokio::test(start_paused = true)]
async fn the_documented_bucket_is_used_to_its_floor_at_any_concurrency() {
    for parallel in [1, 2, 10, 50, 200] {
        for latency in [4, 100, 400] {
            let (seconds, refused) = run(500, parallel, latency, Service::new(200.0, 10.0, true)).await;
            // One at a time can't be faster than its round trips.
            let floor = f64::max(30.0, 500.0 / parallel as f64 * latency as f64 / 1e3);
            assert!(seconds <= floor * 1.05 + 1.0, "{parallel} at once, {latency} ms: {seconds} s");
            assert!(refused <= 0.02, "{parallel} at once, {latency} ms: {refused} refused");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_larger_bucket_is_used_as_it_is() {
    // What headers of March 2026 show.
    let (seconds, refused) = run(800, 50, 100, Service::new(800.0, 10.0, true)).await;
    assert!(seconds < 2.5 && refused == 0.0, "{seconds} s, {refused}");
    let (seconds, _) = run(1_200, 50, 100, Service::new(200.0, 40.0, true)).await;
    assert!(seconds < 50.0, "{seconds} s");
}

#[tokio::test(start_paused = true)]
async fn a_slower_service_is_found_out() {
    let (seconds, refused) = run(200, 50, 100, Service::new(50.0, 2.0, true)).await;
    assert!(seconds < 75.0 * 1.15 && refused < 0.1, "{seconds} s, {refused}");
}

#[tokio::test(start_paused = true)]
async fn without_a_header_there_is_no_limit_until_a_429() {
    let (seconds, refused) = run(200, 50, 100, Service::new(200.0, 10.0, false)).await;
    assert!(seconds < 1.0 && refused == 0.0, "{seconds} s, {refused}");
    let (seconds, refused) = run(500, 50, 100, Service::new(200.0, 10.0, false)).await;
    assert!(seconds < 33.0 && refused < 0.15, "{seconds} s, {refused}");
}

#[tokio::test(start_paused = true)]
async fn the_first_wave_is_small() {
    let bucket = Arc::new(Bucket::new(OperationClass::Reads.documented()));
    let mut tickets = Vec::new();
    for _ in 0..FIRST_WAVE {
        tickets.push(bucket.enter(None).await.unwrap());
    }
    let eleventh = tokio::spawn({
        let bucket = Arc::clone(&bucket);
        async move { bucket.enter(None).await.map(drop) }
    });
    sleep(Duration::from_secs(5)).await;
    assert!(!eleventh.is_finished());
    let said = Said { throttled: false, remaining: None, retry_after: None };
    tickets.pop().unwrap().answered(said);
    eleventh.await.unwrap().unwrap();
    assert_eq!(bucket.waited(), Duration::ZERO, "that is no throttle");
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_for_all_and_to_the_second() {
    let bucket = Arc::new(Bucket::new(OperationClass::Writes.documented()));
    let throttled =
        |seconds| Said { throttled: true, remaining: None, retry_after: Some(Duration::from_secs(seconds)) };
    bucket.enter(None).await.unwrap().answered(throttled(42));
    assert_eq!(bucket.pause(), Some(Duration::from_secs(42)));
    let began = Instant::now();
    let ticket = bucket.enter(None).await.unwrap();
    let waited = began.elapsed();
    assert!((42.0..42.1).contains(&waited.as_secs_f64()), "{waited:?}");
    assert_eq!(bucket.waited(), waited);
    // One whose window closes before is given back, and so is one that would wait for ever.
    ticket.answered(throttled(42));
    let window = Window::new(Instant::now() + Duration::from_secs(10), Stop::default());
    let began = Instant::now();
    assert!(matches!(bucket.enter(Some(&window)).await, Err(TransportError::Late(_))));
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    sleep(Duration::from_secs(40)).await;
    bucket.enter(None).await.unwrap().answered(throttled(u64::MAX));
    assert!(matches!(bucket.enter(None).await, Err(TransportError::Late(why)) if why.contains("no more for")));
}

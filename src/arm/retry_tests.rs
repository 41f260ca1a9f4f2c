#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use bytes::Bytes;

use super::*;

type Outcome = Result<(u16, Option<&'static str>), TransportError>;

/// Gives the outcomes in order, and counts what it was sent. The last one stays.
struct Script {
    outcomes: Vec<Outcome>,
    sent: Mutex<usize>,
}

impl Transport for Script {
    fn send(&self, _: Request) -> Sending<'_> {
        Box::pin(async move {
            let mut sent = self.sent.lock().unwrap();
            let outcome = self.outcomes.get(*sent).or(self.outcomes.last()).unwrap().clone();
            *sent += 1;
            outcome.map(|(status, pause)| {
                let mut answer = http::Response::builder().status(status);
                if let Some(pause) = pause {
                    answer = answer.header("retry-after", pause);
                }
                answer.body(Bytes::new()).unwrap()
            })
        })
    }
}

/// The outcome, how often the request went out, and how long it took in (virtual) seconds.
async fn run(method: Method, outcomes: Vec<Outcome>) -> (Result<u16, TransportError>, usize, u64) {
    let retrying = Retrying::new(Script { outcomes, sent: Mutex::new(0) }, RetryPolicy::default());
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method;
    let began = Instant::now();
    let outcome = retrying.send(request).await.map(|answer| answer.status().as_u16());
    let sent = *retrying.inner.sent.lock().unwrap();
    (outcome, sent, began.elapsed().as_secs())
}

fn lost() -> Outcome {
    Err(TransportError::Unanswered("reset".to_owned()))
}

fn unreachable() -> Outcome {
    Err(TransportError::Connect("refused".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_for_writes_too() {
    let (outcome, sent, seconds) =
        run(Method::PUT, vec![Ok((429, Some("42"))), Ok((503, Some("7"))), Ok((201, None))]).await;
    assert_eq!((outcome.unwrap(), sent, seconds), (201, 3, 49));
}

#[tokio::test(start_paused = true)]
async fn a_lost_write_is_not_repeated() {
    for method in [Method::PUT, Method::DELETE, Method::POST] {
        let (outcome, sent, _) = run(method.clone(), vec![lost(), Ok((200, None))]).await;
        assert!(matches!(outcome, Err(TransportError::Unanswered(_))));
        assert_eq!(sent, 1);
        let (outcome, sent, _) = run(method, vec![Ok((502, None)), Ok((200, None))]).await;
        assert_eq!((outcome.unwrap(), sent), (502, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_connection_is() {
    let (outcome, sent, _) = run(Method::PUT, vec![unreachable(), unreachable(), Ok((201, None))]).await;
    assert_eq!((outcome.unwrap(), sent), (201, 3));
    let (outcome, sent, seconds) = run(Method::PUT, vec![unreachable()]).await;
    assert!(matches!(outcome, Err(TransportError::Connect(_))));
    assert!(sent == 6 && seconds < 10);
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated() {
    let (outcome, sent, _) = run(Method::GET, vec![lost(), Ok((500, None)), unreachable(), Ok((200, None))]).await;
    assert_eq!((outcome.unwrap(), sent), (200, 4));
}

/// Takes each request, and never answers within a client's deadline.
struct Silent(Mutex<usize>);

impl Transport for Silent {
    fn send(&self, _: Request) -> Sending<'_> {
        Box::pin(async move {
            *self.0.lock().unwrap() += 1;
            sleep(Duration::from_secs(30)).await;
            Err(TransportError::Unanswered("nothing within 30s".to_owned()))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_service_is_asked_three_times() {
    let retrying = Retrying::new(Silent(Mutex::new(0)), RetryPolicy::default());
    let began = Instant::now();
    let outcome = retrying.send(Request::new(Bytes::new())).await;
    assert!(matches!(outcome, Err(TransportError::Unanswered(_))));
    assert_eq!((*retrying.inner.0.lock().unwrap(), began.elapsed().as_secs()), (3, 90));
}

#[tokio::test(start_paused = true)]
async fn it_ends() {
    let (outcome, _, seconds) = run(Method::GET, vec![Ok((429, Some("60")))]).await;
    assert_eq!(outcome.unwrap(), 429);
    assert!((500..=600).contains(&seconds), "{seconds}");
    let (outcome, sent, seconds) = run(Method::GET, vec![Ok((429, Some("18446744073709551615")))]).await;
    assert_eq!((outcome.unwrap(), sent, seconds), (429, 1, 0));
    let refused = Err(TransportError::Refused("host".to_owned()));
    assert_eq!(run(Method::GET, vec![refused]).await.1, 1);
    assert_eq!(run(Method::GET, vec![Ok((409, None))]).await.1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_leaves_the_window_is_the_caller_s() {
    let script = Script { outcomes: vec![Ok((503, Some("42"))), Ok((201, None))], sent: Mutex::new(0) };
    let retrying = Retrying::new(script, RetryPolicy::default());
    let windowed = |seconds| {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = Method::PUT;
        Window::new(Instant::now() + Duration::from_secs(seconds), crate::arm::Stop::default()).put_on(&mut request);
        request
    };
    let began = Instant::now();
    assert_eq!(retrying.send(windowed(10)).await.unwrap().status(), 503);
    assert_eq!(began.elapsed(), Duration::ZERO);
    *retrying.inner.sent.lock().unwrap() = 0;
    assert_eq!(retrying.send(windowed(60)).await.unwrap().status(), 201);
    assert!(began.elapsed() >= Duration::from_secs(42));
}

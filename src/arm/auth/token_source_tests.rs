#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use azure_core::credentials::TokenRequestOptions;
use azure_core::error::{Error, ErrorKind};
use futures::future::join_all;
use tokio::time::{advance, sleep};

use super::*;
use crate::arm::auth::{AuthMethod, AuthSpec, Credentials};

/// Counts; takes a second; fails from a given call on.
#[derive(Debug)]
struct Fake {
    calls: Arc<AtomicUsize>,
    life: Duration,
    fails_from: usize,
}

#[async_trait::async_trait]
impl TokenCredential for Fake {
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://management.azure.com/.default"]);
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_secs(1)).await;
        if call >= self.fails_from {
            let said = format!("stdout was {{\"accessToken\":\"eyJcanary.{call}\"}}");
            return Err(Error::with_message(ErrorKind::Credential, said));
        }
        Ok(AccessToken::new(format!("canary-{call}"), OffsetDateTime::now_utc() + self.life))
    }
}

fn credentials(life: u64, fails_from: usize) -> (Credentials, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let make = move |_: &Login, _: Cloud| {
        let fake = Fake { calls: Arc::clone(&counter), life: Duration::from_secs(life), fails_from };
        Ok(Arc::new(fake) as Arc<dyn TokenCredential>)
    };
    (Credentials::with(Arc::new(make)), calls)
}

fn source(credentials: &Credentials, workspace: &str, tenant: &str) -> Arc<TokenSource> {
    let spec = AuthSpec {
        workspace: workspace.to_owned(),
        tenant: tenant.to_owned(),
        cloud: Cloud::Public,
        method: AuthMethod::Cli,
        client_id: None,
    };
    credentials.source(&spec, &|_| None).unwrap()
}

#[tokio::test(start_paused = true)]
async fn many_wait_for_one_token() {
    let (credentials, calls) = credentials(3600, usize::MAX);
    let sources: Vec<_> = (0..50).map(|n| source(&credentials, &format!("w{n}"), "msp")).collect();
    let tokens = join_all(sources.iter().map(|source| source.token())).await;
    assert!(tokens.iter().all(|token| token.as_ref().unwrap().header() == "Bearer canary-0"));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    source(&credentials, "w0", "another").token().await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let (credentials, calls) = credentials(3600, usize::MAX);
    let source = source(&credentials, "w", "t");
    source.token().await.unwrap();
    advance(Duration::from_secs(3290)).await;
    source.token().await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    advance(Duration::from_secs(20)).await;
    assert_eq!(source.token().await.unwrap().header(), "Bearer canary-1");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_seems_spent_at_birth_is_used() {
    let (credentials, calls) = credentials(0, usize::MAX);
    let source = source(&credentials, "w", "t");
    for _ in 0..5 {
        source.token().await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_those_who_waited_and_not_kept() {
    let (credentials, calls) = credentials(3600, 0);
    let source = source(&credentials, "w", "t");
    let failures = join_all((0..20).map(|_| source.token())).await;
    assert!(failures.iter().all(Result::is_err));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    advance(Duration::from_secs(1)).await;
    source.token().await.unwrap_err();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_keeps_the_token_to_its_end() {
    let (credentials, calls) = credentials(3600, 1);
    let source = source(&credentials, "w", "t");
    source.token().await.unwrap();
    advance(Duration::from_secs(3400)).await;
    for _ in 0..5 {
        source.token().await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    advance(Duration::from_secs(300)).await;
    source.token().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all() {
    let (credentials, calls) = credentials(3600, usize::MAX);
    let source = source(&credentials, "w", "t");
    let refused = source.token().await.unwrap();
    let renewed = join_all((0..10).map(|_| source.renewed(&refused))).await;
    assert!(renewed.iter().all(|token| token.as_ref().unwrap().header() == "Bearer canary-1"));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_shows_a_token() {
    let (good, _) = credentials(3600, usize::MAX);
    let held = source(&good, "w", "t");
    let token = held.token().await.unwrap();
    assert_eq!(format!("{token:?}"), "***");
    let (bad, _) = credentials(3600, 0);
    let error = source(&bad, "w", "t").token().await.unwrap_err();
    let shown = format!("{good:?} {held:?} {error} {error:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("stdout was"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_hangs_is_left() {
    #[derive(Debug)]
    struct Hanging;
    #[async_trait::async_trait]
    impl TokenCredential for Hanging {
        async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
            std::future::pending().await
        }
    }
    let credentials =
        Credentials::with(Arc::new(|_: &Login, _: Cloud| Ok(Arc::new(Hanging) as Arc<dyn TokenCredential>)));
    let error = source(&credentials, "w", "t").token().await.unwrap_err();
    assert_eq!(error.to_string(), "cli: no token within 120 s");
}

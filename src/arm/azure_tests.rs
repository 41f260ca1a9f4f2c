#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;

#[path = "azure_environment_tests.rs"]
mod environment;

use super::super::test_server::{Act, Authority, Server};
use super::*;
use crate::arm::auth::{AuthMethod, AuthSpec, Credentials, Login};
use crate::arm::cloud::Cloud;
use crate::arm::retry::{RetryPolicy, Retrying};

const OK: Act = Act::Answer(200, "x-ms-request-id: abc\r\n", "{\"value\":[]}");

fn endpoint(scheme: &str, server: &Server) -> Endpoint {
    Endpoint::parse(&format!("{scheme}://{}", server.address), &[]).unwrap()
}

fn loopback(server: &Server) -> AzureTransport {
    let clients = HttpClients::new(None).unwrap();
    AzureTransport::to_loopback(endpoint("http", server), &clients).unwrap().unwrap()
}

fn request(method: Method, address: &str) -> Request {
    http::Request::builder().method(method).uri(address).header("if-match", "\"e\"").body(Bytes::from("{}")).unwrap()
}

fn to(server: &Server, method: Method) -> Request {
    request(method, &format!("http://{}/x?api-version=1", server.address))
}

/// Gives `canary-0`, `canary-1`, … and counts.
#[derive(Debug)]
struct Fake(Arc<AtomicUsize>);

#[async_trait::async_trait]
impl TokenCredential for Fake {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let call = self.0.fetch_add(1, Ordering::SeqCst);
        Ok(AccessToken::new(format!("canary-{call}"), OffsetDateTime::now_utc() + azure_core::time::Duration::HOUR))
    }
}

/// A source of such tokens, and how many it gave.
fn source() -> (Arc<TokenSource>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let credentials = Credentials::with(Arc::new(move |_: &Login, _: Cloud| {
        Ok(Arc::new(Fake(Arc::clone(&counter))) as Arc<dyn TokenCredential>)
    }));
    let spec = AuthSpec {
        workspace: "w".to_owned(),
        tenant: "t".to_owned(),
        cloud: Cloud::Public,
        method: AuthMethod::Cli,
        client_id: None,
    };
    (credentials.source(&spec, &|_| None).unwrap(), calls)
}

#[tokio::test]
async fn loopback_gets_the_fixed_token_and_our_name() {
    let server = Server::plain(vec![OK]).await;
    let answer = loopback(&server).send(to(&server, Method::PUT)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-ms-request-id"], "abc");
    assert_eq!(answer.body().as_ref(), b"{\"value\":[]}");
    let sent = server.requests().concat();
    assert!(sent.starts_with("PUT /x?api-version=1 HTTP/1.1\r\n") && sent.ends_with("\r\n\r\n{}"), "{sent}");
    for line in [
        "authorization: Bearer emulator\r\n",
        concat!("user-agent: palisade/", env!("CARGO_PKG_VERSION"), "\r\n"),
        "if-match: \"e\"\r\n",
        "x-ms-client-request-id: ",
        "accept-encoding: gzip\r\n",
    ] {
        assert!(sent.contains(line), "{line} in {sent}");
    }
    assert_eq!(sent.matches("user-agent").count(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let elsewhere = Server::plain(vec![OK]).await;
    let location: &'static str = format!("location: http://{}/steal\r\n", elsewhere.address).leak();
    for status in [301, 302, 307, 308] {
        let server = Server::plain(vec![Act::Answer(status, location, "")]).await;
        let answer = loopback(&server).send(to(&server, Method::GET)).await.unwrap();
        assert_eq!(answer.status(), status);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn another_origin_is_refused_before_a_token_and_a_connection() {
    let other = Server::plain(vec![OK]).await;
    let (source, calls) = source();
    let clients = HttpClients::new(None).unwrap();
    let azure = AzureTransport::to_azure(Endpoint::cloud(Cloud::Public), source, &clients).unwrap().unwrap();
    for address in [
        format!("http://{}/x", other.address),
        format!("https://{}/x", other.address),
        format!("https://management.azure.com@{}/x", other.address),
        "http://management.azure.com/x".to_owned(),
        "https://management.azure.com:8443/x".to_owned(),
        "https://management.azure.com.evil.example/x".to_owned(),
        "/x".to_owned(),
    ] {
        let outcome = azure.send(request(Method::GET, &address)).await;
        assert!(matches!(outcome, Err(TransportError::Refused(_))), "{address}: {outcome:?}");
    }
    assert_eq!((other.connections(), calls.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn no_real_token_goes_to_loopback_or_over_http() {
    let server = Server::plain(vec![OK]).await;
    let clients = HttpClients::new(None).unwrap();
    let (source, _) = source();
    assert!(AzureTransport::to_azure(endpoint("http", &server), source, &clients).unwrap().is_none());
    assert!(AzureTransport::to_loopback(Endpoint::cloud(Cloud::Public), &clients).unwrap().is_none());
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let server = Server::plain(vec![Act::Answer(401, "", ""), OK, Act::Answer(401, "", "")]).await;
    let (source, calls) = source();
    let clients = HttpClients::new(None).unwrap();
    let azure = AzureTransport::new(endpoint("http", &server), Identity::Entra(source), &clients).unwrap();
    assert_eq!(azure.send(to(&server, Method::PUT)).await.unwrap().status(), 200);
    assert_eq!(azure.send(to(&server, Method::PUT)).await.unwrap().status(), 401);
    let sent = server.requests();
    let with = |n: usize, token: &str| assert!(sent[n].contains(&format!("authorization: Bearer {token}\r\n")), "{n}");
    with(0, "canary-0");
    with(1, "canary-1");
    with(2, "canary-1");
    with(3, "canary-2");
    assert_eq!((sent.len(), calls.load(Ordering::SeqCst)), (4, 3));
    assert!(!format!("{azure:?}").contains("canary"));
}

#[tokio::test]
async fn what_failed_before_sending_is_told_from_a_lost_answer() {
    let gone = nobody_listens().await;
    let clients = HttpClients::new(None).unwrap();
    let nobody = Endpoint::parse(&format!("http://{gone}"), &[]).unwrap();
    let azure = AzureTransport::to_loopback(nobody, &clients).unwrap().unwrap();
    let outcome = azure.send(request(Method::PUT, &format!("http://{gone}/x"))).await;
    assert!(matches!(outcome, Err(TransportError::Connect(_))), "{outcome:?}");
    for act in [Act::Drop, Act::Tear] {
        let server = Server::plain(vec![act]).await;
        let outcome = loopback(&server).send(to(&server, Method::PUT)).await;
        assert!(matches!(outcome, Err(TransportError::Unanswered(_))), "{outcome:?}");
    }
    let server = Server::plain(vec![Act::Drip]).await;
    let began = Instant::now();
    let hasty = loopback(&server).with_deadline(Duration::from_millis(300));
    let outcome = hasty.send(to(&server, Method::PUT)).await;
    assert!(matches!(outcome, Err(TransportError::Unanswered(_))), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

/// An address that was free a moment ago.
async fn nobody_listens() -> std::net::SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_lost_put_is_sent_once_and_a_lost_get_again() {
    for (method, sent) in [(Method::PUT, 1), (Method::DELETE, 1), (Method::GET, 2)] {
        let server = Server::plain(vec![Act::Drop, OK]).await;
        let retrying = Retrying::new(loopback(&server), RetryPolicy::default());
        let outcome = retrying.send(to(&server, method)).await;
        assert_eq!(outcome.is_ok(), sent == 2);
        assert_eq!(server.requests().len(), sent);
    }
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let server = Server::plain(vec![Act::Answer(429, "retry-after: 1\r\n", ""), OK]).await;
    let began = Instant::now();
    let retrying = Retrying::new(loopback(&server), RetryPolicy::default());
    assert_eq!(retrying.send(to(&server, Method::PUT)).await.unwrap().status(), 200);
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn tls_wants_the_authority_that_signed() {
    let authority = Authority::new();
    let server = Server::tls(vec![OK], &authority).await;
    let address = format!("https://{}/x", server.address);
    let with = |pem: &str| {
        let clients = HttpClients::new(Some(pem.as_bytes())).unwrap();
        AzureTransport::to_loopback(endpoint("https", &server), &clients).unwrap().unwrap()
    };
    let answer = with(&authority.pem).send(request(Method::GET, &address)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let outcome = with(&Authority::new().pem).send(request(Method::GET, &address)).await;
    assert!(matches!(outcome, Err(TransportError::Refused(_))), "{outcome:?}");
    // Without a CA file the system's roots are asked, where there are any.
    let system = AzureTransport::to_loopback(endpoint("https", &server), &HttpClients::new(None).unwrap());
    if let Ok(Some(system)) = system {
        let outcome = system.send(request(Method::GET, &address)).await;
        assert!(matches!(outcome, Err(TransportError::Refused(_))), "{outcome:?}");
    }
    assert_eq!(server.requests().len(), 1);
}

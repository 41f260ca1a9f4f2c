#![allow(clippy::unwrap_used)]

use super::*;
use crate::arm::client::HttpClients;
use crate::arm::test_server::{Act, Server};

/// Asks a server that answers so: what came, and what the server saw.
async fn ask(act: Act) -> (azure_core::Result<String>, String) {
    let server = Server::plain(vec![act]).await;
    let url = Url::parse(&format!("http://{}/token?api-version=2.0", server.address)).unwrap();
    let options = HttpClients::new(None).unwrap().for_this_machine().unwrap();
    let assertion = GithubAssertion::new(url, Secret::new("canary"), options);
    assert!(!format!("{assertion:?}").contains("canary"));
    let outcome = assertion.secret(None).await;
    (outcome, server.requests().concat())
}

#[tokio::test]
async fn the_assertion_is_asked_for_with_its_audience() {
    let (outcome, seen) = ask(Act::Answer(200, "", r#"{"count":1,"value":"eyJhbGci"}"#)).await;
    assert_eq!(outcome.unwrap(), "eyJhbGci");
    assert!(seen.starts_with("GET /token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange "), "{seen}");
    assert!(seen.contains("authorization: Bearer canary\r\n"), "{seen}");
}

#[tokio::test]
async fn a_refusal_or_an_odd_answer_is_an_error_without_secrets() {
    for act in [
        Act::Answer(403, "", r#"{"value":"eyJcanary"}"#),
        Act::Answer(200, "", r#"{"value":["eyJcanary"]}"#),
        Act::Answer(200, "", "<html>canary"),
        Act::Answer(302, "location: http://127.0.0.1:1/\r\n", ""),
    ] {
        let (outcome, _) = ask(act).await;
        let error = outcome.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

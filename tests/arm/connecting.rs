use std::sync::Arc;

use axum::Router;
use axum::extract::Request as Asked;
use palisade::arm::connect::{ConnectError, connect};
use palisade::arm::{
    AuthMethod, AuthSpec, Cloud, Credentials, Endpoint, HttpClients, PageLimits, RequestBuilder, ResourceType,
    RetryPolicy, Retrying, list_all,
};
use serde_json::json;

use super::scope;

fn spec(method: AuthMethod) -> AuthSpec {
    AuthSpec {
        workspace: "contoso".to_owned(),
        tenant: "11111111-1111-4111-8111-111111111111".to_owned(),
        cloud: Cloud::Public,
        method,
        client_id: None,
    }
}

/// Answers one list, with the authorization it was asked with, in the place of a rule's name.
async fn emulator() -> std::net::SocketAddr {
    let app = Router::new().fallback(async |asked: Asked| {
        let authorization = asked.headers()["authorization"].to_str().unwrap().to_owned();
        let rule = json!({"id": asked.uri().path(), "name": authorization});
        json!({"value": [rule]}).to_string()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn a_workspace_on_loopback_asks_no_credential() {
    let endpoint = Endpoint::parse(&format!("http://{}", emulator().await), &[]).unwrap();
    let clients = HttpClients::new(None).unwrap();
    let credentials = Credentials::with(Arc::new(|_, _| panic!("no credential is made")));
    let env = |name: &str| panic!("{name} is not read");
    let one = connect(endpoint.clone(), &spec(AuthMethod::ClientSecret), &env, &credentials, &clients).unwrap();
    let transport = Retrying::new(one, RetryPolicy::default());
    let first = RequestBuilder::new(endpoint, scope()).list(ResourceType::AlertRules).unwrap();
    let rules = list_all(&transport, first, PageLimits::default()).await.unwrap();
    assert_eq!(rules[0]["name"], "Bearer emulator");
}

#[tokio::test]
async fn azure_wants_a_login_before_anything_is_opened() {
    let clients = HttpClients::new(None).unwrap();
    let credentials = Credentials::new(clients.clone());
    let to = |method, env: &dyn Fn(&str) -> Option<String>| {
        connect(Endpoint::cloud(Cloud::Public), &spec(method), env, &credentials, &clients)
    };
    assert!(matches!(to(AuthMethod::ClientSecret, &|_| None), Err(ConnectError::Auth(_))));
    let env = |name: &str| Some(format!("canary {name}"));
    let azure = to(AuthMethod::ClientSecret, &env).unwrap();
    assert!(!format!("{azure:?} {credentials:?} {clients:?}").contains("canary PALISADE_CONTOSO_CLIENT_SECRET"));
}

//! The emulator through a real socket.

use std::future::Future;
use std::net::TcpListener;

use palisade::emulator::{Emulator, Options, server};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::client::{VERSION, rules, scheduled};

/// Runs a test against a server of its own, and stops it afterwards.
async fn served<F: Future<Output = ()>>(options: Options, test: impl FnOnce(Emulator, String) -> F) {
    let emulator = Emulator::in_memory(options);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let server = tokio::spawn(server::serve(emulator.clone(), listener, shutdown));
    test(emulator, origin).await;
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

fn client() -> Client {
    // The client asks for a TLS provider even where it speaks http alone; a second install changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

async fn send(client: &Client, method: Method, url: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = client.request(method, url).bearer_auth("emulator").header("content-type", "application/json");
    request.body(body).send().await.unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_rule_lives_over_http() {
    served(Options { page: 1, ..Options::default() }, |_, origin| async move {
        let client = client();
        let url = format!("{origin}{}/r-1?{VERSION}", rules());
        let made = send(&client, Method::PUT, &url, scheduled("One").to_string()).await;
        assert_eq!(made.status(), 201);
        assert!(made.headers().contains_key("x-ms-request-id"));
        let made = json(made).await;

        let list = json(send(&client, Method::GET, &format!("{origin}{}?{VERSION}", rules()), "").await).await;
        assert_eq!(list["value"][0]["name"], "BuiltInFusion");
        let link = list["nextLink"].as_str().unwrap();
        assert!(link.starts_with(&format!("{origin}/subscriptions/")), "{link}");
        assert_eq!(json(send(&client, Method::GET, link, "").await).await["value"], json!([made]));

        assert_eq!(json(send(&client, Method::DELETE, &url, "").await).await, json!({}));
        let again = send(&client, Method::DELETE, &url, "").await;
        assert_eq!((again.status().as_u16(), again.bytes().await.unwrap().len()), (204, 0));
    })
    .await;
}

#[tokio::test]
async fn http_2_is_spoken() {
    served(Options { page: 1, ..Options::default() }, |emulator, origin| async move {
        client();
        let client = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
        emulator.seed("S-1", "rg-Soc", "law-One").await.unwrap();
        let url = format!("{origin}{}/z?{VERSION}", rules());
        let made = send(&client, Method::PUT, &url, scheduled("Z").to_string()).await;
        assert_eq!(made.version(), reqwest::Version::HTTP_2);
        let list = json(send(&client, Method::GET, &format!("{origin}{}?{VERSION}", rules()), "").await).await;
        assert!(list["nextLink"].as_str().unwrap().starts_with(&format!("{origin}/")), "{list}");
    })
    .await;
}

#[tokio::test]
async fn a_request_without_a_bearer_is_challenged() {
    served(Options::default(), |emulator, origin| async move {
        let url = format!("{origin}{}?{VERSION}", rules());
        for authorization in [None, Some("Basic eDp5"), Some("Bearer "), Some("Bearer")] {
            let request = client().get(&url);
            let request = match authorization {
                Some(value) => request.header("authorization", value),
                None => request,
            };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401, "{authorization:?}");
            assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer authorization_uri="));
            assert_eq!(json(response).await["error"]["code"], "AuthenticationFailed");
        }
        assert!(emulator.requests().iter().all(|logged| logged.status == 401));
    })
    .await;
}

#[tokio::test]
async fn only_discovery_and_tokens_need_no_bearer() {
    served(Options::default(), |_, origin| async move {
        for (path, status) in [
            ("/metadata/endpoints?api-version=2022-09-01", 200),
            ("/common/discovery/instance?api-version=1.1", 200),
            ("/common/v2.0/.well-known/openid-configuration", 200),
            ("/common/discovery/v2.0/keys", 200),
            ("/tenants?api-version=2022-12-01", 401),
            ("/subscriptions?api-version=2022-12-01", 401),
            ("/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01", 401),
            ("/nothing", 401),
            ("/", 401),
        ] {
            let response = client().get(format!("{origin}{path}")).send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            let text = response.text().await.unwrap();
            assert_eq!(text.contains("AuthenticationFailed"), status == 401, "{path}: {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    served(Options::default(), |emulator, origin| async move {
        let url = format!("{origin}{}/r?{VERSION}", rules());
        let response = send(&client(), Method::PUT, &url, vec![b' '; 4 * 1024 * 1024 + 1]).await;
        assert_eq!(response.status(), 413);
        assert_eq!(json(response).await["error"]["code"], "RequestContentTooLarge");
        let response = send(&client(), Method::PUT, &url, vec![b' '; 4 * 1024 * 1024]).await;
        assert_eq!(json(response).await["error"]["code"], "InvalidRequestContent");
        assert_eq!(emulator.snapshot(), json!({}));
    })
    .await;
}

#[tokio::test]
async fn only_loopback_is_served() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let error = server::serve(Emulator::in_memory(Options::default()), listener, async {}).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("loopback"), "{error}");
}

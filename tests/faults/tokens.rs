//! Tokens that run out or are revoked in the middle of a run.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};

use crate::world::{Door, body, world};

async fn status(door: &Door, token: &str) -> u16 {
    let mut request = door.plainly(Method::GET, "").build().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    door.plain.as_ref().unwrap().execute(request).await.unwrap().status().as_u16()
}

/// A token as Entra ID issues them, unsigned.
fn token(issued: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(json!({"alg": "none"})), part(json!({"iat": issued, "exp": issued + 3_600, "oid": "o"})))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refused_from_the_kth_request_and_another_is_good() {
    let world = world();
    let door = world.door("http");
    world.inject("nth=3 revoke=this");
    let mut seen = Vec::new();
    for token in ["one", "one", "one", "one", "two"] {
        seen.push(status(door, token).await);
    }
    assert_eq!(seen, [200, 200, 401, 401, 200]);
    world.emulator.clear_faults();
    assert_eq!(status(door, "one").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tokens_issued_so_far_are_refused_and_new_ones_are_good() {
    let world = world();
    let door = world.door("tls");
    let now = world.emulator.now().as_second();
    assert_eq!(status(door, &token(now - 60)).await, 200);
    world.inject("nth=1 revoke=issued");
    for (token, expected) in
        [(token(now - 60), 401), (token(now - 59), 401), ("opaque".into(), 401), (token(now + 60), 200)]
    {
        assert_eq!(status(door, &token).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_challenged_as_arm_does() {
    let world = world();
    world.inject("times=1 revoke=this");
    let answer = world.door("http").get("").await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer authorization_uri=") && challenge.contains("expired"), "{challenge}");
    assert_eq!(body(&answer)["error"]["code"], "ExpiredAuthenticationToken");
    // A 401 without a revocation: by status.
    world.emulator.clear_faults();
    world.inject("after=1 status=401");
    let door = world.door("http");
    assert_eq!(door.get("").await.unwrap().status(), 200);
    assert_eq!(door.get("").await.unwrap().status(), 401);
}

/// A token from the emulator's own Entra ID.
async fn issued(door: &Door) -> Result<String, u16> {
    let url = format!("{}/common/oauth2/v2.0/token", door.requests.endpoint);
    let form = "grant_type=client_credentials&client_id=a&client_secret=b\
                &scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let request = door.plain.as_ref().unwrap().post(url).header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form).send().await.unwrap();
    match response.status().as_u16() {
        200 => {
            let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            Ok(body["access_token"].as_str().unwrap().to_owned())
        }
        status => Err(status),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ran_out_is_replaced_by_a_new_one() {
    let world = world();
    for door in &world.doors[1..] {
        let old = issued(door).await.unwrap();
        assert_eq!(status(door, &old).await, 200);
        world.emulator.advance(std::time::Duration::from_secs(60));
        let id = world.inject("nth=1 revoke=issued");
        assert_eq!((status(door, &old).await, status(door, &old).await), (401, 401));
        let new = issued(door).await.unwrap();
        assert_eq!(status(door, &new).await, 200, "{}", door.name);
        assert_eq!(status(door, &old).await, 401);
        assert!(world.emulator.remove_fault(id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_endpoint_is_down_when_it_is_named() {
    let world = world();
    let door = world.door("http");
    world.inject("status=500");
    assert!(issued(door).await.is_ok(), "without a path only Resource Manager's requests are meant");
    world.inject("POST /*/oauth2/** times=2 status=503");
    assert_eq!((issued(door).await, issued(door).await), (Err(503), Err(503)));
    assert!(issued(door).await.is_ok());
}

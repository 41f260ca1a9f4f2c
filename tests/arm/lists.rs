use std::sync::Mutex;

use bytes::Bytes;
use palisade::arm::transport::Sending;
use palisade::arm::{ArmError, PageLimits, Request, ResourceType, Transport, TransportError, list_all};
use serde_json::{Value, json};

use super::{builder, provider};

/// Gives these bodies in order, the last one for ever, and keeps what was asked.
struct Pages {
    bodies: Vec<(u16, String)>,
    asked: Mutex<Vec<String>>,
}

impl Transport for Pages {
    fn send(&self, request: Request) -> Sending<'_> {
        let mut asked = self.asked.lock().unwrap();
        let (status, body) = self.bodies.get(asked.len()).or(self.bodies.last()).unwrap().clone();
        asked.push(request.uri().to_string());
        let answer = http::Response::builder().status(status).body(Bytes::from(body)).unwrap();
        Box::pin(async { Ok(answer) })
    }
}

async fn read(bodies: Vec<(u16, String)>) -> (Result<Vec<Value>, ArmError>, Vec<String>) {
    let pages = Pages { bodies, asked: Mutex::default() };
    let first = builder().list(ResourceType::AlertRules).unwrap();
    let outcome = list_all(&pages, first, PageLimits::default()).await;
    (outcome, pages.asked.into_inner().unwrap())
}

fn page(items: &[Value], next: Option<&str>) -> (u16, String) {
    let mut page = json!({"value": items});
    if let Some(next) = next {
        page["nextLink"] = json!(next);
    }
    (200, page.to_string())
}

fn rule(id: &str, etag: &str) -> Value {
    json!({"id": id, "etag": etag})
}

fn link(n: usize) -> String {
    format!("{}/alertRules?api-version=2025-07-01-preview&$skipToken={n}", provider())
}

#[tokio::test]
async fn one_page_and_many() {
    let (outcome, asked) = read(vec![page(&[], None)]).await;
    assert_eq!((outcome.unwrap().len(), asked.len()), (0, 1));
    for end in [json!(null), json!("")] {
        let (outcome, _) = read(vec![(200, json!({"value": [], "nextLink": end}).to_string())]).await;
        assert!(outcome.unwrap().is_empty());
    }
    let (outcome, asked) = read(vec![
        page(&[rule("a", "1"), rule("b", "1")], Some(&link(1))),
        page(&[rule("c", "1")], Some(&link(2))),
        page(&[rule("d", "1")], None),
    ])
    .await;
    let ids: Vec<Value> = outcome.unwrap().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert_eq!(asked[1..], [link(1), link(2)]);
}

#[tokio::test]
async fn the_service_may_spell_the_path_otherwise() {
    let other = link(1)
        .replace("resourceGroups", "resourcegroups")
        .replace("%281%29", "(1)")
        .replace("alertRules", "AlertRules");
    let (outcome, asked) = read(vec![page(&[rule("a", "1")], Some(&other)), page(&[], None)]).await;
    assert_eq!((outcome.unwrap().len(), asked.len()), (1, 2));
}

#[tokio::test]
async fn a_link_out_of_the_workspace_is_not_followed() {
    let here = link(1);
    for hostile in [
        here.replace("management.azure.com", "evil.example"),
        here.replace("management.azure.com", "management.azure.com.evil.example"),
        here.replace("management.azure.com", "management.azure.com@evil.example"),
        here.replace("management.azure.com", "user@management.azure.com"),
        here.replace("management.azure.com", "management.azure.com:8443"),
        here.replace("https:", "http:"),
        here.replace("law-contoso", "law-other"),
        here.replace("law-contoso", "law-contoso/../law-other"),
        here.replace("law-contoso", "law-contoso%2f..%2flaw-other"),
        here.replace("/alertRules", "/%2e%2e/%2e%2e/x"),
        here.replace("/alertRules", "%252f..%252fx"),
        here.replace("Microsoft.SecurityInsights", "Microsoft.Authorization"),
        "https://management.azure.com/subscriptions?x".to_owned(),
        "/subscriptions?x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "x".to_owned(),
    ] {
        let (outcome, asked) = read(vec![page(&[rule("a", "1")], Some(&hostile)), page(&[], None)]).await;
        assert!(matches!(outcome, Err(ArmError::HostileNextLink { .. })), "{hostile}: {outcome:?}");
        assert_eq!(asked.len(), 1, "{hostile}");
    }
}

#[tokio::test]
async fn a_circle_is_cut() {
    let first = builder().list(ResourceType::AlertRules).unwrap().uri().to_string();
    for (next, requests) in [(first, 1), (link(1), 2)] {
        let (outcome, asked) = read(vec![page(&[], Some(&next))]).await;
        assert!(matches!(outcome, Err(ArmError::Cycle { .. })), "{outcome:?}");
        assert_eq!(asked.len(), requests);
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_cut() {
    struct Endless(Mutex<usize>);
    impl Transport for Endless {
        fn send(&self, _: Request) -> Sending<'_> {
            let mut sent = self.0.lock().unwrap();
            *sent += 1;
            let body = page(&[], Some(&link(*sent))).1;
            Box::pin(async { Ok(http::Response::new(Bytes::from(body))) })
        }
    }
    let endless = Endless(Mutex::new(0));
    let first = builder().list(ResourceType::AlertRules).unwrap();
    let outcome = list_all(&endless, first, PageLimits::default()).await;
    assert!(matches!(outcome, Err(ArmError::TooManyPages { limit: 1_000 })));
    assert_eq!(*endless.0.lock().unwrap(), 1_000);
}

#[tokio::test]
async fn a_page_that_moved_is_harmless_or_told() {
    let twice = |etag: &str| {
        vec![
            page(&[rule("/Rules/A", "1"), rule("/rules/b", "1")], Some(&link(1))),
            page(&[rule("/rules/B", etag), rule("/rules/c", "1")], None),
        ]
    };
    assert_eq!(read(twice("1")).await.0.unwrap().len(), 3);
    let outcome = read(twice("2")).await.0;
    assert!(matches!(&outcome, Err(ArmError::ChangedDuringRead { id }) if id == "/rules/B"), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error_with_its_text() {
    for body in ["", "<html>", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[1]}"#, r#"{"value":[],"nextLink":5}"#] {
        let (outcome, _) = read(vec![(200, body.to_owned())]).await;
        let Err(ArmError::Decode { raw, .. }) = outcome else { panic!("{body}: {outcome:?}") };
        assert_eq!(raw, body);
    }
    let cut = page(&[rule("a", "1")], None).1;
    let (outcome, _) = read(vec![page(&[], Some(&link(1))), (200, cut[..cut.len() - 3].to_owned())]).await;
    assert!(matches!(outcome, Err(ArmError::Decode { .. })));
    let (outcome, _) = read(vec![page(&[], Some(&link(1))), (403, String::new())]).await;
    assert!(outcome.unwrap_err().is_denied());
    let (outcome, _) = read(vec![(302, String::new())]).await;
    assert_eq!(outcome.unwrap_err().status(), Some(302));
}

#[tokio::test]
async fn no_answer_is_the_transports_error() {
    struct Silent;
    impl Transport for Silent {
        fn send(&self, _: Request) -> Sending<'_> {
            Box::pin(async { Err(TransportError::Unanswered("reset".to_owned())) })
        }
    }
    let first = builder().list(ResourceType::AlertRules).unwrap();
    let outcome = list_all(&Silent, first, PageLimits::default()).await;
    assert!(outcome.unwrap_err().outcome_unknown());
}

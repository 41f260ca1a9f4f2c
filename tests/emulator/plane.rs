//! Bad input, wherever it goes: refused in Resource Manager's shape, and nothing changes.

use std::time::Duration;

use palisade::emulator::{Emulator, Options, Throttle};
use serde_json::json;

use crate::client::{VERSION, WORKSPACE, delete, put, request, scheduled, send};
use crate::management::{ORIGIN, seeded};

#[tokio::test]
async fn wrong_paths_methods_versions_and_bodies_are_refused() {
    let emulator = seeded(Options::default()).await;
    let before = emulator.snapshot();
    let rules = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights");
    let rule = format!("{rules}/alertRules/r?{VERSION}");
    let graph = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let cases: Vec<(&str, String, &str, u16, &str)> = vec![
        ("GET", "/".into(), "", 404, "MissingSubscription"),
        ("GET", "/favicon.ico".into(), "", 404, "MissingSubscription"),
        ("GET", "/subscriptions".into(), "", 400, "MissingApiVersionParameter"),
        ("GET", "/subscriptions?api-version=soon".into(), "", 400, "InvalidApiVersionParameter"),
        ("GET", "/subscriptions?api-version=2099-01-01".into(), "", 400, "InvalidApiVersionParameter"),
        ("PUT", "/subscriptions?api-version=2022-12-01".into(), "{}", 405, "MethodNotAllowed"),
        ("DELETE", "/subscriptions/s/resourceGroups/g?api-version=2021-04-01".into(), "", 405, "MethodNotAllowed"),
        (
            "POST",
            "/subscriptions/s/providers/Microsoft.Resources?api-version=2021-04-01".into(),
            "",
            405,
            "MethodNotAllowed",
        ),
        ("PUT", format!("{WORKSPACE}?api-version=2022-10-01"), "{}", 405, "MethodNotAllowed"),
        ("GET", format!("{WORKSPACE}?api-version=2014-01-01"), "", 400, "InvalidApiVersionParameter"),
        ("GET", format!("{WORKSPACE}/tables/T?api-version=2022-10-01"), "", 404, "ResourceNotFound"),
        ("GET", format!("{WORKSPACE}/nothings?api-version=2022-10-01"), "", 404, "InvalidResourceType"),
        ("GET", format!("{rules}?{VERSION}"), "", 404, "NotFound"),
        ("GET", "/subscriptions/%FF?api-version=2022-12-01".into(), "", 400, "BadRequest"),
        ("GET", "/subscriptions/a%2Fb?api-version=2022-12-01".into(), "", 400, "BadRequest"),
        ("GET", "/subscriptions?api-version=2022-12-01&$skipToken=%21".into(), "", 400, "BadRequest"),
        ("GET", graph.into(), "", 405, "MethodNotAllowed"),
        ("POST", graph.into(), "", 400, "BadRequest"),
        ("POST", graph.into(), "[]", 400, "BadRequest"),
        ("POST", graph.into(), "{\"query\": 1}", 400, "BadRequest"),
        ("POST", graph.into(), "{\"query\": \"resources\", \"filter\": \"x\"}", 400, "BadRequest"),
        ("POST", graph.into(), "{\"query\": \"resources\", \"options\": {\"$skipToken\": \"!\"}}", 400, "BadRequest"),
        ("POST", graph.into(), &deep, 400, "BadRequest"),
        ("POST", "/metadata/endpoints?api-version=2022-09-01".into(), "", 405, "MethodNotAllowed"),
        ("GET", "/metadata/endpoints".into(), "", 400, "MissingApiVersionParameter"),
        ("PUT", rule.clone(), "", 400, "InvalidRequestContent"),
        ("PUT", rule.clone(), "{", 400, "InvalidRequestContent"),
        ("PUT", rule.clone(), &deep, 400, "InvalidRequestContent"),
        ("PUT", rule.clone(), "{\"kind\": 1, \"properties\": {}}", 400, "BadRequest"),
        ("PUT", format!("{rules}/automationRules/r?{VERSION}"), "{\"properties\": []}", 400, "BadRequest"),
        ("PUT", format!("{rules}/automationRules/r?{VERSION}"), &deep, 400, "BadRequest"),
        ("TRACE", rule.clone(), "", 405, "MethodNotAllowed"),
    ];
    for (method, path, body, status, code) in &cases {
        let reply = send(&emulator, request(method, &format!("{ORIGIN}{path}"), &[], (*body).to_owned())).await;
        assert!(!reply.refused(*status, code).is_empty(), "{method} {path}");
    }
    assert_eq!(emulator.snapshot(), before);
    assert_eq!(emulator.requests().len(), cases.len());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_wherever_it_goes() {
    let emulator = Emulator::in_memory(Options::default());
    let large = vec![b' '; 4 * 1024 * 1024 + 1];
    for (method, path) in [
        ("PUT", format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/r?{VERSION}")),
        ("POST", "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01".to_owned()),
    ] {
        let reply = send(&emulator, request(method, &format!("{ORIGIN}{path}"), &[], large.clone())).await;
        reply.refused(413, "RequestContentTooLarge");
    }
    assert_eq!(emulator.snapshot(), json!({}));
}

#[tokio::test]
async fn each_principal_has_buckets_of_its_own_and_automation_rules_too() {
    let throttle = Throttle::Bucket { capacity: 1, per_second: 0 };
    let emulator = Emulator::in_memory(Options { throttle, ..Options::default() });
    let ask = async |who: &str| {
        let form =
            format!("grant_type=password&client_id=c&username={who}&password=p&scope=https%3A%2F%2Fx.y%2F.default");
        let url = format!("{ORIGIN}/common/oauth2/v2.0/token");
        let token = send(&emulator, request("POST", &url, &[], form)).await.body["access_token"].clone();
        let authorization = format!("Bearer {}", token.as_str().unwrap());
        let url = format!("{ORIGIN}{WORKSPACE}?api-version=2022-10-01");
        send(&emulator, request("GET", &url, &[("authorization", &authorization)], "")).await.status
    };
    assert_eq!((ask("kim").await, ask("lee").await, ask("kim").await), (200, 200, 429));

    let emulator = Emulator::in_memory(Options { throttle: Throttle::Arm, ..Options::default() });
    let url = format!("{ORIGIN}{WORKSPACE}/providers/Microsoft.SecurityInsights/automationRules?{VERSION}");
    for left in (0..100).rev() {
        let reply = send(&emulator, request("GET", &url, &[], "")).await;
        let header = &reply.headers["x-ms-ratelimit-remaining-subscription-resource-requests"];
        assert_eq!((reply.status, header.to_str().unwrap()), (200, &*left.to_string()));
    }
    let refused = send(&emulator, request("GET", &url, &[], "")).await;
    refused.refused(429, "TooManyRequests");
    assert_eq!(refused.headers["retry-after"], "3");
    assert_eq!(put(&emulator, "r", &scheduled("R")).await.status, 201, "other writes go on");
    emulator.advance(Duration::from_secs(300));
    assert_eq!(send(&emulator, request("GET", &url, &[], "")).await.status, 200);
    assert_eq!(delete(&emulator, "r").await.status, 200);
}

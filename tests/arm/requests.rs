use palisade::arm::{ApiVersions, Cloud, Endpoint, Request, RequestBuilder, RequestError, ResourceType};
use serde_json::json;

use super::{builder, provider, scope};

/// A request as text: method, address, headers in order of their names, body.
fn text(request: &Request) -> String {
    let mut headers: Vec<String> =
        request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let body = std::str::from_utf8(request.body()).unwrap();
    format!("{} {}\n{}\n\n{body}", request.method(), request.uri(), headers.join("\n"))
}

#[test]
fn list_and_get() {
    let builder = builder();
    for (resource, rest) in [
        (ResourceType::AlertRules, "alertRules?api-version=2025-07-01-preview"),
        (ResourceType::AutomationRules, "automationRules?api-version=2025-09-01"),
        (ResourceType::Metadata, "metadata?api-version=2025-09-01"),
    ] {
        let request = builder.list(resource).unwrap();
        assert_eq!(text(&request), format!("GET {}/{rest}\naccept: application/json\n\n", provider()));
    }
    let request = builder.get(ResourceType::AlertRules, "BuiltInFusion").unwrap();
    assert_eq!(
        request.uri().to_string(),
        format!("{}/alertRules/BuiltInFusion?api-version=2025-07-01-preview", provider())
    );
}

#[test]
fn put_carries_the_body_and_the_etag() {
    let body = json!({"kind": "Scheduled", "etag": "\"6100\"", "properties": {"query": "T\r\n"}});
    let request = builder().put(ResourceType::AlertRules, "My rule é", &body, Some("\"6100\"")).unwrap();
    assert_eq!(
        text(&request),
        format!(
            "PUT {}/alertRules/My%20rule%20%C3%A9?api-version=2025-07-01-preview\n\
             accept: application/json\ncontent-type: application/json\nif-match: \"6100\"\n\n{body}",
            provider()
        )
    );
    let create = builder().put(ResourceType::AlertRules, "a", &body, None).unwrap();
    assert!(create.headers().get("if-match").is_none() && create.headers().get("if-none-match").is_none());
}

#[test]
fn delete_carries_the_etag_alone() {
    let request = builder().delete(ResourceType::AutomationRules, "a", Some("\"e\"")).unwrap();
    assert_eq!(
        text(&request),
        format!(
            "DELETE {}/automationRules/a?api-version=2025-09-01\naccept: application/json\nif-match: \"e\"\n\n",
            provider()
        )
    );
}

#[test]
fn no_name_leaves_its_segment() {
    for name in ["", ".", "..", "a/b", "..\\x", "a?api-version=1", "a#b", "%2e%2e", "%2F", "a\r\nhost: evil"] {
        for request in [
            builder().get(ResourceType::AlertRules, name),
            builder().delete(ResourceType::AlertRules, name, None),
            builder().put(ResourceType::AlertRules, name, &json!({}), None),
        ] {
            assert!(matches!(request, Err(RequestError::Name(_))), "{name:?}");
        }
    }
    let etag = builder().delete(ResourceType::AlertRules, "a", Some("x\r\nhost: evil"));
    assert!(matches!(etag, Err(RequestError::Etag(_))));
}

#[test]
fn endpoint_and_versions_are_the_callers() {
    let endpoint = Endpoint::parse("http://[::1]:8080", &[]).unwrap();
    let versions = ApiVersions::default().with(ResourceType::AlertRules, "2025-09-01").unwrap();
    let builder = RequestBuilder { endpoint, scope: scope(), versions };
    let uri = builder.list(ResourceType::AlertRules).unwrap().uri().to_string();
    assert!(uri.starts_with("http://[::1]:8080/subscriptions/") && uri.ends_with("?api-version=2025-09-01"), "{uri}");
    for cloud in Cloud::ALL {
        let builder = RequestBuilder::new(Endpoint::cloud(cloud), scope());
        let uri = builder.list(ResourceType::Metadata).unwrap().uri().clone();
        assert_eq!((uri.scheme_str(), uri.host(), uri.port_u16()), (Some("https"), Some(cloud.arm_host()), None));
    }
}

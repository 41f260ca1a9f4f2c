//! Lists: `BuiltInFusion`, order, pages and their links.

use palisade::emulator::{Emulator, Options};
use serde_json::Value;

use crate::client::{Reply, VERSION, delete, get, put, request, rules, scheduled, send, url};

fn names(reply: &Reply) -> Vec<String> {
    let rules = reply.body["value"].as_array().unwrap();
    rules.iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

async fn follow(emulator: &Emulator, reply: &Reply) -> Option<Reply> {
    let link = reply.body.get("nextLink")?.as_str().unwrap();
    Some(send(emulator, request("GET", link, &[], "")).await)
}

async fn every_name(emulator: &Emulator) -> (Vec<String>, usize) {
    let mut reply = get(emulator, "").await;
    let (mut all, mut pages) = (names(&reply), 1);
    while let Some(next) = follow(emulator, &reply).await {
        assert!(!names(&next).is_empty());
        all.extend(names(&next));
        pages += 1;
        reply = next;
    }
    (all, pages)
}

async fn filled(page: usize, rules: &[&str]) -> Emulator {
    let emulator = Emulator::in_memory(Options { page, ..Options::default() });
    for name in rules {
        assert_eq!(put(&emulator, name, &scheduled(name)).await.status, 201);
    }
    emulator
}

#[tokio::test]
async fn every_workspace_has_fusion() {
    let emulator = filled(100, &[]).await;
    let list = get(&emulator, "").await;
    assert_eq!(names(&list), ["BuiltInFusion"]);
    assert!(list.body.get("nextLink").is_none());
    let rule = &list.body["value"][0];
    assert_eq!((rule["kind"].as_str(), rule["properties"]["enabled"].as_bool()), (Some("Fusion"), Some(true)));
    assert_eq!(&get(&emulator, "builtinfusion").await.body, rule);
    assert_eq!(rule["id"], format!("{}/BuiltInFusion", rules()));

    put(&emulator, "BuiltInFusion", &scheduled("F")).await.refused(400, "BadRequest");
    delete(&emulator, "BuiltInFusion").await.refused(400, "BadRequest");
    assert_eq!(names(&get(&emulator, "").await), ["BuiltInFusion"]);
}

#[tokio::test]
async fn pages_follow_the_order_of_names() {
    for page in [0, 1, 2, 3, 5, 6, 100] {
        let emulator = filled(page, &["c", "A", "e%20%C3%A9", "b", "d"]).await;
        let (all, pages) = every_name(&emulator).await;
        assert_eq!(all, ["A", "b", "BuiltInFusion", "c", "d", "e é"], "pages of {page}");
        assert_eq!(pages, 6_usize.div_ceil(page.max(1)), "pages of {page}");
    }
}

#[tokio::test]
async fn links_keep_scheme_authority_and_query() {
    let emulator = filled(1, &["a"]).await;
    let url = format!("http://localhost:8443{}?{VERSION}&%24expand=x%20y", rules());
    let first = send(&emulator, request("GET", &url, &[], "")).await;
    let link = first.body["nextLink"].as_str().unwrap();
    assert!(link.starts_with(&format!("http://localhost:8443{}?{VERSION}&", rules())), "{link}");
    assert!(link.contains("expand=x+y") && link.contains("&$skipToken="), "{link}");
    let second = follow(&emulator, &first).await.unwrap();
    assert_eq!(names(&second), ["BuiltInFusion"]);
}

#[tokio::test]
async fn a_rule_deleted_between_pages_hides_no_other() {
    let emulator = filled(2, &["a", "b", "c", "d"]).await;
    let first = get(&emulator, "").await;
    assert_eq!(names(&first), ["a", "b"]);
    delete(&emulator, "a").await;
    delete(&emulator, "b").await;
    assert_eq!(names(&follow(&emulator, &first).await.unwrap()), ["BuiltInFusion", "c"]);
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let emulator = filled(2, &[]).await;
    for token in ["%21", "_w"] {
        let url = format!("{}&$skipToken={token}", url(""));
        send(&emulator, request("GET", &url, &[], "")).await.refused(400, "BadRequest");
    }
}

#[tokio::test]
async fn workspaces_do_not_share() {
    let emulator = filled(100, &["a"]).await;
    let other = url("").replace("law-One", "law-Two");
    assert_eq!(names(&send(&emulator, request("GET", &other, &[], "")).await), ["BuiltInFusion"]);
    assert_ne!(emulator.snapshot(), Value::Null);
}

//! `docs/emulator-azure.md` says what is so: its requests are sent, its queries are asked.

use palisade::emulator::{Emulator, Options};
use serde_json::json;

use crate::client::{Reply, request, send};
use crate::management::ORIGIN;

const PAGE: &str = include_str!("../../docs/emulator-azure.md");

async fn seeded() -> Emulator {
    let emulator = Emulator::in_memory(Options::default());
    emulator.seed("sub", "rg", "law").await.unwrap();
    emulator
}

/// The path with its placeholders filled in.
fn filled(path: &str) -> String {
    let word = |word: &str| match word {
        "S" => "sub".to_owned(),
        "G" => "rg".to_owned(),
        "W" => "law".to_owned(),
        "T" => "11111111-1111-4111-8111-111111111111".to_owned(),
        other => other.replace("(W)", "(law)"),
    };
    path.split('/').map(word).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_request_of_the_page_is_answered() {
    let emulator = seeded().await;
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut sent = 0;
    for (asked, version) in rows {
        let (method, path) = asked.split_once(' ').unwrap();
        let version = version.split([':', ';', ' ']).next().unwrap();
        let form = "grant_type=client_credentials&client_id=c&client_secret=s\
                    &scope=https://management.azure.com/.default&resource=https://management.azure.com/";
        let body =
            if path.contains("ResourceGraph") { json!({"query": "resources"}).to_string() } else { form.to_owned() };
        let url = format!("{ORIGIN}{}?api-version={version}", filled(path));
        let reply = send(&emulator, request(method, &url, &[], body)).await;
        assert_eq!(reply.status, if method == "HEAD" { 204 } else { 200 }, "{asked}: {reply:?}");
        sent += 1;
    }
    assert!(sent >= 28, "the table was read in part: {sent}");
}

#[tokio::test]
async fn the_queries_of_the_page_are_understood_or_refused_as_it_says() {
    let emulator = seeded().await;
    let ask = async |query: &str| -> Reply {
        let url = format!("{ORIGIN}/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01");
        send(&emulator, request("POST", &url, &[], json!({"query": query}).to_string())).await
    };
    let blocks: Vec<&str> =
        PAGE.split("```kusto\n").skip(1).map(|rest| rest.split("```").next().unwrap().trim_end()).collect();
    let [understood, refused] = blocks.as_slice() else { panic!("{blocks:?}") };
    for query in understood.lines() {
        let reply = ask(query).await;
        assert_eq!(reply.status, 200, "{query}: {reply:?}");
        assert_ne!(reply.body["data"], json!([]), "{query}");
    }
    for query in refused.lines() {
        ask(query).await.refused(400, "BadRequest");
    }
}

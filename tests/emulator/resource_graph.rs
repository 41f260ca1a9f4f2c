//! Resource Graph, as tools ask it for workspaces.

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, request, send};
use crate::management::{ORIGIN, seeded};

async fn ask(emulator: &Emulator, body: &Value) -> Reply {
    let url = format!("{ORIGIN}/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01");
    send(emulator, request("POST", &url, &[("content-type", "application/json")], body.to_string())).await
}

async fn rows(emulator: &Emulator, query: &str) -> Value {
    let reply = ask(emulator, &json!({"query": query})).await;
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reply.body["data"].clone()
}

#[tokio::test]
async fn workspaces_are_found_as_tools_ask_for_them() {
    let emulator = seeded(Options::default()).await;
    let kind = "microsoft.operationalinsights/workspaces";
    for (query, found) in [
        (format!("Resources | where type =~ '{kind}' | project name"), json!([
            {"name": "law-1"}, {"name": "law-2"}, {"name": "law-3"}, {"name": "law-4"},
        ])),
        (format!("resources\n| where type == \"{kind}\" and resourceGroup has 'b'\n| project name, subscriptionId"), json!([
            {"name": "law-3", "subscriptionId": "S-1"},
        ])),
        (format!("where type =~ '{kind}' | project name, properties.sku.name | top 1 by name desc"), json!([
            {"name": "law-4", "properties_sku_name": "PerGB2018"},
        ])),
        (
            "resources | where type == 'microsoft.operationsmanagement/solutions' and name startswith 'securityinsights' \
             | extend workspace = tostring(split(properties.workspaceResourceId, '/')[-1]) | project workspace | take 2"
                .to_owned(),
            json!([{"workspace": "law-1"}, {"workspace": "law-2"}]),
        ),
        (
            format!(
                "Resources | where type == '{kind}' | project id, name, subscriptionId | join (Resources \
                 | where type == 'microsoft.operationsmanagement/solutions' and plan.product contains 'security' \
                 | project name = tostring(split(properties.workspaceResourceId, '/')[-1])) on name \
                 | join kind=leftouter (resourcecontainers | where type == 'microsoft.resources/subscriptions' \
                 | project tenant = tenantId, subscriptionId) on $left.subscriptionId == $right.subscriptionId \
                 | where isnotempty(tenant) | distinct subscriptionId | order by subscriptionId asc"
            ),
            json!([{"subscriptionId": "S-1"}, {"subscriptionId": "s-2"}]),
        ),
        (
            "resources | summarize n = count() by type, subscriptionId | where n > 1 | sort by type asc".to_owned(),
            json!([
                {"type": "microsoft.operationalinsights/workspaces", "subscriptionId": "S-1", "n": 3},
                {"type": "microsoft.operationsmanagement/solutions", "subscriptionId": "S-1", "n": 3},
            ]),
        ),
        ("resources | count".to_owned(), json!([{"Count": 8}])),
        ("resources | where name in~ ('LAW-1', 'x') | project-keep name".to_owned(), json!([{"name": "law-1"}])),
        ("resourcecontainers | where type endswith '/resourcegroups' | distinct name | count".to_owned(), json!([
            {"Count": 2},
        ])),
        (
            "resources | where type == 'microsoft.operationalinsights/workspaces' | join kind=leftanti (resources \
             | where name == 'law-1') on id | project name | sort by name asc | limit 1".to_owned(),
            json!([{"name": "law-2"}]),
        ),
    ] {
        assert_eq!(rows(&emulator, &query).await, found, "{query}");
    }
}

#[tokio::test]
async fn a_query_that_is_not_understood_has_no_answer() {
    let emulator = seeded(Options::default()).await;
    for (query, code, token) in [
        ("", "ParserFailure", Value::Null),
        ("resources | wehre name == 'x'", "ParserFailure", json!("wehre")),
        ("resources | where nam == 'x'", "InvalidQuery", json!("nam")),
        ("resources | project Name", "InvalidQuery", json!("Name")),
        ("resources | project name, name", "InvalidQuery", json!("name")),
        ("policyresources | take 1", "InvalidQueryLanguage", json!("policyresources")),
        ("resources | mv-expand tags", "InvalidQueryLanguage", json!("mv-expand")),
        ("resources | where name matches regex 'a'", "InvalidQueryLanguage", json!("matches regex")),
        ("resources | where name has_any ('a')", "InvalidQueryLanguage", json!("has_any")),
        ("resources | extend a = replace_string(name, 'a', 'b')", "InvalidQueryLanguage", json!("replace_string")),
        ("resources | summarize make_list(name)", "InvalidQueryLanguage", json!("make_list(name)")),
        ("resources | project tolower(name)", "InvalidQueryLanguage", json!("tolower(name)")),
        ("resources | where 1 + 1 == 2", "InvalidQueryLanguage", json!("1 + 1")),
        ("resources | where name > datetime(2026-01-01)", "InvalidQueryLanguage", json!("datetime(2026-01-01)")),
        ("let a = 1; resources | take a", "InvalidQueryLanguage", json!("resources | take a")),
        ("resources | sort by name nulls first", "InvalidQueryLanguage", json!("name")),
        ("resources | join kind=fullouter (resources) on id", "InvalidQueryLanguage", json!("fullouter")),
    ] {
        let reply = ask(&emulator, &json!({"query": query})).await;
        reply.refused(400, "BadRequest");
        let detail = &reply.body["error"]["details"][1];
        assert_eq!((&detail["code"], &detail["token"]), (&json!(code), &token), "{query}: {detail}");
    }
    let long = format!("resources | where properties{} == ''", ".a".repeat(100_000));
    ask(&emulator, &json!({"query": long})).await.refused(400, "BadRequest");
    let doubled = format!("resources | extend a = name{}", " | extend a = strcat(a, a)".repeat(60));
    ask(&emulator, &json!({"query": doubled})).await.refused(400, "BadRequest");
    let joined = format!("resources{}", " | join kind=inner (resources) on subscriptionId".repeat(12));
    ask(&emulator, &json!({"query": joined})).await.refused(400, "BadRequest");
}

#[tokio::test]
async fn a_scope_narrows_the_query() {
    let emulator = seeded(Options::default()).await;
    let count = async |scope: Value| {
        let mut body = json!({"query": "resources | where type endswith '/workspaces' | project name"});
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        let reply = ask(&emulator, &body).await;
        (reply.status, reply.body["count"].as_u64())
    };
    assert_eq!(count(json!({})).await, (200, Some(4)));
    assert_eq!(count(json!({"subscriptions": ["S-2"]})).await, (200, Some(1)));
    assert_eq!(count(json!({"subscriptions": ["nobody"]})).await, (200, Some(0)));
    let tenant = "00000000-0000-4000-8000-00000000000f";
    assert_eq!(count(json!({"managementGroups": [tenant]})).await, (200, Some(4)));
    assert_eq!(count(json!({"managementGroups": ["mg-contoso"]})).await, (403, None));
    assert_eq!(count(json!({"subscriptions": [], "managementGroups": []})).await, (400, None));
    assert_eq!(count(json!({"facets": [{"expression": "location"}]})).await, (400, None));
}

#[tokio::test]
async fn answers_come_in_pages_and_as_tables() {
    let emulator = seeded(Options::default()).await;
    let query = "resources | where type endswith '/workspaces' | project name, n = 1, properties";
    let first = ask(&emulator, &json!({"query": query, "options": {"$top": 3}})).await;
    assert_eq!((&first.body["count"], &first.body["totalRecords"]), (&json!(3), &json!(4)));
    let token = &first.body["$skipToken"];
    let options = json!({"$top": 3, "$skipToken": token, "resultFormat": "table"});
    let second = ask(&emulator, &json!({"query": query, "options": options})).await;
    assert_eq!(second.body["data"]["rows"][0][0], "law-4");
    assert_eq!(
        second.body["data"]["columns"],
        json!([
            {"name": "name", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "properties", "type": "object"},
        ])
    );
    assert!(second.body.get("$skipToken").is_none());
    assert_eq!(second.headers["x-ms-user-quota-remaining"], "14");

    let url = format!("{ORIGIN}/providers/microsoft.resourcegraph/resources?api-version=2019-04-01");
    let old = send(&emulator, request("POST", &url, &[], json!({"query": query}).to_string())).await;
    assert!(old.body["data"]["rows"].is_array(), "the form of a table was the default then");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    /// Whatever stands in a query, there is an answer or a refusal.
    #[test]
    fn no_query_breaks_the_emulator(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let emulator = seeded(Options::default()).await;
            for query in [words.join(" "), format!("resources | {}", words.join(" "))] {
                let reply = ask(&emulator, &json!({"query": query})).await;
                match reply.status {
                    200 => assert!(reply.body["data"].is_array(), "{query}"),
                    _ => assert!(reply.refused(400, "BadRequest").contains("correlationId"), "{query}"),
                }
            }
        });
    }
}

const WORDS: &[&str] = &[
    "resources",
    "resourcecontainers",
    "|",
    "where",
    "project",
    "extend",
    "summarize",
    "count()",
    "by",
    "join",
    "kind=inner",
    "(",
    ")",
    "on",
    "name",
    "id",
    "type",
    "properties",
    "tags",
    ".",
    "['a']",
    "[0]",
    "[-1]",
    "==",
    "!=",
    "=~",
    "in~",
    "!in",
    "contains",
    "has",
    "startswith",
    "<",
    ">=",
    "and",
    "or",
    "not(",
    "'law-1'",
    "\"\\u00e9\"",
    "@'\\'",
    "1",
    "-1",
    "1.5",
    "true",
    "dynamic([1])",
    ",",
    "=",
    "a",
    "$left.",
    "$right.",
    "tolower(",
    "split(",
    "strcat(",
    "take",
    "top",
    "sort by",
    "asc",
    "desc",
    "distinct",
    "*",
    "count",
    "project-away",
    "project-rename",
    ";",
    "let",
    "//",
    "\n",
    "é",
    "union",
    "\u{0}",
];

//! What stands around Sentinel: subscriptions, groups, providers, workspaces, tables, solutions.

use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, request, send};

pub(crate) const ORIGIN: &str = "https://localhost:8444";

pub(crate) async fn get(emulator: &Emulator, path: &str, version: &str) -> Reply {
    let mark = if path.contains('?') { '&' } else { '?' };
    send(emulator, request("GET", &format!("{ORIGIN}{path}{mark}api-version={version}"), &[], "")).await
}

/// Two subscriptions, three groups, four workspaces.
pub(crate) async fn seeded(options: Options) -> Emulator {
    let emulator = Emulator::in_memory(options);
    for (subscription, group, workspace) in
        [("S-1", "rg-a", "law-1"), ("S-1", "rg-a", "law-2"), ("S-1", "rg-b", "law-3"), ("s-2", "rg-a", "law-4")]
    {
        emulator.seed(subscription, group, workspace).await.unwrap();
    }
    emulator
}

fn names(reply: &Reply, member: &str) -> Vec<String> {
    let all = reply.body["value"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    all.iter().map(|one| one[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn lists_show_what_was_written() {
    let emulator = seeded(Options::default()).await;
    assert_eq!(names(&get(&emulator, "/tenants", "2020-01-01").await, "tenantId").len(), 1);
    let subscriptions = get(&emulator, "/Subscriptions", "2022-12-01").await;
    assert_eq!(names(&subscriptions, "subscriptionId"), ["S-1", "s-2"]);
    assert_eq!(subscriptions.body["value"][0]["state"], "Enabled");
    assert_eq!(subscriptions.headers["x-ms-ratelimit-remaining-tenant-reads"], "1099");

    let groups = get(&emulator, "/subscriptions/s-1/resourcegroups", "2021-04-01").await;
    assert_eq!(names(&groups, "name"), ["rg-a", "rg-b"]);
    assert_eq!(groups.body["value"][0]["id"], "/subscriptions/S-1/resourceGroups/rg-a");
    assert_eq!(groups.headers["x-ms-ratelimit-remaining-subscription-reads"], "1099");
    assert_eq!(names(&get(&emulator, "/subscriptions/x/resourceGroups", "2021-04-01").await, "name"), [""; 0]);

    let of = |scope: &str| format!("/subscriptions/{scope}/providers/microsoft.operationalinsights/workspaces");
    let all = get(&emulator, &of("s-1"), "2022-10-01").await;
    assert_eq!(names(&all, "name"), ["law-1", "law-2", "law-3"]);
    assert_eq!(names(&get(&emulator, &of("s-1/resourceGroups/RG-A"), "2022-10-01").await, "name"), ["law-1", "law-2"]);
    let one = get(&emulator, &format!("{}/LAW-1", of("s-1/resourcegroups/rg-a")), "2022-10-01").await;
    assert_eq!(one.body, all.body["value"][0]);
    assert_eq!(one.body["properties"]["provisioningState"], "Succeeded");
    assert!(one.body["properties"]["customerId"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());

    let of = |scope: &str| format!("/subscriptions/{scope}/providers/Microsoft.OperationsManagement/solutions");
    let version = "2015-11-01-preview";
    assert_eq!(names(&get(&emulator, &of("s-2"), version).await, "name"), ["SecurityInsights(law-4)"]);
    assert_eq!(names(&get(&emulator, &of("s-1/resourceGroups/rg-b"), version).await, "name").len(), 1);
    let path = format!("{}/securityinsights(LAW-3)", of("s-1/resourceGroups/rg-b"));
    let solution = get(&emulator, &path, version).await;
    assert_eq!(solution.body["properties"]["workspaceResourceId"], get_id("S-1", "rg-b", "law-3"));
    get(&emulator, &format!("{}/Updates(law-3)", of("s-1/resourceGroups/rg-b")), version)
        .await
        .refused(404, "ResourceNotFound");
}

fn get_id(subscription: &str, group: &str, workspace: &str) -> Value {
    json!(format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/workspaces/{workspace}"
    ))
}

#[tokio::test]
async fn lists_come_in_pages() {
    let emulator = seeded(Options { page: 1, ..Options::default() }).await;
    let first = get(&emulator, "/subscriptions", "2022-12-01").await;
    let link = first.body["nextLink"].as_str().unwrap();
    assert!(link.starts_with(&format!("{ORIGIN}/subscriptions?")), "{link}");
    let second = send(&emulator, request("GET", link, &[], "")).await;
    assert_eq!((names(&second, "subscriptionId"), second.body.get("nextLink")), (vec!["s-2".to_owned()], None));
}

#[tokio::test]
async fn whatever_is_named_exists_unless_the_emulator_is_strict() {
    let missing = [
        ("/subscriptions/x", "SubscriptionNotFound"),
        ("/subscriptions/x/locations", "SubscriptionNotFound"),
        ("/subscriptions/x/resourceGroups", "SubscriptionNotFound"),
        ("/subscriptions/x/providers/Microsoft.SecurityInsights", "SubscriptionNotFound"),
        ("/subscriptions/s-1/resourceGroups/x", "ResourceGroupNotFound"),
        (
            "/subscriptions/s-1/resourceGroups/x/providers/Microsoft.OperationalInsights/workspaces",
            "ResourceGroupNotFound",
        ),
        (
            "/subscriptions/s-1/resourceGroups/rg-b/providers/Microsoft.OperationalInsights/workspaces/law-1",
            "ResourceNotFound",
        ),
        (
            "/subscriptions/s-1/resourceGroups/rg-b/providers/Microsoft.OperationalInsights/workspaces/law-1/tables",
            "ResourceNotFound",
        ),
    ];
    let (strict, lenient) =
        (seeded(Options { strict: true, ..Options::default() }).await, seeded(Options::default()).await);
    for (path, code) in missing {
        let version = "2022-10-01";
        get(&strict, path, version).await.refused(404, code);
        assert_eq!(get(&lenient, path, version).await.status, 200, "{path}");
    }
    assert_eq!(strict.snapshot(), lenient.snapshot(), "nothing is made by asking for it");
}

#[tokio::test]
async fn a_group_can_be_asked_for_its_existence() {
    let emulator = seeded(Options { strict: true, ..Options::default() }).await;
    for (name, status) in [("rg-a", 204), ("nope", 404)] {
        let url = format!("{ORIGIN}/subscriptions/s-1/resourcegroups/{name}?api-version=2021-04-01");
        let reply = send(&emulator, request("HEAD", &url, &[], "")).await;
        assert_eq!((reply.status, reply.body), (status, Value::Null), "{name}");
    }
}

#[tokio::test]
async fn groups_are_filtered_by_tag_and_by_nothing_else() {
    let emulator = seeded(Options::default()).await;
    let list = "/subscriptions/s-1/resourcegroups?$filter=";
    assert_eq!(names(&get(&emulator, &format!("{list}tagName%20eq%20'a'"), "2021-04-01").await, "name"), [""; 0]);
    get(&emulator, &format!("{list}name%20eq%20'rg-a'"), "2021-04-01").await.refused(400, "BadRequest");
    get(&emulator, "/subscriptions?$filter=x", "2022-12-01").await.refused(400, "BadRequest");
}

#[tokio::test]
async fn resources_are_listed_whatever_their_type() {
    let emulator = seeded(Options::default()).await;
    let all = get(&emulator, "/subscriptions/s-1/resourceGroups/RG-A/resources", "2021-04-01").await;
    assert_eq!(names(&all, "name"), ["law-1", "SecurityInsights(law-1)", "law-2", "SecurityInsights(law-2)"]);
    assert!(all.body["value"][0].get("properties").is_none());
    let path = "/subscriptions/s-1/resources?$filter=resourceType%20eq%20'microsoft.operationalinsights/workspaces'";
    assert_eq!(names(&get(&emulator, path, "2021-04-01").await, "name"), ["law-1", "law-2", "law-3"]);
    let path = "/subscriptions/s-1/resources?$filter=substringof('law',name)";
    get(&emulator, path, "2021-04-01").await.refused(400, "BadRequest");
}

#[tokio::test]
async fn providers_are_registered() {
    let emulator = Emulator::in_memory(Options::default());
    let all = get(&emulator, "/subscriptions/s/providers", "2021-04-01").await;
    assert!(names(&all, "namespace").contains(&"Microsoft.SecurityInsights".to_owned()));
    let url = format!("{ORIGIN}/subscriptions/s/providers/microsoft.securityinsights/register?api-version=2021-04-01");
    let registered = send(&emulator, request("POST", &url, &[], "")).await;
    assert_eq!(registered.body["registrationState"], "Registered");
    let types = registered.body["resourceTypes"].as_array().unwrap();
    assert!(types.iter().any(|one| one["resourceType"] == "alertRules/actions"), "{types:?}");
    get(&emulator, "/subscriptions/s/providers/Contoso.Things", "2021-04-01")
        .await
        .refused(404, "InvalidResourceNamespace");
}

#[tokio::test]
async fn a_cloud_is_discovered_in_each_of_its_forms() {
    let emulator = Emulator::in_memory(Options::default());
    let one = get(&emulator, "/metadata/endpoints", "2022-09-01").await;
    assert_eq!(one.body["resourceManager"], ORIGIN);
    assert_eq!(one.body["authentication"]["loginEndpoint"], ORIGIN);
    assert_eq!(get(&emulator, "/metadata/endpoints", "2019-05-01").await.body, json!([one.body]));
    let first = get(&emulator, "/metadata/endpoints", "2015-01-01").await;
    assert_eq!(first.body["authentication"]["audiences"], one.body["authentication"]["audiences"]);
    let text = one.body.to_string();
    for host in text.split("https://").skip(1).map(|rest| rest.split(['/', '"']).next().unwrap()) {
        let known = ["localhost:8444", "management.core.windows.net", "management.azure.com", "graph.windows.net"];
        let audience = ["graph.microsoft.com", "api.loganalytics.io"];
        assert!(known.contains(&host) || audience.contains(&host) || host.ends_with(".invalid"), "{host}");
    }
}

//! Several tenants in one emulator: who sees what, and what a seed tells of workspaces, groups and tables.

use palisade::emulator::{Emulator, Options, SeedText};
use serde_json::{Value, json};

use crate::client::{Reply, request, send};
use crate::management::ORIGIN;

const CONTOSO: &str = "11111111-1111-4111-8111-111111111111";
const FABRIKAM: &str = "22222222-2222-4222-8222-222222222222";
/// It manages Contoso's subscription through Lighthouse.
const MSP: &str = "99999999-9999-4999-8999-999999999999";

const SEEDS: &str = r#"
tenant: 11111111-1111-4111-8111-111111111111
managedByTenants: [99999999-9999-4999-8999-999999999999]
subscription: sub-contoso
resourceGroup: rg-soc
workspace: law-contoso
location: westeurope
tags: {tier: gold}
resourceGroupTags: {owner: soc}
tables:
  - {name: SigninLogs, columns: {UserPrincipalName: string, TimeGenerated: datetime}}
  - {name: Own_CL, columns: [{name: x, type: long}], plan: Basic}
"#;

const FABRIKAM_SEED: &str = r#"
tenant: 22222222-2222-4222-8222-222222222222
subscription: sub-fabrikam
resourceGroup: rg-soc
workspace: law-fabrikam
"#;

async fn seeded() -> Emulator {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    let text = |name: &str, text: &str| SeedText { name: name.to_owned(), text: text.to_owned() };
    emulator.seed_from(&[text("contoso.yaml", SEEDS), text("fabrikam.yaml", FABRIKAM_SEED)]).await.unwrap();
    emulator
}

/// Asks with a token of a tenant.
async fn ask(emulator: &Emulator, tenant: &str, method: &str, path: &str, body: &Value) -> Reply {
    let form =
        "grant_type=client_credentials&client_id=c&client_secret=s&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let url = format!("{ORIGIN}/{tenant}/oauth2/v2.0/token");
    let token = send(emulator, request("POST", &url, &[], form)).await.body["access_token"].clone();
    let authorization = format!("Bearer {}", token.as_str().unwrap());
    let headers = [("authorization", authorization.as_str())];
    send(emulator, request(method, &format!("{ORIGIN}{path}"), &headers, body.to_string())).await
}

#[tokio::test]
async fn a_token_is_good_for_its_tenant_and_for_whom_it_manages() {
    let emulator = seeded().await;
    for (tenant, seen) in
        [(CONTOSO, json!(["sub-contoso"])), (FABRIKAM, json!(["sub-fabrikam"])), (MSP, json!(["sub-contoso"]))]
    {
        let list = ask(&emulator, tenant, "GET", "/subscriptions?api-version=2022-12-01", &Value::Null).await;
        let ids: Value =
            list.body["value"].as_array().unwrap().iter().map(|one| one["subscriptionId"].clone()).collect();
        assert_eq!(ids, seen, "{tenant}");
        let query = json!({"query": "resourcecontainers | where type == 'microsoft.resources/subscriptions' | project id = subscriptionId"});
        let graph = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
        let found = ask(&emulator, tenant, "POST", graph, &query).await;
        let ids: Value = found.body["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, seen, "{tenant}");
    }
    let contoso = "/subscriptions/sub-contoso?api-version=2022-12-01";
    let shown = ask(&emulator, MSP, "GET", contoso, &Value::Null).await;
    assert_eq!(
        (&shown.body["tenantId"], &shown.body["managedByTenants"]),
        (&json!(CONTOSO), &json!([{"tenantId": MSP}]))
    );
    let refused = ask(&emulator, FABRIKAM, "GET", contoso, &Value::Null).await;
    assert!(refused.refused(401, "InvalidAuthenticationTokenTenant").contains(CONTOSO));
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(&format!("{ORIGIN}/{CONTOSO}")), "{challenge}");
    ask(&emulator, FABRIKAM, "GET", "/subscriptions/nope?api-version=2022-12-01", &Value::Null)
        .await
        .refused(404, "SubscriptionNotFound");
}

#[tokio::test]
async fn a_seed_tells_of_group_workspace_and_tables() {
    let emulator = seeded().await;
    let get = async |path: &str| ask(&emulator, CONTOSO, "GET", path, &Value::Null).await;
    let groups = "/subscriptions/sub-contoso/resourceGroups?api-version=2021-04-01&$filter=tagName%20eq%20'owner'";
    let group = &get(groups).await.body["value"][0];
    assert_eq!((&group["location"], &group["tags"]), (&json!("westeurope"), &json!({"owner": "soc"})));

    let workspace = "/subscriptions/sub-contoso/resourceGroups/rg-soc/providers/Microsoft.OperationalInsights/workspaces/law-contoso";
    let whole = get(&format!("{workspace}?api-version=2022-10-01")).await;
    assert_eq!((&whole.body["location"], &whole.body["tags"]["tier"]), (&json!("westeurope"), &json!("gold")));

    let tables = get(&format!("{workspace}/tables?api-version=2022-10-01")).await;
    let names: Vec<&Value> = tables.body["value"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Own_CL", "SigninLogs"]);
    let table = get(&format!("{workspace}/tables/own_cl?api-version=2022-10-01")).await;
    assert_eq!(table.body, tables.body["value"][0]);
    assert_eq!(table.body["id"].as_str().unwrap(), format!("{workspace}/tables/Own_CL"));
    let properties = &table.body["properties"];
    assert_eq!((&properties["plan"], &properties["schema"]["name"]), (&json!("Basic"), &json!("Own_CL")));
    assert_eq!(properties["schema"]["columns"][0]["name"], "x");
    get(&format!("{workspace}/tables/Nope_CL?api-version=2022-10-01")).await.refused(404, "ResourceNotFound");
}

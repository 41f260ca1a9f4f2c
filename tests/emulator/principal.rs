//! Who a request is from shows in what it writes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, VERSION, WORKSPACE, request, send};

/// A token as Entra ID's, signed by nobody.
fn token(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"RS256","typ":"JWT"}"#), part(&claims.to_string()), part("signature"))
}

async fn put(emulator: &Emulator, tail: &str, claims: &Value, body: &Value) -> Reply {
    let url = format!("https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/{tail}?{VERSION}");
    let headers = [("authorization", &*format!("Bearer {}", token(claims)))];
    send(emulator, request("PUT", &url, &headers, body.to_string())).await
}

#[tokio::test]
async fn who_made_and_who_changed_a_resource() {
    let emulator = Emulator::in_memory(Options::default());
    let kim = json!({"oid": "o-kim", "upn": "kim@contoso.example", "name": "Kim"});
    let pipeline = json!({"oid": "o-pipeline", "appid": "c-pipeline", "idtyp": "app"});

    let rule = json!({"properties": {
        "displayName": "R", "order": 1, "actions": [],
        "triggeringLogic": {"isEnabled": true, "triggersOn": "Incidents", "triggersWhen": "Created"},
    }});
    let made = put(&emulator, "automationRules/r", &kim, &rule).await;
    assert_eq!(made.status, 201, "{made:?}");
    let person = json!({
        "objectId": "o-kim", "email": "kim@contoso.example", "name": "Kim", "userPrincipalName": "kim@contoso.example",
    });
    assert_eq!(made.body["properties"]["createdBy"], person);
    let changed = put(&emulator, "automationRules/r", &pipeline, &rule).await;
    assert_eq!(changed.body["properties"]["createdBy"], person);
    let application = json!({"objectId": "o-pipeline", "email": null, "name": "c-pipeline", "userPrincipalName": null});
    assert_eq!(changed.body["properties"]["lastModifiedBy"], application);

    let mark = json!({"properties": {"kind": "AnalyticsRule", "parentId": "/x"}});
    put(&emulator, "metadata/m", &pipeline, &mark).await;
    let data = &put(&emulator, "metadata/m", &kim, &mark).await.body["systemData"];
    assert_eq!((&data["createdBy"], &data["createdByType"]), (&json!("c-pipeline"), &json!("Application")));
    assert_eq!((&data["lastModifiedBy"], &data["lastModifiedByType"]), (&json!("kim@contoso.example"), &json!("User")));
}

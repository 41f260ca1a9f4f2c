//! Entra ID on the emulator's own address, and the tokens that a strict emulator takes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palisade::emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Reply, VERSION, WORKSPACE, request, send};
use crate::management::{ORIGIN, get};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
/// The tenant of every workspace that no seed puts elsewhere.
const OWN: &str = "00000000-0000-4000-8000-00000000000f";
const SCOPE: &str = "https%3A%2F%2Fmanagement.azure.com%2F.default";

async fn post(emulator: &Emulator, path: &str, form: &str) -> Reply {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(emulator, request("POST", &format!("{ORIGIN}{path}"), &headers, form.to_owned())).await
}

async fn token(emulator: &Emulator, tenant: &str) -> String {
    let form = format!("grant_type=client_credentials&client_id=c&client_secret=s&scope={SCOPE}");
    let reply = post(emulator, &format!("/{tenant}/oauth2/v2.0/token"), &form).await;
    reply.body["access_token"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn list(emulator: &Emulator, authorization: &str) -> Reply {
    let url = format!("{ORIGIN}{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules?{VERSION}");
    send(emulator, request("GET", &url, &[("authorization", authorization)], "")).await
}

#[tokio::test]
async fn every_page_that_discovery_names_is_there() {
    let emulator = Emulator::in_memory(Options::default());
    let asked = format!("/common/discovery/instance?authorization_endpoint={ORIGIN}/{TENANT}/oauth2/v2.0/authorize");
    let instance = get(&emulator, &asked, "1.1").await;
    assert_eq!(instance.body["metadata"][0]["aliases"], json!(["localhost:8444"]));
    let configuration = instance.body["tenant_discovery_endpoint"].as_str().unwrap();
    assert_eq!(configuration, format!("{ORIGIN}/{TENANT}/v2.0/.well-known/openid-configuration"));
    for configuration in [configuration, &format!("{ORIGIN}/{TENANT}/.well-known/openid-configuration")] {
        let found = send(&emulator, request("GET", configuration, &[], "")).await;
        let page = |name: &str| found.body[name].as_str().unwrap().to_owned();
        let keys = send(&emulator, request("GET", &page("jwks_uri"), &[], "")).await;
        assert_eq!(keys.body, json!({"keys": []}));
        for name in ["token_endpoint", "device_authorization_endpoint"] {
            let refused = send(&emulator, request("POST", &page(name), &[], "")).await;
            assert_eq!((refused.status, &refused.body["error"]), (400, &json!("invalid_request")), "{name}");
        }
    }
}

#[tokio::test]
async fn an_application_gets_a_token() {
    let emulator = Emulator::in_memory(Options { token_lifetime: Duration::from_secs(60), ..Options::default() });
    let form = format!("grant_type=client_credentials&client_id=app&client_secret=s&scope={SCOPE}");
    let second = post(&emulator, &format!("/{TENANT}/oauth2/v2.0/token"), &form).await;
    assert_eq!((second.status, &second.body["expires_in"]), (200, &json!(60)), "{second:?}");
    assert!(!second.headers.contains_key("x-ms-ratelimit-remaining-tenant-writes"));
    let said = claims(second.body["access_token"].as_str().unwrap());
    assert_eq!((&said["tid"], &said["appid"]), (&json!(TENANT), &json!("app")));
    assert_eq!((&said["aud"], &said["idtyp"]), (&json!("https://management.azure.com"), &json!("app")));
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 60);

    let resource = "https%3A%2F%2Fmanagement.core.windows.net%2F";
    let form = format!("grant_type=client_credentials&client_id=app&client_assertion=x.y.z&resource={resource}");
    let first = post(&emulator, &format!("/{TENANT}/oauth2/token"), &form).await;
    assert_eq!(first.body["expires_in"], "60", "the first endpoint writes numbers as text");
    let again = claims(first.body["access_token"].as_str().unwrap());
    assert_eq!((&again["oid"], &again["aud"]), (&said["oid"], &json!("https://management.core.windows.net/")));
}

#[tokio::test]
async fn a_person_gets_a_token_and_another_for_it() {
    let emulator = Emulator::in_memory(Options::default());
    let at = format!("/{TENANT}/oauth2/v2.0/token");
    let form = format!(
        "grant_type=password&client_id=cli&username=kim%40contoso.example&password=p&scope={SCOPE}%20offline_access"
    );
    let reply = post(&emulator, &at, &form).await;
    let said = claims(reply.body["access_token"].as_str().unwrap());
    assert_eq!((&said["upn"], &said["idtyp"]), (&json!("kim@contoso.example"), &json!("user")));
    assert_eq!(claims(reply.body["id_token"].as_str().unwrap())["aud"], "cli");
    let refresh = reply.body["refresh_token"].as_str().unwrap();
    let form = format!("grant_type=refresh_token&client_id=cli&refresh_token={refresh}&scope={SCOPE}");
    let again = post(&emulator, &at, &form).await;
    assert_eq!(claims(again.body["access_token"].as_str().unwrap())["oid"], said["oid"]);

    let device =
        post(&emulator, "/organizations/oauth2/v2.0/devicecode", &format!("client_id=cli&scope={SCOPE}")).await;
    let code = device.body["device_code"].as_str().unwrap();
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
    let form = format!("grant_type={grant}&client_id=cli&device_code={code}");
    let reply = post(&emulator, "/organizations/oauth2/v2.0/token", &form).await;
    let said = claims(reply.body["access_token"].as_str().unwrap());
    assert_eq!((&said["upn"], &said["tid"]), (&json!("emulator@palisade.example"), &json!(OWN)));
}

#[tokio::test]
async fn bad_requests_for_a_token_are_refused_in_entra_s_shape() {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    let scope = format!("&client_id=c&scope={SCOPE}");
    for (tenant, form, error, code) in [
        (OWN, String::new(), "invalid_request", 900_144),
        (OWN, "grant_type=client_credentials".to_owned(), "invalid_request", 900_144),
        (OWN, format!("grant_type=client_credentials{scope}"), "invalid_client", 7_000_218),
        (OWN, format!("grant_type=magic{scope}"), "unsupported_grant_type", 70_003),
        (OWN, format!("grant_type=refresh_token&refresh_token=x{scope}"), "invalid_grant", 70_000),
        (OWN, format!("grant_type=device_code&device_code=x{scope}"), "invalid_grant", 70_000),
        (OWN, "grant_type=client_credentials&client_id=c&client_secret=s&scope=x".to_owned(), "invalid_scope", 70_011),
        (TENANT, format!("grant_type=client_credentials&client_secret=s{scope}"), "invalid_request", 90_002),
    ] {
        let reply = post(&emulator, &format!("/{tenant}/oauth2/v2.0/token"), &form).await;
        assert_eq!((&reply.body["error"], &reply.body["error_codes"]), (&json!(error), &json!([code])), "{form}");
        let told = reply.body["error_description"].as_str().unwrap();
        assert!(told.starts_with(&format!("AADSTS{code}: ")), "{told}");
        assert_eq!(reply.status, if error == "invalid_client" { 401 } else { 400 });
    }
    let wrong = send(&emulator, request("GET", &format!("{ORIGIN}/{OWN}/oauth2/v2.0/token"), &[], "")).await;
    wrong.refused(405, "MethodNotAllowed");
}

#[tokio::test]
async fn a_strict_emulator_takes_good_tokens_alone() {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    emulator.seed("S-1", "rg-Soc", "law-One").await.unwrap();
    let good = format!("Bearer {}", token(&emulator, OWN).await);
    assert_eq!(list(&emulator, &good).await.status, 200);
    assert_eq!(list(&emulator, "Bearer emulator").await.status, 200, "the fixed token is one of ours");
    emulator.advance(Duration::from_secs(3_601));
    let expired = list(&emulator, &good).await;
    let message = expired.refused(401, "ExpiredAuthenticationToken");
    assert!(message.starts_with("The access token expiry UTC time '"), "{message}");
    let challenge = expired.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with(&format!("Bearer authorization_uri=\"{ORIGIN}/{OWN}\"")), "{challenge}");
    let renewed = format!("Bearer {}", token(&emulator, OWN).await);
    assert_eq!(list(&emulator, &renewed).await.status, 200);

    let lenient = Emulator::in_memory(Options::default());
    let foreign = format!("Bearer {}", token(&lenient, TENANT).await);
    list(&emulator, &foreign).await.refused(401, "ExpiredAuthenticationToken");
    lenient.advance(Duration::from_secs(7_200));
    let foreign = format!("Bearer {}", token(&lenient, TENANT).await);
    let message = list(&emulator, &foreign).await.refused(401, "InvalidAuthenticationTokenTenant").to_owned();
    assert!(message.contains(TENANT) && message.contains(OWN), "{message}");
    list(&emulator, "Bearer nonsense").await.refused(401, "InvalidAuthenticationToken");
    assert_eq!(list(&lenient, &foreign).await.status, 200, "any token will do where the emulator is not strict");
}

#[tokio::test]
async fn a_strict_emulator_shows_a_tenant_its_own() {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    emulator.seed("S-1", "rg-Soc", "law-One").await.unwrap();
    let ask = async |authorization: &str, path: &str| {
        let url = format!("{ORIGIN}{path}?api-version=2022-12-01");
        send(&emulator, request("GET", &url, &[("authorization", authorization)], "")).await
    };
    let foreign = Emulator::in_memory(Options::default());
    let (own, foreign) = (token(&emulator, OWN).await, token(&foreign, TENANT).await);
    let shown = ask(&format!("Bearer {own}"), "/subscriptions").await;
    assert_eq!(shown.body["value"][0]["tenantId"], OWN);
    let shown = ask(&format!("Bearer {foreign}"), "/subscriptions").await;
    assert_eq!(shown.body["value"], json!([]));
    let tenants = ask(&format!("Bearer {foreign}"), "/tenants").await.body["value"].clone();
    assert_eq!((tenants.as_array().unwrap().len(), &tenants[0]["tenantId"]), (1, &json!(TENANT)));

    let lenient = Emulator::in_memory(Options::default());
    let url = format!("{ORIGIN}/tenants?api-version=2022-12-01");
    let authorization = format!("Bearer {foreign}");
    let tenants =
        send(&lenient, request("GET", &url, &[("authorization", &authorization)], "")).await.body["value"].clone();
    assert_eq!((&tenants[0]["tenantId"], &tenants[1]["tenantId"]), (&json!(OWN), &json!(TENANT)));
}

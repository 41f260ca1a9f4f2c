//! Where Entra ID's pages are, as MSAL asks before it asks for a token.

use http::{StatusCode, Uri};
use serde_json::json;

use crate::emulator::answer::Answer;
use crate::emulator::location::query;

/// The hosts of the cloud: the emulator's own.
pub(super) fn instance(uri: &Uri, origin: &str) -> Answer {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let asked = query(uri, "authorization_endpoint").unwrap_or_default();
    // `https://host/{tenant}/oauth2/v2.0/authorize`
    let tenant = asked.split('/').nth(3).filter(|tenant| !tenant.is_empty()).unwrap_or("common");
    ok(&json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
}

/// A tenant's pages: `name` as the request has it, `id` its GUID.
pub(super) fn configuration(origin: &str, name: &str, id: &str, second: bool) -> Answer {
    let at = format!("{origin}/{name}");
    let (version, issuer) =
        if second { ("/v2.0", format!("{origin}/{id}/v2.0")) } else { ("", format!("{origin}/{id}/")) };
    ok(&json!({
        "token_endpoint": format!("{at}/oauth2{version}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{at}/discovery{version}/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"], "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["none"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"], "issuer": issuer,
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{at}/oauth2{version}/authorize"),
        "device_authorization_endpoint": format!("{at}/oauth2{version}/devicecode"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "oid", "tid", "upn", "ver"],
        "tenant_region_scope": null, "cloud_instance_name": "emulator.invalid",
        "cloud_graph_host_name": "graph.emulator.invalid", "msgraph_host": "graph.emulator.invalid",
    }))
}

/// No keys: nothing is signed.
pub(super) fn keys() -> Answer {
    ok(&json!({"keys": []}))
}

fn ok(body: &serde_json::Value) -> Answer {
    Answer::new(StatusCode::OK, body.to_string())
}

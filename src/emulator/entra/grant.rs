//! Tokens for a grant: client credentials, a refresh token, a password, a device code.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Surroundings;
use super::refusal::Refusal;
use crate::arm::transport::Request;
use crate::emulator::answer::Answer;
use crate::emulator::principal::{Identity, Principal};
use crate::emulator::token::Claims;

/// What the words of OAuth 2.0 for the device flow are: RFC 8628, and Entra ID's first endpoint.
const DEVICE: [&str; 2] = ["urn:ietf:params:oauth:grant-type:device_code", "device_code"];
/// The scopes that name no resource.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// What a token is for where a scope names no resource.
const DEFAULT_AUDIENCE: &str = "https://management.core.windows.net/";

/// Answers a request for a token. `second` is Entra ID's v2.0 endpoint, which takes `scope` where the first one takes
/// `resource`.
pub(super) fn token(
    request: &Request,
    origin: &str,
    tenant: &str,
    second: bool,
    around: &Surroundings,
) -> Result<Answer, Refusal> {
    let mut form = Form::of(request);
    let grant = form.required("grant_type")?.to_owned();
    let client = form.client()?;
    let who = match grant.as_str() {
        "client_credentials" => {
            if ["client_secret", "client_assertion"].iter().all(|name| form.get(name).is_none()) && !form.basic {
                return Err(Refusal::client());
            }
            Claims { idtyp: Some("app".into()), oid: Some(object_id(tenant, &client)), ..Claims::default() }
        }
        "password" => {
            form.required("password")?;
            person(tenant, form.required("username")?, None)
        }
        "refresh_token" => refreshed(form.required("refresh_token")?, tenant)?,
        grant if DEVICE.contains(&grant) => {
            let code = form.get("device_code").or(form.get("code")).map(str::to_owned);
            form.asked_before(&code.ok_or_else(|| Refusal::missing("device_code"))?)?;
            emulator(tenant)
        }
        other => {
            let message = format!("The app requested an unsupported grant type '{other}'.");
            return Err(Refusal::new("unsupported_grant_type", 70_003, message));
        }
    };
    let (audience, scope) = audience(&form, second)?;
    let now = around.now.as_second();
    let lifetime = i64::try_from(around.lifetime.as_secs()).unwrap_or(i64::MAX);
    let claims = Claims {
        uti: Some(uuid::Uuid::new_v4().simple().to_string()),
        aud: audience.clone(),
        iss: format!("{origin}/{tenant}/"),
        iat: now,
        nbf: now,
        exp: now.saturating_add(lifetime),
        tid: tenant.to_owned(),
        appid: Some(client.clone()),
        sub: who.oid.clone(),
        ver: Some("1.0".into()),
        ..who.clone()
    };
    let mut body = json!({
        "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": claims.token(),
    });
    if !second {
        // The first endpoint writes numbers as text.
        for (name, value) in
            [("expires_in", lifetime), ("ext_expires_in", lifetime), ("expires_on", claims.exp), ("not_before", now)]
        {
            body[name] = json!(value.to_string());
        }
        body["resource"] = json!(audience);
    }
    if claims.upn.is_some() {
        body["scope"] = json!(scope);
        body["refresh_token"] = json!(refresh_token(&who));
        let id = Claims { aud: client, iss: format!("{origin}/{tenant}/v2.0"), appid: None, ..claims.clone() };
        body["id_token"] = json!(id.token());
        let client_info = json!({"uid": claims.oid, "utid": tenant}).to_string();
        body["client_info"] = json!(URL_SAFE_NO_PAD.encode(client_info));
    }
    Ok(Answer::new(StatusCode::OK, body.to_string()))
}

/// Answers a request for a device code. Nobody needs to enter the code: the next request for a token gets one.
pub(super) fn device_code(request: &Request, origin: &str) -> Result<Answer, Refusal> {
    let form = Form::of(request);
    form.client()?;
    // What the token will be for, so that the emulator remembers nothing: clients don't say it again.
    let asked = json!({"scope": form.get("scope"), "resource": form.get("resource")}).to_string();
    let body = json!({
        "user_code": "EMULATOR0", "device_code": URL_SAFE_NO_PAD.encode(asked),
        "verification_uri": format!("{origin}/common/oauth2/deviceauth"), "expires_in": 900, "interval": 1,
        "message": "The emulator signs you in as emulator@palisade.example; no code needs to be entered.",
    });
    Ok(Answer::new(StatusCode::OK, body.to_string()))
}

/// The resource that a token is asked for, and the scope that is granted.
fn audience(form: &Form, second: bool) -> Result<(String, String), Refusal> {
    if let Some(resource) = form.get("resource").filter(|_| !second) {
        return Ok((resource.to_owned(), "user_impersonation".to_owned()));
    }
    let scopes = form.required(if second { "scope" } else { "resource" })?;
    let scope = scopes.split(' ').find(|scope| !scope.is_empty() && !OPENID.contains(scope));
    let Some(scope) = scope else { return Ok((DEFAULT_AUDIENCE.to_owned(), scopes.to_owned())) };
    // `https://management.core.windows.net//.default` is for `https://management.core.windows.net/`.
    let resource = scope.rsplit_once('/').map_or(scope, |(resource, _)| resource);
    if resource.is_empty() || scope == resource || resource.ends_with(":/") {
        let message = format!("The provided value for scope {scope} is not valid.");
        return Err(Refusal::new("invalid_scope", 70_011, message));
    }
    Ok((resource.to_owned(), scopes.to_owned()))
}

/// The person of the fixed token, in a tenant.
fn emulator(tenant: &str) -> Claims {
    match &Principal::emulator().identity {
        Identity::Person { upn, name } => person(tenant, upn, Some(name)),
        Identity::Application { id } => person(tenant, id, None),
    }
}

fn person(tenant: &str, upn: &str, name: Option<&str>) -> Claims {
    let upn = upn.to_owned();
    Claims {
        oid: Some(object_id(tenant, &upn)),
        idtyp: Some("user".into()),
        name: Some(name.unwrap_or(&upn).to_owned()),
        unique_name: Some(upn.clone()),
        preferred_username: Some(upn.clone()),
        upn: Some(upn),
        ..Claims::default()
    }
}

/// The object id of a principal in a tenant follows from its name.
fn object_id(tenant: &str, name: &str) -> String {
    let name = format!("{tenant}/{}", name.to_lowercase());
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// A refresh token holds whom it is for, so that the emulator remembers nobody.
fn refresh_token(who: &Claims) -> String {
    URL_SAFE_NO_PAD.encode(json!({"upn": who.upn, "name": who.name}).to_string())
}

fn refreshed(token: &str, tenant: &str) -> Result<Claims, Refusal> {
    let read = URL_SAFE_NO_PAD.decode(token).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let text = |name: &str| read.as_ref().and_then(|read| read.get(name)).and_then(Value::as_str);
    match text("upn") {
        Some(upn) => Ok(person(tenant, upn, text("name"))),
        None => Err(Refusal::new("invalid_grant", 70_000, "The provided refresh token is malformed or invalid.")),
    }
}

/// The fields of a request's form.
struct Form {
    fields: HashMap<String, String>,
    /// Whether the client names itself in the header, as RFC 6749 allows.
    basic: bool,
}

impl Form {
    fn of(request: &Request) -> Self {
        let fields = url::form_urlencoded::parse(request.body()).into_owned().collect();
        let mut form = Self { fields, basic: false };
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(pair) = header.and_then(|value| value.strip_prefix("Basic "))
            && let Some(pair) = STANDARD.decode(pair.trim()).ok().and_then(|pair| String::from_utf8(pair).ok())
            && let Some((client, secret)) = pair.split_once(':')
        {
            form.basic = !secret.is_empty();
            form.fields.entry("client_id".to_owned()).or_insert_with(|| client.to_owned());
        }
        form
    }

    /// Takes over what was said when a device code was asked for, unless the request says it itself.
    fn asked_before(&mut self, code: &str) -> Result<(), Refusal> {
        let asked = URL_SAFE_NO_PAD.decode(code).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        let asked = asked.as_ref().and_then(Value::as_object).ok_or_else(|| {
            Refusal::new("invalid_grant", 70_000, "The provided device code is malformed or invalid.")
        })?;
        for (name, value) in asked {
            if let Value::String(value) = value {
                self.fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    fn client(&self) -> Result<String, Refusal> {
        self.required("client_id").map(str::to_owned)
    }
}

//! A small client, and the smallest rules that are valid.

use bytes::Bytes;
use http::HeaderMap;
use palisade::arm::transport::{Request, Transport as _};
use palisade::emulator::Emulator;
use serde_json::{Value, json};

pub(crate) const WORKSPACE: &str =
    "/subscriptions/S-1/resourceGroups/rg-Soc/providers/Microsoft.OperationalInsights/workspaces/law-One";
pub(crate) const VERSION: &str = "api-version=2025-07-01-preview";

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> &str {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.body["error"]["code"], code, "{self:?}");
        self.body["error"]["message"].as_str().unwrap()
    }

    pub(crate) fn etag(&self) -> &str {
        self.body["etag"].as_str().unwrap()
    }
}

pub(crate) fn rules() -> String {
    format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules")
}

/// The URL of a rule, or of the list where `name` is empty.
pub(crate) fn url(name: &str) -> String {
    let slash = if name.is_empty() { "" } else { "/" };
    format!("https://management.azure.com{}{slash}{name}?{VERSION}", rules())
}

pub(crate) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request {
    let builder = http::Request::builder().method(method).uri(url);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(body.into()).unwrap()
}

pub(crate) async fn send(emulator: &Emulator, request: Request) -> Reply {
    let (parts, body) = emulator.send(request).await.unwrap().into_parts();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn put(emulator: &Emulator, name: &str, body: &Value) -> Reply {
    send(emulator, request("PUT", &url(name), &[("content-type", "application/json")], body.to_string())).await
}

pub(crate) async fn get(emulator: &Emulator, name: &str) -> Reply {
    send(emulator, request("GET", &url(name), &[], "")).await
}

pub(crate) async fn delete(emulator: &Emulator, name: &str) -> Reply {
    send(emulator, request("DELETE", &url(name), &[], "")).await
}

pub(crate) fn scheduled(name: &str) -> Value {
    json!({
        "kind": "Scheduled",
        "properties": {
            "displayName": name,
            "enabled": true,
            "severity": "Medium",
            "query": "SecurityEvent\r\n| where EventID == 4625  \r\n",
            "queryFrequency": "PT1H",
            "queryPeriod": "P1D",
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 0,
            "suppressionDuration": "PT5H",
            "suppressionEnabled": false,
        },
    })
}

pub(crate) fn nrt(name: &str) -> Value {
    let mut rule = scheduled(name);
    rule["kind"] = "NRT".into();
    let properties = rule["properties"].as_object_mut().unwrap();
    properties.retain(|key, _| !key.starts_with("queryF") && !key.starts_with("queryP") && !key.starts_with("trigger"));
    rule
}

/// A rule with one property set to a value; `null` takes the property away.
pub(crate) fn with(mut rule: Value, property: &str, value: Value) -> Value {
    let properties = rule["properties"].as_object_mut().unwrap();
    match value {
        Value::Null => properties.remove(property),
        value => properties.insert(property.to_owned(), value),
    };
    rule
}

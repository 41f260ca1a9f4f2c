//! `/metadata/endpoints`: what a cloud is made of, as `az cloud register` and the SDKs of other tools ask for it.
//!
//! Resource Manager and Entra ID are the emulator itself. Hosts of what it does not emulate end in `.invalid`, so that
//! no client leaves this machine by mistake. Audiences are Azure's own names: clients compare them, and nothing more.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::arm::transport::Request;
use crate::emulator::answer::{Answer, ArmError};
use crate::emulator::location::api_version_within;
use crate::emulator::origin::origin;
use crate::emulator::route::not_allowed;

/// Resources of Resource Manager for which Entra ID issues tokens; a trailing slash makes no difference.
pub(in crate::emulator) const AUDIENCES: [&str; 6] = [
    "https://management.core.windows.net",
    "https://management.azure.com",
    "https://management.core.usgovcloudapi.net",
    "https://management.usgovcloudapi.net",
    "https://management.core.chinacloudapi.cn",
    "https://management.chinacloudapi.cn",
];

/// Answers in the form of the api-version: `2015-01-01` is that of Azure Stack and PowerShell, up to `2022-09-01` a
/// list of clouds, from then on one cloud (the forms that azure-cli and Terraform read).
///
/// # Errors
///
/// 400 without a plausible api-version, 405 for another method than GET.
pub(in crate::emulator) fn answer(request: &Request) -> Result<Answer, ArmError> {
    if request.method() != Method::GET {
        return Err(not_allowed(request.method()));
    }
    let version = api_version_within(request.uri(), ("2015-01-01", "2025-12-31"))?;
    let origin = origin(request.uri());
    let body = match version.as_str() {
        version if version < "2018-01-01" => first(&origin),
        version if version < "2022-09-01" => json!([cloud(&origin)]),
        _ => cloud(&origin),
    };
    Ok(Answer::new(StatusCode::OK, body.to_string()))
}

fn audiences() -> [String; 2] {
    [format!("{}/", AUDIENCES[0]), format!("{}/", AUDIENCES[1])]
}

fn first(origin: &str) -> Value {
    json!({
        "galleryEndpoint": "https://gallery.emulator.invalid", "graphEndpoint": "https://graph.emulator.invalid",
        "portalEndpoint": "https://portal.emulator.invalid",
        "authentication": {"loginEndpoint": origin, "audiences": audiences()},
    })
}

fn cloud(origin: &str) -> Value {
    json!({
        "name": "PalisadeEmulator", "resourceManager": origin, "portal": "https://portal.emulator.invalid",
        "authentication": {
            "loginEndpoint": origin, "audiences": audiences(), "tenant": "common", "identityProvider": "AAD",
        },
        "gallery": "https://gallery.emulator.invalid", "graph": "https://graph.emulator.invalid",
        "graphAudience": "https://graph.windows.net/", "media": "https://media.emulator.invalid",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "logAnalyticsResourceId": "https://api.loganalytics.io", "batch": "https://batch.emulator.invalid",
        "sqlManagement": "https://sql.emulator.invalid",
        "activeDirectoryDataLake": "https://datalake.emulator.invalid",
        "vmImageAliasDoc": "https://images.emulator.invalid/aliases.json",
        "suffixes": {
            "storage": "storage.emulator.invalid", "keyVaultDns": "vault.emulator.invalid",
            "sqlServerHostname": "sql.emulator.invalid", "acrLoginServer": "registry.emulator.invalid",
            "azureDataLakeStoreFileSystem": "datalake.emulator.invalid",
            "azureDataLakeAnalyticsCatalogAndJob": "datalake.emulator.invalid",
        },
    })
}

//! Entra ID on the emulator's own address: discovery, and tokens for whoever asks.
//!
//! Any client secret, assertion or password is good, for the emulator guards nothing. Tokens are not signed, so the key
//! sets are empty. Shapes are those that MSAL and the Azure SDKs read (OpenID Connect discovery, OAuth 2.0).

mod discovery;
mod grant;
mod refusal;

use http::Method;
use jiff::Timestamp;
use uuid::Uuid;

use super::answer::{Answer, ArmError};
use super::facts::TENANT;
use super::origin::origin;
use super::route::not_allowed;
use crate::arm::transport::Request;
use refusal::Refusal;

/// A page of Entra ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page {
    /// `/common/discovery/instance`: which hosts are one cloud.
    Instance,
    /// `/{tenant}/[v2.0/].well-known/openid-configuration`
    Configuration { tenant: String, second: bool },
    /// `/{tenant}/discovery/[v2.0/]keys`
    Keys,
    /// `/{tenant}/oauth2/[v2.0/]token`
    Token { tenant: String, second: bool },
    /// `/{tenant}/oauth2/[v2.0/]devicecode`
    DeviceCode { tenant: String },
}

/// What a page is told beside the request.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// The tenants that exist; every one does where there are none.
    pub(super) tenants: Option<Vec<String>>,
    pub(super) now: Timestamp,
    /// How long a token is good.
    pub(super) lifetime: std::time::Duration,
}

impl Page {
    /// Reads a path from its segments, as sent and in lower case.
    pub(super) fn of(words: &[String], lower: &[&str]) -> Option<Self> {
        let tenant = words.first()?.clone();
        Some(match lower {
            [_, "discovery", "instance"] => Self::Instance,
            [_, ".well-known", "openid-configuration"] => Self::Configuration { tenant, second: false },
            [_, "v2.0", ".well-known", "openid-configuration"] => Self::Configuration { tenant, second: true },
            [_, "discovery", "keys"] | [_, "discovery", "v2.0", "keys"] => Self::Keys,
            [_, "oauth2", "token"] => Self::Token { tenant, second: false },
            [_, "oauth2", "v2.0", "token"] => Self::Token { tenant, second: true },
            [_, "oauth2", "devicecode"] | [_, "oauth2", "v2.0", "devicecode"] => Self::DeviceCode { tenant },
            _ => return None,
        })
    }

    /// Answers a request to the page.
    ///
    /// # Errors
    ///
    /// 405 for a method that the page does not have. Entra ID's own refusals are answers, in a shape of their own.
    pub(super) fn answer(&self, request: &Request, around: &Surroundings) -> Result<Answer, ArmError> {
        let method = match self {
            Self::Token { .. } | Self::DeviceCode { .. } => Method::POST,
            Self::Instance | Self::Configuration { .. } | Self::Keys => Method::GET,
        };
        if *request.method() != method {
            return Err(not_allowed(request.method()));
        }
        let origin = origin(request.uri());
        let answer = match self {
            Self::Instance => Ok(discovery::instance(request.uri(), &origin)),
            Self::Configuration { tenant, second } => {
                around.tenant(tenant).map(|id| discovery::configuration(&origin, tenant, &id, *second))
            }
            Self::Keys => Ok(discovery::keys()),
            Self::Token { tenant, second } => {
                around.tenant(tenant).and_then(|tenant| grant::token(request, &origin, &tenant, *second, around))
            }
            Self::DeviceCode { tenant } => around.tenant(tenant).and_then(|_| grant::device_code(request, &origin)),
        };
        Ok(answer.unwrap_or_else(|refusal| refusal.answer(around.now)))
    }
}

impl Surroundings {
    /// The id of a tenant named by its id, a domain, or one of the words that stand for any.
    fn tenant(&self, name: &str) -> Result<String, Refusal> {
        let known =
            |id: &String| self.tenants.as_ref().is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(id)));
        let id = match name.to_ascii_lowercase().as_str() {
            "common" | "organizations" | "consumers" => {
                return Ok(self.tenants.as_ref().and_then(|all| all.first()).map_or(TENANT, String::as_str).to_owned());
            }
            lower if lower.parse::<Uuid>().is_ok() => lower.to_owned(),
            // The domain that `/tenants` shows of a tenant names it; any other stands for a tenant of its own.
            lower => match lower.strip_suffix(".onmicrosoft.example") {
                Some(id) => id.to_owned(),
                None => Uuid::new_v5(&Uuid::NAMESPACE_DNS, lower.as_bytes()).to_string(),
            },
        };
        Some(id).filter(known).ok_or_else(|| Refusal::tenant(name))
    }
}

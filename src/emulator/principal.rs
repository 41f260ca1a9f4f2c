//! Whoever makes a request: a person or an application of Entra ID, as the token names it.

use std::sync::{Arc, LazyLock};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use uuid::Uuid;

use super::inventory::Subscription;
use super::token::Claims;

/// The principal of the fixed token, and of requests inside this process, which carry none.
static EMULATOR: LazyLock<Arc<Principal>> = LazyLock::new(|| {
    Arc::new(Principal {
        object_id: "00000000-0000-4000-8000-00000000000e".to_owned(),
        identity: Identity::Person { upn: "emulator@palisade.example".to_owned(), name: "Emulator".to_owned() },
    })
});

/// Who a request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principal {
    /// The object id in its directory (`oid`).
    pub(super) object_id: String,
    pub(super) identity: Identity,
}

/// A principal, and what it may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) by: Arc<Principal>,
    /// The tenant that its token names.
    pub(super) tenant: Option<String>,
    /// Whether it sees that tenant's subscriptions alone, rather than every one.
    pub(super) confined: bool,
}

impl Caller {
    /// Who a request is from, whatever its token is worth: it sees everything.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let claims = bearer(headers).and_then(Claims::read);
        let by = claims.as_ref().and_then(Principal::named_by).map_or_else(Principal::emulator, Arc::new);
        let tenant = claims.map(|claims| claims.tid).filter(|tenant| !tenant.is_empty());
        Self { by, tenant, confined: false }
    }

    /// Whether it sees a subscription: one of its tenant's own, or one that its tenant manages.
    pub(super) fn sees(&self, subscription: &Subscription) -> bool {
        !self.confined || self.tenant.as_ref().is_some_and(|own| subscription.is_open_to(own))
    }
}

/// What kind of principal it is, with the names that it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// A person, by user principal name and display name.
    Person { upn: String, name: String },
    /// An application, by its client id.
    Application { id: String },
}

impl Principal {
    /// Who the fixed token stands for, and every other token that names nobody.
    pub(super) fn emulator() -> Arc<Self> {
        Arc::clone(&EMULATOR)
    }

    /// The principal of these claims; none where they hold no object id.
    pub(super) fn named_by(claims: &Claims) -> Option<Self> {
        let object_id = claims.oid.clone()?;
        let upn = claims.upn.as_ref().or(claims.unique_name.as_ref());
        let identity = match (upn, &claims.appid) {
            (Some(upn), _) => Identity::Person { name: claims.name.as_ref().unwrap_or(upn).clone(), upn: upn.clone() },
            (None, Some(id)) => Identity::Application { id: id.clone() },
            (None, None) => Identity::Application { id: object_id.clone() },
        };
        Some(Self { object_id, identity })
    }

    /// A person by user principal name, or an application by any other name, whose object id follows from the name.
    pub(super) fn called(name: &str) -> Arc<Self> {
        let identity = match name.contains('@') {
            true => Identity::Person { upn: name.to_owned(), name: name.to_owned() },
            false => Identity::Application { id: name.to_owned() },
        };
        Arc::new(Self { object_id: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string(), identity })
    }

    /// As Sentinel's resources name it: `{objectId, email, name, userPrincipalName}` (recorded traffic, of persons
    /// alone; what an application looks like is inferred).
    pub(super) fn person(&self) -> Value {
        match &self.identity {
            Identity::Person { upn, name } => {
                json!({"objectId": self.object_id, "email": upn, "name": name, "userPrincipalName": upn})
            }
            Identity::Application { id } => {
                json!({"objectId": self.object_id, "email": null, "name": id, "userPrincipalName": null})
            }
        }
    }

    /// As `systemData` names it: the name of a person, the client id of an application.
    pub(super) fn system_name(&self) -> &str {
        match &self.identity {
            Identity::Person { upn, .. } => upn,
            Identity::Application { id } => id,
        }
    }

    /// `User` or `Application`, as `systemData` has it.
    pub(super) fn system_type(&self) -> &'static str {
        match &self.identity {
            Identity::Person { .. } => "User",
            Identity::Application { .. } => "Application",
        }
    }
}

/// The bearer token of a request; none where there is no such header or it is empty.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(token: &str) -> Arc<Principal> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        Caller::of(&headers).by
    }

    #[test]
    fn a_token_names_its_principal() {
        let mut claims = Claims { oid: Some("o".into()), appid: Some("a".into()), ..Claims::default() };
        let application = of(&claims.token());
        assert_eq!((application.system_name(), application.system_type()), ("a", "Application"));
        assert_eq!(application.person()["email"], Value::Null);
        claims.upn = Some("kim@contoso.example".into());
        let person = of(&claims.token());
        assert_eq!((person.system_name(), person.system_type()), ("kim@contoso.example", "User"));
        assert_eq!(person.person()["name"], "kim@contoso.example");
    }

    #[test]
    fn any_other_token_stands_for_the_emulator() {
        for token in ["emulator", "a.b.c", "..", &Claims::default().token()] {
            assert_eq!(of(token), Principal::emulator(), "{token}");
        }
        assert_eq!(Caller::of(&HeaderMap::new()).by, Principal::emulator());
    }

    #[test]
    fn only_a_bearer_is_one() {
        for (value, token) in [("bearer x", Some("x")), ("Basic x", None), ("Bearer ", None), ("Bearer", None)] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            assert_eq!(bearer(&headers), token, "{value}");
        }
    }
}

//! Tokens in the form of Entra ID's: a header, claims and a signature, each in base64url.
//!
//! The emulator's own are not signed (`alg: none`): nobody may take them for more than they are. Of tokens that others
//! issued only the claims are read; no signature is checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What a token says ("Access token claims reference" of Microsoft's docs); claims of no use here are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Claims {
    /// The resource that it is for.
    pub(super) aud: String,
    /// The issuer.
    pub(super) iss: String,
    /// When it was issued, in unix seconds; it is good from then on (`nbf`).
    pub(super) iat: i64,
    pub(super) nbf: i64,
    /// Until when it is good, in unix seconds.
    pub(super) exp: i64,
    /// The tenant that issued it.
    pub(super) tid: String,
    /// The principal's object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oid: Option<String>,
    /// The client id of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) appid: Option<String>,
    /// `app` or `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idtyp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unique_name: Option<String>,
    /// What MSAL shows of a person, from an id token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sub: Option<String>,
    /// The token's own id: no two are equal, as with Entra ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uti: Option<String>,
    /// `1.0`, as the tokens of Resource Manager are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ver: Option<String>,
}

impl Claims {
    /// The claims of a token; none where it is not of this form.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        // An array would be read as the claims in order.
        serde_json::from_slice(&claims).ok().filter(|_| claims.trim_ascii_start().starts_with(b"{"))
    }

    /// The token of these claims, without a signature.
    pub(super) fn token(&self) -> String {
        let claims = serde_json::json!(self).to_string();
        let header = r#"{"typ":"JWT","alg":"none"}"#;
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_made() {
        let claims = Claims { tid: "t".into(), exp: 7, oid: Some("o".into()), ..Claims::default() };
        assert_eq!(Claims::read(&claims.token()), Some(claims));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        for token in ["", "emulator", "a.b", "a.b.c", "a.e30.c.d", "e30.W10.", "e30.bnVsbA.x"] {
            assert_eq!(Claims::read(token), None, "{token}");
        }
    }
}

//! Who is let in: the checks of a token, where the emulator is strict, and the words of each refusal.
//!
//! Codes and messages are Resource Manager's own, as its users quote them. Signatures are not checked: the emulator
//! knows no keys.

use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;

use super::answer::ArmError;
use super::inventory::Subscription;
use super::management::endpoints::AUDIENCES;
use super::principal::{Caller, Principal, bearer};
use super::token::Claims;

/// The token that needs no Entra ID. It opens nothing anywhere else.
const FIXED: &str = "emulator";

/// Lets the sender of a request in, or not. A token is good for the subscriptions of its tenant, and for those that its
/// tenant manages.
///
/// A request without a token passes: inside this process none is needed, and the server has asked for one already.
///
/// # Errors
///
/// 401 for a token that is none, was issued for another resource or tenant, or has expired.
pub(super) fn check(
    headers: &HeaderMap,
    subscription: Option<&Subscription>,
    origin: &str,
    now: Timestamp,
) -> Result<Caller, ArmError> {
    let Some(token) = bearer(headers).filter(|token| *token != FIXED) else { return Ok(Caller::of(headers)) };
    let claims =
        Claims::read(token).ok_or_else(|| refused("InvalidAuthenticationToken", "The access token is invalid."))?;
    let by = Principal::named_by(&claims)
        .ok_or_else(|| refused("InvalidAuthenticationToken", "The access token has no object id (oid)."))?;
    let audience = claims.aud.trim_end_matches('/');
    if audience != origin && !AUDIENCES.contains(&audience) {
        return Err(refused(
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{}'. It should exactly match with \
                 one of the allowed audiences '{}/','{origin}/'.",
                claims.aud,
                AUDIENCES.join("/','")
            ),
        ));
    }
    if claims.exp <= now.as_second() {
        return Err(refused(
            "ExpiredAuthenticationToken",
            format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                american(Timestamp::from_second(claims.exp).unwrap_or(Timestamp::MIN)),
                american(now)
            ),
        ));
    }
    if let Some(Subscription { tenant, .. }) = subscription.filter(|one| !one.is_open_to(&claims.tid)) {
        return Err(refused(
            "InvalidAuthenticationTokenTenant",
            format!(
                "The access token is from the wrong issuer 'https://sts.windows.net/{}/'. It must match the tenant \
                 'https://sts.windows.net/{tenant}/' associated with this subscription. Please use the authority (URL) \
                 'https://login.windows.net/{tenant}' to get the token. Note, if the subscription is transferred to \
                 another tenant there is no impact to the services, but information about new tenant could take time \
                 to propagate (up to an hour). If you just transferred your subscription and see this error message, \
                 please try back later.",
                claims.tid
            ),
        ));
    }
    Ok(Caller { by: by.into(), tenant: Some(claims.tid), confined: true })
}

/// The refusal of a request without a token.
pub(super) fn missing() -> ArmError {
    refused("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
}

fn refused(code: &'static str, message: impl Into<String>) -> ArmError {
    ArmError::new(StatusCode::UNAUTHORIZED, code, message)
}

/// What a 401 asks for, in the form of Resource Manager's: tools read the tenant from it.
pub(super) fn challenge(origin: &str, tenant: &str) -> HeaderValue {
    let text = format!(
        "Bearer authorization_uri=\"{origin}/{tenant}\", error=\"invalid_token\", \
         error_description=\"The authentication failed because of missing or invalid 'Authorization' header.\""
    );
    // A tenant from a seed may hold what no header may.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer error=\"invalid_token\""))
}

/// `6/15/2026 8:22:51 AM`, as .NET writes it in the culture of the service.
fn american(at: Timestamp) -> String {
    at.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://localhost:8444";

    fn good() -> Claims {
        Claims {
            aud: "https://management.azure.com/".into(),
            exp: 1_000,
            tid: "T".into(),
            oid: Some("o".into()),
            ..Claims::default()
        }
    }

    fn subscription(tenant: &str) -> Subscription {
        Subscription { id: "s".into(), tenant: tenant.into(), managed_by: vec!["msp".into()] }
    }

    fn of(token: &str, tenant: Option<&str>) -> Result<Caller, ArmError> {
        let subscription = tenant.map(subscription);
        let mut headers = HeaderMap::new();
        headers.insert(http::header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        check(&headers, subscription.as_ref(), ORIGIN, Timestamp::from_second(999).unwrap())
    }

    #[test]
    fn a_good_token_sees_its_own_tenant() {
        for aud in ["https://management.azure.com/", "https://management.core.windows.net", ORIGIN] {
            let caller = of(&Claims { aud: aud.into(), ..good() }.token(), Some("t")).unwrap();
            assert!(caller.sees(&subscription("t")) && !caller.sees(&subscription("u")), "{aud}");
        }
        let everywhere = of(FIXED, Some("u")).unwrap();
        assert!(everywhere.sees(&subscription("t")) && everywhere.sees(&subscription("u")));
        assert_eq!(everywhere.by, Principal::emulator());
    }

    #[test]
    fn a_managing_tenant_s_token_is_good_too() {
        let caller = of(&Claims { tid: "MSP".into(), ..good() }.token(), Some("t")).unwrap();
        assert!(caller.sees(&subscription("t")));
    }

    #[test]
    fn a_bad_token_is_refused_for_what_it_is() {
        let bad = |change: fn(&mut Claims)| {
            let mut claims = good();
            change(&mut claims);
            claims.token()
        };
        for (token, code) in [
            ("nonsense".to_owned(), "InvalidAuthenticationToken"),
            (bad(|claims| claims.oid = None), "InvalidAuthenticationToken"),
            (bad(|claims| claims.aud = "https://graph.microsoft.com".into()), "InvalidAuthenticationTokenAudience"),
            (bad(|claims| claims.exp = 999), "ExpiredAuthenticationToken"),
            (bad(|claims| claims.exp = i64::MIN), "ExpiredAuthenticationToken"),
            (bad(|claims| claims.tid = "u".into()), "InvalidAuthenticationTokenTenant"),
        ] {
            let refused = of(&token, Some("t")).unwrap_err();
            assert_eq!((refused.status, refused.code), (StatusCode::UNAUTHORIZED, code));
        }
        assert!(of(&bad(|claims| claims.tid = "u".into()), None).is_ok(), "no subscription, no tenant to match");
    }

    #[test]
    fn times_are_written_as_the_service_does() {
        assert_eq!(american("2026-06-15T08:22:51Z".parse().unwrap()), "6/15/2026 8:22:51 AM");
        assert_eq!(american("2026-06-15T21:02:01Z".parse().unwrap()), "6/15/2026 9:02:01 PM");
    }

    #[test]
    fn a_challenge_is_always_a_header() {
        assert!(challenge(ORIGIN, "t").to_str().unwrap().contains("\"https://localhost:8444/t\""));
        assert_eq!(challenge(ORIGIN, "a\nb"), "Bearer error=\"invalid_token\"");
    }
}

//! Answers that say no: ARM's own, a gateway's, and ones that are no JSON.

use bytes::Bytes;
use http::StatusCode;
use http::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use jiff::Timestamp;
use serde_json::json;

use super::effect::{Body, Refusal, RetryForm};

/// What a 401 asks for, as Azure Resource Manager does for a token that has run out.
const EXPIRED: HeaderValue = HeaderValue::from_static(
    "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\", \
     error_description=\"The access token has expired.\"",
);

/// An answer that a fault gives.
#[derive(Debug)]
pub(in crate::emulator) struct FaultAnswer {
    pub(in crate::emulator) status: StatusCode,
    pub(in crate::emulator) headers: Vec<(HeaderName, HeaderValue)>,
    pub(in crate::emulator) content_type: Option<HeaderValue>,
    pub(in crate::emulator) body: Bytes,
}

/// The code and message that ARM gives with a status: those of 401, 429 and 504 as they are known from its answers,
/// the others by name.
fn known(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("BadRequest", "The request is invalid."),
        401 => ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."),
        403 => ("AuthorizationFailed", "The client does not have authorization to perform the action."),
        404 => ("NotFound", "The resource was not found."),
        408 => ("RequestTimeout", "The request timed out."),
        409 => ("Conflict", "The request conflicts with another one."),
        412 => ("PreconditionFailed", "The condition of the request does not hold."),
        429 => ("TooManyRequests", "The request is being throttled as the limit has been reached."),
        500 => ("InternalServerError", "Encountered internal server error."),
        502 => ("BadGateway", "The upstream server failed."),
        503 => ("ServiceUnavailable", "The service is temporarily unavailable."),
        504 => ("GatewayTimeout", "The gateway did not receive a response within the specified time period."),
        _ => ("Fault", "A fault was asked for."),
    }
}

/// Makes the answer that a fault asks for. `now` is the emulator's clock.
pub(in crate::emulator) fn answer(refusal: &Refusal, now: Timestamp) -> FaultAnswer {
    let (code, message) = known(refusal.status);
    let code = refusal.code.as_deref().unwrap_or(code);
    let message = refusal.message.as_deref().unwrap_or(message);
    let arm = json!({"error": {"code": code, "message": message}}).to_string();
    const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
    let (content_type, body) = match refusal.body {
        Body::Arm => (Some(JSON), arm),
        Body::Broken => {
            let half = (arm.len() / 2..arm.len()).find(|at| arm.is_char_boundary(*at)).unwrap_or_default();
            (Some(JSON), arm[..half].to_owned())
        }
        Body::Empty => (None, String::new()),
        Body::Html => {
            let reason = refusal.status.canonical_reason().unwrap_or("Error");
            let title = format!("{} {reason}", refusal.status.as_u16());
            let page = format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
                 <hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
            );
            (Some(HeaderValue::from_static("text/html")), page)
        }
    };
    let mut headers = Vec::new();
    if refusal.status == StatusCode::UNAUTHORIZED {
        headers.push((WWW_AUTHENTICATE, EXPIRED));
    }
    if let Some((pause, form)) = refusal.retry_after {
        let (seconds, millis) = (pause.as_secs_f64().ceil() as u64, pause.as_millis() as u64);
        match form {
            RetryForm::Seconds => headers.push((RETRY_AFTER, seconds.into())),
            RetryForm::Ms => headers.push((HeaderName::from_static("retry-after-ms"), millis.into())),
            RetryForm::XMs => headers.push((HeaderName::from_static("x-ms-retry-after-ms"), millis.into())),
            RetryForm::Date => {
                let then = now.checked_add(std::time::Duration::from_secs(seconds)).unwrap_or(now);
                headers.extend([(RETRY_AFTER, http_date(then)), (DATE, http_date(now))]);
            }
        }
    }
    FaultAnswer { status: refusal.status, headers, content_type, body: Bytes::from(body) }
}

/// The answer to a token that is refused.
pub(in crate::emulator) fn expired(now: Timestamp) -> FaultAnswer {
    let status = StatusCode::UNAUTHORIZED;
    answer(&Refusal { status, code: None, message: None, body: Body::Arm, retry_after: None }, now)
}

/// `Wed, 25 Mar 2026 07:45:17 GMT`
pub(in crate::emulator) fn http_date(at: Timestamp) -> HeaderValue {
    let text = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    // Letters, digits and colons always make a header.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Effect, Fault};
    use super::*;

    fn made(fault: &str) -> FaultAnswer {
        let fault: Fault = fault.parse().unwrap();
        let Effect::Answer { answer: refusal, .. } = &fault.effect else { unreachable!("{fault:?}") };
        answer(refusal, "2026-03-25T07:45:17.5Z".parse().unwrap())
    }

    fn headers(answer: &FaultAnswer) -> Vec<(&str, &str)> {
        answer.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect()
    }

    #[test]
    fn a_pause_is_asked_for_in_each_form() {
        for (form, expected) in [
            ("", &[("retry-after", "2")][..]),
            ("retry-form=ms", &[("retry-after-ms", "1500")]),
            ("retry-form=xMs", &[("x-ms-retry-after-ms", "1500")]),
            (
                "retry-form=date",
                &[("retry-after", "Wed, 25 Mar 2026 07:45:19 GMT"), ("date", "Wed, 25 Mar 2026 07:45:17 GMT")],
            ),
        ] {
            assert_eq!(headers(&made(&format!("status=429 retry-after=1500ms {form}"))), expected, "{form}");
        }
    }

    #[test]
    fn bodies_are_arms_or_foreign() {
        let arm = made("status=503 code=X message=Y");
        assert_eq!(arm.body, r#"{"error":{"code":"X","message":"Y"}}"#);
        assert!(made("status=502 body=html").body.starts_with(b"<html>"));
        assert!(made("status=502 body=empty").body.is_empty());
        let broken = made("status=500 body=broken message='\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}'");
        assert!(serde_json::from_slice::<serde_json::Value>(&broken.body).is_err() && !broken.body.is_empty());
        assert!(headers(&made("status=401"))[0].1.starts_with("Bearer authorization_uri="));
    }
}

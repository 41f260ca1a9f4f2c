//! One page of a list: `$top`, `$skip`, `$skipToken`, and the link to the next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::answer::{Answer, ArmError};
use super::location::query;
use super::origin::origin;

/// Answers the page that a request asks for. `uri` is absolute: the next link keeps its scheme, authority and query.
///
/// # Errors
///
/// 400 for a `$top`, `$skip` or `$skipToken` that is no number.
pub(super) fn answer(bodies: Vec<Bytes>, uri: &Uri, page: usize) -> Result<Answer, ArmError> {
    let number = |name: &str| -> Result<Option<usize>, ArmError> {
        let Some(text) = query(uri, name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ArmError::bad_request(format!("Invalid value '{text}' for {name}.")))
    };
    let (top, skip) = (number("$top")?, number("$skip")?.unwrap_or(0));
    let from = match query(uri, "$skipToken") {
        None => skip,
        Some(token) => {
            let offset = URL_SAFE_NO_PAD.decode(&token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            offset
                .and_then(|offset| offset.parse().ok())
                .ok_or_else(|| ArmError::bad_request("The $skipToken is invalid."))?
        }
    };
    // `$top` is the size of a page, as incidents use it; a list goes on after it.
    let size = top.unwrap_or(page).clamp(1, page.max(1));
    let rest = bodies.get(from..).unwrap_or_default();
    let shown = &rest[..size.min(rest.len())];
    let mut body = Vec::with_capacity(shown.iter().map(|one| one.len() + 1).sum::<usize>() + 256);
    body.extend_from_slice(b"{\"value\":[");
    for (index, one) in shown.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(one);
    }
    body.push(b']');
    if rest.len() > size {
        let link = next_link(uri, &(from + size).to_string());
        body.extend_from_slice(format!(",\"nextLink\":{}", Value::String(link)).as_bytes());
    }
    body.push(b'}');
    Ok(Answer::new(StatusCode::OK, body))
}

/// The request's own address with another skip token.
pub(super) fn next_link(uri: &Uri, token: &str) -> String {
    let kept = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(key, _)| !key.eq_ignore_ascii_case("$skipToken") && !key.eq_ignore_ascii_case("$skip"));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{}{}?{query}&$skipToken={}", origin(uri), uri.path(), URL_SAFE_NO_PAD.encode(token))
}

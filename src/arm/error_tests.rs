#![allow(clippy::unwrap_used)]

use bytes::Bytes;

use super::*;

fn answer(status: u16, body: &str) -> ArmError {
    let response = http::Response::builder()
        .status(status)
        .header("x-ms-correlation-request-id", "c0ffee")
        .header("retry-after", "7")
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    ArmError::from_response(&response)
}

fn told(status: u16, body: &str) -> String {
    answer(status, body).to_string()
}

#[test]
fn every_shape_is_read() {
    assert_eq!(told(404, r#"{"error":{"code":"NotFound","message":"No rule."}}"#), "404 NotFound: No rule.");
    assert_eq!(
        told(
            400,
            r#"{"error":{"code":"BadRequest","message":"Bad.","details":[{"code":"X","message":"Worse."},{"message":"Bad."}]}}"#
        ),
        "400 BadRequest: Bad.; Worse."
    );
    assert_eq!(
        told(500, r#"{"odata.error":{"code":"Oops","message":{"lang":"en","value":"Sorry."}}}"#),
        "500 Oops: Sorry."
    );
    assert_eq!(told(401, r#"{"error":"invalid_client","error_description":"No."}"#), "401 invalid_client: No.");
    assert_eq!(told(400, r#"{"Code":"A","Message":"B"}"#), "400 A: B");
    assert_eq!(told(400, r#"{"Message":"B"}"#), "400 BadRequest: B");
    assert_eq!(told(502, "<html>Bad gateway</html>"), "502 BadGateway: <html>Bad gateway</html>");
    assert_eq!(told(503, ""), "503 ServiceUnavailable");
    assert_eq!(told(400, r#"{"unknown":1}"#), r#"400 BadRequest: {"unknown":1}"#);
    assert_eq!(told(400, "[1]"), "400 BadRequest: [1]");
}

#[test]
fn headers_and_raw_text_are_kept() {
    let error = answer(400, &"é".repeat(3000));
    let answer = error.answer().unwrap();
    assert_eq!(answer.correlation_id.as_deref(), Some("c0ffee"));
    assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
    assert!(answer.raw.len() <= RAW_LIMIT + 6 && answer.raw.ends_with('…'));
}

#[test]
fn a_deep_body_is_no_trap() {
    let mut body = Value::Null;
    for _ in 0..40 {
        body = serde_json::json!({"message": "m", "details": [body]});
    }
    assert_eq!(told(400, &serde_json::json!({"error": body}).to_string()), "400 BadRequest: m");
}

#[test]
fn what_an_error_means() {
    let stale = r#"{"error":{"code":"Conflict","message":"Newer instance of rule 'X' exists for workspace 'w' (Etag does not match). Data was not saved."}}"#;
    assert!(answer(409, stale).is_stale());
    assert!(answer(412, "").is_stale());
    assert!(!answer(400, stale).is_stale());
    let deleted = r#"{"error":{"code":"BadRequest","message":"The rule with id 'x' was recently deleted. You need to allow some time before re-using the same id. Please try again later."}}"#;
    assert!(answer(400, deleted).is_recently_deleted() && answer(409, deleted).is_recently_deleted());
    assert!(!answer(409, deleted).is_stale());
    assert!(answer(404, "").is_missing());
    assert!(answer(403, "").is_denied());
    for (status, unknown) in [(400, false), (429, false), (500, true), (502, true), (503, false), (504, true)] {
        assert_eq!(answer(status, "").outcome_unknown(), unknown, "{status}");
    }
    assert!(ArmError::from(TransportError::Unanswered(String::new())).outcome_unknown());
    assert!(!ArmError::from(TransportError::Connect(String::new())).outcome_unknown());
}

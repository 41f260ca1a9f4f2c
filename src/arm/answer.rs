//! An answer as JSON, or as the error that it is.

use serde_json::Value;

use super::error::ArmError;
use super::transport::Response;

/// The body of a successful answer. An empty one (204 of a delete) is `null`.
///
/// # Errors
///
/// [`ArmError::Status`] where the status is not 2xx (a redirect is not), [`ArmError::Decode`] where the body is
/// not JSON.
pub fn json(response: &Response) -> Result<Value, ArmError> {
    if !response.status().is_success() {
        return Err(ArmError::from_response(response));
    }
    let body = response.body();
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|why| ArmError::decode(format!("it is not JSON: {why}"), body))
}

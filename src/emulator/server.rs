//! The emulator on a loopback socket: HTTP/1.1 and HTTP/2, with TLS or without.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::serve::ListenerExt as _;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header::{HOST, HeaderValue, WWW_AUTHENTICATE};
use http::request::Parts;
use http::uri::Scheme;
use http::{StatusCode, Uri};

use super::Emulator;
use super::answer::ArmError;
use super::call::{LARGEST_BODY, too_large};
use super::principal::bearer;
use super::tls::Tls;

/// What a 401 asks for, after the challenge of Azure Resource Manager.
const CHALLENGE: HeaderValue = HeaderValue::from_static(
    "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\", \
     error_description=\"The authentication failed because of missing 'Authorization' header.\"",
);

/// Bytes of a body that is too large that are still read, so that its sender gets to read the answer.
const DRAINED: usize = 4 * LARGEST_BODY;

/// Serves an emulator until `shutdown` is done; requests under way are answered first.
///
/// # Errors
///
/// `PermissionDenied` where the listener's address is not a loopback one: the emulator checks no token, and
/// what it holds may be as secret as a company's detections. Otherwise what the socket says.
pub async fn serve<S>(emulator: Emulator, listener: std::net::TcpListener, shutdown: S) -> io::Result<()>
where
    S: Future<Output = ()> + Send + 'static,
{
    let listener = loopback(listener)?.tap_io(|stream| {
        // Without it a small answer may wait for an acknowledgement. Should it fail, answers are only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(emulator, Scheme::HTTP)).with_graceful_shutdown(shutdown).await
}

/// Serves an emulator over TLS until `shutdown` is done; requests under way are answered first.
///
/// # Errors
///
/// As [`serve`].
pub async fn serve_tls<S>(emulator: Emulator, listener: std::net::TcpListener, tls: &Tls, shutdown: S) -> io::Result<()>
where
    S: Future<Output = ()> + Send + 'static,
{
    let listener = tls.listen(loopback(listener)?)?;
    axum::serve(listener, router(emulator, Scheme::HTTPS)).with_graceful_shutdown(shutdown).await
}

fn router(emulator: Emulator, scheme: Scheme) -> Router {
    Router::new().fallback(answer).with_state((emulator, scheme))
}

fn loopback(listener: std::net::TcpListener) -> io::Result<tokio::net::TcpListener> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let why = format!("the emulator serves loopback addresses only, not {address}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

async fn answer(
    State((emulator, scheme)): State<(Emulator, Scheme)>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (mut parts, body) = request.into_parts();
    let refusal = match read_body(body.into_data_stream()).await {
        // Any token will do, but there must be one.
        _ if bearer(&parts.headers).is_none() => unauthenticated(),
        Err(error) => error,
        Ok(body) => match absolute(&parts, scheme) {
            Ok(uri) => {
                parts.uri = uri;
                return emulator.handle(http::Request::from_parts(parts, body)).await.map(Body::from);
            }
            Err(error) => error,
        },
    };
    let is_challenge = refusal.status == StatusCode::UNAUTHORIZED;
    let mut response = emulator.refuse(&http::Request::from_parts(parts, Bytes::new()), refusal);
    if is_challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
    }
    response.map(Body::from)
}

fn unauthenticated() -> ArmError {
    ArmError::new(
        StatusCode::UNAUTHORIZED,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
    )
}

async fn read_body(mut stream: BodyDataStream) -> Result<Bytes, ArmError> {
    let mut body = BytesMut::new();
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| ArmError::bad_request(format!("The body could not be read: {error}")))?;
        length += chunk.len();
        if length <= LARGEST_BODY {
            body.extend_from_slice(&chunk);
        } else if length > DRAINED {
            break;
        }
    }
    if length > LARGEST_BODY { Err(too_large()) } else { Ok(body.freeze()) }
}

/// The URI with scheme and authority, which HTTP/1.1 gives in the `Host` header.
fn absolute(parts: &Parts, scheme: Scheme) -> Result<Uri, ArmError> {
    if parts.uri.authority().is_some() && parts.uri.scheme().is_some() {
        return Ok(parts.uri.clone());
    }
    let invalid = || ArmError::bad_request("The 'Host' header is missing or invalid.");
    let host = parts.headers.get(HOST).map(HeaderValue::as_bytes).ok_or_else(invalid)?;
    let mut uri = parts.uri.clone().into_parts();
    uri.scheme = Some(scheme);
    uri.authority = Some(http::uri::Authority::try_from(host).map_err(|_| invalid())?);
    Uri::from_parts(uri).map_err(|_| invalid())
}

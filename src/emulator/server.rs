//! The emulator on a loopback socket: HTTP/1.1 and HTTP/2, with TLS or without.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::serve::ListenerExt as _;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::Uri;
use http::header::{HOST, HeaderValue};
use http::request::Parts;
use http::uri::Scheme;

use super::Emulator;
use super::answer::ArmError;
use super::call::{LARGEST_BODY, too_large};
use super::gate::missing;
use super::principal::bearer;
use super::tls::Tls;

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
    let body = read_body(body.into_data_stream()).await;
    let refusal = match absolute(&parts, scheme) {
        Err(error) => error,
        Ok(uri) => {
            parts.uri = uri;
            match body {
                // Any token will do here, but there must be one.
                _ if bearer(&parts.headers).is_none() && !Emulator::is_open(parts.uri.path()) => missing(),
                Err(error) => error,
                Ok(body) => return emulator.handle(http::Request::from_parts(parts, body)).await.map(Body::from),
            }
        }
    };
    emulator.refuse(&http::Request::from_parts(parts, Bytes::new()), refusal).map(Body::from)
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

//! The emulator on a loopback socket: HTTP/1.1 and HTTP/2, with TLS or without.

pub(super) mod connection;
mod delivery;

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::{ConnectInfo, State};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::Uri;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::request::Parts;
use http::uri::Scheme;

use super::Emulator;
use super::answer::ArmError;
use super::call::{LARGEST_BODY, too_large};
use super::control;
use super::gate::missing;
use super::principal::bearer;
use super::tls::Tls;
use crate::arm::transport::Request;
use connection::{Peer, PlainListener};
use delivery::deliver;

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
    let listener = PlainListener(loopback(listener)?);
    let service = router(emulator, Scheme::HTTP).into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
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
    let service = router(emulator, Scheme::HTTPS).into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
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
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (mut parts, body) = request.into_parts();
    let body = read_body(body.into_data_stream()).await;
    let is_control = control::is_control(parts.uri.path());
    let refusal = match absolute(&parts, scheme) {
        Err(error) => error,
        Ok(uri) => {
            parts.uri = uri;
            match body {
                Ok(body) if is_control => {
                    return controlled(&emulator, &peer, &Request::from_parts(parts, body)).await;
                }
                // Any token will do here, but there must be one.
                _ if bearer(&parts.headers).is_none() && !is_control && !Emulator::is_open(parts.uri.path()) => {
                    missing()
                }
                Err(error) => error,
                Ok(body) => return deliver(emulator.exchange(Request::from_parts(parts, body)).await, &peer.line),
            }
        }
    };
    emulator.refuse(&Request::from_parts(parts, Bytes::new()), refusal).map(Body::from)
}

/// The emulator's own endpoints: no fault meets their requests, and no log holds them.
async fn controlled(emulator: &Emulator, peer: &Peer, request: &Request) -> http::Response<Body> {
    let answer = match control::check(peer.address.ip().to_canonical().is_loopback(), request.uri(), request.headers())
    {
        Ok(()) => control::answer(emulator, request).await,
        Err(error) => error.into(),
    };
    let mut response = http::Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
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

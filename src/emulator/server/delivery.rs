//! How an answer leaves over a socket: whole, by drops, cut, or not at all.

use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::connection::Line;
use crate::arm::transport::Response;
use crate::emulator::exchange::{Delivery, Exchange};

/// How long what was written before a cut has to leave.
const FLUSH: Duration = Duration::from_millis(20);

/// Makes the answer that is given to the connection.
pub(super) fn deliver(exchange: Exchange, line: &Line) -> http::Response<Body> {
    let Exchange { response, delivery } = exchange;
    match delivery {
        Delivery::Whole => response.map(Body::from),
        Delivery::Reset => {
            // What is returned is never written.
            line.reset();
            http::Response::new(Body::empty())
        }
        Delivery::Drip { bytes, pause } => with_length(response, |body| Body::from_stream(drops(body, bytes, pause))),
        Delivery::Cut(bytes) => with_length(response, |body| {
            let kept = bytes.min(body.len().saturating_sub(1));
            Body::from_stream(cut(body.slice(..kept)))
        }),
    }
}

/// A body that is streamed still says how long it is.
fn with_length(response: Response, body: impl FnOnce(Bytes) -> Body) -> http::Response<Body> {
    let length = response.body().len();
    if length == 0 {
        return response.map(Body::from);
    }
    let mut response = response.map(body);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn drops(body: Bytes, bytes: usize, pause: Duration) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let drop = rest.split_to(bytes.clamp(1, rest.len()));
        Some((Ok(drop), rest))
    })
}

fn cut(kept: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some(kept), |kept| async move {
        if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
            return Some((Ok(kept), None));
        }
        tokio::time::sleep(FLUSH).await;
        Some((Err(io::ErrorKind::ConnectionAborted.into()), None))
    })
}

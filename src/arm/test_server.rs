//! A server on loopback that does what it is told with each request, for tests of the transport.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What to do once a request is read.
#[derive(Clone)]
pub(super) enum Act {
    /// Answers, with the head's lines after the status and the body, and closes.
    Answer(u16, &'static str, &'static str),
    /// Closes without a word.
    Drop,
    /// Promises ten bytes, sends two, and closes.
    Tear,
    /// Sends a byte a second.
    Drip,
}

/// The server: one act a connection, in order, the last one again and again.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

/// An authority of the test's own, and a certificate for `localhost` and 127.0.0.1 by it.
pub(super) struct Authority {
    pub(super) pem: String,
    acceptor: TlsAcceptor,
}

impl Authority {
    pub(super) fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private)
            .unwrap();
        Self { pem: issuer.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

impl Server {
    pub(super) async fn plain(acts: Vec<Act>) -> Self {
        Self::start(acts, None).await
    }

    pub(super) async fn tls(acts: Vec<Act>, authority: &Authority) -> Self {
        Self::start(acts, Some(authority.acceptor.clone())).await
    }

    async fn start(acts: Vec<Act>, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server =
            Self { address: listener.local_addr().unwrap(), requests: Arc::default(), connections: Arc::default() };
        let (requests, connections) = (Arc::clone(&server.requests), Arc::clone(&server.connections));
        let mut acts = acts.into_iter();
        let mut act = acts.next().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                let served = match &acceptor {
                    None => serve(stream, &act, &requests).await,
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => serve(stream, &act, &requests).await,
                        Err(_) => false,
                    },
                };
                if served && let Some(next) = acts.next() {
                    act = next;
                }
            }
        });
        server
    }

    /// The requests so far, head and body as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// How many connections were opened.
    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// Whether a request came and was acted on.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, act: &Act, requests: &Mutex<Vec<String>>) -> bool {
    let Some(request) = read(&mut stream).await else {
        return false;
    };
    requests.lock().unwrap().push(request);
    let head = |status: u16, lines: &str, length: usize| {
        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n")
    };
    let answer = match act {
        Act::Answer(status, lines, body) => head(*status, lines, body.len()) + body,
        Act::Drop => String::new(),
        Act::Tear => head(200, "", 10) + "{}",
        Act::Drip => head(200, "", 1000),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    if matches!(act, Act::Drip) {
        while stream.write_all(b" ").await.is_ok() && stream.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let _ = stream.shutdown().await;
    true
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        text.extend_from_slice(&chunk[..count]);
        let request = String::from_utf8(text.clone()).ok()?;
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        if body.len() >= length {
            return Some(request);
        }
    }
}

//! The emulator over TLS, for clients that refuse http: a certificate authority of its own, and one leaf.
//!
//! The authority's key is thrown away as soon as it has signed the leaf: whoever trusts its certificate trusts
//! `localhost`, `127.0.0.1` and `::1` with this leaf, and nothing else, ever.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::server::connection::Connection;

/// How long a leaf is used before a new authority and leaf are made.
const LIFE: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A server's side of TLS.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    ca_file: PathBuf,
}

impl Tls {
    /// Takes the authority and leaf kept in `folder`, or makes new ones there: `ca.pem`, `leaf.pem`, `leaf.key`.
    ///
    /// # Errors
    ///
    /// If the folder can't be read or written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let [ca_file, leaf, key] = ["ca.pem", "leaf.pem", "leaf.key"].map(|name| folder.join(name));
        if !(young(&key) && leaf.is_file() && ca_file.is_file()) {
            make(&ca_file, &leaf, &key)?;
        }
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_file_iter(&leaf).and_then(Iterator::collect).map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_file(&key).map_err(io::Error::other)?;
        let mut config =
            ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), ca_file })
    }

    /// The certificate that clients must trust, in PEM.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Shakes hands with whoever connects, each on its own: a client that stalls holds up nobody.
    pub(super) fn listen(&self, listener: TcpListener) -> io::Result<TlsListener> {
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        let (ready, streams) = mpsc::channel(64);
        tokio::spawn(async move {
            let mut listener = listener;
            loop {
                // axum's accept waits out errors of the system such as too many open files.
                let (stream, peer) = tokio::select! {
                    accepted = Listener::accept(&mut listener) => accepted,
                    () = ready.closed() => return,
                };
                let stream = Connection::new(stream);
                let (acceptor, ready) = (acceptor.clone(), ready.clone());
                tokio::spawn(async move {
                    // A failed handshake is the client's to see.
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        let _ = ready.send((stream, peer)).await;
                    }
                });
            }
        });
        Ok(TlsListener { streams, address })
    }
}

/// Streams that have shaken hands.
pub(super) struct TlsListener {
    streams: mpsc::Receiver<(TlsStream<Connection>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener for TlsListener {
    type Io = TlsStream<Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.streams.recv().await {
            Some(stream) => stream,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

fn young(file: &Path) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < LIFE))
}

fn make(ca_file: &Path, leaf: &Path, key: &Path) -> io::Result<()> {
    let mut authority = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "Palisade emulator");
    let issuer_key = KeyPair::generate().map_err(io::Error::other)?;
    let issuer = CertifiedIssuer::self_signed(authority, issuer_key).map_err(io::Error::other)?;
    let leaf_key = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    let certificate = params.signed_by(&leaf_key, &issuer).map_err(io::Error::other)?;
    write(ca_file, &issuer.pem(), false)?;
    write(leaf, &certificate.pem(), false)?;
    write(key, &leaf_key.serialize_pem(), true)
}

fn write(file: &Path, text: &str, secret: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(file)?.write_all(text.as_bytes())
}

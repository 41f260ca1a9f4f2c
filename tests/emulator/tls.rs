//! The emulator over TLS: trusted with its authority's file, and only then; the same answers as in process.

use std::net::TcpListener;
use std::sync::Arc;

use palisade::arm::auth::{AuthMethod, AuthSpec, Credentials};
use palisade::arm::client::HttpClients;
use palisade::arm::cloud::Cloud;
use palisade::arm::connect::connect;
use palisade::arm::transport::{Transport as _, TransportError};
use palisade::arm::{Endpoint, PageLimits, RequestBuilder, ResourceType, WorkspaceScope, list_all};
use palisade::emulator::tls::Tls;
use palisade::emulator::{Emulator, Options, server};

use crate::client::nrt;

#[tokio::test(flavor = "multi_thread")]
async fn one_workspace_in_process_over_http_and_over_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::in_memory(Options { page: 3, ..Options::default() });
    let tls = Tls::open(folder.path()).unwrap();
    let (plain, secure) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let http = format!("http://{}", plain.local_addr().unwrap());
    let https = format!("https://localhost:{}", secure.local_addr().unwrap().port());
    tokio::spawn(server::serve(emulator.clone(), plain, std::future::pending()));
    let (served, its_tls) = (emulator.clone(), tls.clone());
    tokio::spawn(async move { server::serve_tls(served, secure, &its_tls, std::future::pending()).await });

    let scope = WorkspaceScope::new("22222222-2222-4222-8222-222222222222", "rg", "law-one").unwrap();
    let requests = |endpoint: &str| RequestBuilder::new(Endpoint::parse(endpoint, &[]).unwrap(), scope.clone());
    for n in 0..7 {
        let put = requests("http://localhost").put(ResourceType::AlertRules, &format!("r{n}"), &nrt("R"), None);
        assert_eq!(emulator.send(put.unwrap()).await.unwrap().status(), 201);
    }
    let in_process = requests("http://localhost").list(ResourceType::AlertRules).unwrap();
    let expected = list_all(&emulator, in_process, PageLimits::default()).await.unwrap();
    assert_eq!(expected.len(), 8);

    let spec = AuthSpec {
        workspace: "w".into(),
        tenant: String::new(),
        cloud: Cloud::Public,
        method: AuthMethod::Auto,
        client_id: None,
    };
    let ca = std::fs::read(tls.ca_file()).unwrap();
    for (endpoint, ca) in [(&http, None), (&https, Some(ca.as_slice()))] {
        let clients = HttpClients::new(ca).unwrap();
        let credentials = Arc::new(Credentials::new(clients.clone()));
        let endpoint_of = Endpoint::parse(endpoint, &[]).unwrap();
        let transport = connect(endpoint_of, &spec, &|_| None, &credentials, &clients).unwrap();
        let list = requests(endpoint).list(ResourceType::AlertRules).unwrap();
        assert_eq!(list_all(&transport, list, PageLimits::default()).await.unwrap(), expected, "{endpoint}");
    }

    let clients = HttpClients::new(None).unwrap();
    let credentials = Arc::new(Credentials::new(clients.clone()));
    let stranger = connect(Endpoint::parse(&https, &[]).unwrap(), &spec, &|_| None, &credentials, &clients).unwrap();
    let refused = stranger.send(requests(&https).list(ResourceType::AlertRules).unwrap()).await;
    assert!(matches!(refused, Err(TransportError::Refused(_))), "{refused:?}");
}

#[test]
fn an_authority_that_was_trusted_once_stays() {
    let folder = tempfile::tempdir().unwrap();
    let first = std::fs::read(Tls::open(folder.path()).unwrap().ca_file()).unwrap();
    let second = std::fs::read(Tls::open(folder.path()).unwrap().ca_file()).unwrap();
    assert_eq!(first, second);
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["ca.pem", "leaf.key", "leaf.pem"], "the authority's key is kept nowhere");
}

//! The Azure SDK's own way to a token: azure_identity against the emulator over TLS.

use std::net::TcpListener;
use std::sync::Arc;

use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{Secret, TokenCredential as _};
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use palisade::emulator::tls::Tls;
use palisade::emulator::{Emulator, Options, server};
use reqwest::{Certificate, Client};

use crate::client::{VERSION, WORKSPACE};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_opens_a_strict_emulator_over_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls::open(folder.path()).unwrap();
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    emulator.seed("S-1", "rg-Soc", "law-One").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (served, its_tls) = (emulator.clone(), tls.clone());
    tokio::spawn(async move { server::serve_tls(served, listener, &its_tls, std::future::pending()).await });

    let roots = Certificate::from_pem_bundle(&std::fs::read(tls.ca_file()).unwrap()).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only(roots).build().unwrap();
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host.clone_from(&origin);
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(client.clone()))),
        cloud: Some(Arc::new(cloud.into())),
        ..ClientOptions::default()
    };
    let credential = |tenant: &str| {
        let options = ClientSecretCredentialOptions { client_options: client_options.clone() };
        ClientSecretCredential::new(tenant, "app".to_owned(), Secret::new("any"), Some(options)).unwrap()
    };
    let scope = format!("{origin}/.default");
    let own = credential("00000000-0000-4000-8000-00000000000f");
    let token = own.get_token(&[&scope], None).await.unwrap();
    let rules = format!("{origin}{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules?{VERSION}");
    let list = client.get(&rules).bearer_auth(token.token.secret()).send().await.unwrap();
    assert_eq!(list.status(), 200);

    let stranger = credential("11111111-1111-4111-8111-111111111111").get_token(&[&scope], None).await.unwrap_err();
    assert!(stranger.to_string().contains("AADSTS90002"), "{stranger}");
}

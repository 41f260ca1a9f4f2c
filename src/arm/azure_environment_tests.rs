//! What the transport takes from the environment of its process: proxies and roots.

use super::*;

/// Runs another test of this file in a process with another environment.
fn run_with(test: &str, environment: &[(&str, &str)]) -> bool {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("arm::azure::tests::environment::{test}"), "--ignored"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(environment.iter().copied())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap()
        .success()
}

/// Run by the test below, in a process whose environment names a proxy.
#[tokio::test]
#[ignore = "needs HTTPS_PROXY"]
async fn through_the_proxy_of_the_environment() {
    let clients = HttpClients::new(None).unwrap();
    let (source, _) = source();
    let azure = AzureTransport::to_azure(Endpoint::cloud(Cloud::Public), source, &clients).unwrap().unwrap();
    let outcome = azure.send(request(Method::PUT, "https://management.azure.com/x")).await;
    assert!(matches!(outcome, Err(TransportError::Connect(_))), "{outcome:?}");
    // Loopback has no need of it.
    let server = Server::plain(vec![OK]).await;
    assert_eq!(loopback(&server).send(to(&server, Method::GET)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_proxy_sees_the_hosts_name_and_no_token() {
    let proxy = Server::plain(vec![Act::Answer(502, "", "")]).await;
    let child = tokio::task::spawn_blocking(move || {
        let address = format!("http://{}", proxy.address);
        let environment = [("HTTPS_PROXY", address.as_str()), ("HTTP_PROXY", address.as_str())];
        (run_with("through_the_proxy_of_the_environment", &environment), proxy.requests())
    });
    let (success, seen) = child.await.unwrap();
    assert!(success);
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].starts_with("CONNECT management.azure.com:443 ") && !seen[0].contains("canary"), "{seen:?}");
}

/// Run by the test below, in a process whose environment names the system's roots and a server.
#[tokio::test]
#[ignore = "needs SSL_CERT_FILE and PALISADE_TEST_SERVER"]
async fn with_the_roots_of_the_system() {
    let address = std::env::var("PALISADE_TEST_SERVER").unwrap();
    let endpoint = Endpoint::parse(&address, &[]).unwrap();
    let clients = HttpClients::new(None).unwrap();
    let azure = AzureTransport::to_loopback(endpoint, &clients).unwrap().unwrap();
    let answer = azure.send(request(Method::GET, &format!("{address}/x"))).await;
    assert_eq!(answer.unwrap().status(), 200);
}

/// Linux lets a process name the roots that its libraries take for the system's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_systems_roots_are_trusted() {
    let authority = Authority::new();
    let server = Server::tls(vec![OK], &authority).await;
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &authority.pem).unwrap();
    let address = format!("https://{}", server.address);
    let child = tokio::task::spawn_blocking(move || {
        let roots = roots.to_str().unwrap();
        run_with("with_the_roots_of_the_system", &[("SSL_CERT_FILE", roots), ("PALISADE_TEST_SERVER", &address)])
    });
    assert!(child.await.unwrap());
    assert_eq!(server.requests().len(), 1);
}

//! An emulator behind three doors: in this process, over http, and over TLS.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use palisade::arm::auth::{AuthMethod, AuthSpec, Credentials};
use palisade::arm::client::HttpClients;
use palisade::arm::cloud::Cloud;
use palisade::arm::connect::connect;
use palisade::arm::retry::{RetryPolicy, Retrying};
use palisade::arm::transport::{Request, Response, Transport, TransportError};
use palisade::arm::{ArmError, Endpoint, PageLimits, RequestBuilder, ResourceType, WorkspaceScope, list_all};
use palisade::emulator::tls::Tls;
use palisade::emulator::{Emulator, Options, server};
use serde_json::{Value, json};

pub(crate) const VERSION: &str = "api-version=2025-07-01-preview";

pub(crate) fn workspace() -> WorkspaceScope {
    WorkspaceScope::new("22222222-2222-4222-8222-222222222222", "rg", "law-one").unwrap()
}

/// The path of a rule.
pub(crate) fn path(name: &str) -> String {
    format!("{}/providers/Microsoft.SecurityInsights/alertRules/{name}", workspace().resource_id())
}

pub(crate) fn rule(name: &str) -> Value {
    json!({"kind": "NRT", "properties": {
        "displayName": name, "enabled": true, "severity": "Low", "query": "SecurityEvent | take 1",
        "suppressionDuration": "PT5H", "suppressionEnabled": false,
    }})
}

/// An emulator that is served. It ends with the test's runtime.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) doors: Vec<Door>,
    folder: tempfile::TempDir,
}

/// One way to the emulator, with our own client.
pub(crate) struct Door {
    pub(crate) name: &'static str,
    /// Sends each request once.
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) requests: RequestBuilder,
    /// A plain client for the same door; none within the process.
    pub(crate) plain: Option<reqwest::Client>,
}

pub(crate) fn world() -> World {
    with(Options::default())
}

pub(crate) fn with(options: Options) -> World {
    // Another test may have installed it; it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::in_memory(options);
    let tls = Tls::open(folder.path()).unwrap();
    let (plain, secure) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let http = format!("http://{}", plain.local_addr().unwrap());
    let https = format!("https://localhost:{}", secure.local_addr().unwrap().port());
    tokio::spawn(server::serve(emulator.clone(), plain, std::future::pending()));
    let (served, its_tls) = (emulator.clone(), tls.clone());
    tokio::spawn(async move { server::serve_tls(served, secure, &its_tls, std::future::pending()).await });

    let ca = std::fs::read(tls.ca_file()).unwrap();
    let mut doors = vec![Door {
        name: "in process",
        transport: Arc::new(emulator.clone()),
        requests: requests("http://localhost"),
        plain: None,
    }];
    for (name, origin) in [("http", &http), ("tls", &https)] {
        let plain = reqwest::Client::builder().no_proxy();
        let plain = plain.tls_certs_merge(reqwest::Certificate::from_pem_bundle(&ca).unwrap()).build().unwrap();
        doors.push(Door { name, transport: client(origin, &ca), requests: requests(origin), plain: Some(plain) });
    }
    World { emulator, doors, folder }
}

fn requests(origin: &str) -> RequestBuilder {
    RequestBuilder::new(Endpoint::parse(origin, &[]).unwrap(), workspace())
}

/// Our own client, with a deadline that tests can wait for.
fn client(origin: &str, ca: &[u8]) -> Arc<dyn Transport> {
    let spec = AuthSpec {
        workspace: "w".into(),
        tenant: String::new(),
        cloud: Cloud::Public,
        method: AuthMethod::Auto,
        client_id: None,
    };
    let clients = HttpClients::new(Some(ca)).unwrap();
    let credentials = Credentials::new(clients.clone());
    let endpoint = Endpoint::parse(origin, &[]).unwrap();
    let transport = connect(endpoint, &spec, &|_| None, &credentials, &clients).unwrap();
    Arc::new(transport.with_deadline(Duration::from_secs(2)))
}

impl World {
    pub(crate) fn door(&self, name: &str) -> &Door {
        self.doors.iter().find(|door| door.name == name).unwrap()
    }

    pub(crate) fn inject(&self, fault: &str) -> u64 {
        self.emulator.inject(fault.parse().unwrap())
    }

    /// The certificate that clients of the TLS door must trust, in PEM.
    pub(crate) fn ca(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The live rules by name, without `BuiltInFusion`.
    pub(crate) fn rules(&self) -> Vec<String> {
        let key = workspace().resource_id().to_ascii_lowercase();
        let rules = self.emulator.snapshot()[key]["alertRules"].as_object().cloned().unwrap_or_default();
        rules.into_iter().map(|(name, _)| name).collect()
    }

    /// A live rule.
    pub(crate) fn live(&self, name: &str) -> Value {
        let key = workspace().resource_id().to_ascii_lowercase();
        self.emulator.snapshot()[key]["alertRules"][name].clone()
    }

    /// Writes rules before any fault is on.
    pub(crate) async fn fill(&self, names: &[&str]) {
        for name in names {
            assert_eq!(self.doors[0].put(name).await.unwrap().status(), 201, "{name}");
        }
    }
}

impl Door {
    pub(crate) fn request(&self, method: Method, name: &str) -> Request {
        let built = match method {
            Method::PUT => self.requests.put(ResourceType::AlertRules, name, &rule(name), None),
            Method::DELETE => self.requests.delete(ResourceType::AlertRules, name, None),
            Method::GET if name.is_empty() => self.requests.list(ResourceType::AlertRules),
            _ => self.requests.get(ResourceType::AlertRules, name),
        };
        built.unwrap()
    }

    pub(crate) async fn put(&self, name: &str) -> Result<Response, TransportError> {
        self.transport.send(self.request(Method::PUT, name)).await
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Response, TransportError> {
        self.transport.send(self.request(Method::GET, name)).await
    }

    /// The names in the whole list, without `BuiltInFusion`, in its order.
    pub(crate) async fn list(&self) -> Result<Vec<String>, ArmError> {
        let list = list_all(&*self.transport, self.request(Method::GET, ""), PageLimits::default()).await?;
        let names = list.iter().map(|rule| rule["name"].as_str().unwrap().to_owned());
        Ok(names.filter(|name| name != "BuiltInFusion").collect())
    }

    /// The same door with retries, whose own pauses are short.
    pub(crate) fn retrying(&self) -> Retrying<Arc<dyn Transport>> {
        let policy = RetryPolicy { first_pause: Duration::from_millis(5), ..RetryPolicy::default() };
        Retrying::new(Arc::clone(&self.transport), policy)
    }

    /// A request of the plain client.
    pub(crate) fn plainly(&self, method: Method, name: &str) -> reqwest::RequestBuilder {
        let request = self.request(method, name);
        let (parts, body) = request.into_parts();
        let client = self.plain.as_ref().unwrap();
        client.request(parts.method, parts.uri.to_string()).headers(parts.headers).bearer_auth("emulator").body(body)
    }
}

/// The JSON of an answer.
pub(crate) fn body(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

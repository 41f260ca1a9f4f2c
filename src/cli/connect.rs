//! The one place that tells Azure from the emulator.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::{Global, Live};
use crate::arm::auth::{AuthMethod, AuthSpec, Credentials};
use crate::arm::client::HttpClients;
use crate::arm::cloud::Cloud;
use crate::arm::connect::connect;
use crate::arm::endpoint::Endpoint;
use crate::arm::journal::{Journal, Journaled};
use crate::arm::limited::Limited;
use crate::arm::limiter::Limiter;
use crate::arm::request::RequestBuilder;
use crate::arm::retry::{RetryPolicy, Retrying};
use crate::arm::scope::WorkspaceScope;
use crate::arm::transport::Transport;
use crate::emulator::{Emulator, Options};
use crate::ops::connection::{Connection, Connector, Throttle};
use crate::ops::journal::JournalFile;
use crate::ops::target::scope;
use crate::ops::{ApiVersions, Auth, AzureTarget, Target, Workspace};

/// A CA's certificate in PEM, trusted beside the system's.
const CA_FILE: &str = "PALISADE_CA_FILE";
/// The cloud of a workspace that is not in Azure.
pub(crate) const EMULATOR: &str = "emulator";

/// Opens workspaces in Azure, on loopback, and in this process.
pub(crate) struct Doors {
    root: PathBuf,
    /// `--auth`
    method: Option<String>,
    /// The project's own `auth:`
    auth: Auth,
    versions: ApiVersions,
    trusted_hosts: Vec<String>,
    azure: Mutex<Option<(HttpClients, Arc<Credentials>)>>,
    limiter: Arc<Limiter>,
    journal: Option<Arc<JournalFile>>,
    emulators: Mutex<BTreeMap<PathBuf, Emulator>>,
}

impl Doors {
    pub(crate) fn new(global: &Global, live: &Live, auth: Auth, versions: ApiVersions) -> Self {
        Self {
            root: global.folder.clone(),
            method: live.auth.clone(),
            auth,
            versions,
            trusted_hosts: global.trust_endpoint.clone(),
            azure: Mutex::new(None),
            limiter: Arc::default(),
            journal: None,
            emulators: Mutex::new(BTreeMap::new()),
        }
    }

    /// The same with every request told to a journal.
    pub(crate) fn with_journal(self, journal: Option<Arc<JournalFile>>) -> Self {
        Self { journal, ..self }
    }

    /// A transport that sends each request once, told to the journal where there is one.
    fn journaled(&self, name: &str, transport: impl Transport + 'static) -> Arc<dyn Transport> {
        match &self.journal {
            Some(journal) => Arc::new(Journaled::new(transport, Arc::clone(journal) as Arc<dyn Journal>, name)),
            None => Arc::new(transport),
        }
    }

    fn requests(&self, endpoint: Endpoint, scope: WorkspaceScope) -> RequestBuilder {
        RequestBuilder { endpoint, scope, versions: self.versions.clone() }
    }

    fn azure(&self, name: &str, target: &AzureTarget) -> Result<Connection, String> {
        let cloud: Cloud = target.cloud.parse().map_err(|why: crate::arm::cloud::UnknownCloud| why.to_string())?;
        let endpoint = match &target.endpoint {
            Some(endpoint) => Endpoint::parse(&endpoint.value, &self.trusted_hosts).map_err(|why| why.to_string())?,
            None => Endpoint::cloud(cloud),
        };
        let scope =
            WorkspaceScope::new(&target.subscription.value, &target.resource_group.value, &target.workspace.value)
                .map_err(|why| why.to_string())?;
        let spec = self.spec(name, target, cloud)?;
        let loopback = endpoint.is_loopback();
        let title = if target.endpoint.is_some() {
            format!("workspace {name} at {endpoint}{}", if endpoint.is_loopback() { ": this is not Azure" } else { "" })
        } else {
            format!("workspace {name} in Azure ({cloud})")
        };
        if spec.tenant.is_empty() && !endpoint.is_loopback() {
            return Err("no tenant is named: give `tenant:`, or `auth: {tenant: …}`".to_owned());
        }
        let (clients, credentials) = self.clients()?;
        let env = |key: &str| std::env::var(key).ok();
        let transport =
            connect(endpoint.clone(), &spec, &env, &credentials, &clients).map_err(|why| why.to_string())?;
        let principal: Arc<str> = transport.principal().into();
        let limited = Limited::new(self.journaled(name, transport), Arc::clone(&self.limiter), Arc::clone(&principal));
        Ok(Connection {
            transport: Arc::new(Retrying::new(limited, RetryPolicy::default())),
            requests: self.requests(endpoint, scope),
            // A plan made on loopback must never be taken for one that was made for Azure.
            cloud: if loopback { EMULATOR } else { target.cloud }.to_owned(),
            title,
            throttle: Some(Throttle { limiter: Arc::clone(&self.limiter), principal }),
        })
    }

    fn spec(&self, name: &str, target: &AzureTarget, cloud: Cloud) -> Result<AuthSpec, String> {
        let written = |own: &Option<crate::diagnostic::Spanned<String>>| own.as_ref().map(|text| text.value.clone());
        let tenant = written(&target.auth.tenant)
            .or_else(|| written(&self.auth.tenant))
            .or_else(|| written(&target.tenant))
            .unwrap_or_default();
        let method = self
            .method
            .as_deref()
            .or(target.auth.method.as_ref().map(|method| method.value))
            .or(self.auth.method.as_ref().map(|method| method.value))
            .unwrap_or("auto");
        let method: AuthMethod = method.parse().map_err(|_| format!("no way to get a token is named {method}"))?;
        Ok(AuthSpec { workspace: name.to_owned(), tenant, cloud, method, client_id: None })
    }

    /// One set of HTTP clients and one cache of tokens for the whole run.
    fn clients(&self) -> Result<(HttpClients, Arc<Credentials>), String> {
        let mut azure = self.azure.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((clients, credentials)) = &*azure {
            return Ok((clients.clone(), Arc::clone(credentials)));
        }
        let ca = match std::env::var_os(CA_FILE).filter(|file| !file.is_empty()) {
            Some(file) => {
                let bytes = std::fs::read(&file);
                Some(bytes.map_err(|error| format!("{CA_FILE} {}: {error}", PathBuf::from(&file).display()))?)
            }
            None => None,
        };
        let clients = HttpClients::new(ca.as_deref()).map_err(|why| why.to_string())?;
        let credentials = Arc::new(Credentials::new(clients.clone()));
        *azure = Some((clients.clone(), Arc::clone(&credentials)));
        Ok((clients, credentials))
    }

    fn embedded(&self, workspace: &Workspace, file: &str) -> Result<Connection, String> {
        let name = &workspace.name.value;
        let path = self.root.join(file);
        let mut emulators = self.emulators.lock().unwrap_or_else(PoisonError::into_inner);
        let emulator = match emulators.get(&path) {
            Some(emulator) => emulator.clone(),
            None => {
                let emulator = Emulator::open(&path, Options::default()).map_err(|why| why.to_string())?;
                emulators.insert(path, emulator.clone());
                emulator
            }
        };
        let endpoint = Endpoint::parse("http://localhost", &[]).map_err(|why| why.to_string())?;
        let scope = scope(workspace).map_err(|why| why.to_string())?;
        Ok(Connection {
            transport: self.journaled(name, emulator),
            requests: self.requests(endpoint, scope),
            cloud: EMULATOR.to_owned(),
            title: format!("workspace {name} in the embedded emulator ({file}): this is not Azure"),
            throttle: None,
        })
    }
}

impl Connector for Doors {
    fn connect(&self, workspace: &Workspace) -> Result<Connection, String> {
        let name = &workspace.name.value;
        match &workspace.target {
            Target::Azure(target) => self.azure(name, target),
            Target::Emulator(file) => self.embedded(workspace, &file.value),
        }
    }
}

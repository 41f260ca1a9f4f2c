//! Which credential to use, decided from a workspace and the environment before any of them is asked.

use std::path::PathBuf;

use azure_core::credentials::Secret;
use url::Url;

use super::AuthError;
use super::method::AuthMethod;
use crate::arm::cloud::Cloud;

/// How a workspace is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSpec {
    /// The workspace's name in the project: it names the variables of its own (`PALISADE_<NAME>_…`).
    pub workspace: String,
    /// The tenant that issues the token: the subscription's, or an MSSP's own under Lighthouse.
    pub tenant: String,
    /// Whose Entra ID, and for which ARM.
    pub cloud: Cloud,
    /// The way to get a token.
    pub method: AuthMethod,
    /// The application's or identity's client id, where a file names it. The environment is asked otherwise.
    pub client_id: Option<String>,
}

/// Reads environment variables; an empty one is as good as none (GitHub sets missing secrets so).
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// A credential with all that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Azure CLI; and, if that fails and nobody asked for it by name, Azure Developer CLI (`azd`).
    Cli {
        /// Who issues the token.
        tenant: String,
        /// Whether `azd` is asked next.
        then_azd: bool,
    },
    /// A federated token in a file.
    WorkloadIdentity {
        /// Who issues the token.
        tenant: String,
        /// The application.
        client_id: String,
        /// Where Kubernetes puts the service account's token.
        token_file: PathBuf,
    },
    /// The machine's identity.
    ManagedIdentity {
        /// A user-assigned identity; none is the system-assigned one.
        client_id: Option<String>,
    },
    /// An application's secret.
    ClientSecret {
        /// Who issues the token.
        tenant: String,
        /// The application.
        client_id: String,
        /// The secret itself.
        secret: Secret,
        /// The variable that holds it.
        variable: String,
    },
    /// A service connection.
    Pipelines {
        /// Who issues the token.
        tenant: String,
        /// The application behind the connection.
        client_id: String,
        /// The connection's id.
        service_connection: String,
        /// The job's `SYSTEM_ACCESSTOKEN`.
        access_token: Secret,
    },
    /// A GitHub Actions job.
    GithubOidc {
        /// Who issues the token.
        tenant: String,
        /// The application that trusts the job.
        client_id: String,
        /// Where GitHub issues the job's assertion.
        request_url: Url,
        /// What GitHub asks for in exchange.
        request_token: Secret,
    },
}

impl Login {
    /// Chooses.
    ///
    /// Secrets come from the environment alone. A workspace's own variable goes before the common one:
    /// `PALISADE_<NAME>_CLIENT_ID` before `AZURE_CLIENT_ID`, `PALISADE_<NAME>_CLIENT_SECRET` before
    /// `AZURE_CLIENT_SECRET`, where NAME is the workspace's name in upper case with `_` for everything but
    /// letters and digits.
    ///
    /// `auto` takes the first that the environment offers:
    ///
    /// 1. GitHub OIDC: `ACTIONS_ID_TOKEN_REQUEST_URL` and a client id;
    /// 2. Azure Pipelines: `SYSTEM_OIDCREQUESTURI`, a service connection and a client id;
    /// 3. workload identity: `AZURE_FEDERATED_TOKEN_FILE`;
    /// 4. a client secret and a client id;
    /// 5. managed identity: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`, as App Service, Functions and Container
    ///    Apps set them. A virtual machine sets neither: name the method there. Cloud Shell and Azure ML set
    ///    `MSI_ENDPOINT`, which azure_identity 1.0 can't use; Cloud Shell has `az` signed in, so step 6 serves;
    /// 6. Azure CLI, then Azure Developer CLI.
    ///
    /// # Errors
    ///
    /// The method lacks something, or a value can't be used.
    pub fn choose(spec: &AuthSpec, env: Environment<'_>) -> Result<Self, AuthError> {
        let found = Found { spec, env };
        if !is_tenant(&spec.tenant) {
            return Err(Found::unusable(spec.method, format!("`{}` is not a tenant: a GUID or a domain", spec.tenant)));
        }
        match spec.method {
            AuthMethod::Auto => found.auto(),
            AuthMethod::Cli => Ok(Self::Cli { tenant: spec.tenant.clone(), then_azd: false }),
            AuthMethod::WorkloadIdentity => found.workload_identity(),
            AuthMethod::ManagedIdentity => Ok(found.managed_identity()),
            AuthMethod::ClientSecret => found.client_secret(),
            AuthMethod::Pipelines => found.pipelines(),
            AuthMethod::GithubOidc => found.github_oidc(),
        }
    }

    /// The method that was chosen: never `auto`.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::Cli { .. } => AuthMethod::Cli,
            Self::WorkloadIdentity { .. } => AuthMethod::WorkloadIdentity,
            Self::ManagedIdentity { .. } => AuthMethod::ManagedIdentity,
            Self::ClientSecret { .. } => AuthMethod::ClientSecret,
            Self::Pipelines { .. } => AuthMethod::Pipelines,
            Self::GithubOidc { .. } => AuthMethod::GithubOidc,
        }
    }

    /// What tells one principal from another, for a key and for people: no secret is in it, but the name of the
    /// variable that holds one is.
    pub fn principal(&self) -> String {
        let method = self.method();
        match self {
            Self::Cli { tenant, then_azd } => format!("{method} {tenant} {then_azd}"),
            Self::ManagedIdentity { client_id } => {
                format!("{method} {}", client_id.as_deref().unwrap_or("system-assigned"))
            }
            Self::WorkloadIdentity { tenant, client_id, token_file } => {
                format!("{method} {tenant} {client_id} {}", token_file.display())
            }
            Self::ClientSecret { tenant, client_id, variable, .. } => {
                format!("{method} {tenant} {client_id} {variable}")
            }
            Self::Pipelines { tenant, client_id, service_connection, .. } => {
                format!("{method} {tenant} {client_id} {service_connection}")
            }
            Self::GithubOidc { tenant, client_id, .. } => format!("{method} {tenant} {client_id}"),
        }
    }
}

/// The prefix of a workspace's own variables: `contoso-eu` has `PALISADE_CONTOSO_EU_`.
fn prefix(workspace: &str) -> String {
    let name: String =
        workspace.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("PALISADE_{name}_")
}

/// A tenant is a segment of the token endpoint's path.
fn is_tenant(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
}

/// What a workspace and the environment hold.
struct Found<'s> {
    spec: &'s AuthSpec,
    env: Environment<'s>,
}

impl Found<'_> {
    fn auto(&self) -> Result<Login, AuthError> {
        let client = self.client_id(AuthMethod::Auto).is_ok();
        if self.var("ACTIONS_ID_TOKEN_REQUEST_URL").is_some() && client {
            return self.github_oidc();
        }
        if self.var("SYSTEM_OIDCREQUESTURI").is_some()
            && self.client_id(AuthMethod::Pipelines).is_ok()
            && self.service_connection().is_ok()
        {
            return self.pipelines();
        }
        if self.var("AZURE_FEDERATED_TOKEN_FILE").is_some() {
            return self.workload_identity();
        }
        if client && self.secret().is_ok() {
            return self.client_secret();
        }
        if self.var("IDENTITY_ENDPOINT").is_some() && self.var("IDENTITY_HEADER").is_some() {
            return Ok(self.managed_identity());
        }
        Ok(Login::Cli { tenant: self.spec.tenant.clone(), then_azd: true })
    }

    fn workload_identity(&self) -> Result<Login, AuthError> {
        let method = AuthMethod::WorkloadIdentity;
        let (_, file) = self.first(method, "the federated token's file", &["AZURE_FEDERATED_TOKEN_FILE".to_owned()])?;
        Ok(Login::WorkloadIdentity {
            tenant: self.spec.tenant.clone(),
            client_id: self.client_id(method)?,
            token_file: file.into(),
        })
    }

    fn managed_identity(&self) -> Login {
        Login::ManagedIdentity { client_id: self.client_id(AuthMethod::ManagedIdentity).ok() }
    }

    fn client_secret(&self) -> Result<Login, AuthError> {
        let client_id = self.client_id(AuthMethod::ClientSecret)?;
        let (variable, secret) = self.secret()?;
        Ok(Login::ClientSecret { tenant: self.spec.tenant.clone(), client_id, secret: secret.into(), variable })
    }

    fn pipelines(&self) -> Result<Login, AuthError> {
        let method = AuthMethod::Pipelines;
        // azure_identity reads the variable itself: without it there is no use in going on.
        self.first(method, "the job's OIDC address", &["SYSTEM_OIDCREQUESTURI".to_owned()])?;
        let (_, access_token) = self.first(method, "the job's access token", &["SYSTEM_ACCESSTOKEN".to_owned()])?;
        Ok(Login::Pipelines {
            tenant: self.spec.tenant.clone(),
            client_id: self.client_id(method)?,
            service_connection: self.service_connection()?,
            access_token: access_token.into(),
        })
    }

    fn github_oidc(&self) -> Result<Login, AuthError> {
        let method = AuthMethod::GithubOidc;
        let variable = "ACTIONS_ID_TOKEN_REQUEST_URL";
        let (_, url) =
            self.first(method, "the job's OIDC address (`id-token: write` is needed)", &[variable.to_owned()])?;
        let (_, token) =
            self.first(method, "the job's OIDC request token", &["ACTIONS_ID_TOKEN_REQUEST_TOKEN".to_owned()])?;
        let request_url = Url::parse(&url)
            .ok()
            .filter(|url| url.scheme() == "https")
            .ok_or_else(|| Self::unusable(method, format!("{variable} is not an https address")))?;
        Ok(Login::GithubOidc {
            tenant: self.spec.tenant.clone(),
            client_id: self.client_id(method)?,
            request_url,
            request_token: token.into(),
        })
    }

    /// Azure Pipelines' own tasks name the connection's application and id as well.
    fn client_id(&self, method: AuthMethod) -> Result<String, AuthError> {
        if let Some(id) = self.spec.client_id.as_ref().filter(|id| !id.is_empty()) {
            return Ok(id.clone());
        }
        let mut variables = vec![self.own("CLIENT_ID"), "AZURE_CLIENT_ID".to_owned()];
        if method == AuthMethod::Pipelines {
            variables.push("AZURESUBSCRIPTION_CLIENT_ID".to_owned());
        }
        self.first(method, "a client id", &variables).map(|(_, id)| id)
    }

    fn secret(&self) -> Result<(String, String), AuthError> {
        let variables = [self.own("CLIENT_SECRET"), "AZURE_CLIENT_SECRET".to_owned()];
        self.first(AuthMethod::ClientSecret, "a client secret", &variables)
    }

    fn service_connection(&self) -> Result<String, AuthError> {
        let variables = [self.own("SERVICE_CONNECTION_ID"), "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID".to_owned()];
        self.first(AuthMethod::Pipelines, "a service connection's id", &variables).map(|(_, id)| id)
    }

    fn own(&self, suffix: &str) -> String {
        format!("{}{suffix}", prefix(&self.spec.workspace))
    }

    fn var(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// The first variable that is set: its name and its value.
    fn first(
        &self,
        method: AuthMethod,
        what: &'static str,
        variables: &[String],
    ) -> Result<(String, String), AuthError> {
        variables.iter().find_map(|name| Some((name.clone(), self.var(name)?))).ok_or_else(|| AuthError::Missing {
            method,
            what,
            variables: variables.join(" or "),
        })
    }

    fn unusable(method: AuthMethod, why: String) -> AuthError {
        AuthError::Unusable { method, why }
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;

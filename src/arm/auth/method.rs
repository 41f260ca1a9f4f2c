//! The ways to get a token, by name.

use std::fmt;
use std::str::FromStr;

/// A way to get a token, as a workspace's `auth: {method: …}` names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthMethod {
    /// What the environment offers, see [`Login::choose`](super::login::Login::choose).
    #[default]
    Auto,
    /// Who is signed in to Azure CLI (`az`).
    Cli,
    /// A Kubernetes service account federated with Entra ID.
    WorkloadIdentity,
    /// The identity of the machine that this runs on. Its tokens are of the machine's own tenant.
    ManagedIdentity,
    /// An application and its secret.
    ClientSecret,
    /// A service connection of Azure Pipelines.
    Pipelines,
    /// A GitHub Actions job federated with Entra ID.
    GithubOidc,
}

impl AuthMethod {
    /// Every method, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Auto,
        Self::Cli,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::ClientSecret,
        Self::Pipelines,
        Self::GithubOidc,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cli => "cli",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::ClientSecret => "client-secret",
            Self::Pipelines => "pipelines",
            Self::GithubOidc => "github-oidc",
        }
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not a method's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no auth method is named `{0}`: it is one of {names}", names = AuthMethod::ALL.map(AuthMethod::name).join(", "))]
pub struct UnknownAuthMethod(pub String);

impl FromStr for AuthMethod {
    type Err = UnknownAuthMethod;

    fn from_str(text: &str) -> Result<Self, UnknownAuthMethod> {
        Self::ALL.into_iter().find(|method| method.name() == text).ok_or_else(|| UnknownAuthMethod(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for method in AuthMethod::ALL {
            assert_eq!(method.to_string().parse(), Ok(method));
        }
        assert!("CLI".parse::<AuthMethod>().is_err());
    }
}

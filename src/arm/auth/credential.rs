//! From a [`Login`] to a credential of azure_identity's.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::http::ClientOptions;
use azure_identity::{
    AzurePipelinesCredential, AzurePipelinesCredentialOptions, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};

use super::AuthError;
use super::cli::CliCredential;
use super::github::GithubAssertion;
use super::login::Login;
use super::redact::told;
use crate::arm::client::HttpClients;
use crate::arm::cloud::Cloud;

/// Makes a credential of a login: [`credential`], or in tests one that needs no network.
pub type MakeCredential = dyn Fn(&Login, Cloud) -> Result<Arc<dyn TokenCredential>, AuthError> + Send + Sync;

/// Makes the credential. It is not asked for a token yet.
///
/// Its requests go through our clients, so that `PALISADE_CA_FILE` and proxies count for Entra ID too. The cloud
/// decides the authority; `AZURE_AUTHORITY_HOST` is not read.
///
/// # Errors
///
/// azure_identity finds something wanting: a file that is not there, a variable of Azure Pipelines.
pub fn credential(login: &Login, cloud: Cloud, clients: &HttpClients) -> Result<Arc<dyn TokenCredential>, AuthError> {
    let method = login.method();
    let options = match login {
        Login::Cli { .. } => Ok(ClientOptions::default()),
        Login::ManagedIdentity { .. } => clients.for_this_machine(),
        _ => clients.for_tokens(cloud),
    };
    let options = options.map_err(|why| AuthError::Unusable { method, why: why.to_string() })?;
    build(login.clone(), options).map_err(|why| AuthError::Unusable { method, why: told(&why) })
}

fn build(login: Login, client_options: ClientOptions) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let assertion = |client_options| ClientAssertionCredentialOptions { client_options };
    Ok(match login {
        Login::Cli { tenant, then_azd } => CliCredential::new(&tenant, then_azd)?,
        Login::WorkloadIdentity { tenant, client_id, token_file } => {
            WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                credential_options: assertion(client_options),
                client_id: Some(client_id),
                tenant_id: Some(tenant),
                token_file_path: Some(token_file),
            }))?
        }
        Login::ManagedIdentity { client_id } => {
            ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                user_assigned_id: client_id.map(UserAssignedId::ClientId),
                client_options,
            }))?
        }
        Login::ClientSecret { tenant, client_id, secret, .. } => ClientSecretCredential::new(
            &tenant,
            client_id,
            secret,
            Some(ClientSecretCredentialOptions { client_options }),
        )?,
        Login::Pipelines { tenant, client_id, service_connection, access_token } => AzurePipelinesCredential::new(
            tenant,
            client_id,
            &service_connection,
            access_token,
            Some(AzurePipelinesCredentialOptions { credential_options: assertion(client_options) }),
        )?,
        Login::GithubOidc { tenant, client_id, request_url, request_token } => ClientAssertionCredential::new(
            tenant,
            client_id,
            GithubAssertion::new(request_url, request_token, client_options.clone()),
            Some(assertion(client_options)),
        )?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_login_makes_a_credential_or_says_why_not() {
        let clients = HttpClients::new(None).unwrap();
        let (tenant, client_id) = ("contoso.example".to_owned(), "app".to_owned());
        let secret = || "canary".to_owned().into();
        let make = |login: &Login| credential(login, Cloud::UsGov, &clients);
        for login in [
            Login::Cli { tenant: tenant.clone(), then_azd: true },
            Login::ManagedIdentity { client_id: Some(client_id.clone()) },
            Login::ClientSecret {
                tenant: tenant.clone(),
                client_id: client_id.clone(),
                secret: secret(),
                variable: "AZURE_CLIENT_SECRET".to_owned(),
            },
            Login::GithubOidc {
                tenant: tenant.clone(),
                client_id: client_id.clone(),
                request_url: "https://token.actions.example/".parse().unwrap(),
                request_token: secret(),
            },
        ] {
            let made = make(&login).unwrap();
            assert!(!format!("{made:?}").contains("canary"));
        }
        let gone = Login::WorkloadIdentity { tenant, client_id, token_file: "/no/such/file".into() };
        let error = make(&gone).unwrap_err().to_string();
        assert!(error.starts_with("workload-identity: ") && error.contains("/no/such/file"), "{error}");
    }
}

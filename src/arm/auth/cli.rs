//! Azure CLI, and Azure Developer CLI where that fails, in one tenant.

use std::fmt;
use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential, AzureDeveloperCliCredentialOptions,
};

/// Asks the tools in order. azure_identity's `DeveloperToolsCredential` does the same but takes no tenant, and a
/// token of the wrong tenant sees other subscriptions or none.
pub struct CliCredential {
    tools: Vec<Arc<dyn TokenCredential>>,
}

impl CliCredential {
    /// `az`, and then `azd` if asked for.
    ///
    /// # Errors
    ///
    /// The tenant is not one.
    pub fn new(tenant: &str, then_azd: bool) -> azure_core::Result<Arc<Self>> {
        let az = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            tenant_id: Some(tenant.to_owned()),
            ..Default::default()
        }))?;
        let mut tools: Vec<Arc<dyn TokenCredential>> = vec![az];
        if then_azd {
            tools.push(AzureDeveloperCliCredential::new(Some(AzureDeveloperCliCredentialOptions {
                tenant_id: Some(tenant.to_owned()),
                ..Default::default()
            }))?);
        }
        Ok(Arc::new(Self { tools }))
    }
}

impl fmt::Debug for CliCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CliCredential").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl TokenCredential for CliCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let mut said = Vec::new();
        for tool in &self.tools {
            match tool.get_token(scopes, options.clone()).await {
                Ok(token) => return Ok(token),
                Err(error) => said.push(error.to_string()),
            }
        }
        Err(Error::with_message(ErrorKind::Credential, said.join("\n")))
    }
}

//! The Azure clouds that Sentinel runs in.

use std::fmt;
use std::str::FromStr;

use azure_core::cloud::CloudConfiguration;

/// One of Azure's clouds: its hosts share no accounts and no tokens with another's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cloud {
    /// Azure for everybody, `public`.
    #[default]
    Public,
    /// Azure Government of the United States, `usgov`.
    UsGov,
    /// Azure in China, run by 21Vianet, `china`.
    China,
}

impl Cloud {
    /// Every cloud, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Public, Self::UsGov, Self::China];

    /// The name in workspace documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGov => "usgov",
            Self::China => "china",
        }
    }

    /// The host of Azure Resource Manager. azure_core 1.x knows the clouds' authorities, not this.
    pub fn arm_host(self) -> &'static str {
        match self {
            Self::Public => "management.azure.com",
            Self::UsGov => "management.usgovcloudapi.net",
            Self::China => "management.chinacloudapi.cn",
        }
    }

    /// The scope of a token for Azure Resource Manager: its address and `/.default`.
    pub fn token_scope(self) -> String {
        format!("https://{}/.default", self.arm_host())
    }

    /// Which Entra ID issues the tokens, as azure_identity takes it.
    pub fn authority(self) -> CloudConfiguration {
        match self {
            Self::Public => CloudConfiguration::AzurePublic,
            Self::UsGov => CloudConfiguration::AzureGovernment,
            Self::China => CloudConfiguration::AzureChina,
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not a cloud's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no cloud is named `{0}`: it is public, usgov or china")]
pub struct UnknownCloud(pub String);

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, UnknownCloud> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == text).ok_or_else(|| UnknownCloud(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.to_string().parse(), Ok(cloud));
        }
        assert!("Public".parse::<Cloud>().is_err());
    }

    #[test]
    fn the_scope_is_the_host_and_default() {
        assert_eq!(Cloud::China.token_scope(), "https://management.chinacloudapi.cn/.default");
    }
}

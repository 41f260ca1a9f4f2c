//! The api-versions of what Palisade reads and writes.

pub use crate::resource::ResourceType;

/// The api-version of each type.
///
/// It selects which fields come back, so reads and writes of one type share it. The defaults: analytics rules
/// at `2025-07-01-preview`, since Microsoft's schemas up to 2025-09-01 have no NRT rule, no sub-techniques and
/// no `sentinelEntitiesMappings` in any stable version; the others at `2025-09-01`, the latest stable one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersions {
    watchlists: String,
    alert_rules: String,
    automation_rules: String,
    metadata: String,
}

/// The text is not of the form `2025-09-01` or `2025-07-01-preview`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an api-version: a date is expected, with or without `-preview`")]
pub struct ApiVersionError(pub String);

impl ApiVersions {
    /// The version in force for a type.
    pub fn of(&self, resource: ResourceType) -> &str {
        match resource {
            ResourceType::Watchlists => &self.watchlists,
            ResourceType::AlertRules => &self.alert_rules,
            ResourceType::AutomationRules => &self.automation_rules,
            ResourceType::Metadata => &self.metadata,
        }
    }

    /// The same with another version for one type.
    ///
    /// # Errors
    ///
    /// The text is no api-version.
    pub fn with(mut self, resource: ResourceType, version: &str) -> Result<Self, ApiVersionError> {
        if !is_api_version(version) {
            return Err(ApiVersionError(version.to_owned()));
        }
        let slot = match resource {
            ResourceType::Watchlists => &mut self.watchlists,
            ResourceType::AlertRules => &mut self.alert_rules,
            ResourceType::AutomationRules => &mut self.automation_rules,
            ResourceType::Metadata => &mut self.metadata,
        };
        version.clone_into(slot);
        Ok(self)
    }
}

impl Default for ApiVersions {
    fn default() -> Self {
        Self {
            watchlists: "2025-09-01".to_owned(),
            alert_rules: "2025-07-01-preview".to_owned(),
            automation_rules: "2025-09-01".to_owned(),
            metadata: "2025-09-01".to_owned(),
        }
    }
}

fn is_api_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text).as_bytes();
    date.len() == 10
        && date.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_own() {
        let versions = ApiVersions::default().with(ResourceType::Metadata, "2024-01-01-preview").unwrap();
        assert_eq!(versions.of(ResourceType::AlertRules), "2025-07-01-preview");
        assert_eq!(versions.of(ResourceType::Metadata), "2024-01-01-preview");
        for text in ["", "latest", "2025-9-1", "2025-09-01&x=y", "2025-09-01-beta"] {
            assert!(ApiVersions::default().with(ResourceType::AlertRules, text).is_err(), "{text}");
        }
    }
}

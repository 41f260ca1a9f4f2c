//! The kinds of resource under a workspace that Palisade reads and writes, and their api-versions.

use std::fmt;

/// A collection under `Microsoft.SecurityInsights`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceType {
    /// Analytics rules.
    AlertRules,
    /// What happens to incidents and alerts once raised.
    AutomationRules,
    /// Who a resource belongs to.
    Metadata,
}

impl ResourceType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::AlertRules, Self::AutomationRules, Self::Metadata];

    /// The segment in a path. Answers may spell it in another case (`AutomationRules`).
    pub fn segment(self) -> &'static str {
        match self {
            Self::AlertRules => "alertRules",
            Self::AutomationRules => "automationRules",
            Self::Metadata => "metadata",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())
    }
}

/// The api-version of each type.
///
/// It selects which fields come back, so reads and writes of one type share it. The defaults: analytics rules
/// at `2025-07-01-preview`, since Microsoft's schemas up to 2025-09-01 have no NRT rule, no sub-techniques and
/// no `sentinelEntitiesMappings` in any stable version; the others at `2025-09-01`, the latest stable one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersions {
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

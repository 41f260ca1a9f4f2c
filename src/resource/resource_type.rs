//! The collections under a workspace that Palisade reads and writes.

use std::fmt;

/// A collection under `Microsoft.SecurityInsights`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceType {
    /// Lists of values that a query reads.
    Watchlists,
    /// Analytics rules.
    AlertRules,
    /// What happens to incidents and alerts once raised.
    AutomationRules,
    /// Who a resource belongs to.
    Metadata,
}

impl ResourceType {
    /// Every type, in the order of writes: what is named by another is there before it.
    pub const ALL: [Self; 4] = [Self::Watchlists, Self::AlertRules, Self::AutomationRules, Self::Metadata];

    /// The segment in a path. Answers may spell it in another case (`AutomationRules`).
    pub fn segment(self) -> &'static str {
        match self {
            Self::Watchlists => "watchlists",
            Self::AlertRules => "alertRules",
            Self::AutomationRules => "automationRules",
            Self::Metadata => "metadata",
        }
    }

    /// The type with that segment.
    pub fn parse(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.segment() == segment)
    }

    /// One of them, for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Watchlists => "watchlist",
            Self::AlertRules => "rule",
            Self::AutomationRules => "automation rule",
            Self::Metadata => "metadata",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())
    }
}

//! The parts of an analytics rule, in the service's own words.

use super::analytics::replace;
use super::duration::Duration;
use crate::diagnostic::Spanned;

/// Declares an enum of words that the service knows, with its table for reading.
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// What an author may write, and what it means.
            pub const WORDS: &'static [(&'static str, Self)] =
                &[$(($word, Self::$variant) $(, ($other, Self::$variant))*),+];

            /// The service's word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// How grave an alert is.
    Severity { Informational = "Informational", Low = "Low", Medium = "Medium", High = "High" }
}

words! {
    /// How the number of results is compared with the threshold.
    TriggerOperator {
        GreaterThan = "GreaterThan" | "gt",
        LessThan = "LessThan" | "lt",
        Equal = "Equal" | "eq",
        NotEqual = "NotEqual" | "ne",
    }
}

words! {
    /// One alert for all results of a run, or one for each.
    AggregationKind { SingleAlert = "SingleAlert", AlertPerResult = "AlertPerResult" }
}

words! {
    /// By what alerts are grouped into one incident.
    MatchingMethod { AllEntities = "AllEntities", AnyAlert = "AnyAlert", Selected = "Selected" }
}

words! {
    /// Whether Defender's correlation engine may merge the rule's incidents: kept by the service as a marker at
    /// the start of the description.
    Correlation { Default = "default", Include = "include", Exclude = "exclude" }
}

/// Columns of the query that become an entity of the alert.
#[derive(Debug, Clone)]
pub struct EntityMapping {
    pub entity_type: Spanned<String>,
    pub fields: Vec<FieldMapping>,
}

/// One identifier of an entity, and the column that holds it.
#[derive(Debug, Clone)]
pub struct FieldMapping {
    pub identifier: Spanned<String>,
    pub column: Spanned<String>,
}

/// What an alert takes from its row in place of the rule's own text.
#[derive(Debug, Clone, Default)]
pub struct AlertDetailsOverride {
    pub display_name_format: Option<Spanned<String>>,
    pub description_format: Option<Spanned<String>>,
    pub tactics_column: Option<Spanned<String>>,
    pub severity_column: Option<Spanned<String>>,
    pub dynamic_properties: Option<Vec<DynamicProperty>>,
}

impl AlertDetailsOverride {
    /// Fields written in `over` win.
    pub fn overlay(&mut self, over: &Self) {
        let Self { display_name_format, description_format, tactics_column, severity_column, dynamic_properties } =
            over;
        replace(&mut self.display_name_format, display_name_format);
        replace(&mut self.description_format, description_format);
        replace(&mut self.tactics_column, tactics_column);
        replace(&mut self.severity_column, severity_column);
        replace(&mut self.dynamic_properties, dynamic_properties);
    }
}

/// One more property of an alert, and the column that holds it.
#[derive(Debug, Clone)]
pub struct DynamicProperty {
    pub property: Spanned<String>,
    pub column: Spanned<String>,
}

/// Whether alerts become incidents, and how they are grouped.
#[derive(Debug, Clone, Default)]
pub struct IncidentConfiguration {
    pub create: Option<Spanned<bool>>,
    pub grouping: Option<Grouping>,
}

impl IncidentConfiguration {
    /// Fields written in `over` win.
    pub fn overlay(&mut self, over: &Self) {
        let Self { create, grouping } = over;
        replace(&mut self.create, create);
        match (&mut self.grouping, grouping) {
            (Some(own), Some(over)) => own.overlay(over),
            (own, over) => replace(own, over),
        }
    }
}

/// How alerts are grouped into incidents.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    pub enabled: Option<Spanned<bool>>,
    pub reopen_closed: Option<Spanned<bool>>,
    pub lookback: Option<Spanned<Duration>>,
    pub matching: Option<Spanned<MatchingMethod>>,
    pub by_entities: Option<Vec<Spanned<String>>>,
    pub by_alert_details: Option<Vec<Spanned<String>>>,
    pub by_custom_details: Option<Vec<Spanned<String>>>,
}

impl Grouping {
    fn overlay(&mut self, over: &Self) {
        let Self { enabled, reopen_closed, lookback, matching, by_entities, by_alert_details, by_custom_details } =
            over;
        replace(&mut self.enabled, enabled);
        replace(&mut self.reopen_closed, reopen_closed);
        replace(&mut self.lookback, lookback);
        replace(&mut self.matching, matching);
        replace(&mut self.by_entities, by_entities);
        replace(&mut self.by_alert_details, by_alert_details);
        replace(&mut self.by_custom_details, by_custom_details);
    }
}

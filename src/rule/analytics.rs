//! An analytics rule as its author wrote it: every field with its place, nothing filled in.

use super::duration::Duration;
use super::fields::TextMap;
use super::parts::{
    AggregationKind, AlertDetailsOverride, Correlation, EntityMapping, IncidentConfiguration, Severity, TriggerOperator,
};
use crate::diagnostic::{Span, Spanned};

/// The two kinds of rule that Palisade deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// Runs a query on a schedule.
    Scheduled,
    /// Near real time: runs every minute over what was ingested in it.
    Nrt,
}

impl RuleKind {
    /// ARM's name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Nrt => "NRT",
        }
    }
}

/// One document that holds an analytics rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What everything else is keyed by, and the resource's name unless a workspace says otherwise.
    pub id: Spanned<String>,
    pub kind: RuleKind,
    /// What is deployed.
    pub details: Details,
    /// Labels for selectors; kept, never sent.
    pub tags: Vec<String>,
    /// The rule's own version; kept, never sent.
    pub version: Option<Spanned<String>>,
    /// The place of the document.
    pub span: Span,
    /// A digest of all that the document says, whatever the order of its keys, place and comments aside.
    pub content: u64,
}

impl Rule {
    /// The name that people see; the id where the document has none.
    pub fn display_name(&self) -> &str {
        self.details.name.as_ref().map_or(&self.id.value, |name| &name.value)
    }
}

/// The fields that are deployed and that a workspace may override. `None` means that nothing was written.
#[derive(Debug, Clone, Default)]
pub struct Details {
    pub name: Option<Spanned<String>>,
    pub description: Option<Spanned<String>>,
    pub severity: Option<Spanned<Severity>>,
    pub enabled: Option<Spanned<bool>>,
    pub query: Option<Spanned<String>>,
    pub query_frequency: Option<Spanned<Duration>>,
    pub query_period: Option<Spanned<Duration>>,
    pub trigger_operator: Option<Spanned<TriggerOperator>>,
    pub trigger_threshold: Option<Spanned<i64>>,
    pub tactics: Option<Vec<Spanned<String>>>,
    pub techniques: Option<Vec<Spanned<String>>>,
    pub entity_mappings: Option<Spanned<Vec<EntityMapping>>>,
    pub sentinel_entities: Option<Spanned<Vec<Spanned<String>>>>,
    pub custom_details: Option<TextMap>,
    pub alert_details: Option<AlertDetailsOverride>,
    pub aggregation: Option<Spanned<AggregationKind>>,
    pub incident: Option<IncidentConfiguration>,
    pub suppression_enabled: Option<Spanned<bool>>,
    pub suppression_duration: Option<Spanned<Duration>>,
    pub template_name: Option<Spanned<String>>,
    pub template_version: Option<Spanned<String>>,
    pub start_time: Option<Spanned<jiff::Timestamp>>,
    pub correlation: Option<Spanned<Correlation>>,
}

impl Details {
    /// Lays another set of fields over this one: a field that is written there wins, maps merge, lists replace.
    ///
    /// Destructured in full, so that a new field can't be forgotten here.
    pub fn overlay(&mut self, over: &Details) {
        let Details {
            name,
            description,
            severity,
            enabled,
            query,
            query_frequency,
            query_period,
            trigger_operator,
            trigger_threshold,
            tactics,
            techniques,
            entity_mappings,
            sentinel_entities,
            custom_details,
            alert_details,
            aggregation,
            incident,
            suppression_enabled,
            suppression_duration,
            template_name,
            template_version,
            start_time,
            correlation,
        } = over;
        replace(&mut self.name, name);
        replace(&mut self.description, description);
        replace(&mut self.severity, severity);
        replace(&mut self.enabled, enabled);
        replace(&mut self.query, query);
        replace(&mut self.query_frequency, query_frequency);
        replace(&mut self.query_period, query_period);
        replace(&mut self.trigger_operator, trigger_operator);
        replace(&mut self.trigger_threshold, trigger_threshold);
        replace(&mut self.tactics, tactics);
        replace(&mut self.techniques, techniques);
        replace(&mut self.entity_mappings, entity_mappings);
        replace(&mut self.sentinel_entities, sentinel_entities);
        merge_map(&mut self.custom_details, custom_details.as_ref());
        match (&mut self.alert_details, alert_details) {
            (Some(own), Some(over)) => own.overlay(over),
            (own, over) => replace(own, over),
        }
        replace(&mut self.aggregation, aggregation);
        match (&mut self.incident, incident) {
            (Some(own), Some(over)) => own.overlay(over),
            (own, over) => replace(own, over),
        }
        replace(&mut self.suppression_enabled, suppression_enabled);
        replace(&mut self.suppression_duration, suppression_duration);
        replace(&mut self.template_name, template_name);
        replace(&mut self.template_version, template_version);
        replace(&mut self.start_time, start_time);
        replace(&mut self.correlation, correlation);
    }
}

pub(super) fn replace<T: Clone>(own: &mut Option<T>, over: &Option<T>) {
    if over.is_some() {
        own.clone_from(over);
    }
}

fn merge_map(own: &mut Option<TextMap>, over: Option<&TextMap>) {
    let Some(over) = over else { return };
    let Some(own) = own else {
        *own = Some(over.clone());
        return;
    };
    for (key, value) in &over.value {
        match own.value.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value.clone(),
            None => own.value.push((key.clone(), value.clone())),
        }
    }
}

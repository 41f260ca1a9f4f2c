//! From a field of ARM to the keys of a document, and to the value as its author would write it.

use serde_json::Value;

use super::{BackError, description, lists};
use crate::resource::Properties;
use crate::resource::duration::{canonical, seconds};
use crate::resource::fields::at;
use crate::rule::Details;
use crate::rule::duration::Duration;
use crate::rule::edit::{Edit, Step, Yaml};
use crate::rule::parts::TriggerOperator;
use crate::rule::yaml::{self, Node};

/// How a field goes back into a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Text,
    /// A number or a boolean.
    Plain,
    /// Short or ISO 8601, as the file has it.
    Duration,
    /// Short or in the service's words, as the file has it.
    Operator,
    Time,
    /// Without the correlation marker, which has a key of its own.
    Description,
    Set,
    List,
    /// With sub-techniques in the one list of techniques.
    Techniques,
    Map,
}

/// The keys of every modelled field, and its way.
pub const WAYS: &[(&str, &[&str], Way)] = &[
    ("displayName", &["name"], Way::Text),
    ("description", &["description"], Way::Description),
    ("severity", &["severity"], Way::Text),
    ("enabled", &["enabled"], Way::Plain),
    ("query", &["query"], Way::Text),
    ("queryFrequency", &["queryFrequency"], Way::Duration),
    ("queryPeriod", &["queryPeriod"], Way::Duration),
    ("triggerOperator", &["triggerOperator"], Way::Operator),
    ("triggerThreshold", &["triggerThreshold"], Way::Plain),
    ("suppressionEnabled", &["suppressionEnabled"], Way::Plain),
    ("suppressionDuration", &["suppressionDuration"], Way::Duration),
    ("tactics", &["tactics"], Way::Set),
    ("techniques", &["relevantTechniques"], Way::Techniques),
    ("subTechniques", &["relevantTechniques"], Way::Techniques),
    ("entityMappings", &["entityMappings"], Way::List),
    ("sentinelEntitiesMappings", &["sentinelEntitiesMappings"], Way::List),
    ("customDetails", &["customDetails"], Way::Map),
    ("alertDetailsOverride.alertDisplayNameFormat", &[ALERT, "alertDisplayNameFormat"], Way::Text),
    ("alertDetailsOverride.alertDescriptionFormat", &[ALERT, "alertDescriptionFormat"], Way::Text),
    ("alertDetailsOverride.alertTacticsColumnName", &[ALERT, "alertTacticsColumnName"], Way::Text),
    ("alertDetailsOverride.alertSeverityColumnName", &[ALERT, "alertSeverityColumnName"], Way::Text),
    ("alertDetailsOverride.alertDynamicProperties", &[ALERT, "alertDynamicProperties"], Way::List),
    ("eventGroupingSettings.aggregationKind", &["eventGroupingSettings", "aggregationKind"], Way::Text),
    ("incidentConfiguration.createIncident", &[INCIDENT, "createIncident"], Way::Plain),
    ("incidentConfiguration.groupingConfiguration.enabled", &[INCIDENT, GROUPING, "enabled"], Way::Plain),
    (
        "incidentConfiguration.groupingConfiguration.reopenClosedIncident",
        &[INCIDENT, GROUPING, "reopenClosedIncident"],
        Way::Plain,
    ),
    (
        "incidentConfiguration.groupingConfiguration.lookbackDuration",
        &[INCIDENT, GROUPING, "lookbackDuration"],
        Way::Duration,
    ),
    ("incidentConfiguration.groupingConfiguration.matchingMethod", &[INCIDENT, GROUPING, "matchingMethod"], Way::Text),
    (
        "incidentConfiguration.groupingConfiguration.groupByEntities",
        &[INCIDENT, GROUPING, "groupByEntities"],
        Way::List,
    ),
    (
        "incidentConfiguration.groupingConfiguration.groupByAlertDetails",
        &[INCIDENT, GROUPING, "groupByAlertDetails"],
        Way::List,
    ),
    (
        "incidentConfiguration.groupingConfiguration.groupByCustomDetails",
        &[INCIDENT, GROUPING, "groupByCustomDetails"],
        Way::List,
    ),
    ("alertRuleTemplateName", &["alertRuleTemplateName"], Way::Text),
    ("templateVersion", &["templateVersion"], Way::Text),
    ("startTimeUtc", &["startTimeUtc"], Way::Time),
];

const ALERT: &str = "alertDetailsOverride";
const INCIDENT: &str = "incidentConfiguration";
const GROUPING: &str = "groupingConfiguration";

/// Other names under which a key is read.
const ALIASES: [(&str, &str); 2] = [("name", "displayName"), ("relevantTechniques", "techniques")];

/// Where a rule's fields stand: its own document, or an override.
pub(super) struct Place<'a> {
    /// The way from the document to the mapping of the fields.
    pub(super) prefix: Vec<Step>,
    /// That mapping, if it is there.
    pub(super) node: Option<&'a Node<'a>>,
    /// What stands in it.
    pub(super) own: &'a Details,
    /// What the rule is with everything laid over it.
    pub(super) details: &'a Details,
    /// What that compiles to.
    pub(super) current: &'a Properties,
    /// Whether what is absent must be written out: in an override, a key that is missing changes nothing.
    pub(super) explicit: bool,
}

impl Place<'_> {
    /// The edits that give a field its value in `target`.
    pub(super) fn edits(&self, path: &str, target: &Properties) -> Result<Vec<Edit>, BackError> {
        let (path, keys, way) = WAYS.iter().find(|(own, ..)| *own == path).ok_or(BackError::NoWay)?;
        let live = at(target, path);
        Ok(match way {
            Way::Description => description::edits(self, text(live)?),
            Way::Techniques => vec![self.techniques(keys, target)?],
            Way::Map => self.map(keys, path, live)?,
            Way::Set | Way::List => vec![self.list(keys, path, *way, live)?],
            Way::Text => vec![match text(live)? {
                Some(text) => self.set(keys, Yaml::text(text)),
                None if self.explicit => self.set(keys, Yaml::text("")),
                None => self.remove(keys),
            }],
            Way::Time => vec![match text(live)? {
                Some(text) => self.set(keys, Yaml::word(text)),
                None => self.unset(keys, path)?,
            }],
            Way::Plain => vec![match live {
                Some(value @ (Value::Bool(_) | Value::Number(_))) => self.set(keys, Yaml::word(value)),
                Some(_) => return Err(BackError::Shape("a number or a boolean")),
                None => self.unset(keys, path)?,
            }],
            Way::Duration => vec![match text(live)? {
                Some(live) => self.set(keys, Yaml::word(self.duration(keys, live)?)),
                None => self.unset(keys, path)?,
            }],
            Way::Operator => vec![match text(live)? {
                Some(live) => self.set(keys, Yaml::text(self.operator(keys, live))),
                None => self.unset(keys, path)?,
            }],
        })
    }

    pub(super) fn set(&self, keys: &[&str], value: Yaml) -> Edit {
        Edit::Set { path: self.path(keys), value }
    }

    pub(super) fn remove(&self, keys: &[&str]) -> Edit {
        Edit::Remove { path: self.path(keys) }
    }

    fn unset(&self, keys: &[&str], path: &'static str) -> Result<Edit, BackError> {
        if self.explicit { Err(BackError::Unset(path)) } else { Ok(self.remove(keys)) }
    }

    /// The way to a key, in the file's spelling.
    fn path(&self, keys: &[&str]) -> Vec<Step> {
        self.find(keys).0
    }

    fn find(&self, keys: &[&str]) -> (Vec<Step>, Option<&Node<'_>>) {
        let (mut path, mut node) = (self.prefix.clone(), self.node);
        for key in keys {
            let entries = node.and_then(Node::entries).unwrap_or_default();
            let find = |fits: &dyn Fn(&str) -> bool| entries.iter().find(|entry| fits(&entry.key));
            let alias = ALIASES.iter().find(|(own, _)| own == key).map(|(_, alias)| *alias);
            let found = find(&|own| own == *key)
                .or_else(|| find(&|own| own.eq_ignore_ascii_case(key)))
                .or_else(|| find(&|own| Some(own) == alias));
            path.push(Step::Key(found.map_or_else(|| (*key).to_owned(), |entry| entry.key.clone().into_owned())));
            node = found.map(|entry| &entry.value);
        }
        (path, node)
    }

    fn written(&self, keys: &[&str]) -> Option<&str> {
        self.find(keys).1.and_then(Node::text)
    }

    /// How many items the file has in a list.
    fn in_file(&self, keys: &[&str]) -> usize {
        match self.find(keys).1.map(|node| &node.value) {
            Some(yaml::Value::Sequence(items)) => items.len(),
            _ => 0,
        }
    }

    /// In the form that stands there, else in that of the rule's other durations.
    fn duration(&self, keys: &[&str], live: &str) -> Result<String, BackError> {
        let seconds = seconds(live).and_then(|n| u64::try_from(n).ok()).ok_or(BackError::Shape("a duration"))?;
        let others: [&[&str]; 3] = [keys, &["queryFrequency"], &["queryPeriod"]];
        let iso =
            others.iter().find_map(|keys| self.written(keys)).is_some_and(|text| text.trim().starts_with(['P', 'p']));
        Ok(if iso { canonical(seconds) } else { Duration { seconds }.to_string() })
    }

    fn operator(&self, keys: &[&str], live: &str) -> String {
        let short = self.written(keys).is_none_or(|text| text.trim().len() == 2);
        let operator = TriggerOperator::WORDS.iter().find(|(word, _)| *word == live).map(|(_, operator)| *operator);
        let words = TriggerOperator::WORDS.iter().filter(|(_, other)| Some(*other) == operator);
        let word = words.map(|(word, _)| *word).find(|word| (word.len() == 2) == short);
        word.unwrap_or(live).to_owned()
    }

    fn list(&self, keys: &[&str], path: &str, way: Way, live: Option<&Value>) -> Result<Edit, BackError> {
        let live = items(live)?;
        if live.is_empty() {
            let nothing = Yaml::List(Vec::new());
            return Ok(if self.explicit { self.set(keys, nothing) } else { self.remove(keys) });
        }
        let (old, in_file) = (lists::compiled(self.own, path), self.in_file(keys));
        let items = match way {
            Way::Set => lists::unordered(&old, live, in_file)?,
            _ => lists::ordered(&old, live, in_file)?,
        };
        Ok(Edit::Items { path: self.path(keys), items })
    }

    fn techniques(&self, keys: &[&str], target: &Properties) -> Result<Edit, BackError> {
        let [parents, subs] = [items(at(target, "techniques"))?, items(at(target, "subTechniques"))?];
        let old: Vec<String> = self.own.techniques.iter().flatten().map(|text| text.value.clone()).collect();
        let old = if old.len() == self.in_file(keys) { old } else { Vec::new() };
        let items = lists::techniques(&old, parents, subs)?;
        Ok(match items.as_slice() {
            [] if self.explicit => self.set(keys, Yaml::List(Vec::new())),
            [] => self.remove(keys),
            _ => Edit::Items { path: self.path(keys), items },
        })
    }

    fn map(&self, keys: &[&str], path: &'static str, live: Option<&Value>) -> Result<Vec<Edit>, BackError> {
        let nothing = Properties::new();
        let map = |value: Option<&Value>| match value {
            None => Ok(nothing.clone()),
            Some(Value::Object(map)) => Ok(map.clone()),
            Some(_) => Err(BackError::Shape("a mapping")),
        };
        let (old, live) = (map(at(self.current, path))?, map(live)?);
        let gone: Vec<&String> = old.keys().filter(|key| !live.contains_key(*key)).collect();
        if self.explicit && !gone.is_empty() {
            return Err(BackError::Unset(path));
        }
        if live.is_empty() {
            return Ok(vec![self.remove(keys)]);
        }
        let below = |key: &String| [self.path(keys), vec![Step::Key(key.clone())]].concat();
        let mut edits = Vec::new();
        for (key, value) in live.iter().filter(|(key, value)| old.get(*key) != Some(value)) {
            edits.push(Edit::Set { path: below(key), value: lists::yaml(value)? });
        }
        edits.extend(gone.into_iter().map(|key| Edit::Remove { path: below(key) }));
        Ok(edits)
    }
}

fn text(live: Option<&Value>) -> Result<Option<&str>, BackError> {
    live.map(|value| value.as_str().ok_or(BackError::Shape("text"))).transpose()
}

fn items(live: Option<&Value>) -> Result<&[Value], BackError> {
    match live {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(BackError::Shape("a list")),
    }
}

//! `new`: a document to begin with, from a template or from an incident.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;

use super::atomic;
use super::connection::Connection;
use super::load::Loaded;
use crate::arm::error::ArmError;
use crate::arm::request::{OfIncident, RequestError};
use crate::arm::transport::Request;
pub use crate::compile::evidence::Drafted;
use crate::compile::evidence::{Draft, end, known_to_automation, mapped};
use crate::rule::Rule;
use crate::workspace::Workspace;

/// What can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    Rule,
    Nrt,
    Workspace,
    Exclusion,
    Suppression,
}

impl Begun {
    /// The template, with an id and an end of its own.
    pub fn skeleton(self, now: jiff::Timestamp) -> String {
        let text = match self {
            Self::Rule => include_str!("../../templates/scheduled-rule.yaml"),
            Self::Nrt => include_str!("../../templates/nrt-rule.yaml"),
            Self::Workspace => include_str!("../../templates/workspace.yaml"),
            Self::Exclusion => include_str!("../../templates/exclusion.yaml"),
            Self::Suppression => include_str!("new/suppression.yaml"),
        };
        let id = uuid::Uuid::new_v4();
        let lines = text.lines().map(|line| {
            let own = matches!(self, Self::Rule | Self::Nrt) && line.starts_with("id: ");
            match line {
                _ if own => format!("id: {id}\n"),
                _ if line.starts_with("expires: ") => format!("expires: {}\n", end(now)),
                _ => format!("{line}\n"),
            }
        });
        lines.collect()
    }
}

/// An incident, with what stands behind it.
#[derive(Debug, Clone)]
pub struct Incident {
    pub title: String,
    /// The number that people see; the resource's name where there is none.
    pub number: String,
    /// The names of the analytics rules that raised it, as its workspace has them.
    pub rules: Vec<String>,
    /// As the service shows them: `{kind, properties}`.
    pub entities: Vec<Value>,
}

/// Reads an incident. `id` is its number, its resource name, or its ARM id.
///
/// # Errors
/// Why there is none, for people.
pub async fn incident(connection: &Connection, id: &str) -> Result<Incident, String> {
    let requests = &connection.requests;
    let id = id.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let found = match id.parse::<u64>() {
        Ok(number) => {
            let list = answer(connection, requests.incident_of_number(number)).await?;
            let with = |one: &&Value| one.pointer("/properties/incidentNumber").and_then(Value::as_u64) == Some(number);
            let all = list.as_ref().and_then(|list| list.get("value")).and_then(Value::as_array);
            all.and_then(|all| all.iter().find(with).cloned())
        }
        Err(_) => answer(connection, requests.incident(id)).await?,
    };
    let Some(found) = found else {
        return Err(format!("the workspace has no incident {id:?}: give its number, or the last part of its ARM id"));
    };
    let text = |pointer: &str| found.pointer(pointer).and_then(Value::as_str);
    let name = text("/name").ok_or("the incident has no name")?;
    let list = |answer: Option<Value>, key: &str| {
        answer.and_then(|mut answer| answer.get_mut(key).map(Value::take)).and_then(|list| match list {
            Value::Array(list) => Some(list),
            _ => None,
        })
    };
    let alerts = answer(connection, requests.of_incident(name, OfIncident::Alerts)).await?;
    let alerts = list(alerts, "value").ok_or("the list of its alerts is of no known shape")?;
    let entities = answer(connection, requests.of_incident(name, OfIncident::Entities)).await?;
    let entities = list(entities, "entities").ok_or("the list of its entities is of no known shape")?;
    let related = found.pointer("/properties/relatedAnalyticRuleIds").and_then(Value::as_array);
    let mut rules: Vec<String> =
        related.into_iter().flatten().filter_map(Value::as_str).map(|id| last(id, '/').to_owned()).collect();
    if rules.is_empty() {
        // An alert's type is the workspace's id and the rule's, with `_` between them.
        let types = alerts.iter().filter_map(|alert| alert.pointer("/properties/alertType").and_then(Value::as_str));
        rules = types.map(|kind| last(kind, '_').to_owned()).collect();
        rules.sort();
        rules.dedup();
    }
    let number = found.pointer("/properties/incidentNumber").and_then(Value::as_u64);
    Ok(Incident {
        title: text("/properties/title").unwrap_or_default().to_owned(),
        number: number.map_or_else(|| name.to_owned(), |number| number.to_string()),
        rules,
        entities,
    })
}

fn last(text: &str, by: char) -> &str {
    text.trim_end_matches(by).rsplit(by).next().unwrap_or_default()
}

/// The answer to a request; nothing where there is no such resource.
async fn answer(connection: &Connection, request: Result<Request, RequestError>) -> Result<Option<Value>, String> {
    let request = request.map_err(|why| why.to_string())?;
    let response = connection.transport.send(request).await.map_err(|why| why.to_string())?;
    if response.status() == http::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !response.status().is_success() {
        return Err(ArmError::from_response(&response).to_string());
    }
    serde_json::from_slice(response.body()).map(Some).map_err(|why| format!("the answer is no JSON: {why}"))
}

/// A document from an incident of a workspace.
///
/// # Errors
/// Why nothing can be drafted, for people.
pub fn draft(loaded: &Loaded, workspace: &Workspace, incident: &Incident, kind: Drafted) -> Result<String, String> {
    let content = &loaded.content;
    let named =
        |rule: &&Rule| incident.rules.iter().any(|name| name.eq_ignore_ascii_case(workspace.resource_name(rule)));
    let rules: Vec<&Rule> = content.rules.iter().filter(named).collect();
    if rules.is_empty() {
        let faulty = content.faulty.iter().map(|faulty| &faulty.rule).find(named);
        return Err(match (faulty, incident.rules.as_slice()) {
            (Some(rule), _) => format!("{} has errors: correct it first", rule.display_name().trim()),
            (None, []) => "the incident names no analytics rule".to_owned(),
            (None, names) => format!(
                "the incident was raised by {}, which is no rule of this project: `names:` in the workspace's document \
                 says which rule lives there under another name",
                names.join(", ")
            ),
        });
    }
    let details: Vec<_> =
        rules.iter().map(|rule| workspace.details(rule, loaded.sources.path(rule.span.file))).collect();
    let evidence = match kind {
        Drafted::Exclusion => mapped(&details.iter().map(AsRef::as_ref).collect::<Vec<_>>(), &incident.entities),
        Drafted::Suppression => known_to_automation(&incident.entities),
    };
    if evidence.is_empty() {
        return Err(match kind {
            Drafted::Exclusion => "nothing in the incident's entities is a field that its rules map",
            Drafted::Suppression => "nothing in the incident's entities is a field that automation rules know",
        }
        .to_owned());
    }
    let rules: Vec<(String, String)> =
        rules.iter().map(|rule| (rule.id.value.clone(), rule.display_name().trim().to_owned())).collect();
    let draft = Draft {
        kind,
        id: &free_id(loaded, &incident.number),
        title: &incident.title,
        number: &incident.number,
        rules: &rules,
        evidence: &evidence,
        now: content.now,
    };
    Ok(draft.yaml())
}

/// An id that no document of the project has.
fn free_id(loaded: &Loaded, number: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let base: String = format!("incident-{number}").chars().map(kept).take(58).collect();
    let content = &loaded.content;
    let taken = |id: &str| {
        content.exclusions.iter().any(|one| one.id.value == id)
            || content.faulty_exclusions.iter().any(|one| one.id.as_deref() == Some(id))
            || content.suppressions.iter().any(|one| one.id.value == id)
            || content.faulty_suppressions.iter().any(|one| one.id.as_deref() == Some(id))
    };
    let mut ids = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}")));
    ids.find(|id| !taken(id)).unwrap_or(base)
}

/// Writes a new file, whole or not at all, and never over one that is there.
///
/// # Errors
/// What the system says, or that something is there.
pub fn save(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let taken = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    taken.map_err(|why| match why.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already: it was left alone", path.display()),
        _ => format!("{}: {why}", path.display()),
    })?;
    atomic::write(path, text.as_bytes()).map_err(|why| {
        let _ = std::fs::remove_file(path);
        format!("{}: {why}", path.display())
    })
}

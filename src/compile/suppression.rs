//! Suppressions that resolve into automation rules.
//!
//! # What a condition means
//!
//! An automation rule compares text without case. Of a property that an incident has several of (entities, labels,
//! tactics, custom details) a condition holds if one of them fits; its negation is read as "none of them fits", which is
//! how Microsoft's swagger words it. Nobody could verify either against a live workspace; negations and conditions on
//! two properties of one entity are warned of for that reason.

mod tree;
mod vocabulary;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::diagnostic::{Code, Diagnostic};
use crate::resource::{Properties, Resource, ResourceType};
use crate::rule::suppression::{Suppression, Trigger};
use tree::Tree;

/// The order of an automation rule that was given none: after those that somebody thought about.
const ORDER: i64 = 100;
/// Microsoft's docs: conditions of one automation rule.
const MOST_CONDITIONS: usize = 50;
/// Microsoft's docs and swagger: actions of one automation rule.
const MOST_ACTIONS: usize = 20;

/// Tells everything about a suppression that the service can't carry out, and what it does otherwise than it looks.
pub fn prove(suppression: &Suppression, problems: &mut Vec<Diagnostic>) {
    if let Err(faults) = conditions(suppression, &[String::new()]) {
        problems.extend(faults);
    } else if let Some(when) = &suppression.when {
        vocabulary::warnings(when, problems);
    }
    let actions = actions(suppression).len();
    if actions > MOST_ACTIONS {
        let message = format!("{actions} actions: an automation rule has {MOST_ACTIONS} at most");
        problems.push(
            Diagnostic::new(Code::SuppressionCondition, suppression.id.span, message)
                .help("put several tasks into one"),
        );
    }
}

/// The name of the automation rule of a suppression: in the field these are GUIDs. A project and an id have one.
pub fn resource_name(project: &str, id: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("palisade:{project}/suppressions/{id}").as_bytes()).to_string()
}

/// The id of the suppression that an automation rule was made of, if this project made it: its display name ends with
/// the id, and its name is made of both.
pub fn made_of<'l>(live: &'l Resource, project: &str) -> Option<&'l str> {
    let (_, id) = live.display_name().strip_suffix(']')?.rsplit_once('[')?;
    (resource_name(project, id).eq_ignore_ascii_case(&live.name)).then_some(id)
}

/// The automation rule for analytics rules with these ARM ids.
///
/// # Errors
/// What the service can't carry out.
pub fn automation_rule(
    suppression: &Suppression,
    project: &str,
    rules: &[String],
) -> Result<Resource, Vec<Diagnostic>> {
    let (on, when) = match suppression.trigger {
        Trigger::IncidentCreated => ("Incidents", "Created"),
        Trigger::IncidentUpdated => ("Incidents", "Updated"),
        Trigger::AlertCreated => ("Alerts", "Created"),
    };
    let id = &suppression.id.value;
    let name = suppression.name.as_ref().map(|name| name.value.trim()).filter(|name| !name.is_empty());
    let mut logic = Map::new();
    logic.insert("isEnabled".to_owned(), json!(true));
    logic.insert("triggersOn".to_owned(), json!(on));
    logic.insert("triggersWhen".to_owned(), json!(when));
    if let Some(expires) = &suppression.expires {
        logic.insert("expirationTimeUtc".to_owned(), json!(expires.value.to_string()));
    }
    logic.insert("conditions".to_owned(), Value::Array(conditions(suppression, rules)?));
    let mut properties = Properties::new();
    properties.insert("displayName".to_owned(), json!(format!("{} [{id}]", name.unwrap_or("Suppression"))));
    properties.insert("order".to_owned(), json!(suppression.order.as_ref().map_or(ORDER, |order| order.value)));
    properties.insert("triggeringLogic".to_owned(), Value::Object(logic));
    properties.insert("actions".to_owned(), Value::Array(actions(suppression)));
    Ok(Resource {
        resource_type: ResourceType::AutomationRules,
        name: resource_name(project, id),
        kind: None,
        etag: None,
        properties,
    })
}

/// The ARM ids of analytics rules that a body names.
pub fn named_rules(properties: &Properties) -> Vec<&str> {
    let conditions = properties.get("triggeringLogic").and_then(|logic| logic.get("conditions")?.as_array());
    let mut named = Vec::new();
    for properties in conditions.into_iter().flatten().filter_map(|one| one.get("conditionProperties")) {
        let of = properties.get("propertyName").and_then(Value::as_str);
        if matches!(of, Some("IncidentRelatedAnalyticRuleIds" | "AlertAnalyticRuleIds")) {
            let values = properties.get("propertyValues").and_then(Value::as_array);
            named.extend(values.into_iter().flatten().filter_map(Value::as_str));
        }
    }
    named
}

fn conditions(suppression: &Suppression, rules: &[String]) -> Result<Vec<Value>, Vec<Diagnostic>> {
    let property = match suppression.trigger {
        Trigger::AlertCreated => "AlertAnalyticRuleIds",
        Trigger::IncidentCreated | Trigger::IncidentUpdated => "IncidentRelatedAnalyticRuleIds",
    };
    let rules: Vec<String> = rules.to_vec();
    let mut all = vec![tree::property(property, "Contains", &rules)];
    let Some(when) = &suppression.when else { return Ok(all) };
    let mut problems = Vec::new();
    let Some(tree) = vocabulary::read(when, suppression.trigger, false, &mut problems) else { return Err(problems) };
    let refuse = |message: String, help: &str| {
        vec![Diagnostic::new(Code::SuppressionCondition, suppression.when_span, message).help(help)]
    };
    let tree = Tree::simple(tree);
    let parts =
        tree.conjuncts().map_err(|why| refuse(why.to_owned(), "write it flatter, or split it in two suppressions"))?;
    let count = 1 + parts.iter().map(Tree::count).sum::<usize>();
    if count > MOST_CONDITIONS {
        let message = format!("{count} conditions: an automation rule has {MOST_CONDITIONS} at most");
        return Err(refuse(message, "join values in an `in`, or split it in two suppressions"));
    }
    all.extend(parts.iter().map(Tree::body));
    Ok(all)
}

fn actions(suppression: &Suppression) -> Vec<Value> {
    let mut modify = Map::new();
    let mut put = |key: &str, value: Value| drop(modify.insert(key.to_owned(), value));
    if let Some(close) = &suppression.close {
        put("status", json!("Closed"));
        put("classification", json!(close.classification));
        if let Some(reason) = close.reason {
            put("classificationReason", json!(reason));
        }
        if let Some(comment) =
            close.comment.as_ref().map(|comment| comment.value.trim()).filter(|text| !text.is_empty())
        {
            put("classificationComment", json!(comment));
        }
    }
    if let Some(severity) = &suppression.set.severity {
        put("severity", json!(severity.value.word()));
    }
    if let Some(owner) = &suppression.set.owner {
        put("owner", json!({"objectId": owner.value.trim().to_ascii_lowercase()}));
    }
    if !suppression.set.labels.is_empty() {
        let labels = suppression.set.labels.iter().map(|label| json!({"labelName": label.value.trim()}));
        put("labels", labels.collect());
    }
    let mut actions: Vec<(&str, Value)> = Vec::new();
    // What an analyst reads of a closed incident is there before it is closed.
    for task in &suppression.tasks {
        let mut configuration = Map::new();
        configuration.insert("title".to_owned(), json!(task.title.value.trim()));
        if let Some(description) = &task.description {
            configuration.insert("description".to_owned(), json!(description.value.trim()));
        }
        actions.push(("AddIncidentTask", Value::Object(configuration)));
    }
    if let Some(playbook) = &suppression.playbook {
        let mut configuration = Map::new();
        configuration.insert("logicAppResourceId".to_owned(), json!(playbook.id.value.trim()));
        if let Some(tenant) = &playbook.tenant {
            configuration.insert("tenantId".to_owned(), json!(tenant.value.trim()));
        }
        actions.push(("RunPlaybook", Value::Object(configuration)));
    }
    if !modify.is_empty() {
        actions.push(("ModifyProperties", Value::Object(modify)));
    }
    let numbered = actions.into_iter().zip(1..);
    numbered
        .map(|((kind, configuration), order)| {
            json!({"order": order, "actionType": kind, "actionConfiguration": configuration})
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

//! A document of kind Suppression, key by key.

use super::{CLASSIFICATIONS, Close, Effect, FaultySuppression, Playbook, Set, Suppression, Task, Trigger};
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::exclusion::condition::{Subject, condition};
use crate::rule::exclusion::read::{self, UNMAPPED, filled};
use crate::rule::exclusion::{Unmapped, moment, rows};
use crate::rule::fields::{Fields, quoted};
use crate::rule::parts::Severity;
use crate::rule::read::one_or_more;
use crate::rule::yaml::Node;

/// Microsoft's swagger: a display name has at most 500 characters; the id is added to it.
const MOST_OF_A_NAME: usize = 430;

/// Keys that only an automation rule can carry out.
const OF_RESOLVE: [&str; 6] = ["trigger", "close", "set", "tasks", "playbook", "order"];
/// Keys that only an exclusion can carry out.
const OF_HIDE: [&str; 2] = ["unmapped", "tests"];
/// Keys that need an incident.
const OF_INCIDENTS: [&str; 4] = ["when", "close", "set", "tasks"];

pub(super) fn suppression(
    node: Node<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Result<Suppression, Box<FaultySuppression>> {
    let mut faulty = FaultySuppression { id: None, effect: None, rules: None, span: node.span };
    let mut own = Vec::new();
    let read = Fields::of(node, "a suppression", &mut own).and_then(|fields| document(fields, &mut faulty));
    let error = own.iter().any(Diagnostic::is_error);
    problems.append(&mut own);
    match read {
        Some(suppression) if !error => Ok(suppression),
        _ => Err(Box::new(faulty)),
    }
}

/// Reads every key before it gives up, so that all problems are told.
fn document(mut fields: Fields<'_, '_>, faulty: &mut FaultySuppression) -> Option<Suppression> {
    let span = fields.span;
    fields.keep(&["kind", "description"]);
    let id = read::id(&mut fields);
    faulty.id = id.as_ref().map(|id| id.value.clone());
    let name = fields.text("name");
    if let Some(name) = name.as_ref().filter(|name| name.value.chars().count() > MOST_OF_A_NAME) {
        let message = format!("`name` has more than {MOST_OF_A_NAME} characters");
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, name.span, message)
                .help("shorten it: with the id it is the automation rule's name, of 500 at most"),
        );
    }
    let rules = read::rules(&mut fields);
    faulty.rules.clone_from(&rules);
    let workspaces = fields.take("workspaces").and_then(|entry| read::workspaces(entry.value, fields.problems));
    let has_effect = fields.has("effect");
    let effect = fields.one_of("effect", Effect::WORDS).map(|effect| effect.value);
    let effect = if has_effect { effect } else { Some(Effect::Resolve) };
    faulty.effect = effect;
    misplaced(&mut fields, effect);
    // A trigger that can't be read brings no further complaints.
    let has_trigger = fields.has("trigger");
    let trigger = fields.one_of("trigger", Trigger::WORDS).map(|trigger| trigger.value);
    let trigger = if has_trigger { trigger } else { Some(Trigger::IncidentCreated) };
    if trigger == Some(Trigger::AlertCreated) && effect == Some(Effect::Resolve) {
        refuse(
            &mut fields,
            &OF_INCIDENTS,
            "has no meaning for alerts: of an alert an automation rule knows its rule alone, and can only run a playbook",
            "say `trigger: incident`, or leave it out",
        );
    }
    let (when, when_span) = when(&mut fields, effect, trigger);
    let closes = fields.has("close");
    let close = close(&mut fields);
    let incidents = trigger.is_some_and(|trigger| trigger != Trigger::AlertCreated);
    if !closes && incidents && effect == Some(Effect::Resolve) {
        fields.missing("close", "effect resolve closes what is raised: `close: {classification: BenignPositive, reason: SuspiciousButExpected}`");
    }
    let set = set(&mut fields);
    let tasks = tasks(&mut fields);
    let playbook = playbook(&mut fields);
    if trigger == Some(Trigger::AlertCreated) && effect == Some(Effect::Resolve) && playbook.is_none() {
        fields.missing("playbook", "a playbook is all that an automation rule can run on an alert");
    }
    let order = fields.integer("order");
    if let Some(order) = order.as_ref().filter(|order| !(1..=1000).contains(&order.value)) {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, order.span, "`order` must be between 1 and 1000")
                .help("automation rules run in this order; those of one number in any"),
        );
    }
    let unmapped = fields.one_of("unmapped", UNMAPPED).map_or(Unmapped::Block, |unmapped| unmapped.value);
    let tests = rows::rows(&mut fields);
    let [reason, owner, ticket] = ["reason", "owner", "ticket"].map(|key| filled(&mut fields, key));
    let starts = fields.parsed("starts", moment::begin, moment::EXPECTED);
    let expires = fields.parsed("expires", moment::end, moment::EXPECTED);
    if let (Some(starts), Some(expires)) = (&starts, &expires)
        && starts.value >= expires.value
    {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, expires.span, "`expires` is not after `starts`: it would never hold")
                .related(starts.span, "it starts here")
                .help("correct one of the two"),
        );
    }
    fields.finish_strict();
    Some(Suppression {
        id: id?,
        name,
        rules: rules?,
        workspaces,
        effect: effect?,
        when,
        trigger: trigger?,
        close,
        set,
        tasks,
        playbook,
        order,
        unmapped,
        tests,
        reason,
        owner,
        ticket,
        starts,
        expires,
        span,
        when_span,
    })
}

/// Keys that the effect can't carry out.
fn misplaced(fields: &mut Fields<'_, '_>, effect: Option<Effect>) {
    match effect {
        Some(Effect::Hide) => refuse(
            fields,
            &OF_RESOLVE,
            "has no meaning for effect hide: nothing is raised that it could be done to",
            "remove it, or say `effect: resolve`",
        ),
        Some(Effect::Resolve) => {
            refuse(fields, &OF_HIDE, "has no meaning for effect resolve", "remove it, or say `effect: hide`")
        }
        None => {}
    }
}

fn refuse(fields: &mut Fields<'_, '_>, keys: &[&'static str], why: &str, help: &str) {
    for key in keys {
        if let Some(entry) = fields.peek(key) {
            let problem = Diagnostic::new(Code::InvalidValue, entry, format!("`{key}` {why}")).help(help);
            fields.problems.push(problem);
        }
    }
}

fn when(
    fields: &mut Fields<'_, '_>,
    effect: Option<Effect>,
    trigger: Option<Trigger>,
) -> (Option<crate::rule::exclusion::Condition>, Span) {
    let Some(entry) = fields.take("when") else {
        let alerts = effect == Some(Effect::Resolve) && trigger == Some(Trigger::AlertCreated);
        if !alerts && effect.is_some() && trigger.is_some() {
            fields.missing(
                "when",
                "what it is for; to be rid of everything that a rule raises, set `enabled: false` on the rule",
            );
        }
        return (None, fields.span);
    };
    let span = entry.key_span;
    (condition(entry.value, Subject::Incident, fields.problems), span)
}

fn close(fields: &mut Fields<'_, '_>) -> Option<Close> {
    let mut fields = fields.mapping("close")?;
    let words: Vec<(&'static str, usize)> =
        CLASSIFICATIONS.iter().enumerate().map(|(at, (word, _))| (*word, at)).collect();
    let written = fields.has("classification");
    let classification = fields.one_of("classification", &words);
    let reason = fields.text("reason");
    let comment = fields.text("comment");
    if classification.is_none() && !written {
        fields.missing("classification", "TruePositive, BenignPositive, FalsePositive or Undetermined");
    }
    let found = classification.and_then(|classification| {
        let (word, reasons) = CLASSIFICATIONS[classification.value];
        let reason = match (&reason, reasons) {
            (None, []) => Some(None),
            (None, [one]) => Some(Some(*one)),
            (None, several) => {
                fields.missing("reason", &format!("with {word} it is {}", several.join(" or ")));
                None
            }
            (Some(reason), reasons) => {
                let known = reasons.iter().find(|known| known.eq_ignore_ascii_case(reason.value.trim()));
                if known.is_none() {
                    let takes = if reasons.is_empty() { "none: leave it out".to_owned() } else { reasons.join(" or ") };
                    fields.problems.push(
                        Diagnostic::new(
                            Code::InvalidValue,
                            reason.span,
                            format!("`reason` {} does not go with {word}", quoted(&reason.value)),
                        )
                        .help(format!("with {word} the service takes {takes}")),
                    );
                }
                known.map(|known| Some(*known))
            }
        };
        reason.map(|reason| (word, reason))
    });
    fields.finish_strict();
    found.map(|(classification, reason)| Close { classification, reason, comment })
}

fn set(fields: &mut Fields<'_, '_>) -> Set {
    let Some(mut fields) = fields.mapping("set") else { return Set::default() };
    let severity = fields.one_of("severity", Severity::WORDS);
    let labels = match fields.take("labels") {
        Some(entry) => one_or_more(entry.value, "labels", fields.problems),
        None => Vec::new(),
    };
    let owner = fields.text("owner");
    if let Some(owner) = owner.as_ref().filter(|owner| uuid::Uuid::parse_str(owner.value.trim()).is_err()) {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, owner.span, format!("`owner` can't be {}", quoted(&owner.value)))
                .help("give the object id of a user or group, as `az ad user show --id NAME --query id` prints it"),
        );
    }
    fields.finish_strict();
    Set { severity, labels, owner }
}

fn tasks(fields: &mut Fields<'_, '_>) -> Vec<Task> {
    let Some(list) = fields.list("tasks") else { return Vec::new() };
    let mut tasks = Vec::with_capacity(list.value.len());
    for node in list.value {
        let Some(mut fields) = Fields::of(node, "a task", fields.problems) else { continue };
        let title: Option<Spanned<String>> = fields.text("title").filter(|title| !title.value.trim().is_empty());
        let description = fields.text("description");
        if title.is_none() {
            fields.missing("title", "what is to be done");
        }
        fields.finish_strict();
        tasks.extend(title.map(|title| Task { title, description }));
    }
    tasks
}

fn playbook(fields: &mut Fields<'_, '_>) -> Option<Playbook> {
    let mut fields = fields.mapping("playbook")?;
    let id = fields.text("id");
    let tenant = fields.text("tenant");
    if id.is_none() {
        fields.missing("id", "the ARM id of a logic app");
    }
    let lower = id.as_ref().map(|id| id.value.trim().to_ascii_lowercase()).unwrap_or_default();
    if let Some(id) =
        id.as_ref().filter(|_| !lower.starts_with("/subscriptions/") || !lower.contains("/microsoft.logic/workflows/"))
    {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, id.span, format!("`id` can't be {}", quoted(&id.value)))
                .help("give /subscriptions/…/resourceGroups/…/providers/Microsoft.Logic/workflows/NAME"),
        );
    }
    if let Some(tenant) = tenant.as_ref().filter(|tenant| uuid::Uuid::parse_str(tenant.value.trim()).is_err()) {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, tenant.span, format!("`tenant` can't be {}", quoted(&tenant.value)))
                .help("give the GUID of the tenant that the logic app is in"),
        );
    }
    fields.finish_strict();
    Some(Playbook { id: id?, tenant })
}

//! An author's words to those of automation rules (Microsoft's swagger of 2024-01-01-preview, and its page on creating
//! automation rules of 2026-02).

use super::tree::{Operator, Subject, Test, Tree};
use crate::diagnostic::{Code, Diagnostic, Span, Spanned};
use crate::rule::exclusion::{Condition, Field, FieldTest, IncidentProperty, Operation};
use crate::rule::fields::quoted;
use crate::rule::parts::Severity;
use crate::rule::suppression::Trigger;
use crate::rule::words::{is_tactic, same_word, tactic};

/// Entity types with their identifiers and the service's names for them.
pub(super) const ENTITIES: &[(&str, &[(&str, &str)])] = &[
    (
        "Account",
        &[
            ("Name", "AccountName"),
            ("UPNSuffix", "AccountUPNSuffix"),
            ("NTDomain", "AccountNTDomain"),
            ("AadUserId", "AccountAadUserId"),
            ("AadTenantId", "AccountAadTenantId"),
            ("Sid", "AccountSid"),
            ("PUID", "AccountPUID"),
            ("ObjectGuid", "AccountObjectGuid"),
        ],
    ),
    (
        "Host",
        &[
            ("HostName", "HostName"),
            ("NetBiosName", "HostNetBiosName"),
            ("NTDomain", "HostNTDomain"),
            ("AzureID", "HostAzureID"),
            ("OSVersion", "HostOSVersion"),
        ],
    ),
    ("IP", &[("Address", "IPAddress")]),
    ("URL", &[("Url", "Url")]),
    ("File", &[("Name", "FileName"), ("Directory", "FileDirectory")]),
    ("FileHash", &[("Value", "FileHashValue")]),
    ("Process", &[("CommandLine", "ProcessCommandLine"), ("ProcessId", "ProcessId")]),
    ("DNS", &[("DomainName", "DNSDomainName")]),
    ("AzureResource", &[("ResourceId", "AzureResourceResourceId"), ("SubscriptionId", "AzureResourceSubscriptionId")]),
    ("CloudApplication", &[("AppId", "CloudApplicationAppId"), ("Name", "CloudApplicationAppName")]),
    ("Malware", &[("Name", "MalwareName"), ("Category", "MalwareCategory")]),
    ("RegistryKey", &[("Key", "RegistryKey")]),
    ("RegistryValue", &[("Value", "RegistryValueData")]),
    (
        "Mailbox",
        &[
            ("MailboxPrimaryAddress", "MailboxPrimaryAddress"),
            ("Upn", "MailboxUPN"),
            ("DisplayName", "MailboxDisplayName"),
        ],
    ),
    (
        "MailMessage",
        &[
            ("Recipient", "MailMessageRecipient"),
            ("Subject", "MailMessageSubject"),
            ("P1Sender", "MailMessageP1Sender"),
            ("P2Sender", "MailMessageP2Sender"),
            ("SenderIP", "MailMessageSenderIP"),
            ("DeliveryAction", "MailMessageDeliveryAction"),
            ("DeliveryLocation", "MailMessageDeliveryLocation"),
        ],
    ),
    (
        "IoTDevice",
        &[
            ("DeviceId", "IoTDeviceId"),
            ("DeviceName", "IoTDeviceName"),
            ("DeviceType", "IoTDeviceType"),
            ("Manufacturer", "IoTDeviceVendor"),
            ("Model", "IoTDeviceModel"),
            ("OperatingSystem", "IoTDeviceOperatingSystem"),
        ],
    ),
];

/// The service's name of a property of an incident.
pub(super) fn incident(property: IncidentProperty) -> &'static str {
    match property {
        IncidentProperty::Severity => "IncidentSeverity",
        IncidentProperty::Status => "IncidentStatus",
        IncidentProperty::Title => "IncidentTitle",
        IncidentProperty::Description => "IncidentDescription",
        IncidentProperty::Provider => "IncidentProviderName",
        IncidentProperty::Tactics => "IncidentTactics",
        IncidentProperty::Label => "IncidentLabel",
        IncidentProperty::Product => "AlertProductNames",
        IncidentProperty::UpdatedBy => "IncidentUpdatedBySource",
    }
}

fn refused(span: Span, message: String, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::SuppressionCondition, span, message).help(help.into())
}

/// A condition with its negations pushed down to the leaves. `None` if there are problems.
pub(super) fn read(when: &Condition, trigger: Trigger, negated: bool, problems: &mut Vec<Diagnostic>) -> Option<Tree> {
    let (parts, all) = match when {
        Condition::Not(inner) => return read(inner, trigger, !negated, problems),
        Condition::Field(test) => return self::test(test, trigger, negated, problems).map(Tree::Test),
        Condition::All(parts) => (parts, !negated),
        Condition::Any(parts) => (parts, negated),
    };
    let read: Vec<Option<Tree>> = parts.iter().map(|part| read(part, trigger, negated, problems)).collect();
    let read: Vec<Tree> = read.into_iter().collect::<Option<_>>()?;
    Some(if all { Tree::All(read) } else { Tree::Any(read) })
}

fn test(test: &FieldTest, trigger: Trigger, negated: bool, problems: &mut Vec<Diagnostic>) -> Option<Test> {
    if test.case_sensitive {
        let message = "automation rules compare without case".to_owned();
        problems.push(refused(test.span, message, "remove `caseSensitive`, or say `effect: hide`"));
        return None;
    }
    let found = subject(test, trigger)
        .and_then(|subject| operation(test, &subject).map(|(operator, values)| (subject, operator, values)));
    match found {
        Ok((Subject::Detail(_), ..)) if negated => {
            let message = format!(
                "{} under `not`: an automation rule finds custom details that fit, not that none does",
                test.field
            );
            problems.push(refused(test.span, message, "ask for the values that are meant, or say `effect: hide`"));
            None
        }
        Ok((subject, operator, values)) => Some(Test { subject, operator, negated, values }),
        Err(fault) => {
            problems.push(*fault);
            None
        }
    }
}

fn subject(test: &FieldTest, trigger: Trigger) -> Result<Subject, Box<Diagnostic>> {
    let fault = |message: String, help: String| Box::new(refused(test.span, message, help));
    match &test.field {
        Field::Column(name) => Err(fault(
            format!("an incident has no columns: {} is one of the query's", quoted(name)),
            "ask for an entity or a custom detail, or say `effect: hide`".to_owned(),
        )),
        Field::CustomDetail(name) => Ok(Subject::Detail(name.clone())),
        Field::Incident(IncidentProperty::UpdatedBy) if trigger != Trigger::IncidentUpdated => Err(fault(
            "a new incident was updated by nobody".to_owned(),
            "say `trigger: incident-updated`, or remove the condition".to_owned(),
        )),
        Field::Incident(property) => Ok(Subject::Property(incident(*property))),
        Field::Entity { index: Some(_), .. } => Err(fault(
            format!("{}: the entities of an incident have no numbers", test.field),
            "leave the number out, or say `effect: hide`".to_owned(),
        )),
        Field::Entity { entity_type, index: None, identifier } => {
            let Some((entity, known)) = ENTITIES.iter().find(|(entity, _)| same_word(entity, entity_type)) else {
                let all: Vec<&str> = ENTITIES.iter().map(|(entity, _)| *entity).collect();
                return Err(fault(
                    format!("automation rules can't ask for entities of type {entity_type}"),
                    format!("they know {}; `effect: hide` knows every mapped entity", all.join(", ")),
                ));
            };
            match known.iter().find(|(known, _)| same_word(known, identifier)) {
                Some((_, property)) => Ok(Subject::Property(property)),
                None => {
                    let all: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
                    Err(fault(
                        format!("automation rules can't ask for {entity}.{identifier}"),
                        format!("of {entity} they know {}; `effect: hide` knows every identifier", all.join(", ")),
                    ))
                }
            }
        }
    }
}

fn operation(test: &FieldTest, subject: &Subject) -> Result<(Operator, Vec<String>), Box<Diagnostic>> {
    let one = |value: &Spanned<String>| vec![value.value.clone()];
    let (word, operator, values) = match &test.operation {
        Operation::OneOf(values) => ("equals", Operator::Equals, values.iter().map(|one| one.value.clone()).collect()),
        Operation::Contains(value) => ("contains", Operator::Contains, one(value)),
        Operation::StartsWith(value) => ("startsWith", Operator::StartsWith, one(value)),
        Operation::EndsWith(value) => ("endsWith", Operator::EndsWith, one(value)),
        other => {
            let word = match other {
                Operation::Has(_) => "has",
                Operation::Matches(_) => "matches",
                Operation::InRange(_) => "inRange",
                Operation::GreaterThan(_) => "greaterThan",
                Operation::LessThan(_) => "lessThan",
                _ => "isEmpty",
            };
            let message = format!("automation rules have no `{word}`");
            let help = "they have equals, in, contains, startsWith and endsWith; `effect: hide` has every operator";
            return Err(Box::new(refused(test.span, message, help)));
        }
    };
    let takes: &[Operator] = match (&test.field, subject) {
        (Field::Incident(property), _) => match property {
            IncidentProperty::Severity
            | IncidentProperty::Status
            | IncidentProperty::Provider
            | IncidentProperty::UpdatedBy => &[Operator::Equals],
            // A list of words: it holds one, or does not.
            IncidentProperty::Tactics => &[Operator::Equals, Operator::Contains],
            IncidentProperty::Product => &[Operator::Contains],
            IncidentProperty::Title | IncidentProperty::Description | IncidentProperty::Label => &EVERY,
        },
        (_, Subject::Detail(_)) => &[Operator::Equals, Operator::Contains],
        _ => &EVERY,
    };
    if !takes.contains(&operator) {
        let known: Vec<&str> = takes.iter().map(|one| author(*one)).collect();
        let message = format!("automation rules have no `{word}` for {}", test.field);
        return Err(Box::new(refused(test.span, message, format!("it takes {}", known.join(" or ")))));
    }
    let Field::Incident(property) = &test.field else { return Ok((operator, values)) };
    let values = values.into_iter().map(|value| spelled(*property, &value, test.span)).collect::<Result<_, _>>()?;
    let operator = if *property == IncidentProperty::Tactics { Operator::Contains } else { operator };
    Ok((operator, values))
}

const EVERY: [Operator; 4] = [Operator::Equals, Operator::Contains, Operator::StartsWith, Operator::EndsWith];

fn author(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals => "equals and in",
        Operator::Contains => "contains",
        Operator::StartsWith => "startsWith",
        Operator::EndsWith => "endsWith",
    }
}

/// A value in the service's spelling; one that no incident ever has would never fit.
fn spelled(property: IncidentProperty, value: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    let word = value.trim();
    let one_of = |words: Vec<&'static str>| match words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        Some(known) => Ok((*known).to_owned()),
        None => {
            let message = format!("no incident has the {} {}", property.word(), quoted(value));
            Err(Box::new(refused(span, message, format!("it takes {}", words.join(", ")))))
        }
    };
    match property {
        IncidentProperty::Severity => one_of(Severity::WORDS.iter().map(|(word, _)| *word).collect()),
        IncidentProperty::Status => one_of(vec!["New", "Active", "Closed"]),
        IncidentProperty::Tactics if is_tactic(word) => Ok(tactic(word)),
        IncidentProperty::Tactics => {
            let message = format!("no tactic is {}", quoted(value));
            Err(Box::new(refused(span, message, "give a tactic of MITRE ATT&CK, such as InitialAccess")))
        }
        _ => Ok(value.to_owned()),
    }
}

/// What a condition does otherwise than it looks.
pub(super) fn warnings(when: &Condition, problems: &mut Vec<Diagnostic>) {
    when.each(&mut |test| {
        let what = match &test.field {
            Field::Incident(IncidentProperty::Title) => "the title",
            Field::Incident(IncidentProperty::Description) => "the description",
            Field::Incident(IncidentProperty::Provider) => "the provider",
            _ => return,
        };
        let message =
            format!("{what} of an incident is not what the rule said once the workspace is onboarded to Defender");
        problems.push(
            Diagnostic::new(Code::SuppressionDefender, test.span, message)
                .help("name the rule in `rules`, and ask for entities or custom details"),
        );
    });
    doubtful(when, false, problems);
}

fn doubtful(when: &Condition, negated: bool, problems: &mut Vec<Diagnostic>) {
    let (parts, all) = match when {
        Condition::Not(inner) => return doubtful(inner, !negated, problems),
        Condition::Field(test) => {
            let several = match &test.field {
                Field::Entity { .. } => true,
                Field::Incident(property) => {
                    matches!(property, IncidentProperty::Label | IncidentProperty::Tactics | IncidentProperty::Product)
                }
                _ => false,
            };
            if negated && several {
                let message = format!(
                    "an incident may have several of {}: whether one of them or all must be another is not documented",
                    test.field
                );
                problems.push(
                    Diagnostic::new(Code::SuppressionSemantics, test.span, message)
                        .help("ask for the values that are meant, without `not`, or say `effect: hide`"),
                );
            }
            return;
        }
        Condition::All(parts) => (parts, !negated),
        Condition::Any(parts) => (parts, negated),
    };
    if all {
        let mut seen: Vec<(&str, &str, Span)> = Vec::new();
        for part in parts {
            part.each(&mut |test| {
                let Field::Entity { entity_type, identifier, .. } = &test.field else { return };
                let other = seen.iter().find(|(entity, of, _)| same_word(entity, entity_type) && !same_word(of, identifier));
                if let Some((_, of, span)) = other.filter(|_| !problems.iter().any(|problem| problem.span == Some(test.span))) {
                    let message = format!("{entity_type}.{of} and {entity_type}.{identifier} may be found in two different entities of one incident");
                    problems.push(
                        Diagnostic::new(Code::SuppressionSemantics, test.span, message)
                            .related(*span, "the other condition")
                            .help("name one identifier that is enough, or say `effect: hide`, which looks at one entity"),
                    );
                }
                seen.push((entity_type, identifier, test.span));
            });
        }
    }
    parts.iter().for_each(|part| doubtful(part, negated, problems));
}

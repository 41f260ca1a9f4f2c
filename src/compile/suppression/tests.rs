use std::collections::BTreeSet;

use azure_mgmt_securityinsights::package_preview_2024_04::models;

use super::*;
use crate::diagnostic::Sources;
use crate::rule::{suppression, yaml};

fn read(text: &str) -> Result<Suppression, Vec<String>> {
    let text = format!("kind: Suppression\nid: pentest\nrules: [\"*\"]\n{text}");
    let node = yaml::parse(Sources::default().add("x.yaml", text.as_str()), &text).unwrap().remove(0);
    let mut problems = Vec::new();
    let read = suppression::read(node, &mut problems);
    read.map_err(|_| problems.into_iter().map(|problem| problem.message).collect())
}

fn resolving(when: &str) -> Suppression {
    read(&format!("when: {when}\nclose: {{classification: FalsePositive, reason: inaccuratedata}}")).unwrap()
}

fn told(when: &str) -> Vec<String> {
    let mut problems = Vec::new();
    prove(&resolving(when), &mut problems);
    problems.into_iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

#[test]
fn generated_models_know_every_word_that_is_sent() {
    let mut sent = BTreeSet::new();
    for (entity, identifiers) in vocabulary::ENTITIES {
        for (identifier, property) in *identifiers {
            sent.insert(*property);
            let one = resolving(&format!("{{entity: {entity}.{identifier}, startsWith: x}}"));
            decoded(&automation_rule(&one, "soc", &["/subscriptions/s/alertRules/a".to_owned()]).unwrap());
        }
    }
    for (_, property) in crate::rule::exclusion::IncidentProperty::WORDS {
        sent.insert(vocabulary::incident(*property));
    }
    // The other properties of the 58: the rule, and those that stand inside of a custom detail.
    sent.extend(["IncidentRelatedAnalyticRuleIds", "AlertAnalyticRuleIds", "IncidentCustomDetailsKey"]);
    sent.insert("IncidentCustomDetailsValue");
    assert_eq!(sent.len(), 58);
}

fn decoded(rule: &Resource) -> models::AutomationRule {
    let decoded: models::AutomationRule = serde_json::from_value(rule.body()).unwrap();
    let debug = format!("{decoded:?}");
    assert!(!debug.contains("UnknownValue"), "{debug}");
    let again = serde_json::to_value(&decoded).unwrap();
    assert_eq!(again["properties"]["actions"], rule.properties["actions"]);
    assert_eq!(again["properties"]["triggeringLogic"]["conditions"], rule.properties["triggeringLogic"]["conditions"]);
    decoded
}

#[test]
fn everything_at_once_is_an_automation_rule() {
    let one = read(
        "name: Agreed test\nwhen:\n  all:\n    - {entity: IP.Address, in: [203.0.113.7, 203.0.113.8]}\n    \
         - {incident: severity, in: [low, Medium]}\n    - any:\n        - {customDetail: Tag, equals: test}\n        \
         - not: {any: [{incident: tactics, equals: initial access}, {entity: Host.HostName, endsWith: x}]}\n\
         trigger: incident-updated\nclose: {classification: BenignPositive, comment: CHG-1}\n\
         set: {severity: low, labels: [pentest], owner: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000}\n\
         tasks: [{title: Tell the customer, description: By mail}]\norder: 10\nexpires: 2026-12-05T18:00:00Z\n",
    )
    .unwrap();
    let rule =
        automation_rule(&one, "soc", &["/subscriptions/s/a".to_owned(), "/subscriptions/s/b".to_owned()]).unwrap();
    decoded(&rule);
    assert_eq!(
        (rule.name.as_str(), made_of(&rule, "soc")),
        (resource_name("soc", "pentest").as_str(), Some("pentest"))
    );
    assert_eq!(made_of(&rule, "other"), None);
    assert_eq!(named_rules(&rule.properties), ["/subscriptions/s/a", "/subscriptions/s/b"]);
    insta::assert_json_snapshot!(rule.body());
}

#[test]
fn what_automation_rules_do_not_know_is_refused_with_the_reason() {
    for (when, why) in [
        ("{entity: IP.Address, inRange: 10.0.0.0/8}", "have no `inRange`"),
        ("{entity: Account.Name, matches: x}", "have no `matches`"),
        ("{entity: Account.Name, has: x}", "have no `has`"),
        ("{entity: Account.Name, isEmpty: true}", "have no `isEmpty`"),
        ("{entity: Account.Name, equals: x, caseSensitive: true}", "without case"),
        ("{entity: Account.FullName, equals: x}", "can't ask for Account.FullName"),
        ("{entity: SecurityGroup.SID, equals: x}", "entities of type SecurityGroup"),
        ("{entity: 'Account[2].Name', equals: x}", "have no numbers"),
        ("{column: IPAddress, equals: x}", "no columns"),
        ("{not: {customDetail: Tag, equals: x}}", "under `not`"),
        ("{customDetail: Tag, startsWith: x}", "no `startsWith` for customDetail.Tag"),
        ("{incident: severity, contains: Lo}", "no `contains` for incident.severity"),
        ("{incident: severity, equals: Grave}", "has the severity"),
        ("{incident: status, equals: Open}", "has the status"),
        ("{incident: tactics, equals: Sneaking}", "no tactic is"),
        ("{incident: product, equals: x}", "no `equals` for incident.product"),
        ("{incident: updatedBy, equals: Playbook}", "updated by nobody"),
    ] {
        let told = told(when);
        assert!(
            told.len() == 1 && told[0].starts_with("suppression-condition") && told[0].contains(why),
            "{when}: {told:?}"
        );
    }
    let many: Vec<String> = (0..50).map(|n| format!("{{incident: title, contains: 'x{n}'}}")).collect();
    assert!(told(&format!("{{all: [{}]}}", many.join(", ")))[0].contains("51 conditions"));
    assert!(
        told("{any: [{incident: title, contains: a}, {entity: Url.Url, equals: b}]}")[0]
            .contains("onboarded to Defender")
    );
    assert!(told("{not: {entity: Account.Name, equals: a}}")[0].contains("is not documented"));
    let two = "{all: [{entity: Account.Name, equals: a}, {entity: Account.UPNSuffix, equals: b}]}";
    assert!(told(two)[0].contains("two different entities"));
    assert_eq!(told("{all: [{entity: Account.Name, equals: a}, {entity: Host.HostName, equals: b}]}"), [""; 0]);
}

#[test]
fn documents_that_can_not_be_carried_out_are_refused() {
    let when = "when: {entity: IP.Address, equals: 203.0.113.7}\n";
    let close = "close: {classification: BenignPositive}\n";
    for (text, why) in [
        (when.to_owned(), "has no `close`"),
        (close.to_owned(), "has no `when`"),
        (
            format!("{when}close: {{classification: Undetermined, reason: SuspiciousActivity}}"),
            "does not go with Undetermined",
        ),
        (format!("{when}close: {{classification: FalsePositive}}"), "has no `reason`"),
        (format!("{when}close: {{reason: SuspiciousActivity}}"), "has no `classification`"),
        (format!("{when}{close}order: 1001"), "between 1 and 1000"),
        (format!("{when}{close}set: {{owner: soc@contoso.example}}"), "`owner` can't be"),
        (format!("{when}{close}tests: []"), "no meaning for effect resolve"),
        (format!("{when}{close}tasks: [{{description: x}}]"), "has no `title`"),
        (format!("{when}{close}efect: hide"), "unknown key `efect`"),
        (format!("{when}{close}effect: close"), "`effect` can't be"),
        (format!("{when}{close}effect: hide"), "no meaning for effect hide"),
        (format!("{when}trigger: alert\nplaybook: {{id: x}}"), "no meaning for alerts"),
        ("trigger: alert".to_owned(), "has no `playbook`"),
        (format!("{close}when: {{incident: owner, equals: x}}"), "can't ask for it"),
        (format!("{close}when: {{incident: title, equals: ''}}"), "nothing to look for"),
    ] {
        let told = read(&text).unwrap_err();
        assert!(told.iter().any(|message| message.contains(why)), "{text}: {told:?}");
    }
    let app = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Logic/workflows/w";
    let one = read(&format!("trigger: alert\nplaybook: {{id: {app}}}")).unwrap();
    let rule = automation_rule(&one, "soc", &["/subscriptions/s/a".to_owned()]).unwrap();
    decoded(&rule);
    assert_eq!(rule.properties["triggeringLogic"]["triggersOn"], "Alerts");
    assert!(rule.body().to_string().contains("AlertAnalyticRuleIds"));
}

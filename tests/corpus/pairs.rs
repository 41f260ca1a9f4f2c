//! Compile against the live service's own rendering of the same rule, and against Microsoft's packaging tool.

use std::path::Path;

use palisade::compile::properties;
use palisade::resource::Properties;
use palisade::resource::fields::ALERT_RULE as FIELDS;
use serde_json::Value;

use crate::reasons::Where::{Each, Files};
use crate::reasons::{Difference, Reason, differences, explain};
use crate::{corpus, list, load_alone};

/// Compiles the one rule of a file, as any workspace would get it.
fn compiled(path: &Path) -> Option<Properties> {
    let loaded = load_alone(path);
    // A rule that is faulty for what its query says is compiled too: templates are not looked at by the service.
    let faulty = loaded.content.faulty.first().map(|faulty| &faulty.rule);
    let rule = loaded.content.rules.first().or(faulty)?;
    Some(properties(rule.kind, &rule.details))
}

/// Compares every pair of a list; `theirs` reads the other side. Returns how many were compared, and the files that
/// we refuse.
fn compare<'p>(
    corpus: &Path,
    pairs: &'p [Value],
    mut theirs: impl FnMut(&Value) -> Value,
) -> (usize, Vec<&'p str>, Vec<Difference<'p>>) {
    let (mut compared, mut refused, mut found) = (0, Vec::new(), Vec::new());
    for pair in pairs {
        let file = pair["yaml"].as_str().unwrap();
        let Some(ours) = compiled(&corpus.join(file)) else {
            refused.push(file);
            continue;
        };
        compared += 1;
        found.extend(differences(pair, &ours, theirs(pair)["properties"].as_object().unwrap()));
    }
    eprintln!("{compared} pairs, {} fields of each compared, {} differences", FIELDS.len(), found.len());
    (compared, refused, found)
}

fn is_absent(difference: &Difference<'_>) -> bool {
    difference.theirs.is_none()
}

/// The template of another version than the file's. Those of api-version 2020-01-01 don't tell theirs.
fn is_another_version(difference: &Difference<'_>) -> bool {
    let pair = difference.pair;
    pair["live_version"].is_string() && pair["live_version"] != pair["yaml_version"]
}

fn is_of_2020(difference: &Difference<'_>) -> bool {
    difference.pair["api"] == "2020-01-01"
}

/// Whether all that stands there stands here too.
fn is_part_of_ours(difference: &Difference<'_>) -> bool {
    let items = |value: &Option<Value>| value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let ours = items(&difference.ours);
    items(&difference.theirs).iter().all(|item| ours.contains(item))
}

const LIVE: &[Reason] = &[
    Reason {
        field: "enabled",
        place: Each(is_absent, 375),
        why: "a template has no switch (nor suppression, nor incident configuration: their defaults are equal to none)",
    },
    Reason {
        field: "suppressionDuration",
        place: Each(is_absent, 375),
        why: "a template holds no suppression; a rule can't be written without one",
    },
    Reason {
        field: "techniques",
        place: Each(|d| is_of_2020(d) && is_absent(d), 87),
        why: "api-version 2020-01-01 knows no techniques",
    },
    Reason {
        field: "techniques",
        place: Each(|d| is_another_version(d) && is_part_of_ours(d), 4),
        why: "the template is of an older version of the file",
    },
    Reason {
        field: "techniques",
        place: Files(&[
            "155e9134-d5ad-4a6f-88f3-99c220040b66/03_2021-10-21_5b58d66417.yaml",
            "f8dad4e9-3f19-4d70-ab7f-8f19ccd43a3e/02_2021-05-13_06832a873e.yaml",
        ]),
        why: "templates of 2022 drop a technique that belongs to none of the rule's tactics",
    },
    Reason {
        field: "subTechniques",
        place: Each(is_absent, 30),
        why: "api-versions 2020-01-01 and 2022-06-01-preview know no sub-techniques",
    },
    Reason {
        field: "tactics",
        place: Each(is_another_version, 1),
        why: "the template is of an older version of the file",
    },
    Reason {
        field: "tactics",
        place: Files(&["Microsoft 365 Defender/Analytic Rules/SolarWinds_TEARDROP_Process-IOCs.yaml"]),
        why: "the file is older or younger than the template, which does not tell its version",
    },
    Reason {
        field: "entityMappings",
        place: Each(|d| is_of_2020(d) && d.pair["yaml_version"] == "None", 9),
        why: "the file is of before there were versions, and the template of after mappings were added",
    },
    Reason {
        field: "queryPeriod",
        place: Files(&[
            "48607a29-a26a-4abf-8078-a06dbdd174a4/01_2021-02-23_2dd85825ff.yaml",
            "4b93c5af-d20b-4236-b696-a28b8c51407f/01_2021-06-07_45da87dec2.yaml",
        ]),
        why: "the file is older or younger than the template, which does not tell its version",
    },
    Reason {
        field: "description",
        place: Each(is_another_version, 3),
        why: "the template is of an older version of the file",
    },
    Reason {
        field: "description",
        place: Files(&["MicrosoftDefenderForEndpoint/Hunting Queries/MDE_Process-IOCs.yaml"]),
        why: "the file is older or younger than the template, which does not tell its version",
    },
    Reason {
        field: "description",
        place: Files(&[
            "MultipleDataSources/Log4J_IPIOC_Dec112021.yaml",
            "MultipleDataSources/BariumIPIOC112020.yaml",
            "SecurityEvent/UserAccountAdd-Removed.yaml",
        ]),
        why: "the live template keeps the closing quote where blanks follow it; we take it away",
    },
    Reason {
        field: "description",
        place: Files(&[
            "dcdf9bfc-c239-4764-a9f9-3612e6dff49c/01_2021-05-13_06832a873e.yaml",
            "SecurityEvent/ADFSDBNamedPipeConnection.yaml",
        ]),
        why: "the live template loses the double quote that closes a quotation at the end; we keep it",
    },
];

#[test]
fn what_the_live_service_made_of_the_same_file() {
    let Some(corpus) = corpus() else { return };
    let pairs = list(&corpus.join("pairs/yaml-live.json"));
    let (compared, refused, found) = compare(&corpus, &pairs, |pair| {
        serde_json::from_str(&crate::read(&corpus.join(pair["live"].as_str().unwrap()))).unwrap()
    });
    assert_eq!(compared, 375);
    assert_eq!(refused, [""; 0]);
    explain(&found, LIVE);
}

const PACKAGE: &[Reason] = &[
    Reason {
        field: "enabled",
        place: Each(|d| d.theirs == Some(false.into()), 257),
        why: "the packaging tool writes its rules as templates, switched off",
    },
    Reason {
        field: "suppressionDuration",
        place: Each(|d| d.theirs == Some("PT1H".into()), 257),
        why: "the packaging tool's own default, with suppression off",
    },
    Reason { field: "techniques", place: Each(is_absent, 231), why: "the packaging tool left techniques out" },
    Reason { field: "subTechniques", place: Each(is_absent, 9), why: "the packaging tool left techniques out" },
    Reason {
        field: "entityMappings",
        place: Each(
            |d| d.ours.as_ref().and_then(Value::as_array).is_some_and(|list| d.theirs.as_ref() == list.first()),
            3,
        ),
        why: "the packaging tool's slip: a list of one mapping written as that mapping",
    },
    Reason {
        field: "entityMappings",
        place: Files(&[
            "CiscoUmbrella/Analytic Rules/CiscoUmbrellaConnectionNon-CorporatePrivateNetwork.yaml",
            "CiscoUmbrella/Analytic Rules/CiscoUmbrellaRareUserAgentDetected.yaml",
            "CiscoUmbrella/Analytic Rules/CiscoUmbrellaRequestBlocklistedFileType.yaml",
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowAlertsForTriggers.yaml",
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowFailedEventsBasedOnTime.yaml",
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowUserWithFailedEvents.yaml",
        ]),
        why: "the package was built before the file had mappings",
    },
    Reason {
        field: "query",
        place: Files(&[
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowAlertsForTriggers.yaml",
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowFailedEventsBasedOnTime.yaml",
            "SailPointIdentityNow/Analytic Rules/SailPointIdentityNowUserWithFailedEvents.yaml",
        ]),
        why: "the package was built before blanks at ends of lines were taken away",
    },
    Reason {
        field: "tactics",
        place: Each(|d| d.theirs.as_ref().is_some_and(|list| list.to_string().contains("CommandandControl")), 2),
        why: "the packaging tool copies a spelling that the service corrects, as we do",
    },
    // One file stands in two pairs: two rules of the package have its name.
    Reason {
        field: "query",
        place: Each(is_jira_password, 2),
        why: "the package was built before the query was changed, and holds another rule under the same name",
    },
    Reason { field: "severity", place: Each(is_jira_password, 2), why: "the package was built before it was raised" },
    Reason { field: "queryPeriod", place: Each(is_jira_password, 1), why: "another rule under the same name" },
    Reason { field: "tactics", place: Each(is_jira_password, 1), why: "another rule under the same name" },
    Reason {
        field: "severity",
        place: Files(&[
            "CiscoDuoSecurity/Analytic Rules/CiscoDuoAdminMFAFailures.yaml",
            "CiscoDuoSecurity/Analytic Rules/CiscoDuoMultipleUserLoginFailures.yaml",
        ]),
        why: "the package was built before it was raised",
    },
    Reason {
        field: "customDetails",
        place: Files(RED_CANARY),
        why: "the packaging tool put a variable of its template in the place of a column's name",
    },
    Reason {
        field: "incidentConfiguration.groupingConfiguration.enabled",
        place: Files(RED_CANARY),
        why: "the package holds no incident configuration",
    },
    Reason {
        field: "incidentConfiguration.groupingConfiguration.lookbackDuration",
        place: Files(RED_CANARY),
        why: "the package holds no incident configuration",
    },
    Reason {
        field: "incidentConfiguration.groupingConfiguration.matchingMethod",
        place: Files(RED_CANARY),
        why: "the package holds no incident configuration",
    },
    Reason {
        field: "incidentConfiguration.groupingConfiguration.groupByCustomDetails",
        place: Files(RED_CANARY),
        why: "the package holds no incident configuration",
    },
];

const RED_CANARY: &[&str] = &["Red Canary/Analytic Rules/RedCanaryThreatDetection.yaml"];

fn is_jira_password(difference: &Difference<'_>) -> bool {
    difference.file.ends_with("AtlassianJiraAudit/Analytic Rules/JiraPrivilegedUserPasswordChanged.yaml")
}

#[test]
fn what_the_packaging_tool_made_of_the_same_file() {
    let Some(corpus) = corpus() else { return };
    let pairs = list(&corpus.join("pairs/yaml-package.json"));
    let (compared, refused, found) = compare(&corpus, &pairs, |pair| {
        let arm = crate::read(&corpus.join(pair["arm"].as_str().unwrap()));
        let arm: Value = serde_json::from_str(&arm).unwrap();
        arm.pointer(pair["pointer"].as_str().unwrap()).unwrap().clone()
    });
    assert_eq!(compared, 257);
    assert_eq!(refused, [""; 0]);
    explain(&found, PACKAGE);
}

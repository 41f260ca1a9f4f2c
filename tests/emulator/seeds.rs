//! Seeds: what they put into a workspace, what they leave alone, and what is refused where.

use std::fs;

use palisade::emulator::{Emulator, Options, SeedError, SeedText, Seeded};
use serde_json::{Value, json};

use crate::client::{Reply, WORKSPACE, delete, get, put, request, scheduled, send};

const SEED: &str = r#"
kind: EmulatorSeed
tenant: 11111111-1111-4111-8111-111111111111
subscription: S-1
resourceGroup: rg-Soc
workspace: law-One
customerId: 99999999-9999-4999-8999-999999999999
location: westeurope
tags: {tier: gold}
by: {upn: kim@contoso.example, name: Kim}
at: 2026-11-01T08:00:00Z
tables:
  - {name: SigninLogs, columns: {UserPrincipalName: string, TimeGenerated: datetime}}
  - {name: Own_CL, columns: [{name: x, type: long}], plan: Basic}
  - Heartbeat
functions: [ContosoParser]
alertRules:
  - name: by-hand
    kind: Scheduled
    properties:
      displayName: Made in the portal
      enabled: true
      severity: Low
      query: |
        Nonsense that ( nobody checks
      queryFrequency: PT1H
      queryPeriod: PT1H
      triggerOperator: GreaterThan
      triggerThreshold: 0
      suppressionDuration: PT5H
      suppressionEnabled: false
    actions:
      - name: a1
        properties: {triggerUri: "https://x/workflows/wf-1/triggers/t?sig=secret", logicAppResourceId: /y}
  - {name: future, kind: Quantum, properties: {qubits: 3}}
automationRules:
  - name: close
    properties:
      displayName: Close it
      order: 1
      triggeringLogic: {isEnabled: true, triggersOn: Incidents, triggersWhen: Created}
      actions: [{order: 1, actionType: ModifyProperties, actionConfiguration: {status: Closed}}]
      createdTimeUtc: 2025-01-01T00:00:00Z
metadata:
  - {name: analyticsrule-by-hand, properties: {kind: AnalyticsRule, parentId: /p, source: {kind: SourceRepository, name: Repositories, sourceId: other}}}
watchlists:
  - name: vips
    properties: {displayName: VIPs, provider: Us, itemsSearchKey: upn}
    items:
      - {upn: kim@contoso.example, tier: "0"}
      - {name: i2, properties: {itemsKeyValue: {upn: max@contoso.example}}}
incidents:
  - name: inc-1
    properties:
      title: Brute force
      severity: High
      status: Closed
      classification: BenignPositive
      classificationReason: SuspiciousButExpected
      relatedAnalyticRuleIds: [/subscriptions/s/alertRules/by-hand]
      createdTimeUtc: 2026-10-30T10:00:00Z
    alerts:
      - {properties: {alertDisplayName: Brute force, severity: High}}
    entities:
      - {name: e1, kind: Account, properties: {accountName: kim}}
      - {name: e2, kind: IP, properties: {address: 203.0.113.7}}
      - {name: e3, kind: Account, properties: {accountName: max}}
    bookmarks:
      - {name: b1, properties: {displayName: Look here, query: SigninLogs}}
    comments:
      - {properties: {message: Agreed with the customer}}
    tasks:
      - {properties: {title: Call them, status: Completed}}
  - name: inc-2
    properties: {title: Newer, severity: Low, status: New, createdTimeUtc: 2026-10-31T10:00:00Z}
contentPackages:
  - {name: pkg, properties: {contentId: pkg, version: 2.0.0, displayName: A package}}
sourcecontrols:
  - {name: sc, version: V2, properties: {displayName: Repo, repoType: Github}}
"#;

fn yaml(text: &str) -> [SeedText; 1] {
    [SeedText { name: "seed.yaml".to_owned(), text: text.to_owned() }]
}

async fn seeded() -> Emulator {
    let emulator = Emulator::in_memory(Options { strict: true, ..Options::default() });
    emulator.seed_from(&yaml(SEED)).await.unwrap();
    emulator
}

async fn at(emulator: &Emulator, method: &str, path: &str) -> Reply {
    let url = format!(
        "https://management.azure.com{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}{}api-version=2025-07-01-preview",
        if path.contains('?') { "&" } else { "?" }
    );
    send(emulator, request(method, &url, &[], "")).await
}

fn names(reply: &Reply) -> Vec<&str> {
    reply.body["value"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_workspace_holds_what_its_seed_says() {
    let emulator = seeded().await;
    assert_eq!(names(&at(&emulator, "GET", "alertRules").await), ["BuiltInFusion", "by-hand", "future"]);
    let rule = get(&emulator, "by-hand").await.body;
    assert_eq!(rule["properties"]["lastModifiedUtc"], "2026-11-01T08:00:00Z");
    assert_eq!(rule["properties"]["tactics"], Value::Null, "filled as the service does");
    assert_eq!(rule["properties"]["query"], "Nonsense that ( nobody checks\n");
    assert_eq!(get(&emulator, "future").await.body["properties"]["qubits"], 3);
    let action = at(&emulator, "GET", "alertRules/by-hand/actions/a1").await.body;
    assert_eq!(action["properties"], json!({"logicAppResourceId": "/y", "workflowId": "wf-1"}));

    let closing = at(&emulator, "GET", "automationRules/close").await.body;
    assert_eq!(closing["properties"]["createdTimeUtc"], "2025-01-01T00:00:00Z");
    assert_eq!(closing["properties"]["createdBy"]["userPrincipalName"], "kim@contoso.example");
    let metadata = at(&emulator, "GET", "metadata/analyticsrule-by-hand").await.body;
    assert_eq!(metadata["systemData"]["createdBy"], "kim@contoso.example");
    let items = at(&emulator, "GET", "watchlists/vips/watchlistItems").await;
    let values: Vec<_> =
        items.body["value"].as_array().unwrap().iter().map(|i| &i["properties"]["itemsKeyValue"]["upn"]).collect();
    assert!(values.contains(&&json!("kim@contoso.example")) && values.contains(&&json!("max@contoso.example")));
    assert_eq!(items.body["value"][0]["properties"]["tenantId"], "11111111-1111-4111-8111-111111111111");
    assert_eq!(names(&at(&emulator, "GET", "contentPackages").await), ["pkg"]);
    assert_eq!(at(&emulator, "GET", "sourcecontrols/sc").await.body["version"], "V2");
}

#[tokio::test]
async fn incidents_have_alerts_entities_bookmarks_comments_and_tasks() {
    let emulator = seeded().await;
    assert_eq!(names(&at(&emulator, "GET", "incidents").await), ["inc-2", "inc-1"], "newest first");
    let incident = at(&emulator, "GET", "incidents/inc-1").await.body;
    let data = &incident["properties"]["additionalData"];
    assert_eq!(
        (&data["alertsCount"], &data["bookmarksCount"], &data["commentsCount"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(incident["properties"]["relatedAnalyticRuleIds"][0], "/subscriptions/s/alertRules/by-hand");

    let alerts = at(&emulator, "POST", "incidents/inc-1/alerts").await;
    assert_eq!((alerts.status, &alerts.body["value"][0]["kind"]), (200, &json!("SecurityAlert")));
    let entities = at(&emulator, "POST", "incidents/INC-1/entities").await.body;
    assert_eq!(entities["entities"].as_array().unwrap().len(), 3);
    let counts = json!([{"entityKind": "Account", "count": 2}, {"entityKind": "IP", "count": 1}]);
    assert_eq!(entities["metaData"], counts);
    let id = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/Entities/e1");
    assert_eq!(entities["entities"][0]["id"], id.as_str());
    let bookmarks = at(&emulator, "POST", "incidents/inc-1/bookmarks").await.body;
    assert_eq!((&bookmarks["value"][0]["name"], &bookmarks["value"][0]["kind"]), (&json!("b1"), &json!("Bookmark")));
    assert_eq!(names(&at(&emulator, "GET", "entities").await).len(), 4);
    assert_eq!(
        at(&emulator, "GET", "incidents/inc-1/tasks").await.body["value"][0]["properties"]["title"],
        "Call them"
    );
    assert_eq!(names(&at(&emulator, "POST", "incidents/inc-2/alerts").await), [""; 0]);
    at(&emulator, "POST", "incidents/none/alerts").await.refused(404, "NotFound");
    at(&emulator, "GET", "incidents/inc-1/alerts").await.refused(405, "MethodNotAllowed");

    let closed = "incidents?$filter=properties/status%20eq%20'Closed'%20and%20properties/createdTimeUtc%20gt%202026-10-01T00:00:00Z";
    assert_eq!(names(&at(&emulator, "GET", closed).await), ["inc-1"]);
    let first = at(&emulator, "GET", "incidents?$orderby=properties/createdTimeUtc%20asc&$top=1").await;
    assert_eq!(names(&first), ["inc-1"]);
    let next = first.body["nextLink"].as_str().unwrap();
    assert_eq!(names(&send(&emulator, request("GET", next, &[], "")).await), ["inc-2"]);
}

#[tokio::test]
async fn seeding_again_changes_nothing_and_spares_what_clients_did() {
    let emulator = seeded().await;
    let before = emulator.snapshot();
    let again = emulator.seed_from(&yaml(SEED)).await.unwrap();
    assert_eq!((again.workspaces, again.written), (1, 0));
    assert_eq!(emulator.snapshot(), before);

    let edited =
        put(&emulator, "by-hand", &crate::client::with(scheduled("Edited"), "query", json!("SigninLogs"))).await;
    assert_eq!(edited.status, 200);
    delete(&emulator, "future").await;
    at(&emulator, "DELETE", "automationRules/close").await;
    let other =
        SEED.replace("Made in the portal", "Another").replace("qubits: 3", "qubits: 4").replace("Brute force", "Other");
    let seeded = emulator.seed_from(&yaml(&other)).await.unwrap();
    assert_eq!(get(&emulator, "by-hand").await.body, edited.body, "a client's edit stays");
    get(&emulator, "future").await.refused(404, "NotFound");
    at(&emulator, "GET", "automationRules/close").await.refused(404, "NotFound");
    assert_eq!(
        at(&emulator, "GET", "incidents/inc-1").await.body["properties"]["title"],
        "Other",
        "untouched: follows"
    );
    assert_eq!(seeded.written, 3, "the incident and its alert, which is an entity too: {seeded:?}");
}

#[tokio::test]
async fn marks_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let emulator = Emulator::open(&path, Options::default()).unwrap();
    emulator.seed_from(&yaml(SEED)).await.unwrap();
    delete(&emulator, "by-hand").await;
    let before = emulator.snapshot();
    drop(emulator);
    let emulator = Emulator::open(&path, Options::default()).unwrap();
    assert_eq!(emulator.seed_from(&yaml(SEED)).await.unwrap().written, 0);
    assert_eq!(emulator.snapshot(), before);
    let body = crate::client::with(scheduled("R"), "query", json!("SigninLogs | where x == 1"));
    put(&emulator, "r", &body).await.refused(400, "BadRequest");
}

#[tokio::test]
async fn a_query_is_run_against_the_seeded_tables() {
    let emulator = seeded().await;
    let missing = "Failed to run the analytics rule query. One of the tables does not exist.";
    let with_query = |query: &str| crate::client::with(scheduled("R"), "query", json!(query));
    assert_eq!(put(&emulator, "r", &with_query("SecurityEvent")).await.refused(400, "BadRequest"), missing);
    assert_eq!(put(&emulator, "r", &with_query("SigninLogs | take 1")).await.status, 201);
    assert_eq!(put(&emulator, "r", &with_query("SecurityEvent")).await.refused(400, "BadRequest"), missing);
    for query in
        ["Heartbeat | where Anything == 1", "Own_CL | where x > 1", "ContosoParser | take 1", "_Im_Dns | take 1"]
    {
        assert_eq!(put(&emulator, "r", &with_query(query)).await.status, 200, "{query}");
    }
    let column = put(&emulator, "r", &with_query("SigninLogs\n| where UserPrincipal == 'x'")).await;
    let message = column.refused(400, "BadRequest");
    assert!(message.contains("SemanticError") && message.contains("(line 2, column 9)"), "{message}");
    let syntax = put(&emulator, "r", &with_query("SigninLogs | where (")).await;
    assert!(syntax.refused(400, "BadRequest").contains("SyntaxError"));

    let disabled = crate::client::with(with_query("SecurityEvent | where ("), "enabled", json!(false));
    assert_eq!(put(&emulator, "r", &disabled).await.status, 200, "a disabled rule's query is not run");
    let lax = Emulator::in_memory(Options { queries: false, ..Options::default() });
    assert_eq!(put(&lax, "r", &with_query("T | where (")).await.status, 201);
}

#[tokio::test]
async fn a_folder_is_a_seed_and_templates_drop_in() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let workspace = "{subscription: S-1, resourceGroup: rg-Soc, workspace: law-One, fusion: false, tables: all}";
    write("a.yaml", workspace);
    write("b.yml", &workspace.replace("law-One", "law-Two"));
    write("tables/all.json", r#"{"SigninLogs": {"UserPrincipalName": "string"}, "Syslog": {"Computer": "string"}}"#);
    let template = json!({
        "id": "/subscriptions/x/resourceGroups/y/providers/Microsoft.OperationalInsights/workspaces/z/providers/Microsoft.SecurityInsights/AlertRuleTemplates/t1",
        "name": "t1", "type": "Microsoft.SecurityInsights/AlertRuleTemplates", "kind": "Scheduled",
        "properties": {"displayName": "T", "version": "1.0.4", "sentinelEntitiesMappings": [], "subTechniques": ["T1.001"]},
    });
    write("templates/t1.json", &template.to_string());
    write(".hidden.yaml", "nonsense");
    write("notes.txt", "nonsense");
    let emulator = Emulator::in_memory(Options::default());
    let seeded = emulator.seed_path(folder.path()).await.unwrap();
    assert_eq!(seeded, Seeded { workspaces: 2, written: 6, kept: 0 });

    assert_eq!(names(&at(&emulator, "GET", "alertRules").await), [""; 0], "no Fusion: the seed says so");
    let shown = at(&emulator, "GET", "alertRuleTemplates/t1").await.body;
    assert_eq!(shown["properties"]["version"], "1.0.4");
    assert!(shown["id"].as_str().unwrap().starts_with(WORKSPACE), "{shown}");
    let url = |version: &str| {
        format!("https://h{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRuleTemplates/t1?api-version={version}")
    };
    let old = send(&emulator, request("GET", &url("2020-01-01"), &[], "")).await.body;
    assert_eq!(old["properties"], json!({"displayName": "T"}));
    let stable = send(&emulator, request("GET", &url("2025-09-01"), &[], "")).await.body;
    assert_eq!(stable["properties"], json!({"displayName": "T", "version": "1.0.4"}));

    // By themselves they go to the workspace that they name.
    let emulator = Emulator::in_memory(Options::default());
    emulator.seed_path(&folder.path().join("templates")).await.unwrap();
    assert!(emulator.snapshot().as_object().unwrap().keys().any(|key| key.ends_with("/workspaces/z")));
}

async fn refused(text: &str) -> SeedError {
    let emulator = Emulator::in_memory(Options::default());
    let error = emulator.seed_from(&yaml(text)).await.unwrap_err();
    assert_eq!(emulator.snapshot(), json!({}), "nothing was written");
    error
}

#[tokio::test]
async fn faults_are_told_with_their_place() {
    let head = "subscription: s\nresourceGroup: g\nworkspace: w\n";
    for (text, line, column, part) in [
        ("incident: []\n".to_owned(), 4, 1, "`incident` is not known here; did you mean `incidents`?"),
        ("alertRules: {}\n".to_owned(), 4, 13, "a list is expected here, and not a mapping"),
        ("alertRules:\n  - {kind: NRT, properties: {}}\n".to_owned(), 5, 5, "has no name"),
        ("alertRules:\n  - {name: r, properties: {}}\n".to_owned(), 5, 5, "`kind` is missing"),
        ("alertRules:\n  - {name: r, kind: NRT}\n".to_owned(), 5, 5, "`r` has no properties"),
        ("alertRules:\n  - {name: a/b, kind: NRT, properties: {}}\n".to_owned(), 5, 12, "no name of a resource"),
        ("alertRules:\n  - {name: r, kind: NRT, propertys: {}}\n".to_owned(), 5, 26, "did you mean `properties`?"),
        (
            "metadata:\n  - &m {name: r, properties: {}}\n  - *m\n".to_owned(),
            6,
            5,
            "the resource `r` stands twice in the seed",
        ),
        ("tables: [{name: T, columns: {x: text}}]\n".to_owned(), 4, 33, "`text` is no type of a column"),
        ("tables: [{name: 'T/x'}]\n".to_owned(), 4, 10, "no name of a table"),
        ("tables: all\n".to_owned(), 4, 9, "the seed holds no list of tables"),
        ("fusion: maybe\n".to_owned(), 4, 9, "a boolean is expected"),
        ("at: yesterday\n".to_owned(), 4, 5, "this is no time"),
        ("by: {name: Kim}\n".to_owned(), 4, 5, "`upn` is missing"),
        ("kind: Workspace\n".to_owned(), 4, 7, "the kind of a seed is another"),
        ("workspace: x\n".to_owned(), 4, 1, "given twice, first in line 3"),
        ("incidents:\n  - {name: i, properties: {}, entities: [{properties: {}}]}\n".to_owned(), 5, 42, "has no kind"),
        ("tags: {a: [b]}\n".to_owned(), 4, 11, "a text is expected"),
    ] {
        let error = refused(&format!("{head}{text}")).await;
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.to_string().starts_with(&format!("seed.yaml:{line}:{column}: ")), "{error}");
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    assert!(refused("workspace: w\n").await.message.contains("`subscription` is missing"));
    assert!(
        refused("- {type: Microsoft.Web/sites, name: x, properties: {}}\n").await.message.contains("can't be seeded")
    );
    assert!(refused("T: {x: string}\n").await.message.contains("no workspace of the seed asks for this list"));
    assert!(refused("hello\n").await.message.contains("a text is no seed"));
    let twice = format!("{head}---\n{head}");
    assert!(refused(&twice).await.message.contains("stands in seed.yaml already"));
    let lost =
        "{\"type\": \"Microsoft.SecurityInsights/alertRules\", \"kind\": \"NRT\", \"name\": \"r\", \"properties\": {}}";
    assert!(refused(lost).await.message.contains("names no workspace"));
}

#[tokio::test]
async fn what_can_t_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::in_memory(Options::default());
    let at = |name: &str| folder.path().join(name);
    let error = emulator.seed_path(&at("none.yaml")).await.unwrap_err();
    assert!(error.to_string().contains("none.yaml: can't be read"), "{error}");
    assert!(emulator.seed_path(folder.path()).await.unwrap_err().message.contains("holds no seed"));
    fs::write(at("latin.yaml"), b"a: \xff").unwrap();
    assert!(emulator.seed_path(folder.path()).await.unwrap_err().message.contains("not UTF-8"));
}

#[tokio::test]
async fn no_mutilated_seed_is_more_than_refused() {
    let emulator = Emulator::in_memory(Options::default());
    let json = json!({"value": [{"id": format!("{WORKSPACE}/x/alertRules/r"), "name": "r", "kind": "NRT",
        "type": "Microsoft.SecurityInsights/alertRules", "properties": {"query": "T \u{1F600}\n\"", "n": [1.5, null, {}]}}]});
    for (name, whole) in [("seed.yaml", SEED.to_owned()), ("seed.json", json.to_string())] {
        let cuts = (0..whole.len()).filter(|at| whole.is_char_boundary(*at)).step_by(23);
        for at in cuts {
            let rest = whole.get(at + 5..).unwrap_or_default();
            for text in
                [whole[..at].to_owned(), format!("{}{rest}", &whole[..at]), format!("{}\u{7f}{{{rest}", &whole[..at])]
            {
                let seed = [SeedText { name: name.to_owned(), text }];
                if let Err(error) = emulator.seed_from(&seed).await {
                    assert!(error.to_string().starts_with(name) && !error.help.is_empty(), "{error}");
                }
            }
        }
    }
}

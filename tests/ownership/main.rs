//! What knowing whose a rule is costs in requests, and what the finder of marks makes of queries that others wrote.
//!
//! What becomes of rules and automation rules is in tests/cases/ownership.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod kinds;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade::arm::endpoint::Endpoint;
use palisade::arm::request::RequestBuilder;
use palisade::arm::scope::WorkspaceScope;
use palisade::diagnostic::{Sources, Span};
use palisade::emulator::{Emulator, Options};
use palisade::kql::lex;
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::{Connection, Connector};
use palisade::ops::ownership::Choices;
use palisade::ops::plan::{Planned, plan};
use palisade::ops::watch::Silent;
use palisade::ops::{LoadOptions, Loaded, load};
use palisade::plan::Origin;
use palisade::plan::mark::comments::comments;
use palisade::plan::mark::query::unmarked;
use palisade::workspace::Workspace;

const RULES: usize = 500;
/// Microsoft's own rule, which every workspace has.
const FUSION: usize = 1;
const PAGE: usize = 100;

struct Door(Emulator);

impl Connector for Door {
    fn connect(&self, _: &Workspace) -> Result<Connection, String> {
        let endpoint = Endpoint::parse("http://localhost", &[]).map_err(|why| why.to_string())?;
        let scope = WorkspaceScope::new("00000000-0000-0000-0000-000000000000", "emulator", "law")
            .map_err(|why| why.to_string())?;
        Ok(Connection {
            transport: Arc::new(self.0.clone()),
            requests: RequestBuilder::new(endpoint, scope),
            cloud: "emulator".to_owned(),
            title: "the test's emulator".to_owned(),
            throttle: None,
        })
    }
}

impl Door {
    async fn plan(&self, loaded: &Loaded) -> Planned {
        let (created, commit, inputs) = ("2026-11-24T09:00:00Z".to_owned(), None, loaded.digest.clone());
        let origin = Origin { created, project: "default".to_owned(), commit, inputs };
        let local = Workspace::local(Span::start_of(Sources::default().add("(local)", "")));
        let silent: Arc<dyn palisade::ops::watch::Watch> = Arc::new(Silent);
        let planned = plan(loaded, &[local], self, origin, &Choices::default(), &silent).await;
        assert_eq!(planned.failures, []);
        planned
    }

    /// The requests since `from`: method and type of resource, sorted.
    fn requests(&self, from: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.0.requests()[from..]
            .iter()
            .map(|one| {
                let path = one.path.rsplit("Microsoft.SecurityInsights/").next().unwrap();
                format!("{} {}", one.method, path.split(['/', '?']).next().unwrap())
            })
            .collect();
        lines.sort();
        lines
    }
}

fn project(folder: &Path, severity: impl Fn(usize) -> &'static str) -> Loaded {
    for n in 0..RULES {
        let text = format!(
            "id: 00000000-0000-4000-8000-{n:012}\nkind: Scheduled\nname: Rule {n}\ndescription: Finds it.\nseverity: {}\n\
             query: SigninLogs | where ResultType == \"{n}\"\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\n\
             triggerThreshold: 0\n",
            severity(n)
        );
        fs::write(folder.join(format!("{n}.yaml")), text).unwrap();
    }
    load(folder, &LoadOptions::default())
}

/// What the three lists cost, and nothing else.
fn lists(rules: usize) -> Vec<String> {
    let mut lines = vec!["GET alertRules".to_owned(); rules.div_ceil(PAGE)];
    lines.extend(["GET automationRules".to_owned(), "GET metadata".to_owned()]);
    lines
}

#[tokio::test]
async fn a_plan_reads_three_lists_and_an_apply_never_a_single_rule() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = project(folder.path(), |_| "Medium");
    let options = Options { page: PAGE, queries: false, ..Options::default() };
    let door = Door(Emulator::in_memory(options));
    let silent: Arc<dyn palisade::ops::watch::Watch> = Arc::new(Silent);
    let options = ApplyOptions { parallel: 10, all_or_nothing: false };
    let planned = door.plan(&loaded).await;
    apply(&planned.plan, &planned.places, options, &Stop::default(), &silent).await;

    let from = door.0.requests().len();
    let unchanged = door.plan(&loaded).await;
    assert_eq!((unchanged.plan.summary.noop, unchanged.plan.summary.writes()), (RULES, 0));
    assert_eq!(door.requests(from), lists(RULES + FUSION));

    // Every tenth rule changes: as many writes, one list more at the end. The marks cost nothing beside them.
    let loaded = project(folder.path(), |n| if n % 10 == 0 { "High" } else { "Medium" });
    let from = door.0.requests().len();
    let planned = door.plan(&loaded).await;
    let changes = planned.plan.summary.update;
    assert_eq!(changes, RULES / 10);
    let applied = apply(&planned.plan, &planned.places, options, &Stop::default(), &silent).await;
    assert!(applied[0].changes.iter().all(|done| done.outcome.name() == "applied"), "{applied:?}");
    let mut expected = lists(RULES + FUSION);
    expected.extend(vec!["GET alertRules".to_owned(); (RULES + FUSION).div_ceil(PAGE)]);
    expected.extend(vec!["PUT alertRules".to_owned(); changes]);
    expected.sort();
    assert_eq!(door.requests(from), expected);
}

/// Every query in the corpus' rules, however it is indented there: what follows `query:` up to the next key.
fn queries(folder: &Path, found: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            queries(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().skip_while(|line| !line.starts_with("query:")).skip(1);
            let query: Vec<&str> = lines.take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
            if !query.is_empty() {
                found.push(query.join("\n"));
            }
        }
    }
}

/// The comments that the lexer of KQL passes over: what begins with `//` between two tokens.
fn between_tokens(query: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    for token in lex(query).tokens {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        let mut at = from;
        while let Some(slashes) = query[at..start].find("//") {
            let begin = at + slashes;
            let rest = &query[begin..];
            at = rest.find(['\r', '\n', '\u{2028}', '\u{2029}']).map_or(query.len(), |end| begin + end);
            found.push((begin, at));
            at = at.min(start);
        }
        from = end;
    }
    found
}

#[test]
fn comments_are_those_that_the_lexer_passes_over() {
    let Some(corpus) = std::env::var_os("PALISADE_CORPUS") else { return };
    let mut all = Vec::new();
    queries(&Path::new(&corpus).join("rules"), &mut all);
    assert!(all.len() > 900, "{}", all.len());
    let mut seen = 0;
    for query in &all {
        let ours: Vec<(usize, usize)> = comments(query).into_iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(ours, between_tokens(query), "{query}");
        seen += ours.len();
        assert_eq!(unmarked(query).query, *query);
    }
    eprintln!("{} queries with {seen} comments", all.len());
    assert!(seen > 1000, "{seen}");
}

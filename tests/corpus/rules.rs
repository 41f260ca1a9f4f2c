//! Every rule file of the corpus: alone, and all of them as one project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use palisade::diagnostic::{Code, Sources};
use palisade::ops::{LoadOptions, Loaded, load};
use palisade::plan::Action;
use palisade::plan::outcome::Outcome;
use palisade::rule::yaml::{self, Node, Value};

use crate::emulated::Emulated;
use crate::findings::is_fault;
use crate::{Verdict, corpus, errors, load_alone, verdict, yaml_files};

const MISPLACED: &str = "a rule without `kind` in a folder of hunting queries, where its neighbours are none";

/// Files of the dialect that are refused: why, and whose fault it is.
const NOT_TAKEN: &[(&str, &[&str], &str)] = &[
    (
        "rules/azure-sentinel-forks/erant10+Azure-Sentinel/Hunting Queries/AWSS3/AWSBucketAPILogs-S3BucketDataTransferTimeSeriesAnomaly.yaml",
        &["kind-missing"],
        MISPLACED,
    ),
    (
        "rules/azure-sentinel-misplaced/Hunting Queries/DnsEvents/DNS_HighPercentNXDomainCount.yaml",
        &["kind-missing"],
        MISPLACED,
    ),
    (
        "rules/azure-sentinel-misplaced/Hunting Queries/MultipleDataSources/NickelRegIOCPatterns.yaml",
        &["kind-missing"],
        MISPLACED,
    ),
    (
        "rules/azure-sentinel-misplaced/Hunting Queries/SigninLogs/SuccessfulAccount-SigninAttemptsByIPviaDisabledAccounts.yaml",
        &["kind-missing"],
        MISPLACED,
    ),
    (
        "rules/azure-sentinel-misplaced/Hunting Queries/Syslog/SCXExecuteRunAsProviders.yml",
        &["kind-missing"],
        MISPLACED,
    ),
    (
        "rules/noodlemctwoodle-sentinel-as-code-toolkit/templates/standard-rule.template.yaml",
        &["yaml-syntax"],
        "a template with `id: {{GUID}}`, which is a mapping as a key: PyYAML refuses it too",
    ),
    (
        "rules/pr0kythera-kql-rule-validator/examples/example_constraint_errors.yaml",
        &["unknown-kind"],
        "written to be refused",
    ),
    (
        "rules/pr0kythera-kql-rule-validator/examples/invalid_detection.yaml",
        &["wrong-type", "period-too-short", "kql-syntax"],
        "written to be refused",
    ),
];

/// One file, loaded as a project of its own.
struct Alone {
    path: PathBuf,
    verdict: Verdict,
    /// The codes of its errors, each once.
    codes: BTreeSet<Code>,
    dialect: bool,
    /// The id and the content of its one rule, if it was read.
    rule: Option<(String, serde_json::Value)>,
}

fn alone(path: PathBuf) -> Alone {
    let loaded = load_alone(&path);
    let codes = errors(&loaded, &path).into_iter().map(|error| error.code).collect();
    let verdict = verdict(&loaded);
    let text = crate::read(&path);
    let mut sources = Sources::default();
    let documents = yaml::parse(sources.add("x", text.as_str()), &text);
    let dialect = match &documents {
        Ok(documents) => documents.iter().any(is_dialect),
        Err(_) => looks_like_dialect(&text),
    };
    let rule = match (verdict, documents.as_deref()) {
        (_, Ok([node])) if !loaded.content.rules.is_empty() || !loaded.content.faulty.is_empty() => {
            Some((node.get("id").unwrap().text().unwrap().trim().to_ascii_lowercase(), content(node)))
        }
        (Verdict::Taken, _) => panic!("{} holds more than one document", path.display()),
        _ => None,
    };
    Alone { path, verdict, codes, dialect, rule }
}

/// Whether a document is an analytics rule of the Azure-Sentinel dialect: the keys without which its own validation
/// refuses a rule.
fn is_dialect(node: &Node<'_>) -> bool {
    let has = |key: &str| node.get(key).is_some_and(|value| !value.is_null());
    let nrt = node.get("kind").and_then(Node::text).is_some_and(|kind| kind.trim().eq_ignore_ascii_case("nrt"));
    let name = has("name") || has("displayName");
    ["query", "severity", "id"].into_iter().all(has) && name && (nrt || has("queryFrequency"))
}

/// The same of a file that does not parse here, judged by its lines: such a file still counts.
fn looks_like_dialect(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    ["query", "severity", "id", "name", "queryFrequency"].into_iter().all(has)
}

/// What a document says, whatever the order of its keys.
fn content(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Scalar { text, .. } => text.as_ref().into(),
        Value::Sequence(items) => items.iter().map(content).collect(),
        Value::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.as_ref().to_owned(), content(&entry.value))).collect()
        }
    }
}

#[test]
fn each_file_alone_is_taken_refused_with_a_reason_or_left_alone() {
    let Some(corpus) = corpus() else { return };
    let files = yaml_files(&corpus.join("rules"));
    let all: Vec<Alone> = files.into_iter().map(alone).collect();
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &all {
        *counts.entry(file.verdict).or_default() += 1;
        for code in &file.codes {
            *reasons.entry(code.name()).or_default() += 1;
        }
    }
    eprintln!("{} files: {counts:?}; why refused: {reasons:?}", all.len());

    let dialect: Vec<&Alone> = all.iter().filter(|file| file.dialect).collect();
    let read = |file: &&&Alone| file.verdict == Verdict::Taken || file.codes.iter().all(|code| is_fault(*code));
    let refused: BTreeMap<&str, Vec<&str>> = dialect
        .iter()
        .filter(|file| !read(file))
        .map(|file| {
            let path = file.path.strip_prefix(&corpus).unwrap().to_str().unwrap();
            (path, file.codes.iter().map(|code| code.name()).collect())
        })
        .collect();
    let taken = dialect.len() - refused.len();
    eprintln!("{taken} of {} rules of the dialect read, faulty ones included; not read: {refused:#?}", dialect.len());
    let listed: BTreeMap<&str, Vec<&str>> = NOT_TAKEN.iter().map(|(path, codes, _)| (*path, codes.to_vec())).collect();
    assert_eq!(refused, listed);
    assert!(taken * 100 >= dialect.len() * 98, "{taken} of {}", dialect.len());
}

/// The verdicts on a project of many files, by path.
fn verdicts(loaded: &Loaded) -> BTreeMap<&str, Verdict> {
    let mut verdicts: BTreeMap<&str, Verdict> =
        loaded.sources.iter().map(|(path, _)| (path, Verdict::LeftAlone)).collect();
    for rule in &loaded.content.rules {
        verdicts.insert(loaded.sources.path(rule.span.file), Verdict::Taken);
    }
    for problem in &loaded.problems {
        let path = problem.span.map(|span| loaded.sources.path(span.file)).unwrap_or_default();
        if problem.is_error() {
            verdicts.insert(path, Verdict::Refused);
        } else if problem.code == Code::DuplicateRule {
            verdicts.insert(path, Verdict::Taken);
        }
    }
    verdicts
}

/// The files that share an id with other content, by id: by the files themselves, not by what a load says.
fn shared<'a>(all: &'a [Alone], root: &Path) -> BTreeMap<&'a str, Vec<String>> {
    let mut by_id: BTreeMap<&str, Vec<&Alone>> = BTreeMap::new();
    for file in all {
        if let Some((id, _)) = &file.rule {
            by_id.entry(id).or_default().push(file);
        }
    }
    let content = |file: &Alone| file.rule.as_ref().map(|(_, content)| content.clone());
    by_id.retain(|_, files| files.iter().any(|file| content(file) != content(files[0])));
    let relative = |file: &&Alone| file.path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    by_id.into_iter().map(|(id, files)| (id, files.iter().map(relative).collect())).collect()
}

#[tokio::test]
async fn all_files_as_one_project_plan_apply_and_plan_nothing_again() {
    let Some(corpus) = corpus() else { return };
    let root = corpus.join("rules");
    let all: Vec<Alone> = yaml_files(&root).into_iter().map(alone).collect();
    let loaded = load(&root, &LoadOptions::default());
    assert_eq!(loaded.sources.len(), all.len());

    let shared = shared(&all, &root);
    assert_eq!(shared.len(), 61);
    for (id, files) in &shared {
        for file in files {
            let named = loaded.problems.iter().any(|problem| {
                problem.code == Code::DuplicateId
                    && problem.is_error()
                    && problem.message.to_ascii_lowercase().contains(id)
                    && problem.span.is_some_and(|span| loaded.sources.path(span.file) == file)
                    && files.iter().filter(|other| *other != file).all(|other| problem.message.contains(other.as_str()))
            });
            assert!(named, "{file} shares the id {id} with {files:?}");
        }
    }
    let clashing: BTreeSet<&str> = shared.values().flatten().map(String::as_str).collect();
    let together = verdicts(&loaded);
    for file in &all {
        let path = file.path.strip_prefix(&root).unwrap().to_str().unwrap();
        let expected = if clashing.contains(path) { Verdict::Refused } else { file.verdict };
        assert_eq!(together[path], expected, "{path}");
    }
    let repeats = loaded.problems.iter().filter(|problem| problem.code == Code::DuplicateRule).count();
    let rules = loaded.content.rules.len();
    eprintln!(
        "{} ids are shared by {} files of different content; {repeats} files repeat another; {rules} rules are left",
        shared.len(),
        clashing.len()
    );

    let emulated = Emulated::new();
    let planned = emulated.plan(&loaded).await;
    let changes = &planned.plan.workspaces[0].changes;
    assert_eq!(changes.len(), rules);
    assert!(changes.iter().all(|change| change.action == Action::Create), "the workspace was empty");
    let done = emulated.apply(&planned).await;
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for one in &done {
        *outcomes.entry(one.outcome.name()).or_default() += 1;
        if one.outcome != Outcome::Applied {
            eprintln!("  {} {}: {} {}", one.id, one.name, one.outcome.name(), one.outcome.detail());
            assert!(one.outcome.detail().contains("properties.tactics"), "{}", one.outcome.detail());
            refused.push(one.id.as_str());
        }
    }
    eprintln!("applied: {outcomes:?}");
    assert_eq!(done.len(), rules);
    assert_eq!(refused, [""; 0]);

    let again = emulated.plan(&loaded).await;
    let summary = again.plan.summary;
    eprintln!("planned again: {} noop, {} create", summary.noop, summary.create);
    let writes = again.plan.workspaces[0].changes.iter().filter(|change| change.action != Action::Noop);
    assert_eq!(writes.map(|change| change.id.as_str()).collect::<Vec<_>>(), [""; 0]);
}

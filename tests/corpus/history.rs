//! What authors really change from one version of a rule to the next, planned and applied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use palisade::diagnostic::{Code, Sources};
use palisade::ops::Loaded;
use palisade::plan::Action;
use palisade::plan::outcome::Outcome;
use palisade::rule::yaml;

use crate::emulated::Emulated;
use crate::meaning::{self, Meaning};
use crate::{Verdict, corpus, errors, list, load_alone, verdict};

/// Fields that stay as they live where nobody writes them.
const KEPT: &[&str] = &["alertRuleTemplateName", "templateVersion", "startTimeUtc"];

/// One version of a rule, as a project of its own.
struct Version {
    loaded: Loaded,
    /// In lower case.
    id: String,
    meaning: Meaning,
}

/// A version that is taken, or the code of what it is refused for.
fn version(file: &Path) -> Result<Version, Code> {
    let loaded = load_alone(file);
    if let Some(error) = errors(&loaded, file).first() {
        return Err(error.code);
    }
    assert_eq!(verdict(&loaded), Verdict::Taken, "{}", file.display());
    let text = crate::read(file);
    let mut sources = Sources::default();
    let documents = yaml::parse(sources.add("x", text.as_str()), &text).unwrap();
    let [document] = documents.as_slice() else { panic!("{} holds more than one document", file.display()) };
    Ok(Version {
        id: loaded.content.rules[0].id.value.to_ascii_lowercase(),
        meaning: meaning::of_yaml(document),
        loaded,
    })
}

/// What came of all versions.
#[derive(Debug, Default)]
struct Tally {
    versions: usize,
    refused: usize,
    created: usize,
    updated: usize,
    /// Only what is never sent was changed: the version, connectors, tags, line ends.
    unchanged: usize,
    /// Why versions were refused.
    codes: BTreeMap<&'static str, usize>,
    fields: BTreeMap<String, usize>,
}

/// The files of every rule, in the order of its versions.
fn histories(corpus: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut entries = list(&corpus.join("history/manifest.json"));
    entries.sort_by_key(|entry| entry["n"].as_u64());
    let mut histories: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in entries {
        let file = corpus.join(entry["file"].as_str().unwrap());
        histories.entry(entry["id"].as_str().unwrap().to_owned()).or_default().push(file);
    }
    histories
}

#[tokio::test]
async fn each_version_plans_what_its_author_changed() {
    let Some(corpus) = corpus() else { return };
    let mut tally = Tally::default();
    let histories = histories(&corpus);
    for files in histories.values() {
        // Rules by the ids that their documents have: some changed theirs.
        let mut live: BTreeMap<String, Meaning> = BTreeMap::new();
        let emulated = Emulated::new();
        for file in files {
            tally.versions += 1;
            match version(file) {
                Ok(version) => step(&emulated, &mut live, version, file, &mut tally).await,
                Err(code) => {
                    tally.refused += 1;
                    *tally.codes.entry(code.name()).or_default() += 1;
                }
            }
        }
    }
    eprintln!("{} rules, {tally:#?}", histories.len());
    assert_eq!(tally.versions, 1624);
    let codes: Vec<(&str, usize)> = tally.codes.iter().map(|(code, count)| (*code, *count)).collect();
    // Faults of the queries: most versions of a rule have that of the one before.
    assert_eq!(codes, [("kql-meaning", 2), ("kql-syntax", 9), ("missing-column", 59), ("too-many", 1)]);
    assert_eq!(tally.refused, 71);
    assert!(tally.updated > 500 && tally.unchanged > 700, "{tally:?}");
    for field in ["displayName", "description", "severity", "query", "queryFrequency", "entityMappings", "techniques"] {
        assert!(tally.fields.contains_key(field), "no version changed {field}");
    }
}

/// Plans one version against what the emulator holds, applies it, and plans again.
async fn step(
    emulated: &Emulated,
    live: &mut BTreeMap<String, Meaning>,
    version: Version,
    file: &Path,
    tally: &mut Tally,
) {
    let planned = emulated.plan(&version.loaded).await;
    let [change] = planned.plan.workspaces[0].changes.as_slice() else { panic!("one rule is one change") };
    let mut desired = version.meaning;
    let fields: BTreeSet<String> = change.fields.iter().map(|field| field.path.clone()).collect();
    match live.get(&version.id) {
        None => {
            assert_eq!(change.action, Action::Create, "{}", file.display());
            tally.created += 1;
        }
        Some(before) => {
            for key in KEPT {
                if let (None, Some(kept)) = (desired.get(*key), before.get(*key)) {
                    desired.insert((*key).to_owned(), kept.clone());
                }
            }
            let expected = meaning::differing(before, &desired);
            assert_eq!(fields, expected, "{}", file.display());
            let action = if expected.is_empty() { Action::Noop } else { Action::Update };
            assert_eq!(change.action, action, "{}", file.display());
            tally.unchanged += usize::from(expected.is_empty());
            tally.updated += usize::from(!expected.is_empty());
            for field in expected {
                *tally.fields.entry(field).or_default() += 1;
            }
        }
    }
    for done in emulated.apply(&planned).await {
        assert_eq!(done.outcome, Outcome::Applied, "{}", file.display());
    }
    assert_eq!(meaning::of_arm(&emulated.properties(&version.id)), desired, "{}", file.display());
    let again = emulated.plan(&version.loaded).await;
    assert_eq!(again.plan.summary.noop, 1, "{}", file.display());
    live.insert(version.id, desired);
}

/// No author of the corpus made another kind of a rule, so the last version of each is made one here.
#[tokio::test]
async fn another_kind_is_another_rule_that_takes_the_place_of_the_first() {
    let Some(corpus) = corpus() else { return };
    let mut replaced = 0;
    for file in histories(&corpus).values().filter_map(|files| files.last()) {
        let text = crate::read(file);
        let Some(line) = text.lines().find(|line| line.trim_end() == "kind: Scheduled") else { continue };
        let Ok(scheduled) = version(file) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let changed = folder.path().join("rule.yaml");
        std::fs::write(&changed, text.replace(line, "kind: NRT")).unwrap();
        let nrt = match version(&changed) {
            Err(Code::NrtForbidden) => continue,
            nrt => nrt.unwrap_or_else(|code| panic!("{}: {code}", file.display())),
        };

        let emulated = Emulated::new();
        let created = emulated.plan(&scheduled.loaded).await;
        emulated.apply(&created).await;
        let planned = emulated.plan(&nrt.loaded).await;
        let [made, deleted] = planned.plan.workspaces[0].changes.as_slice() else { panic!("{}", file.display()) };
        assert_eq!((made.action, deleted.action), (Action::Replace, Action::Delete), "{}", file.display());
        assert_eq!(deleted.resource_name.to_lowercase(), scheduled.id.to_lowercase(), "{}", file.display());
        for done in emulated.apply(&planned).await {
            assert_eq!(done.outcome, Outcome::Applied, "{}", file.display());
        }
        assert_eq!(meaning::of_arm(&emulated.properties(&made.resource_name)), nrt.meaning, "{}", file.display());
        let again = emulated.plan(&nrt.loaded).await.plan.summary;
        assert_eq!((again.noop, again.writes()), (1, 0), "{}", file.display());
        replaced += 1;
    }
    eprintln!("{replaced} rules made NRT: each replaced, its meaning as in the file");
    assert!(replaced > 100, "{replaced}");
}

//! Every body that we would send, read by the models of another client: those that Microsoft's swagger generates.
//!
//! `azure_mgmt_securityinsights` is generated from api-version 2024-04-01-preview. It decodes every body, and what it
//! encodes again is what we sent. What its models don't hold they drop: `startTimeUtc`, which no author of the corpus
//! writes.

use std::collections::BTreeMap;
use std::path::Path;

use azure_mgmt_securityinsights::package_preview_2024_04::models::AlertRuleUnion;
use palisade::ops::compile::{Effective, compile};
use palisade::ops::{LoadOptions, load};
use serde_json::Value;

use crate::emulated::workspace;
use crate::{corpus, load_alone, yaml_files};

/// Tactics that authors wrote and no list of the service's holds; the models keep them as unknown words.
const UNKNOWN: [(&str, usize); 2] = [("\"SneakySquirrel\"", 1), ("\"YourTactic\"", 2)];

/// Every path at which two bodies differ; indices are left out.
fn differing(path: &str, sent: &Value, encoded: &Value, found: &mut BTreeMap<String, usize>) {
    match (sent, encoded) {
        (Value::Object(sent), Value::Object(encoded)) => {
            let added = encoded.keys().filter(|key| !sent.contains_key(*key));
            for key in sent.keys().chain(added) {
                let value = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                differing(&format!("{path}.{key}"), &value(sent), &value(encoded), found);
            }
        }
        (Value::Array(sent), Value::Array(encoded)) if sent.len() == encoded.len() => {
            for (sent, encoded) in sent.iter().zip(encoded) {
                differing(&format!("{path}[]"), sent, encoded, found);
            }
        }
        (sent, encoded) if sent == encoded => {}
        // An empty list may be left out.
        (Value::Array(list), Value::Null) if list.is_empty() => {}
        _ => *found.entry(path.trim_start_matches('.').to_owned()).or_default() += 1,
    }
}

fn bodies(corpus: &Path) -> Vec<Effective> {
    let mut projects: Vec<_> = yaml_files(&corpus.join("rules")).iter().map(|file| load_alone(file)).collect();
    projects.push(load(Path::new(env!("CARGO_MANIFEST_DIR")), &LoadOptions::default()));
    projects.iter().flat_map(|loaded| compile(loaded, &[workspace()], &[]).unwrap()).collect()
}

#[test]
fn every_body_decodes_and_encodes_with_generated_models() {
    let Some(corpus) = corpus() else { return };
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let (mut scheduled, mut nrt) = (0, 0);
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for effective in bodies(&corpus) {
        let decoded: AlertRuleUnion = serde_json::from_value(effective.body.clone())
            .unwrap_or_else(|error| panic!("{} {}: {error}", effective.id, effective.name));
        match &decoded {
            AlertRuleUnion::Scheduled(rule) => {
                scheduled += 1;
                assert!(rule.properties.is_some(), "{}", effective.id);
            }
            AlertRuleUnion::Nrt(rule) => {
                nrt += 1;
                assert!(rule.properties.is_some(), "{}", effective.id);
            }
            _ => panic!("{}: decoded as another kind", effective.id),
        }
        // Words that its lists don't hold are kept as unknown ones.
        let debug = format!("{decoded:?}");
        for (at, _) in debug.match_indices("UnknownValue(") {
            let word: String = debug[at..].chars().skip("UnknownValue(".len()).take_while(|c| *c != ')').collect();
            *unknown.entry(word).or_default() += 1;
        }
        differing("", &effective.body, &serde_json::to_value(&decoded).unwrap(), &mut found);
    }
    eprintln!("{scheduled} scheduled and {nrt} NRT rules; unknown words {unknown:?}; different {found:#?}");
    assert!(scheduled > 1000 && nrt > 20);
    assert_eq!(unknown, UNKNOWN.map(|(word, times)| (word.to_owned(), times)).into());
    assert_eq!(found, BTreeMap::new());
}

#[test]
fn what_the_models_do_not_hold_is_dropped_by_them() {
    let loaded = load(Path::new(env!("CARGO_MANIFEST_DIR")), &LoadOptions::default());
    let mut sent = compile(&loaded, &[workspace()], &[]).unwrap().remove(0).body;
    sent["properties"]["startTimeUtc"] = "2026-11-01T08:00:00Z".into();
    sent["properties"]["incidentConfiguration"]["notInventedYet"] = 1.into();
    let decoded: AlertRuleUnion = serde_json::from_value(sent.clone()).unwrap();
    let mut found = BTreeMap::new();
    differing("", &sent, &serde_json::to_value(&decoded).unwrap(), &mut found);
    let lost = ["properties.incidentConfiguration.notInventedYet", "properties.startTimeUtc"];
    assert_eq!(found.into_keys().collect::<Vec<_>>(), lost);
}

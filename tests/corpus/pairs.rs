//! Compile against the live service's own rendering of the same rule, and against Microsoft's packaging tool.

use std::collections::BTreeMap;
use std::path::Path;

use palisade::compile::properties;
use palisade::diagnostic::Sources;
use palisade::resource::normalize;
use palisade::rule::{Class, RuleKind, classify, read, yaml};
use serde_json::Value;

use crate::corpus;

/// Compiles the one rule of a file, as any workspace would get it.
fn compiled(path: &Path) -> Option<(RuleKind, serde_json::Map<String, Value>)> {
    let text = crate::read(path);
    let mut sources = Sources::default();
    let file = sources.add(path.display().to_string(), text.as_str());
    let node = yaml::parse(file, &text).ok()?.into_iter().next()?;
    let Class::Rule(kind) = classify(&node) else { return None };
    let mut problems = Vec::new();
    let rule = read::rule(node, kind, &mut problems)?;
    (!problems.iter().any(|problem| problem.is_error())).then(|| (kind, properties(kind, &rule.details)))
}

/// Compares both sides field by field and tells how often each field differs.
fn differences(
    pairs: impl Iterator<Item = (String, serde_json::Map<String, Value>, serde_json::Map<String, Value>)>,
) -> BTreeMap<&'static str, Vec<String>> {
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (name, ours, theirs) in pairs {
        let (ours, theirs) = (normalize(&ours), normalize(&theirs));
        for ((field, ours), (_, theirs)) in ours.iter().zip(theirs.iter()) {
            if ours != theirs {
                found.entry(field.path).or_default().push(format!("{name}\n  ours   {ours:?}\n  theirs {theirs:?}"));
            }
        }
    }
    found
}

#[test]
fn live() {
    let Some(corpus) = corpus() else { return };
    let list: Vec<Value> = serde_json::from_str(&crate::read(&corpus.join("pairs/yaml-live.json"))).unwrap();
    let mut skipped = 0;
    let pairs = list
        .iter()
        .filter_map(|pair| {
            let (yaml, live) = (pair["yaml"].as_str().unwrap(), pair["live"].as_str().unwrap());
            let live: Value = serde_json::from_str(&crate::read(&corpus.join(live))).unwrap();
            let Some((_, ours)) = compiled(&corpus.join(yaml)) else {
                skipped += 1;
                return None;
            };
            Some((yaml.to_owned(), ours, live["properties"].as_object().unwrap().clone()))
        })
        .collect::<Vec<_>>();
    let n = pairs.len();
    let found = differences(pairs.into_iter());
    for (k, v) in &found {
        eprintln!("{k}: {} of {n}", v.len());
        for x in v.iter().take(3) {
            eprintln!("{}", x.chars().take(1500).collect::<String>());
        }
    }
    eprintln!("skipped {skipped}");
}
#[test]
fn package() {
    let Some(corpus) = corpus() else { return };
    let list: Vec<Value> = serde_json::from_str(&crate::read(&corpus.join("pairs/yaml-package.json"))).unwrap();
    let mut skipped = 0;
    let pairs = list
        .iter()
        .filter_map(|pair| {
            let (yaml, arm) = (pair["yaml"].as_str().unwrap(), pair["arm"].as_str().unwrap());
            let arm: Value = serde_json::from_str(&crate::read(&corpus.join(arm))).unwrap();
            let arm = arm.pointer(pair["pointer"].as_str().unwrap()).unwrap();
            let Some((_, ours)) = compiled(&corpus.join(yaml)) else {
                skipped += 1;
                eprintln!("skip {yaml}");
                return None;
            };
            Some((yaml.to_owned(), ours, arm["properties"].as_object().unwrap().clone()))
        })
        .collect::<Vec<_>>();
    let n = pairs.len();
    let found = differences(pairs.into_iter());
    for (k, v) in &found {
        eprintln!("{k}: {} of {n}", v.len());
        for x in v.iter().take(3) {
            eprintln!("{}", x.chars().take(1500).collect::<String>());
        }
    }
    eprintln!("skipped {skipped}");
}

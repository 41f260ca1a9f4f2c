//! Every field of every rule is edited live and taken back into its file: only that field's lines change, and the rule
//! compiles to what lives.

use std::collections::{BTreeMap, BTreeSet};

use palisade::compile::back::{LiveField, rewrite};
use palisade::compile::{back, properties};
use palisade::diagnostic::Sources;
use palisade::resource::fields::{ALERT_RULE, Field, Shape, at, put, remove};
use palisade::resource::{Properties, ResourceType, normalize};
use palisade::rule::yaml::{self, Node};
use palisade::rule::{Class, RuleKind, classify, read};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::{corpus, yaml_files};

/// The rules of a text, by the number of their document.
fn rules(text: &str) -> Vec<(usize, RuleKind)> {
    let file = Sources::default().add("rule.yaml", "");
    let Ok(documents) = yaml::parse(file, text) else { return Vec::new() };
    let kind = |node: &Node<'_>| match classify(node, "rule.yaml") {
        Class::Rule(kind) => Some(kind),
        _ => None,
    };
    documents.iter().enumerate().filter_map(|(number, node)| Some((number, kind(node)?))).collect()
}

/// What a document compiles to; `None` if it has errors.
fn compiled(text: &str, number: usize, kind: RuleKind) -> Option<Properties> {
    let file = Sources::default().add("rule.yaml", "");
    let node = yaml::parse(file, text).ok()?.into_iter().nth(number)?;
    let mut problems = Vec::new();
    let rule = read::rule(node, kind, &mut problems)?;
    problems.iter().all(|problem| !problem.is_error()).then(|| properties(kind, &rule.details))
}

/// Values that somebody may give a field in the portal, by what it is now.
fn edited(field: &Field, now: Option<&Value>) -> Vec<Value> {
    let text = now.and_then(Value::as_str).unwrap_or_default();
    match (field.path, field.shape) {
        ("query", _) => {
            let lines: Vec<&str> = text.split('\n').collect();
            let middle = lines.len() / 2;
            let with = |line: &str| {
                let mut lines = lines.clone();
                lines[middle] = line;
                json!(lines.join("\n").trim())
            };
            let more = format!("{}\n| where Account != 'svc'", lines[middle]);
            vec![with(&format!("{} // edited: \"here\" #1", lines[middle])), with(&more)]
        }
        ("severity", _) => vec![json!(if text == "High" { "Low" } else { "High" })],
        ("triggerOperator", _) => vec![json!(if text == "LessThan" { "NotEqual" } else { "LessThan" })],
        ("triggerThreshold", _) => vec![json!(now.and_then(Value::as_i64).unwrap_or_default() + 7)],
        ("eventGroupingSettings.aggregationKind", _) => {
            vec![json!(if text == "SingleAlert" { "AlertPerResult" } else { "SingleAlert" })]
        }
        (path, _) if path.ends_with("matchingMethod") => {
            vec![json!(if text == "AnyAlert" { "Selected" } else { "AnyAlert" })]
        }
        ("description", _) => {
            let first = text.trim_start_matches("#INC_CORR#").trim_start_matches("#DONT_CORR#");
            vec![
                json!(format!("{text} Edited.")),
                json!(format!("#DONT_CORR#{first}")),
                json!("It's: 'new'\n\n- # a"),
                Value::Null,
            ]
        }
        ("displayName", _) => vec![json!(format!("{text} (edited: it's)")), json!("true")],
        ("templateVersion" | "alertRuleTemplateName", _) => vec![json!(format!("{text}1"))],
        (_, Shape::Plain) => vec![json!(!now.and_then(Value::as_bool).unwrap_or_default())],
        (_, Shape::Text | Shape::Block) => {
            let gone = now.map(|_| Value::Null);
            [json!(format!("{text}Edited")), json!("{{Account}}: it's")].into_iter().chain(gone).collect()
        }
        (_, Shape::Duration) => vec![json!(if text == "PT3H" { "P2D" } else { "PT3H" }), json!("P1DT1H")],
        (_, Shape::Instant) => vec![json!("2026-12-01T08:00:00Z")],
        ("tactics", _) => lists(now, json!("ImpairProcessControl")),
        ("techniques", _) => lists(now, json!("T0999")).into_iter().filter(|list| !list.is_null()).collect(),
        ("entityMappings", _) => lists(
            now,
            json!({"entityType": "IP", "fieldMappings": [{"identifier": "Address", "columnName": "Edited"}]}),
        ),
        ("sentinelEntitiesMappings", _) => lists(now, json!({"columnName": "Edited"})),
        (path, _) if path.ends_with("alertDynamicProperties") => {
            lists(now, json!({"alertProperty": "AlertLink", "value": "Edited"}))
        }
        (path, _) if path.ends_with("groupByEntities") => lists(now, json!("Mailbox")),
        ("subTechniques", _) => vec![],
        (_, Shape::List | Shape::Set) => lists(now, json!("Edited")),
        (_, Shape::Map) => {
            let mut map = now.and_then(Value::as_object).cloned().unwrap_or_default();
            let first = map.keys().next().cloned();
            map.insert("Edited".to_owned(), json!("Column: it's"));
            let mut values = vec![Value::Object(map.clone())];
            if let Some(first) = first {
                map.insert(first.clone(), json!("Changed"));
                values.push(Value::Object(map.clone()));
                map.remove(&first);
                values.push(Value::Object(map));
                values.push(Value::Null);
            }
            values
        }
        (path, shape) => panic!("no edit for {path}, a {shape:?}"),
    }
}

/// A list with one item more, without its first, with its first changed, and gone.
fn lists(now: Option<&Value>, item: Value) -> Vec<Value> {
    let old = now.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut more = old.clone();
    more.push(item.clone());
    let mut values = vec![Value::Array(more)];
    if !old.is_empty() {
        values.push(if old.len() > 1 { Value::Array(old[1..].to_vec()) } else { Value::Null });
        values.push(json!([item]));
        values.push(Value::Null);
    }
    values
}

/// The lines (from 0) that belong to some keys of a document, as far as the next key.
fn lines_of(text: &str, number: usize, keys: &[&str]) -> BTreeSet<usize> {
    let file = Sources::default().add("rule.yaml", "");
    let documents = yaml::parse(file, text).unwrap();
    let entries = documents[number].entries().unwrap();
    let end = documents.get(number + 1).map_or(usize::MAX, |next| next.span.line as usize - 1);
    let mut lines = BTreeSet::new();
    for (n, entry) in entries.iter().enumerate() {
        let last = entries.get(n + 1).map_or(end, |next| next.key_span.line as usize - 1).min(text.lines().count());
        if keys.iter().any(|key| key.eq_ignore_ascii_case(&entry.key)) {
            lines.extend(entry.key_span.line as usize - 1..last);
        }
    }
    lines
}

/// Holds a diff to the lines of some keys; returns how many lines went and came.
fn within(before: &str, after: &str, number: usize, keys: &[&str], told: &str) -> (usize, usize) {
    let (old, new) = (lines_of(before, number, keys), lines_of(after, number, keys));
    let (mut gone, mut came) = (0, 0);
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let (at, own, count) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => (change.old_index(), &old, &mut gone),
            ChangeTag::Insert => (change.new_index(), &new, &mut came),
        };
        *count += 1;
        // A file that ends without a line end gets one where a key is added behind its last.
        let last = before.lines().count() - 1;
        let ends = !before.ends_with('\n') && before.trim_end() == before && at.unwrap() == last;
        assert!(
            own.contains(&at.unwrap()) || ends,
            "{told}: {:?} at line {}\n{after}",
            change.value(),
            at.unwrap() + 1
        );
    }
    (gone, came)
}

fn keys(path: &str) -> Vec<&'static str> {
    let (_, keys, _) = back::ways::WAYS.iter().find(|(own, ..)| *own == path).unwrap();
    let also: &[&str] = match keys[0] {
        "name" => &["displayName"],
        "description" => &["correlation"],
        "relevantTechniques" => &["techniques"],
        _ => &[],
    };
    [&keys[..1], also].concat()
}

#[derive(Default)]
struct Tally {
    rules: usize,
    edits: usize,
    refused: BTreeMap<String, usize>,
    /// Edits of a scalar or of one line of a query that changed exactly one line.
    one_line: usize,
}

#[test]
fn every_field_of_every_rule_goes_back_into_its_lines() {
    let Some(corpus) = corpus() else { return };
    let full = std::env::var_os("PALISADE_FULL").is_some();
    let files = yaml_files(&corpus.join("rules"));
    let files: Vec<_> = files.into_iter().step_by(if full { 1 } else { 12 }).collect();
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let part = |n: usize| files.iter().skip(n).step_by(parts).collect::<Vec<_>>();
        let workers: Vec<_> = (0..parts)
            .map(|n| {
                let own = part(n);
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    own.into_iter()
                        .for_each(|path| one_file(&crate::read(path), &path.display().to_string(), &mut tally));
                    tally
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut sum = Tally::default();
    for Tally { rules, edits, refused, one_line } in tallies {
        sum.rules += rules;
        sum.edits += edits;
        sum.one_line += one_line;
        refused.into_iter().for_each(|(why, n)| *sum.refused.entry(why).or_default() += n);
    }
    let refused: usize = sum.refused.values().sum();
    eprintln!(
        "{} rules, {} live edits, {} of them one changed line, {refused} refused: {:#?}",
        sum.rules, sum.edits, sum.one_line, sum.refused
    );
    assert!(sum.rules > if full { 1000 } else { 80 }, "{} rules", sum.rules);
    assert!(refused * 100 < sum.edits, "more than one in a hundred is refused");
}

fn one_file(text: &str, path: &str, tally: &mut Tally) {
    for (number, kind) in rules(text) {
        let Some(own) = compiled(text, number, kind) else { continue };
        tally.rules += 1;
        let normal = normalize(ResourceType::AlertRules, &own);
        for (field, now) in normal.iter() {
            let scheduled_only =
                ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold", "startTimeUtc"];
            if kind == RuleKind::Nrt && scheduled_only.contains(&field.path) {
                continue;
            }
            for value in edited(field, now) {
                one_edit(text, path, number, kind, &own, field, value, tally);
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn one_edit(
    text: &str,
    path: &str,
    number: usize,
    kind: RuleKind,
    own: &Properties,
    field: &Field,
    value: Value,
    tally: &mut Tally,
) {
    let mut live = own.clone();
    let mut fields = vec![LiveField { path: field.path.to_owned(), value: value.clone() }];
    if value.is_null() {
        remove(&mut live, field.path)
    } else {
        put(&mut live, field.path, value)
    }
    if field.path == "techniques" {
        // Nobody can have a sub-technique without its technique.
        let kept = at(&live, "techniques").and_then(Value::as_array).cloned().unwrap_or_default();
        let subs = at(&live, "subTechniques").and_then(Value::as_array).cloned().unwrap_or_default();
        let parent = |sub: &Value| json!(sub.as_str().unwrap().split('.').next());
        let subs: Vec<Value> = subs.into_iter().filter(|sub| kept.contains(&parent(sub))).collect();
        put(&mut live, "subTechniques", json!(subs));
        fields.push(LiveField { path: "subTechniques".to_owned(), value: json!(subs) });
    }
    let told = format!("{path}: {} = {}", field.path, fields[0].value);
    let rewritten = rewrite(text, number, kind, &fields);
    tally.edits += 1;
    if let Some((_, why)) = rewritten.refused.first() {
        assert_eq!(rewritten.text, text, "{told}");
        *tally.refused.entry(format!("{}: {why}", field.path)).or_default() += 1;
        return;
    }
    let again = compiled(&rewritten.text, number, kind).unwrap_or_else(|| panic!("{told}: has errors now"));
    let (now, wanted) = (normalize(ResourceType::AlertRules, &again), normalize(ResourceType::AlertRules, &live));
    assert_eq!(now, wanted, "{told}");
    let changed = within(text, &rewritten.text, number, &keys(field.path), &told);
    tally.one_line += usize::from(changed.0 <= 1 && changed.1 <= 1);
}

#[test]
fn every_modelled_field_has_a_way_back() {
    let ways: Vec<&str> = back::ways::WAYS.iter().map(|(path, ..)| *path).collect();
    let fields: Vec<&str> = ALERT_RULE.iter().map(|field| field.path).collect();
    assert_eq!(ways, fields);
}

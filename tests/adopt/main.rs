//! Live values go back into documents of every style, and documents that nobody wrote do no harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;

use document::Document;
use palisade::compile::back::{LiveField, document, rewrite};
use palisade::compile::properties;
use palisade::diagnostic::Sources;
use palisade::resource::fields::{put, remove};
use palisade::resource::{Properties, ResourceType, normalize};
use palisade::rule::{RuleKind, read, yaml};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a text compiles to; `None` if it is no rule without errors.
fn compiled(text: &str) -> Option<Properties> {
    let file = Sources::default().add("rule.yaml", "");
    let node = yaml::parse(file, text).ok()?.into_iter().next()?;
    let mut problems = Vec::new();
    let rule = read::rule(node, RuleKind::Scheduled, &mut problems)?;
    problems.iter().all(|problem| !problem.is_error()).then(|| properties(RuleKind::Scheduled, &rule.details))
}

/// Text as an attacker or a careless person leaves it in a workspace.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,8}",
        "[ -~]{0,12}",
        Just("\n".to_owned()),
        Just("\n\n  ".to_owned()),
        Just(" # no comment".to_owned()),
        Just(": ".to_owned()),
        Just("it's".to_owned()),
        Just("\"quoted\" \\ {{x}}".to_owned()),
        Just("\t".to_owned()),
        Just("\u{2028}\u{202e}\u{85}\u{feff}".to_owned()),
        Just("\u{1b}[31m\0\r".to_owned()),
        Just("日本 é 😀".to_owned()),
        Just("--- !!str &a *a [ ] { } , % @ ` | >".to_owned()),
        Just("null".to_owned()),
        Just("0x1f".to_owned()),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn live() -> impl Strategy<Value = LiveField> {
    let texts = ["displayName", "description", "query", "alertDetailsOverride.alertDisplayNameFormat"];
    let of_text = (0..texts.len(), text()).prop_map(move |(n, text)| (texts[n], json!(text.trim())));
    let lists = ["tactics", "incidentConfiguration.groupingConfiguration.groupByCustomDetails"];
    let of_list = (0..lists.len(), proptest::collection::vec(text(), 0..4)).prop_map(move |(n, items)| {
        let items: Vec<String> =
            items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
        (lists[n], json!(items))
    });
    let of_map = proptest::collection::btree_map("[A-Za-z: #']{1,6}", text(), 0..4).prop_map(|map| {
        let map: serde_json::Map<String, Value> =
            map.into_iter().map(|(key, value)| (key, json!(value.trim()))).collect();
        ("customDetails", Value::Object(map))
    });
    let durations = ["queryFrequency", "queryPeriod", "suppressionDuration"];
    let of_duration = (0..durations.len(), 1u64..100_000)
        .prop_map(move |(n, minutes)| (durations[n], json!(palisade::resource::duration::canonical(minutes * 60))));
    let others = prop_oneof![
        Just(("severity", json!("High"))),
        Just(("enabled", json!(false))),
        Just(("triggerThreshold", json!(77))),
        Just(("triggerOperator", json!("NotEqual"))),
        Just(("incidentConfiguration.createIncident", json!(false))),
        Just(("alertDetailsOverride.alertDisplayNameFormat", Value::Null)),
        Just(("description", Value::Null)),
        Just(("customDetails", Value::Null)),
    ];
    prop_oneof![4 => of_text, 2 => of_list, 2 => of_map, 1 => of_duration, 2 => others]
        .prop_map(|(path, value)| LiveField { path: path.to_owned(), value })
}

/// In the spelling that plans have.
fn normal(field: &LiveField) -> LiveField {
    let mut properties = Properties::new();
    put(&mut properties, &field.path, field.value.clone());
    let normal = normalize(ResourceType::AlertRules, &properties);
    let value = normal.iter().find(|(own, _)| own.path == field.path).and_then(|(_, value)| value.cloned());
    LiveField { path: field.path.clone(), value: value.unwrap_or(Value::Null) }
}

/// The lines of a text that hold a comment of the document.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.contains("# keep")).map(str::trim).collect()
}

proptest! {
    #[test]
    fn a_value_goes_back_into_any_style(written in document::documents(), field in live()) {
        let Document { text, comments: kept } = written;
        let own = compiled(&text).unwrap_or_else(|| panic!("the document is wrong:\n{text}"));
        let field = normal(&field);
        let mut wanted = own.clone();
        match &field.value {
            Value::Null => remove(&mut wanted, &field.path),
            value => put(&mut wanted, &field.path, value.clone()),
        }
        let rewritten = rewrite(&text, 0, RuleKind::Scheduled, std::slice::from_ref(&field));
        if let Some((_, why)) = rewritten.refused.first() {
            prop_assert_eq!(&rewritten.text, &text);
            prop_assert!(!why.to_string().is_empty());
            // A text of a style that holds everything is never refused.
            let odd = ["tactics", "customDetails", "displayName", "query", "groupByCustomDetails"];
            prop_assert!(odd.iter().any(|path| field.path.ends_with(path)), "{}: {why}\n{text}", field.path);
            return Ok(());
        }
        let again = compiled(&rewritten.text);
        prop_assert!(again.is_some(), "not read again:\n{}", rewritten.text);
        prop_assert_eq!(
            normalize(ResourceType::AlertRules, &again.unwrap()),
            normalize(ResourceType::AlertRules, &wanted)
        );
        // Comments between keys are nobody's value.
        prop_assert_eq!(comments(&rewritten.text), kept.iter().map(String::as_str).collect::<Vec<_>>(), "{}", rewritten.text);
        if text.contains("\r\n") {
            prop_assert!(!rewritten.text.replace("\r\n", "").contains('\n'), "{:?}", rewritten.text);
        }
    }

    #[test]
    fn taken_twice_is_taken_once(written in document::documents(), field in live()) {
        let field = normal(&field);
        let once = rewrite(&written.text, 0, RuleKind::Scheduled, std::slice::from_ref(&field));
        let twice = rewrite(&once.text, 0, RuleKind::Scheduled, std::slice::from_ref(&field));
        prop_assert_eq!(once.text, twice.text);
    }

    #[test]
    fn documents_that_nobody_wrote_do_no_harm(
        written in document::documents(),
        field in live(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), text()), 1..4),
    ) {
        let mut text = written.text;
        for (from, to, with) in cuts {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (bounds[from.index(bounds.len())], bounds[to.index(bounds.len())]);
            let to = to.clamp(from, from + 40.min(text.len() - from));
            let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            text.replace_range(from..to, &with);
        }
        let rewritten = rewrite(&text, 0, RuleKind::Scheduled, &[normal(&field)]);
        if rewritten.taken.is_empty() {
            prop_assert_eq!(rewritten.text, text);
        }
    }

    #[test]
    fn a_live_rule_becomes_a_document_that_compiles_to_it(fields in proptest::collection::vec(live(), 0..5)) {
        let mut live = compiled("id: a\nname: x\nseverity: Low\nquery: T\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n").unwrap();
        for field in fields.iter().map(normal) {
            match field.value {
                Value::Null => remove(&mut live, &field.path),
                value => put(&mut live, &field.path, value),
            }
        }
        if let Ok(text) = document("11111111-1111-4111-8111-111111111111", RuleKind::Scheduled, &live) {
            let again = compiled(&text);
            // What a rule must have may be gone.
            if let Some(again) = again {
                prop_assert_eq!(normalize(ResourceType::AlertRules, &again), normalize(ResourceType::AlertRules, &live));
            }
        }
    }
}

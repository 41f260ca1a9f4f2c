//! Every rule of the corpus with entity mappings gets an exclusion on each identifier that it maps, in both stages.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use palisade::compile::exclusion::mapped;
use palisade::diagnostic::Sources;
use palisade::kql::exclude::{Host, Refusal, Request, Stage, remove};
use palisade::kql::predicate::{Column, Operation, Predicate, Test};
use palisade::kql::{SchemaColumn, TableBy, Type, analyze, parse};
use palisade::rule::{Class, Rule, classify, exclusion, read, yaml};

type Tables = BTreeMap<String, Vec<SchemaColumn>>;

fn rules(corpus: &Path) -> Vec<Rule> {
    let mut files: Vec<_> = walk(&corpus.join("rules"));
    files.sort();
    let mut sources = Sources::default();
    let mut rules = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let id = sources.add(file.display().to_string(), text.clone());
        for node in yaml::parse(id, &text).unwrap_or_default() {
            if let Class::Rule(kind) = classify(&node, "rules/x.yaml") {
                rules.extend(read::rule(node, kind, &mut Vec::new()));
            }
        }
    }
    rules.retain(|rule| rule.details.query.is_some() && rule.details.entity_mappings.is_some());
    rules
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"))
        .collect()
}

fn tables(corpus: &Path) -> Tables {
    let text = std::fs::read_to_string(corpus.join("../oracle/tables.json")).unwrap();
    let raw: BTreeMap<String, serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
    let column = |(name, ty): (String, serde_json::Value)| SchemaColumn {
        name,
        ty: ty.as_str().and_then(Type::of).unwrap_or(Type::Unknown),
    };
    raw.into_iter().map(|(table, columns)| (table, columns.into_iter().map(column).collect())).collect()
}

/// An exclusion as somebody would write it.
fn document(field: &str, stage: &str) -> exclusion::Exclusion {
    let text = format!(
        "kind: Exclusion\nid: one\nrules: [\"*\"]\nstage: {stage}\nwhen: {{entity: \"{field}\", in: [svc-backup, 10.1.2.3]}}\n\
         starts: 2026-11-01\nexpires: 2027-02-01\n"
    );
    let mut sources = Sources::default();
    let file = sources.add("x.yaml", text.clone());
    let mut problems = Vec::new();
    let node = yaml::parse(file, &text).unwrap().remove(0);
    exclusion::read(node, &mut problems).unwrap_or_else(|_| panic!("{field}: {problems:?}"))
}

/// Why a rule could not take any exclusion in some stage, by what the reason is called.
#[derive(Default)]
struct Count {
    placed: usize,
    refused: BTreeMap<&'static str, usize>,
}

#[test]
fn each_mapped_identifier_of_each_rule() {
    let Some(folder) = std::env::var_os("PALISADE_CORPUS").filter(|folder| !folder.is_empty()) else {
        eprintln!("PALISADE_CORPUS is not set: nothing was placed");
        return;
    };
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (rules, tables) = (rules(&corpus), tables(&corpus));
    assert!(rules.len() > 900, "only {} rules with mappings", rules.len());
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut lines = String::new();
    for rule in &rules {
        let query = rule.details.query.as_ref().unwrap().value.trim();
        let mappings = &rule.details.entity_mappings.as_ref().unwrap().value;
        for (table, column) in raw_columns(query, &tables) {
            let count = counts.entry("event, a column of the table itself").or_default();
            let request = Request { predicate: equals(&column), raw: Vec::new(), ..event(&table) };
            match Host::read(query, &tables).and_then(|host| host.with(&[request])) {
                Ok(placed) => {
                    count.placed += 1;
                    sound(query, &placed, &tables, &format!("{} {table}.{column}", rule.id.value));
                    let line = serde_json::json!({"id": rule.id.value, "before": query, "after": placed});
                    writeln!(lines, "{line}").unwrap();
                }
                Err(Refusal::Unverified(why)) => panic!("{} {table}: {why}\n{query}", rule.id.value),
                Err(refusal) => *count.refused.entry(refusal.name()).or_default() += 1,
            }
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for mapping in mappings {
            let kind = mapping.entity_type.value.trim().to_owned();
            let nth = seen.entry(kind.to_lowercase()).and_modify(|n| *n += 1).or_insert(1);
            for field in &mapping.fields {
                let name = format!("{kind}[{nth}].{}", field.identifier.value.trim());
                for (stage, word) in [(Stage::Result, "result"), (Stage::Event, "event")] {
                    let count = counts.entry(word).or_default();
                    match place(rule, query, &name, stage, word, &tables) {
                        Ok(placed) => {
                            count.placed += 1;
                            sound(query, &placed, &tables, &format!("{} {name} {word}", rule.id.value));
                            let line = serde_json::json!({"id": rule.id.value, "before": query, "after": placed});
                            writeln!(lines, "{line}").unwrap();
                        }
                        Err(Refusal::Unverified(why)) => panic!("{} {name} {word}: {why}\n{query}", rule.id.value),
                        Err(refusal) => *count.refused.entry(refusal.name()).or_default() += 1,
                    }
                }
            }
        }
    }
    std::fs::write(crate::made("placed.jsonl"), lines).unwrap();
    let mut told = String::new();
    for (stage, Count { placed, refused }) in &counts {
        writeln!(told, "{stage}: {placed} placed; refused {refused:?}").unwrap();
    }
    eprintln!("{} rules\n{told}", rules.len());
    std::fs::write(crate::made("counts.txt"), &told).unwrap();
    let result = &counts["result"];
    assert!(result.placed > 1_900, "{told}");
    // The filter of stage result has a place in every query that is one; what is refused is the rule's own fault.
    let allowed = ["unknown-column", "syntax", "statements", "too-long", "end"];
    assert!(result.refused.keys().all(|reason| allowed.contains(reason)), "{told}");
}

/// Each known table that a query reads by its name, with a column of text.
fn raw_columns(query: &str, tables: &Tables) -> Vec<(String, String)> {
    let tree = parse(query);
    let read = analyze(&tree, tables).tables.into_iter().filter(|table| table.by == TableBy::Name);
    read.filter_map(|table| {
        let column = tables.get(&table.name)?.iter().find(|column| column.ty == Type::String)?;
        Some((table.name, column.name.clone()))
    })
    .collect()
}

fn equals(column: &str) -> Predicate {
    let column = Column { name: column.to_owned(), ty: Type::Unknown, certain: false };
    Predicate::Test(Test {
        column,
        operation: Operation::OneOf { values: vec!["x".to_owned()], case_sensitive: false },
    })
}

fn event(table: &str) -> Request {
    Request {
        id: "raw".to_owned(),
        stage: Stage::Event,
        tables: vec![table.to_owned()],
        predicate: Predicate::All(Vec::new()),
        raw: Vec::new(),
        starts: None,
        expires: None,
    }
}

fn place(rule: &Rule, query: &str, field: &str, stage: Stage, word: &str, tables: &Tables) -> Result<String, Refusal> {
    let document = document(field, word);
    let found = mapped(&document.when, &rule.details).unwrap_or_else(|why| panic!("{}: {why}", rule.id.value));
    let request = Request {
        id: document.id.value.clone(),
        stage,
        tables: Vec::new(),
        predicate: found.predicate,
        raw: found.mapped_columns,
        starts: document.starts.map(|starts| starts.value),
        expires: document.expires.map(|expires| expires.value),
    };
    Host::read(query, tables)?.with(&[request])
}

/// What must be true of every placed query, by our own parser; Microsoft's says the same in `oracle.py`.
fn sound(before: &str, after: &str, tables: &Tables, what: &str) {
    let (old, new) = (parse(before), parse(after));
    assert!(new.diagnostics.is_empty(), "{what}: {:?}\n{after}", new.diagnostics);
    let (old, new) = (analyze(&old, tables), analyze(&new, tables));
    assert_eq!((&new.columns, new.open), (&old.columns, old.open), "{what}");
    assert_eq!(remove(after).as_deref(), Some(before), "{what}");
    assert!(after.chars().count() <= 10_000, "{what}");
}

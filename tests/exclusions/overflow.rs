//! Lists that go into watchlists: what is in them, and what the query says in their place.

use palisade::compile::exclusion::overflow::{COLUMN, List};
use palisade::kql::exclude::{Host, Request, Stage, remove};
use palisade::kql::predicate::{Cell, Column, Operation, Predicate, Test};
use palisade::kql::{NoSchema, Type, analyze, parse};
use proptest::prelude::*;

fn one_of(column: &str, ty: Type, values: &[String]) -> Predicate {
    let column = Column { name: column.to_owned(), ty, certain: true };
    Predicate::Test(Test { column, operation: Operation::OneOf { values: values.to_vec(), case_sensitive: false } })
}

fn moved(predicate: &Predicate, list: &List) -> Predicate {
    predicate.with(&|operation| match operation {
        Operation::OneOf { values, case_sensitive } => {
            Operation::Listed { alias: list.alias.clone(), values: values.clone(), case_sensitive: *case_sensitive }
        }
        other => other.clone(),
    })
}

proptest! {
    /// Whatever stands in a list comes out of the file that the watchlist is made of.
    #[test]
    fn the_file_holds_the_values(values in prop::collection::vec("[ -~äß€\u{1f600}\",;']{1,40}", 2..20)) {
        let predicate = one_of("A", Type::String, &values);
        let mut wanted = values.clone();
        wanted.sort();
        wanted.dedup();
        let clean = wanted.len() > 1 && wanted.iter().all(|value| value.trim() == value);
        let Some(list) = List::of("some-id", &predicate) else {
            prop_assert!(!clean, "{values:?}");
            return Ok(());
        };
        prop_assert!(clean);
        prop_assert_eq!(&list.values, &wanted);
        let body = list.watchlist("p").body();
        let text = body["properties"]["rawContent"].as_str().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        prop_assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), [COLUMN]);
        let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        prop_assert_eq!(read, wanted);
    }

    /// A row is hidden by the watchlist if and only if the list in the query hid it.
    #[test]
    fn the_condition_means_the_same(row in "[a-cA-Cäß ]{0,3}", values in prop::collection::vec("[a-cA-Cäß]{1,3}", 2..6)) {
        let predicate = one_of("A", Type::String, &values);
        let Some(list) = List::of("x", &predicate) else { return Ok(()) };
        let cell = |_: &Column| Cell::Text(row.clone());
        prop_assert_eq!(predicate.holds(&cell), moved(&predicate, &list).holds(&cell));
    }
}

#[test]
fn another_content_is_another_alias_that_the_service_takes() {
    let of = |id: &str, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|one| (*one).to_owned()).collect();
        List::of(id, &one_of("A", Type::String, &values)).map(|list| list.alias)
    };
    let long = "x".repeat(64);
    let aliases: Vec<String> =
        [of("a", &["1", "2"]), of("a", &["1", "3"]), of("b", &["1", "2"]), of(&long, &["1", "2"])]
            .into_iter()
            .flatten()
            .collect();
    assert_eq!(aliases.len(), 4);
    assert!(aliases.iter().all(|one| aliases.iter().filter(|other| *other == one).count() == 1), "{aliases:?}");
    assert!(aliases.iter().all(|one| one.len() <= 64 && palisade::kql::exclude::is_id(one)), "{aliases:?}");
    assert_eq!(of("a", &["2", "1", "1"]), of("a", &["1", "2"]), "order and repetition don't count");
    for unfit in [&["1"][..], &["1", "1"], &["1", " 2"], &["1", "2\u{202e}"], &["1", "2\n3"]] {
        assert_eq!(of("a", unfit), None, "{unfit:?}");
    }
}

/// The query of `oracle.py` too: Microsoft's parser judges the same text.
#[test]
fn the_query_looks_the_values_up() {
    let values: Vec<String> = (0..9).map(|n| format!("v{n}")).collect();
    let predicate = Predicate::Not(Box::new(one_of("UserPrincipalName", Type::String, &values)));
    let list = List::of("robots", &predicate).unwrap();
    let mut lines = String::new();
    for (stage, query) in [
        (Stage::Result, "SigninLogs\n| summarize n = count() by UserPrincipalName\n| top 5 by n"),
        (Stage::Event, "SigninLogs\n| summarize n = count() by UserPrincipalName"),
        (
            Stage::Event,
            "let known = _GetWatchlist('other');\nSigninLogs\n| join kind=leftanti known on $left.UserPrincipalName == $right.SearchKey",
        ),
    ] {
        let request = Request {
            id: "robots".to_owned(),
            stage,
            tables: Vec::new(),
            predicate: moved(&predicate, &list),
            raw: Vec::new(),
            starts: None,
            expires: Some("2027-02-02T00:00:00Z".parse().unwrap()),
        };
        let placed = Host::read(query, &NoSchema).unwrap().with(&[request]).unwrap();
        assert!(
            placed.contains(&format!("_GetWatchlist(\"{}\") | project tostring(SearchKey)", list.alias)),
            "{placed}"
        );
        assert!(parse(&placed).diagnostics.is_empty());
        assert_eq!(analyze(&parse(&placed), &NoSchema).columns, analyze(&parse(query), &NoSchema).columns);
        assert_eq!(remove(&placed).as_deref(), Some(query));
        lines.push_str(&format!("{}\n", serde_json::json!({"id": list.alias, "before": query, "after": placed})));
    }
    std::fs::write(crate::made("overflow.jsonl"), lines).unwrap();
    let array = one_of("A", Type::Dynamic, &values);
    assert!(array.to_kql().is_ok() && moved(&array, &list).to_kql().is_err(), "no watchlist decides an array");
}

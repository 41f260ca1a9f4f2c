use std::collections::BTreeMap;

use super::*;
use crate::kql::predicate::{Column, Operation, Test};
use crate::kql::{NoSchema, SchemaColumn, Type};

fn schema() -> BTreeMap<String, Vec<SchemaColumn>> {
    let columns = |names: &[(&str, Type)]| {
        names.iter().map(|(name, ty)| SchemaColumn { name: (*name).to_owned(), ty: *ty }).collect()
    };
    BTreeMap::from([
        ("T".to_owned(), columns(&[("User", Type::String), ("Ip", Type::String), ("n", Type::Long)])),
        ("U".to_owned(), columns(&[("Ip", Type::String)])),
    ])
}

fn request(id: &str, stage: Stage, column: &str) -> Request {
    let column = Column { name: column.to_owned(), ty: Type::Unknown, certain: false };
    let operation = Operation::OneOf { values: vec!["svc".to_owned()], case_sensitive: false };
    Request {
        id: id.to_owned(),
        stage,
        tables: Vec::new(),
        predicate: Predicate::Test(Test { column, operation }),
        raw: Vec::new(),
        starts: None,
        expires: "2027-02-02T00:00:00Z".parse().ok(),
    }
}

fn place(query: &str, requests: &[Request]) -> Result<String, Refusal> {
    Host::read(query, &schema())?.with(requests)
}

fn refused(query: &str, requests: &[Request]) -> &'static str {
    place(query, requests).map_or_else(|refusal| refusal.name(), |_| "placed")
}

#[test]
fn a_filter_stands_before_what_only_orders_or_cuts() {
    let query = "T\n| summarize n = count() by User // all\n| top 3 by n desc // best\n| project-reorder User";
    let placed = place(query, &[request("a", Stage::Result, "User")]).unwrap();
    let block = "// palisade:exclusions result b5b8c4a3c0a5bd5d\n// exclusion a 7c6ff9d6 until 2027-02-02T00:00:00Z\n\
                 | where not(coalesce(\n    (now() < datetime(2027-02-02T00:00:00Z) and tostring(User) =~ \"svc\"),\n    \
                 false))\n// palisade:end inline\n";
    let normal = |text: &str| text.replace("b5b8c4a3c0a5bd5d", "HASH").replace("7c6ff9d6", "DIGEST");
    let expected = query.replace(" // all", &format!("\n{block} // all"));
    let hashes = |text: &str| {
        let mut text = text.to_owned();
        for word in text.clone().split_whitespace().filter(|word| word.bytes().all(|b| b.is_ascii_hexdigit())) {
            text = text.replace(
                word,
                if word.len() == 16 {
                    "HASH"
                } else if word.len() == 8 {
                    "DIGEST"
                } else {
                    word
                },
            );
        }
        text
    };
    assert_eq!(hashes(&placed), normal(&expected));
    assert_eq!(remove(&placed).as_deref(), Some(query));
}

#[test]
fn removal_restores_every_byte() {
    for query in [
        "T",
        "T | where n > 1",
        "T\r\n| where n > 1\r\n| sort by n\r\n",
        "let x = 1;\nT | where n > x;",
        "T | where n > 1 // last",
        "T // only",
        "union T, U | take 5",
        "T | take 1 | take 2 | sort by n",
        "(T | where n > 1)\n",
        "// first\n\nT\n\n",
        "set notruncation;\nT | where n > 1 ;  // x",
    ] {
        let both = [request("a", Stage::Result, "Ip"), request("b", Stage::Event, "Ip")];
        for requests in [&both[..1], &both[1..], &both[..]] {
            let placed = place(query, requests).unwrap_or_else(|why| panic!("{query:?}: {why}"));
            assert_eq!(remove(&placed).as_deref(), Some(query), "{placed}");
            let found = blocks(&placed);
            assert_eq!(found.iter().filter(|(_, block)| matches!(block, Block::Intact(_))).count(), requests.len());
            assert_eq!(place(query, requests), Ok(placed), "the same again");
        }
    }
}

#[test]
fn the_order_of_exclusions_does_not_matter() {
    let (a, b) = (request("a", Stage::Result, "User"), request("b", Stage::Result, "Ip"));
    assert_eq!(place("T", &[a.clone(), b.clone()]), place("T", &[b, a]));
}

#[test]
fn columns_are_verified_or_read_with_care() {
    let open = Host::read("T | extend A = 1", &NoSchema).unwrap().with(&[request("a", Stage::Result, "User")]).unwrap();
    assert!(open.contains(r#"tostring(column_ifexists("User", "")) =~ "svc""#), "{open}");
    let refusal = place("T | project Ip", &[request("a", Stage::Result, "ip")]).unwrap_err();
    assert_eq!(refusal.to_string(), "there is no column ip in the query's result: did you mean Ip?");
}

#[test]
fn events_are_dropped_at_every_reference() {
    let query = "let f = () { T | where n > 1 };\nf() | join kind=inner (T | project User, n) on User";
    let placed = place(query, &[request("a", Stage::Event, "User")]).unwrap();
    assert!(placed.contains("let T = T\n| where not(coalesce(\n    (now() <"), "{placed}");
    assert!(placed.ends_with(query));
    let two = place("union T, U", &[request("a", Stage::Event, "Ip")]).unwrap();
    assert!(two.contains("let T = T\n") && two.contains("let U = U\n"));
    let one = place("union T, U", &[request("a", Stage::Event, "User")]).unwrap();
    assert!(one.contains("let T = T\n") && !one.contains("let U"));
}

#[test]
fn a_shadow_that_would_be_inert_is_refused() {
    let event = [request("a", Stage::Event, "User")];
    for (query, reason) in [
        ("union T*", "no-table"),
        ("union T*, T", "escapes"),
        ("union *, T", "wildcard"),
        ("T | union (search \"x\")", "wildcard"),
        ("union T, workspace(\"x\").T", "remote"),
        ("union T, database('x').T", "remote"),
        ("_Im_Dns | union T", "stored-function"),
        ("let T = U; T", "unknown-column"),
        ("let T = T | where n > 1; T", "bound-name"),
        ("T | as T | count", "bound-name"),
        ("union isfuzzy=true T, U", "fuzzy-union"),
        ("union isfuzzy=false T, U", "placed"),
        ("U", "unknown-column"),
        ("table('T')", "no-table"),
        ("print x = 1", "no-table"),
        ("union A, B", "several-tables"),
        ("_GetWatchlist('T') | join kind=inner T on $left.SearchKey == $right.User", "placed"),
    ] {
        assert_eq!(refused(query, &event), reason, "{query}");
    }
    let named = Request { tables: vec!["B".to_owned()], ..request("a", Stage::Event, "User") };
    assert_eq!(refused("union A, B", std::slice::from_ref(&named)), "placed");
    assert_eq!(refused("union A, C", &[named]), "unread-table");
    let mapped = Request { raw: vec!["User".to_owned()], ..request("a", Stage::Event, "User") };
    assert_eq!(refused("T | extend User = tolower(User)", std::slice::from_ref(&mapped)), "computed-column");
    assert_eq!(refused("T | where User == 'x'", &[mapped]), "placed");
}

#[test]
fn what_has_no_place_is_refused() {
    let result = [request("a", Stage::Result, "User")];
    for (query, reason) in [
        ("let x = 1;", "statements"),
        ("T; U", "statements"),
        ("T | where", "syntax"),
        ("T | fork (count) (take 1)", "end"),
        ("T\n// palisade:end", "has-block"),
    ] {
        assert_eq!(refused(query, &result), reason, "{query}");
    }
    assert_eq!(refused("T", &[Request { id: "a b".into(), ..result[0].clone() }]), "id");
    let long = format!("T | where User != '{}'", "x".repeat(MAX_CHARACTERS - 100));
    assert_eq!(refused(&long, &result), "too-long");
}

#[test]
fn a_hand_on_a_block_is_noticed() {
    let placed = place("T | where n > 1\n| sort by n", &[request("a", Stage::Result, "User")]).unwrap();
    let listed = blocks(&placed).result.listed().to_vec();
    assert_eq!(listed[0].id, "a");
    assert_eq!(listed[0].expires, request("a", Stage::Result, "User").expires);
    assert!(!blocks(&placed.replace('\n', "\r\n")).result.is_tampered(), "line ends don't count");
    let edited = placed.replace("\"svc\"", "\"svd\"");
    assert_eq!(blocks(&edited).result, Block::Edited(listed));
    assert_eq!(remove(&edited), None);
    assert_eq!(blocks(&placed.replace("// palisade:end", "// end")).result, Block::Torn);
    assert_eq!(blocks(&placed.replace("// palisade:exclusions result", "// x")).result, Block::Torn);
    let block = &placed[placed.find("// palisade").unwrap()..placed.find("| sort").unwrap()];
    assert_eq!(blocks(&placed.replace("| sort", &format!("{block}| sort"))).result, Block::Repeated);
    assert!(blocks("T | where n > 1").is_empty());
}

#[test]
fn conditions_come_out_of_a_block_as_far_as_it_proves_whose_they_are() {
    let read = |query: &str, stage| -> Vec<(String, Vec<String>)> {
        let found = conditions(query, stage).into_iter();
        found.map(|(id, tables)| (id, tables.into_keys().collect())).collect()
    };
    let told = |found: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        let owned = |tables: &[&str]| tables.iter().map(|table| (*table).to_owned()).collect();
        found.iter().map(|(id, tables)| ((*id).to_owned(), owned(tables))).collect()
    };
    let events = |requests: &[Request]| place("union T, U", requests).unwrap();
    let (a, b) = (request("a", Stage::Event, "Ip"), request("b", Stage::Event, "User"));
    let both = events(&[a.clone(), request("b", Stage::Event, "Ip"), request("r", Stage::Result, "Ip")]);
    assert_eq!(read(&both, Stage::Event), told(&[("a", &["T", "U"]), ("b", &["T", "U"])]));
    assert_eq!(read(&both, Stage::Result), told(&[("r", &[""])]));
    assert!(conditions(&both, Stage::Result)["r"][""].ends_with("tostring(Ip) =~ \"svc\")"));
    // A filter with fewer of them than are listed: by the digests.
    let mixed = events(&[a.clone(), b]);
    assert_eq!(read(&mixed.replace('\n', "\r\n"), Stage::Event), told(&[("a", &["T", "U"]), ("b", &["T"])]));
    // The same condition on other tables each: nobody can tell.
    let only = |id: &str, table: &str| Request { id: id.to_owned(), tables: vec![table.to_owned()], ..a.clone() };
    assert_eq!(read(&events(&[only("a", "T"), only("b", "U")]), Stage::Event), []);
    assert_eq!(read(&both.replace("\"svc\"", "\"s\""), Stage::Event), []);
}

#![allow(clippy::unwrap_used)]

use super::*;

fn told(line: &str, tables: Option<&Tables>) -> String {
    match answer(line.as_bytes(), tables, None) {
        Ok(answer) => serde_json::to_string(&answer).unwrap(),
        Err(BadLine { column, message }) => format!("{column}: {message}"),
    }
}

#[test]
fn an_answer_has_the_keys_of_the_oracle_in_its_order() {
    let tables = Tables::read(br#"{"T": {"b": "string", "a": "long"}}"#).unwrap();
    let line = r#"{"id": {"n": 1.50}, "query": "T | join kind=leftsemi U on a | extend c = a * 1.5", "more": []}"#;
    assert_eq!(
        told(line, Some(&tables)),
        r#"{"id":{"n": 1.50},"syntax":[],"columns":[["b","string"],["a","long"],["c","real"]],"open":false,"tables":["T"],"operators":["join"]}"#
    );
    assert_eq!(
        told(line, None),
        r#"{"id":{"n": 1.50},"syntax":[],"columns":[["c","unknown"]],"open":true,"tables":["T","U"],"operators":["join"]}"#
    );
    assert_eq!(
        told(r#"{"id":null,"query":"let x = 1; // no result"}"#, None),
        r#"{"id":null,"syntax":[],"columns":null,"open":false,"tables":[],"operators":[]}"#
    );
    assert_eq!(
        told(r#"{"id":"w","query":"find in (workspace('w').T) where a == 1 | union U"}"#, None),
        r#"{"id":"w","syntax":[],"columns":[["source_","string"],["pack_","dynamic"]],"open":true,"tables":["U"],"operators":["find","union","workspace()"]}"#
    );
}

#[test]
fn faults_of_meaning_are_told_where_there_are_some() {
    let tables = Tables::read(br#"{"T": {"Name": "string"}}"#).unwrap();
    assert_eq!(
        told(r#"{"id":1,"query":"T | where 'é🙂' == Nam"}"#, Some(&tables)),
        r#"{"id":1,"syntax":[],"columns":[["Name","string"]],"open":false,"tables":["T"],"operators":[],"semantic":[["kql-meaning","there is no column `Nam` here (did you mean `Name`?)",19,3]]}"#
    );
    let faulty = told(r#"{"id":1,"query":"T | where Nam == | take 1"}"#, Some(&tables));
    assert!(!faulty.contains("semantic"), "what does not parse means nothing: {faulty}");
}

#[test]
fn places_are_counted_as_javascript_counts_them() {
    let answer = answer("{\"id\":1,\"query\":\"print 'é🙂' 'x\\n| wher y == 'é🙂'\"}".as_bytes(), None, None).unwrap();
    let places: Vec<(usize, usize)> = answer.syntax.iter().map(|e| (e.start, e.length)).collect();
    assert_eq!(places, [(12, 2), (17, 4)]);
}

#[test]
fn a_bad_line_is_refused_at_its_place() {
    for (line, error) in [
        ("", "0: EOF while parsing a value"),
        (r#" ["x", "T"]"#, "2: the line is no JSON object"),
        (r#"{"query": "T"}"#, "14: missing field `id`"),
        (r#"{"id": 1}"#, "9: missing field `query`"),
        (r#"{"id": 1, "query": 2}"#, "20: invalid type: integer `2`, expected a string"),
        (r#"{"id": 1, "query": "\ud800"}"#, "27: unexpected end of hex escape"),
        (r#"{"id": 1, "query": "T"} x"#, "25: trailing characters"),
    ] {
        assert_eq!(told(line, None), error, "{line}");
    }
}

#[test]
fn another_verdict_stands_beside_ours() {
    struct Other;
    impl Judge for Other {
        fn syntax(&self, query: &str) -> Result<Value, String> {
            if query == "T" { Ok(json!([["X1", "no", 0, 1]])) } else { Err("out of stack".to_owned()) }
        }
    }
    let kusto = |line: &str| answer(line.as_bytes(), None, Some(&Other)).unwrap().kusto.unwrap();
    assert_eq!(kusto(r#"{"id":1,"query":"T"}"#), json!([["X1", "no", 0, 1]]));
    assert_eq!(kusto(r#"{"id":1,"query":"U"}"#), json!({"crash": "out of stack"}));
}

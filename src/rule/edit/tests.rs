use super::{Edit, EditError, Item, Step, Yaml, apply};

fn path(keys: &str) -> Vec<Step> {
    keys.split('.').map(|key| key.parse().map_or_else(|_| Step::from(key), Step::Item)).collect()
}

fn set(text: &str, keys: &str, value: &str) -> String {
    apply(text, 0, &[Edit::Set { path: path(keys), value: Yaml::text(value) }]).unwrap()
}

fn items(text: &str, keys: &str, items: &[Item]) -> Result<String, EditError> {
    apply(text, 0, &[Edit::Items { path: path(keys), items: items.to_vec() }])
}

fn remove(text: &str, keys: &str) -> String {
    apply(text, 0, &[Edit::Remove { path: path(keys) }]).unwrap()
}

fn new(text: &str) -> Item {
    Item::New(Yaml::text(text))
}

#[test]
fn a_scalar_keeps_its_style() {
    assert_eq!(set("a: x # why\nb: y\n", "a", "z"), "a: z # why\nb: y\n");
    assert_eq!(set("a: 'x'\r\nb: y\r\n", "a", "it's"), "a: 'it''s'\r\nb: y\r\n");
    assert_eq!(set("a: \"x\" # why\n", "a", "a \"b\"\\"), "a: \"a \\\"b\\\"\\\\\" # why\n");
    assert_eq!(set("{a: x, b: y}\n", "a", "p, q"), "{a: 'p, q', b: y}\n");
    assert_eq!(set("a: 1.0.0\n", "a", "1.1.0"), "a: '1.1.0'\n");
    assert_eq!(set("a: 1.0\n", "a", "1.1"), "a: 1.1\n");
    assert_eq!(set("a:\nb: y\n", "a", "x"), "a: x\nb: y\n");
    assert_eq!(set("a: ~ # none\n", "a", "x"), "a: x # none\n");
    assert_eq!(set("a: one\n  two\nb: y\n", "a", "one 2"), "a: one 2\nb: y\n");
}

#[test]
fn what_a_style_can_not_hold_goes_to_the_next_that_can() {
    for text in ["true", "12", "a: b", "a #b", "- a", "*a", "", "~", "a:", " a", "2026-01-01", "0x1f", "1_000"] {
        assert_eq!(set("a: x\n", "a", text), format!("a: '{text}'\n"), "{text}");
    }
    assert_eq!(set("a: x\n", "a", "tab\u{b}\u{2028}"), "a: \"tab\\x0b\\u2028\"\n");
    assert_eq!(set("a: x # why\nb: y\n", "a", "one\n  two\n\nthree"), "a: | # why\n  one\n    two\n\n  three\nb: y\n");
    assert_eq!(set("a: 'x'", "a", "one\ntwo"), "a: |\n  one\n  two");
    assert_eq!(set("a: \"x\"\n", "a", "one\ntwo"), "a: \"one\\ntwo\"\n");
    assert_eq!(set("{a: x}\n", "a", "one\ntwo"), "{a: \"one\\ntwo\"}\n");
    assert_eq!(set("a: x\n", "a", "safe\u{202e}evil"), "a: \"safe\\u202eevil\"\n");
}

#[test]
fn a_block_keeps_its_lines() {
    let text = "a: |- # query\n\n      T\n        | where x   \n    \n      | take 1\n\n\nb: y\n";
    assert_eq!(
        set(text, "a", "T\n  | where x   \n\n| take 2\n| take 3"),
        "a: |- # query\n\n      T\n        | where x   \n    \n      | take 2\n      | take 3\n\n\nb: y\n"
    );
    let crlf = "a: |\r\n  T\r\n  | take 1\r\nb: y\r\n";
    assert_eq!(set(crlf, "a", "T\n| take 2"), "a: |\r\n  T\r\n  | take 2\r\nb: y\r\n");
    assert_eq!(set("a: |2\n    T\n  | x\n", "a", "T\n| y"), "a: |2\n  T\n  | y\n");
    assert_eq!(set("a: |\n  T\n  U", "a", "T\nV"), "a: |\n  T\n  V");
    assert_eq!(set("a: |\nb: y\n", "a", "T"), "a: |\n  T\nb: y\n");
    assert_eq!(set("a: |\n  T\n  U\nb: y\n", "a", "T\u{b}"), "a: \"T\\x0b\"\nb: y\n");
}

#[test]
fn a_folded_block_keeps_its_breaks() {
    let text = "a: >-\n  one two\n  three\n\n  four\nb: y\n";
    assert_eq!(set(text, "a", "one two 3\nfour"), "a: >-\n  one two\n  3\n\n  four\nb: y\n");
    assert_eq!(set(text, "a", "one two three\nfour five"), "a: >-\n  one two\n  three\n\n  four five\nb: y\n");
    assert_eq!(set(text, "a", "one\n  two"), "a: |-\n  one\n    two\nb: y\n");
}

#[test]
fn a_new_key_goes_beside_its_neighbours() {
    assert_eq!(
        set("name: x\nquery: |\n  T\n\n# end\n", "severity", "Low"),
        "name: x\nseverity: Low\nquery: |\n  T\n\n# end\n"
    );
    assert_eq!(set("query: T\n", "name", "x"), "name: x\nquery: T\n");
    assert_eq!(set("# top\nquery: T", "templateVersion", "x"), "# top\nquery: T\ntemplateVersion: x");
    assert_eq!(
        set("name: x\n", "incidentConfiguration.groupingConfiguration.matchingMethod", "AnyAlert"),
        "name: x\nincidentConfiguration:\n  groupingConfiguration:\n    matchingMethod: AnyAlert\n"
    );
    assert_eq!(
        set("alertDetailsOverride: {alertDescriptionFormat: x}\n", "alertDetailsOverride.alertDisplayNameFormat", "z"),
        "alertDetailsOverride: {alertDisplayNameFormat: z, alertDescriptionFormat: x}\n"
    );
    assert_eq!(set("- a: x\n  b: y\n", "0.c", "z"), "- a: x\n  b: y\n  c: z\n");
    assert_eq!(
        set("customDetails:\n    a: x\n    b: y\n", "customDetails.c", "z"),
        "customDetails:\n    a: x\n    b: y\n    c: z\n"
    );
    assert_eq!(set("customDetails: {}\n", "customDetails.c", "z"), "customDetails: {c: z}\n");
    assert_eq!(set("customDetails:\nname: x\n", "customDetails.c", "z"), "customDetails:\n  c: z\nname: x\n");
}

#[test]
fn a_key_goes_with_its_lines_and_no_comment_of_others() {
    let text = "a: 1\n# of b\nb: |\n  x\n\n# of c\nc: 2\n";
    assert_eq!(remove(text, "b"), "a: 1\n# of b\n\n# of c\nc: 2\n");
    assert_eq!(remove("a: {b: 1, c: 2}\n", "a.b"), "a: {c: 2}\n");
    assert_eq!(remove("a: {b: 1, c: 2}\n", "a.c"), "a: {b: 1}\n");
    assert_eq!(remove("x: 1\na:\n  b:\n    c: 1\n", "a.b.c"), "x: 1\n");
    assert_eq!(remove("- a: 1\n  b: 2\n", "0.a"), "- b: 2\n");
    assert_eq!(remove("a: 1\n", "b.c"), "a: 1\n");
}

#[test]
fn items_that_stay_keep_their_bytes() {
    let text = "x:\n- a # first\n# of b\n- \"b\"\n\n- c\ny: 1\n";
    let kept = items(text, "x", &[Item::Keep(0), Item::Keep(1), new("d")]).unwrap();
    assert_eq!(kept, "x:\n- a # first\n# of b\n- \"b\"\n- d\ny: 1\n");
    assert_eq!(items(text, "x", &[Item::Keep(1)]).unwrap(), "x:\n# of b\n- \"b\"\ny: 1\n");
    assert_eq!(
        items("x: [a, 'b',\n  c]\n", "x", &[Item::Keep(1), Item::Keep(2), new("d, e")]).unwrap(),
        "x: ['b',\n  c, 'd, e']\n"
    );
    assert_eq!(items("x: [a]\n", "x", &[new("b"), new("c")]).unwrap(), "x: [b, c]\n");
    assert_eq!(items("x:\n    - a\n", "x", &[new("b")]).unwrap(), "x:\n    - b\n");
    assert_eq!(items("x:\n  - a", "x", &[Item::Keep(0), new("b")]).unwrap(), "x:\n  - a\n  - b");
    assert_eq!(items("x: []\n", "x", &[new("b")]).unwrap(), "x: [b]\n");
    assert_eq!(items("x: [a, # why\n  b]\n", "x", &[Item::Keep(0)]), Err(EditError::FlowComment));
    let mapped = Item::New(Yaml::Map(vec![
        ("entityType".into(), Yaml::text("IP")),
        ("fieldMappings".into(), Yaml::List(vec![Yaml::text("Ip").under("columnName")])),
    ]));
    assert_eq!(
        items("x:\n- a: 1\n", "x", &[Item::Keep(0), mapped.clone()]).unwrap(),
        "x:\n- a: 1\n- entityType: IP\n  fieldMappings:\n  - columnName: Ip\n"
    );
    assert_eq!(
        items("name: x\n", "x", &[mapped]).unwrap(),
        "name: x\nx:\n  - entityType: IP\n    fieldMappings:\n      - columnName: Ip\n"
    );
}

#[test]
fn what_hangs_together_is_refused() {
    for text in ["a: &x 1\nb: *x\n", "b: &x 1\na: *x\n", "a: !!str 1\n", "a: {b: &x 1}\n"] {
        let edit = Edit::Set { path: path("a"), value: Yaml::text("2") };
        assert_eq!(apply(text, 0, &[edit]), Err(EditError::Entangled), "{text}");
    }
    let edit = Edit::Set { path: path("a.b"), value: Yaml::text("2") };
    assert_eq!(apply("a: 1\n", 0, &[edit]), Err(EditError::NotAMapping));
}

#[test]
fn documents_are_counted() {
    let edit = Edit::Set { path: path("a"), value: Yaml::text("2") };
    assert_eq!(apply("a: x\n---\na: y\n---\na: z\n", 1, &[edit]).unwrap(), "a: x\n---\na: '2'\n---\na: z\n");
}

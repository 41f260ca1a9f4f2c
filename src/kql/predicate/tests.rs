use super::*;

fn column(name: &str, ty: Type) -> Column {
    Column { name: name.to_owned(), ty, certain: true }
}

fn test(ty: Type, operation: Operation) -> Predicate {
    Predicate::Test(Test { column: column("A", ty), operation })
}

fn one_of(values: &[&str], case_sensitive: bool) -> Operation {
    Operation::OneOf { values: values.iter().map(|v| (*v).to_owned()).collect(), case_sensitive }
}

fn part(test: TextTest, value: &str) -> Operation {
    Operation::Text { test, value: value.to_owned(), case_sensitive: false }
}

fn ranges(all: &[&str]) -> Operation {
    Operation::InRange(all.iter().filter_map(|one| AddressRange::parse(one)).collect())
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn holds(predicate: &Predicate, cell: &Cell) -> bool {
    predicate.holds(&|_| cell.clone())
}

#[test]
fn text_is_compared_without_case_unless_asked_for() {
    assert!(holds(&test(Type::String, one_of(&["Svc-Ü"], false)), &text("sVC-ü")));
    assert!(!holds(&test(Type::String, one_of(&["Svc"], true)), &text("svc")));
    assert!(!holds(&test(Type::String, one_of(&["svc"], false)), &text("svc2")));
    assert!(!holds(&test(Type::String, one_of(&["svc"], false)), &Cell::Nothing));
}

#[test]
fn terms_are_whole() {
    for (value, found) in [("a-svc_x", true), ("asvc", false), ("svc1", false), ("svc", true), ("xsvc svc", true)] {
        assert_eq!(holds(&test(Type::String, part(TextTest::Has, "SVC")), &text(value)), found, "{value}");
    }
    assert!(holds(&test(Type::String, part(TextTest::Has, "a-a")), &text("xa-a-a")));
}

#[test]
fn ranges_take_addresses_of_their_family_and_nothing_else() {
    let inside = test(Type::String, ranges(&["10.20.0.0/16", "2001:db8::/32"]));
    for (value, found) in [
        ("10.20.255.1", true),
        ("10.21.0.1", false),
        ("10.20.0.1/8", false),
        ("0.0.0.0/0", false),
        ("::ffff:10.20.0.1", false),
        ("2001:DB8::1", true),
        ("fe80::1%eth0", false),
        ("host", false),
        ("", false),
    ] {
        assert_eq!(holds(&inside, &text(value)), found, "{value}");
    }
    for bad in ["10.20.1.1/16", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/+8", "::/129", "x", ""] {
        assert_eq!(AddressRange::parse(bad), None, "{bad}");
    }
    assert!(AddressRange::parse("0.0.0.0/0").is_some_and(AddressRange::is_everything));
}

#[test]
fn an_array_is_excluded_only_as_a_whole() {
    let list = |items: &[&str]| Cell::List(items.iter().map(|item| text(item)).collect());
    let excluded = test(Type::Dynamic, one_of(&["a", "b"], false));
    assert!(holds(&excluded, &list(&["A", "b"])));
    assert!(!holds(&excluded, &list(&["a", "evil"])));
    assert!(!holds(&excluded, &list(&[])));
    let unknown = test(Type::Unknown, one_of(&["a"], false));
    assert!(!holds(&unknown, &list(&["a"])));
    assert!(!holds(&Predicate::Not(Box::new(unknown)), &list(&["x"])), "what can't be decided keeps the row");
}

#[test]
fn bounds_are_numbers_or_instants() {
    let above = |bound| test(Type::Unknown, Operation::Compare { greater: true, bound });
    assert!(holds(&above(Bound::Number(5.0)), &text("5.5")));
    assert!(!holds(&above(Bound::Number(5.0)), &text("5")));
    assert!(!holds(&above(Bound::Number(5.0)), &text("inf")));
    let time = "2026-11-01T00:00:00Z".parse().unwrap_or_default();
    assert!(holds(&above(Bound::Time(time)), &text("2026-11-01T00:00:00.0000001Z")));
    assert!(!holds(&above(Bound::Time(time)), &text("then")));
}

#[test]
fn kql_closes_every_trap() {
    for (predicate, kql) in [
        (test(Type::String, one_of(&["a\"\\b"], false)), r#"tostring(A) =~ "a\"\\b""#),
        (test(Type::Unknown, one_of(&["a", "b"], false)), r#"tostring(A) in~ ("a", "b")"#),
        (test(Type::Long, one_of(&["5"], true)), r#"tostring(A) == "5""#),
        (
            test(Type::Dynamic, one_of(&["X"], false)),
            "coalesce(iff(gettype(A) == \"array\", array_length(todynamic(tolower(tostring(A)))) > 0 and \
             array_length(set_difference(todynamic(tolower(tostring(A))), dynamic([\"x\"]))) == 0, \
             tostring(A) =~ \"X\"), false)",
        ),
        (test(Type::String, part(TextTest::Has, "x")), r#"tostring(A) has "x""#),
        (
            test(Type::Unknown, part(TextTest::Contains, "x")),
            r#"(tostring(A) contains "x" and gettype(A) !in ("array", "dictionary"))"#,
        ),
        (
            Predicate::Not(Box::new(test(Type::Unknown, one_of(&["x"], false)))),
            r#"not((tostring(A) =~ "x" or gettype(A) in ("array", "dictionary")))"#,
        ),
        (
            test(Type::String, ranges(&["10.20.0.0/16"])),
            r#"coalesce(ipv4_is_in_range(tostring(A), "10.20.0.0/16") and tostring(A) !contains "/", false)"#,
        ),
        (
            test(Type::Long, Operation::Compare { greater: false, bound: Bound::Number(-1.5) }),
            "coalesce(A < real(-1.5), false)",
        ),
        (Predicate::All(vec![]), "true"),
    ] {
        assert_eq!(predicate.to_kql().as_deref(), Ok(kql));
    }
    let absent = Test {
        column: Column { name: "a b".into(), ty: Type::Unknown, certain: false },
        operation: one_of(&["x"], false),
    };
    assert_eq!(Predicate::Test(absent).to_kql().as_deref(), Ok(r#"tostring(column_ifexists("a b", "")) =~ "x""#));
}

#[test]
fn what_has_no_safe_kql_is_refused() {
    assert_eq!(
        test(Type::String, one_of(&["a\u{2028}| where false"], false)).to_kql(),
        Err(Unprintable::HiddenCharacter)
    );
    assert_eq!(test(Type::String, one_of(&["a\nb"], false)).to_kql(), Err(Unprintable::HiddenCharacter));
    assert_eq!(test(Type::String, part(TextTest::Has, "-x")).to_kql(), Err(Unprintable::NoTerm));
    assert_eq!(test(Type::Dynamic, part(TextTest::Contains, "x")).to_kql(), Err(Unprintable::Dynamic("A".into())));
    let bound = Bound::Number(1.0);
    assert!(test(Type::DateTime, Operation::Compare { greater: true, bound }).to_kql().is_err());
}

#[test]
fn names_that_are_no_plain_words_stand_in_brackets() {
    for (name, printed) in [("A_1", "A_1"), ("a b", r#"["a b"]"#), ("where", r#"["where"]"#), ("1a", r#"["1a"]"#)] {
        assert_eq!(print::name(name).as_deref(), Ok(printed));
    }
}

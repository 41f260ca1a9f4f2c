#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::parser::parse;
use super::super::schema::SchemaColumn;
use super::*;

fn schema() -> BTreeMap<String, Vec<SchemaColumn>> {
    let table = |columns: &str| {
        let column = |c: &str| {
            let (name, ty) = c.split_once(':').unwrap();
            SchemaColumn { name: name.to_owned(), ty: Type::of(ty).unwrap() }
        };
        columns.split(' ').map(column).collect()
    };
    BTreeMap::from([
        ("S".to_owned(), table("TimeGenerated:datetime User:string Ip:string Count_:long Bag:dynamic")),
        ("A".to_owned(), table("TimeGenerated:datetime User:string Ip:dynamic")),
    ])
}

/// The columns of a query's result, `...` at the end if there may be more.
fn columns(query: &str) -> String {
    let tree = parse(query);
    assert_eq!(tree.diagnostics, [], "{query}");
    let schema = schema();
    let facts = analyze(&tree, &schema);
    let mut shown: Vec<String> = facts.columns.iter().map(|c| format!("{}:{}", c.name, c.ty)).collect();
    if facts.open {
        shown.push("...".to_owned());
    }
    shown.join(" ")
}

fn faults(query: &str) -> Vec<String> {
    let tree = parse(query);
    let schema = schema();
    let shown = |d: Diagnostic| format!("{}{}", d.message, d.help.map(|h| format!(" ({h})")).unwrap_or_default());
    analyze(&tree, &schema).diagnostics.into_iter().map(shown).collect()
}

#[test]
fn names_that_queries_do_not_give() {
    assert_eq!(
        columns("S | summarize count(), dcount(User), make_set(Ip) by User"),
        "User:string count_:long dcount_User:long set_Ip:dynamic"
    );
    assert_eq!(
        columns("S | summarize max(Count_), percentile(Count_, 95) by bin(TimeGenerated, 1h)"),
        "TimeGenerated:datetime max_Count_:long percentile_Count__95:long"
    );
    assert_eq!(
        columns("S | project Bag.a, Bag['b'], tolower(User), Count_ + 1, tostring(Bag.c)"),
        "Bag_a:dynamic Bag_b:dynamic Column1:string Column2:long Bag_c:string"
    );
    assert_eq!(columns("print 1, a = 'x'"), "print_0:long a:string");
    assert_eq!(columns("S | count"), "Count:long");
    assert_eq!(columns("S | top-nested 3 of User by count()"), "User:string aggregated_User:long");
}

#[test]
fn several_columns_from_one_function() {
    assert_eq!(
        columns("S | summarize arg_max(TimeGenerated, *) by User"),
        "User:string TimeGenerated:datetime Ip:string Count_:long Bag:dynamic"
    );
    assert_eq!(
        columns("S | summarize arg_max(TimeGenerated, Ip, q = Bag) by User"),
        "User:string TimeGenerated:datetime Ip:string q:dynamic"
    );
    assert_eq!(columns("S | summarize take_any(Ip), any(Ip) by User"), "User:string Ip:string any_Ip:string");
    assert_eq!(columns("S | project (a, b) = series_fft(Bag)"), "a:dynamic b:dynamic");
}

#[test]
fn tables_side_by_side_and_stacked() {
    assert_eq!(
        columns("S | project User, Ip | join (A | project User, Z = 1) on User"),
        "User:string Ip:string User1:string Z:long"
    );
    assert_eq!(columns("S | project User | join kind=leftanti A on User"), "User:string");
    assert_eq!(
        columns("S | project User, Ip | lookup (A | project User, Z = 1) on User"),
        "User:string Ip:string Z:long"
    );
    assert_eq!(
        columns("union withsource=T (S | project Ip, User), (A | project Ip)"),
        "T:string Ip_string:string Ip_dynamic:dynamic User:string"
    );
    assert_eq!(columns("union (S | project User), (Unknown | project User, Other)"), "User:string Other:unknown");
}

#[test]
fn openness_starts_and_ends_where_it_should() {
    assert_eq!(columns("Unknown | extend a = 1"), "a:long ...");
    assert_eq!(columns("Unknown | project a, b = strcat(c)"), "a:unknown b:string");
    assert_eq!(columns("_Im_Dns(starttime=ago(1d)) | summarize count() by SrcIpAddr"), "SrcIpAddr:unknown count_:long");
    assert_eq!(columns("S | project User, Bag | evaluate bag_unpack(Bag)"), "User:string ...");
    assert_eq!(columns("workspace('w').S | take 1"), "...");
    assert_eq!(columns("union S*, A | project User"), "User:string");
}

#[test]
fn own_functions_are_followed() {
    assert_eq!(
        columns("let f = (x: string) { S | where User == x | project User, X = x }; f('a')"),
        "User:string X:string"
    );
    assert_eq!(
        columns("let f = (T: (User: string)) { T | project User, N = 1 }; S | invoke f()"),
        "User:string N:long"
    );
    assert_eq!(columns("let f = (n: string) { table(n) | project Ip }; f('A')"), "Ip:dynamic");
    assert_eq!(columns("let S = A; S | project Ip"), "Ip:dynamic");
}

#[test]
fn rows_are_expanded() {
    assert_eq!(
        columns("S | project User, Bag | mv-expand Bag to typeof(string), i = Bag"),
        "User:string Bag:string i:dynamic"
    );
    assert_eq!(
        columns("S | project User, Bag | mv-apply Bag on (where Bag == 1 | summarize n = count())"),
        "User:string n:long"
    );
    assert_eq!(columns("S | project User | parse User with a '@' b: long"), "User:string a:string b:long");
    assert_eq!(
        columns("S | make-series n = count() on TimeGenerated step 1h by User"),
        "User:string n:dynamic TimeGenerated:dynamic"
    );
}

#[test]
fn unknown_columns_are_reported_once_and_only_in_closed_rows() {
    assert_eq!(faults("S | where Usr == 'a'"), ["there is no column `Usr` here (did you mean `User`?)"]);
    assert_eq!(faults("S | project User | where Ip == ''"), ["there is no column `Ip` here"]);
    assert_eq!(faults("S | where User = 'a'"), ["`=` gives the condition a name, it does not compare (write `==`)"]);
    assert_eq!(faults("S | where User = true"), [""; 0], "Microsoft takes it, and it always holds");
    assert_eq!(faults("Unknown | where Usr == 'a'"), [""; 0]);
    assert_eq!(faults("S | join A on Usr"), ["the left side of the join has no column `Usr` (did you mean `User`?)"]);
    assert_eq!(
        faults("S | extend a = User.b"),
        ["a value of type string has no members (read it with `parse_json(...)` first)"]
    );
    assert_eq!(
        faults("let f = () { S | where Usr == 1 }; f | union f"),
        ["there is no column `Usr` here (did you mean `User`?)"]
    );
}

#[test]
fn what_a_query_uses() {
    let source =
        "let a = 1; let b = 2; union S, (A | join Unknown on User), table('S') | where a > 0 and f(1) | invoke g()";
    let tree = parse(source);
    let schema = schema();
    let facts = analyze(&tree, &schema);
    let tables: Vec<_> = facts.tables.iter().map(|t| (&*t.name, t.known)).collect();
    assert_eq!(tables, [("A", true), ("S", true), ("Unknown", false)]);
    let operators: Vec<_> = facts.operators.iter().map(|(word, _)| &**word).collect();
    assert_eq!(operators, ["union", "join", "where", "invoke"]);
    let bindings: Vec<_> = facts.bindings.iter().map(|b| (&*b.name, b.uses)).collect();
    assert_eq!(bindings, [("a", 1), ("b", 0)]);
    let functions: Vec<_> = facts.functions.iter().map(|f| (&*f.name, f.origin)).collect();
    let expected = [("table", FunctionOrigin::BuiltIn), ("f", FunctionOrigin::Stored), ("g", FunctionOrigin::Stored)];
    assert_eq!(functions, expected);
}

#[test]
fn functions_that_call_functions_end() {
    let mut source = "let f0 = (x: long) { S };".to_owned();
    for n in 1..40 {
        source += &format!("let f{n} = (x: long) {{ union f{m}(x), f{m}(x) }};", m = n - 1);
    }
    source += "f39(1)";
    let tree = parse(&source);
    assert!(analyze(&tree, &schema()).open);
}

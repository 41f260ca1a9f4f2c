#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::tree::*;
use super::*;

/// The faults of a query, one a line: place, message, help.
fn faults(source: &str) -> String {
    let tree = parse(source);
    let line = |d: &Diagnostic| {
        let help = d.help.as_deref().map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{}..{} {}{help}", d.span.start, d.span.end, d.message)
    };
    tree.diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn accepts(source: &str) {
    assert_eq!(faults(source), "", "{source}");
}

/// The shape of an expression, in prefix notation.
fn shape(expr: &Expr<'_>, source: &str) -> String {
    let many = |exprs: &[Expr<'_>]| exprs.iter().map(|e| shape(e, source)).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::And(operands) => format!("(and {})", many(operands)),
        ExprKind::Or(operands) => format!("(or {})", many(operands)),
        ExprKind::Arithmetic(chain) => {
            let rest: String = chain.rest.iter().map(|(op, e)| format!(" {op:?} {}", shape(e, source))).collect();
            format!("({}{rest})", shape(&chain.first, source))
        }
        ExprKind::Compare(c) => {
            format!("({} {} {})", c.op_span.text(source), shape(&c.left, source), shape(&c.right, source))
        }
        ExprKind::In(list) => {
            format!("({} {} {})", list.op_span.text(source), shape(&list.left, source), many(&list.items))
        }
        ExprKind::Between(b) => {
            format!("(between {} {} {})", shape(&b.left, source), shape(&b.low, source), shape(&b.high, source))
        }
        ExprKind::Call(call) => format!("{}[{}]", call.name.text, many(&call.args)),
        ExprKind::Paren(inner) => format!("<{}>", shape(inner, source)),
        ExprKind::Named(named) => {
            let names: Vec<&str> = named.names.iter().map(|n| &*n.text).collect();
            format!("{}={}", names.join(","), shape(&named.value, source))
        }
        ExprKind::Pipe(pipeline) => pipeline_shape(pipeline, source),
        ExprKind::Path(path) => {
            let steps: String = path.steps.iter().map(|s| s.span.text(source)).collect();
            format!("{}{steps}", shape(&path.root, source))
        }
        _ => expr.span.text(source).to_owned(),
    }
}

fn pipeline_shape(pipeline: &Pipeline<'_>, source: &str) -> String {
    let head = pipeline.source.as_ref().map(|s| shape(s, source)).unwrap_or_default();
    let stages: String = pipeline.stages.iter().map(|s| format!(" | {}", s.operator.keyword)).collect();
    format!("{{{head}{stages}}}")
}

/// The shape of the condition of `T | where ...`.
fn condition(source: &str) -> String {
    let query = format!("T | where {source}");
    accepts(&query);
    let tree = parse(&query);
    let pipeline = tree.statements[0].pipeline().unwrap();
    match &pipeline.stages[0].operator.kind {
        OperatorKind::Filter(expr) => shape(expr, &query),
        other => panic!("{other:?}"),
    }
}

#[test]
fn operators_bind_as_the_service_binds_them() {
    assert_eq!(condition("a or b and c or d"), "(or a (and b c) d)");
    assert_eq!(condition("a == b + c * d - e"), "(== a (b Add (c Multiply d) Subtract e))");
    assert_eq!(condition("a has 'x' and b !in~ ('y', z)"), "(and (has a 'x') (!in~ b 'y' z))");
    assert_eq!(condition("a between (1 .. 2) or not(b)"), "(or (between a 1 2) not[b])");
    assert_eq!(condition("(a =~ 'x') and b.c['d'][0].e() > 1"), "(and <(=~ a 'x')> (> b.c['d'][0].e() 1))");
    assert_eq!(condition("a in (T | where b | project c)"), "(in a {T | where | project})");
    assert_eq!(condition("a in (T, U)"), "(in a T U)");
    assert_eq!(condition("-1 < a"), "(< -1 a)");
}

#[test]
fn spans_reprint_the_source() {
    let source = "let x = 1d ; // c\nT | where a has \"b\"  | project a, c = d.e;";
    let tree = parse(source);
    let texts: Vec<&str> = tree.statements.iter().map(|s| tree.text(s.span)).collect();
    assert_eq!(texts, ["let x = 1d", "T | where a has \"b\"  | project a, c = d.e"]);
    let pipeline = tree.statements[1].pipeline().unwrap();
    let bars: Vec<u32> = pipeline.stages.iter().filter_map(|s| s.bar).collect();
    assert_eq!(bars, [20, 39]);
    assert_eq!(tree.text(pipeline.stages[1].operator.span), "project a, c = d.e");
}

#[test]
fn every_operator_is_read() {
    for operator in [
        "as X",
        "assert-schema (a: string)",
        "consume",
        "count",
        "count as n",
        "distinct *",
        "distinct a, b",
        "evaluate bag_unpack(a)",
        "evaluate hint.distribution=single bag_unpack(a) : (*, b: long)",
        "extend a = 1, b",
        "facet by a, b with (take 1)",
        "fork x = (count) (take 1 | project a)",
        "getschema",
        "getschema kind=csl",
        "invoke f(1)",
        "join (U) on a",
        "join kind=leftouter hint.strategy=shuffle U on $left.a == $right.b, c",
        "lookup kind=inner U on a",
        "limit 5",
        "make-series c = count() default=0 on t from x to y step 1h by b",
        "make-series avg(a) on t in range(x, y, 1h)",
        "mv-apply a = b to typeof(string) on (where a == 1 | top 1 by a)",
        "mv-expand kind=array with_itemindex=i a, b = c to typeof(long) limit 10",
        "order by a desc nulls last, b",
        "parse kind=regex flags=i a with * 'x' b: long 'y' c *",
        "parse-where a with 'x' b",
        "parse-kv a as (b: string, c: long) with (pair_delimiter=',', quote='\"')",
        "partition by a (top 1 by b)",
        "partition hint.strategy=native by a { U | where b }",
        "project",
        "project a, b = c, ['d e'] = 1",
        "project-away a*, *b, c",
        "project-by-names 'a', dynamic(['b'])",
        "project-keep a, b*",
        "project-rename a = b",
        "project-reorder a, b* asc, c desc",
        "reduce by a with threshold=0.5",
        "sample 5",
        "render timechart with (title=\"x\", ycolumns=a, b, ysplit=panels)",
        "render barchart kind=stacked",
        "sample-distinct 5 of a",
        "search kind=case_sensitive 'x' and a:'y'",
        "serialize r = row_number()",
        "scan declare (x: long = 0) with (step s: a > s.x => x = 1; step t output=all: true;)",
        "sort by a granny-asc",
        "summarize count(), b = arg_max(t, *) by bin(t, 1h), c",
        "summarize hint.shufflekey = a count() by a",
        "summarize by a",
        "take 5",
        "top 5 by a asc",
        "top-hitters 3 of a by b",
        "top-nested 2 of a with others='x' by count(), top-nested of b by c = sum(d)",
        "union (U | take 1), V*, W",
        "union kind=outer withsource=s isfuzzy=true U",
        "where a",
        "filter a",
        "graph-match (a)-[e*1..3]->(b)--(c) where a.x project b.y",
        "make-graph a --> b with U on c",
        "graph-to-table nodes as N with_node_id=i, edges",
    ] {
        accepts(&format!("T | {operator}"));
    }
}

#[test]
fn every_statement_is_read() {
    for source in [
        "",
        "// only a comment",
        "let x = 1;",
        "let f = (a: string, b: long = 5) { let c = a; T | where x == c }; f('a')",
        "let f = view () { T }; f",
        "let f = (T: (a: string), U: (*)) { T }; f(A, B)",
        "declare query_parameters (a: string = 'x', b: long); T",
        "set notruncation; set x = 1; T",
        "declare pattern p = (a: string)[b: string] { ('x').['y'] = { T }; }; T",
        "alias database d = cluster('c').database('d'); T",
        "restrict access to (T, database('d').*); T",
        "let m = materialize(T | take 1); m",
        "let g = entity_group [cluster('c').database('d')]; T",
        "macro-expand isfuzzy=true entity_group [database('d')] as X (X.T | take 1)",
        "datatable (a: string, b: long) ['x', 1, 'y', -2,]",
        "range x from 1 to 10 step 1",
        "print a = 1, 'x' 'y'",
        "externaldata (a: string) [@'https://example.org/a.csv' h@'?sas'] with (format='csv', ignoreFirstRecord=true)",
        "find withsource=s in (T, U*) where a == 1 project a, b: long, pack(*)",
        "search in (T, U) 'x'",
        "search *",
        "workspace('w').T | union cluster('c').database('d').U*",
        "#directive\nT",
        "T | where TimeGenerated > {Range}",
        "print toscalar(T | count), dynamic({'a': [1, -2.5, null, true, {'b': 'c'}]}), typeof(string)",
    ] {
        accepts(source);
    }
}

#[test]
fn faults_say_what_is_missing_and_where() {
    for (source, expected) in [
        ("T | where", "9..9 `where` needs a condition"),
        ("T | summarise count()", "4..13 no operator is called `summarise` (did you mean `summarize`?)"),
        ("T | Where a", "4..9 no operator is called `Where` (did you mean `where`?)"),
        ("T | project-awy a", "4..15 no operator is called `project-awy` (did you mean `project-away`?)"),
        ("T | where a == 1 project b", "17..24 `project` is out of place after `where` (put a `|` before it)"),
        ("T | where a contain 'x'", "12..19 `contain` is out of place after `where` (did you mean `contains`?)"),
        ("T | take 1 |", "12..12 an operator is missing after `|`"),
        ("T | project a,", "14..14 `project` misses a column after the comma (remove the comma, or go on)"),
        (
            "T | project a,, b",
            "14..14 `project` misses a column after the comma, found `,` (`,` is there twice: remove one)",
        ),
        ("T | project a b", "14..15 `b` is out of place after `project` (put a `,` or an operator before it)"),
        ("T | where f(a 15)", "13..13 `,` or `)` is missing in `f(...)`, found `15`"),
        ("T | select a", "4..10 no operator is called `select` (did you mean `project`?)"),
        ("T | Total = a + b", "4..9 no operator is called `Total` (`extend Total = ...` adds a column)"),
        ("T | where f(a", "13..13 `)` is missing at the end of `f(...)`"),
        ("T | where a in ()", "16..16 `in` needs at least one value"),
        ("T | join U", ""),
        ("T | lookup U", "12..12 `on` is missing after the table of `lookup`"),
        ("let x 5; T", "5..5 `=` is missing after `let x`, found `5`"),
        ("T | where sql == 1", "10..13 `sql` is a reserved word (as a name, it is written `['sql']`)"),
        ("T | extend a-b = 1", "11..14 `a-b` is no name as it stands (write `['a-b']`)"),
        ("datatable (a: strng) []", "14..19 `strng` is not the type of a column (did you mean `string`?)"),
        ("print dynamic({a: 1})", "15..16 a JSON property has its name in quotes (write `\"a\"`)"),
    ] {
        assert_eq!(faults(source), expected, "{source}");
    }
}

#[test]
fn one_query_reports_several_faults() {
    assert_eq!(
        faults("T | wher a | summarize by | project b,"),
        "4..8 no operator is called `wher` (did you mean `where`?)\n\
         25..25 `summarize` needs a column after `by`\n\
         38..38 `project` misses a column after the comma (remove the comma, or go on)"
    );
}

#[test]
fn one_cause_is_told_once() {
    for (source, expected) in [
        (
            "T | where where a == 1 | take 1",
            "9..9 `where` needs a condition, found `where` (`where` is there twice: remove one)",
        ),
        ("let t = 1h;\n|\nT where a | where b | summarize c(d)", "12..13 a table is missing before `|`"),
        (
            "T | extend a = f(b)) | where c | project d",
            "19..20 `)` is out of place here (nothing is open that it could close: remove it)",
        ),
        (
            "union (T | take 1), (U\nwhere | a has 'x' | summarize n = count() by b), (V | take 1) | count",
            "22..22 `)` is missing to close the parenthesis, found `where`",
        ),
        (
            "let x = dynamic(['a', 'b']]); T | where a in (x)",
            "26..26 `)` is missing at the end of `dynamic(...)` (`]` is there twice: remove one)",
        ),
        ("T | extend = a, b = c", "10..10 `extend` needs `name = value`, found `=`"),
        (
            "T | where a == 1) | wher b",
            "16..17 `)` is out of place here (nothing is open that it could close: remove it)\n\
             20..24 no operator is called `wher` (did you mean `where`?)",
        ),
    ] {
        assert_eq!(faults(source), expected, "{source}");
    }
}

#[test]
fn hostile_nesting_ends_in_a_diagnostic() {
    let deep = format!("brackets nest deeper than {MAX_DEPTH} levels");
    for (open, close) in [("(", ")"), ("f(", ")"), ("x[", "]"), ("toscalar(", ")"), ("(T | where ", ")")] {
        let source = format!("T | where {}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(faults(&source).contains(&deep), "{open}");
    }
    let json = format!("print dynamic({}{})", "[".repeat(100_000), "]".repeat(100_000));
    assert!(faults(&json).contains(&deep));
    let functions = format!("{}T", "let f = () { ".repeat(10_000));
    assert!(faults(&functions).contains(&deep));
}

#[test]
fn long_chains_are_flat() {
    for (start, link) in [("a", " or a"), ("a", " and a"), ("1", " + 1"), ("a", ".a"), ("a", "[0]")] {
        accepts(&format!("T | where {start}{}", link.repeat(50_000)));
    }
    accepts(&format!("T{}", " | take 1".repeat(50_000)));
}

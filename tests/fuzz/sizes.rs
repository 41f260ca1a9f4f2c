//! Depth and size: a stack of 2 MiB bears any nesting, and time grows with the length.

use std::time::Instant;

use palisade::kql::{NoSchema, analyze, parse};

/// Bytes of a large query: the real size where the code is optimised.
const LARGE: usize = if cfg!(debug_assertions) { 200_000 } else { 10_000_000 };

/// Parses and analyses, on a thread with the stack that any thread has.
fn ends(name: &str, query: String) {
    let started = Instant::now();
    let bytes = query.len();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let tree = parse(&query);
        let facts = analyze(&tree, &NoSchema);
        (tree.diagnostics.len(), facts.columns.len())
    });
    let (faults, columns) = thread.unwrap().join().unwrap_or_else(|_| panic!("{name}"));
    let took = started.elapsed();
    eprintln!("{name}: {bytes} bytes, {faults} faults, {columns} columns, {took:.2?}");
    assert!(faults <= 1_001, "{name}: {faults} faults");
}

#[test]
fn deep_queries_end() {
    const DEPTH: usize = 100_000;
    for (name, before, open, close, after) in [
        ("parentheses", "T | where ", "(", ")", ""),
        ("tables in parentheses", "", "(", ")", ""),
        ("calls", "T | where ", "f(", ")", ""),
        ("indexes", "T | where a", "[a", "]", ""),
        ("scalars", "print ", "toscalar(print ", ")", ""),
        ("paths of scalars", "print ", "(toscalar(print (", ")).a).b", ""),
        ("aggregates", "T | summarize ", "arg_max(", ", a)", ""),
        ("dynamic lists", "print dynamic(", "[", "]", ")"),
        ("dynamic bags", "print dynamic(", "{\"a\":", "}", ")"),
        ("functions", "", "let f = () { ", " f() };", ""),
        ("joins", "", "T | join (", ") on a", ""),
        ("unions", "", "union (", ")", ""),
        ("partitions", "T", " | partition by a (where a", ")", ""),
        ("forks", "T", " | fork (where a", ")", ""),
        ("expansions", "T", " | mv-apply a on (where a", ")", ""),
        ("signs", "print ", "-", "", ""),
        ("negations", "print ", "not(", ")", ""),
        ("macros", "", "macro-expand G as X (", ")", ""),
        ("names in brackets", "T | where ", "['a'].", "", ""),
        ("in lists", "T | where a", " in (b", ")", ""),
    ] {
        let query = format!("{before}{}1{}{after}", open.repeat(DEPTH), close.repeat(DEPTH));
        ends(name, query);
        // What never closes is worse.
        ends(name, format!("{before}{}", open.repeat(DEPTH)));
    }
}

/// Nesting that is allowed, where a resolver that looks at a part twice would take two to the power of its depth.
#[test]
fn allowed_depth_takes_no_exponential_time() {
    for (name, open, inner, close) in [
        ("paths of scalars", "(toscalar(print (", "a.b", ").c)).d"),
        ("aggregates", "toscalar(T | summarize arg_max(", "a", ", b))"),
        ("nested tops", "toscalar(T | top-nested 1 of (", "a", ") by count())"),
        ("calls of calls", "tostring(tolower(", "a", "))"),
        ("indexes", "(toscalar(print a[", "0", "])).b"),
    ] {
        let query = |depth| format!("T | project {}{inner}{}", open.repeat(depth), close.repeat(depth));
        ends(name, query(24));
    }
    let functions = |depth: usize| {
        let lets: String =
            (1..depth).map(|n| format!("let f{n} = () {{ union f{}(), f{}() }}; ", n - 1, n - 1)).collect();
        format!("let f0 = () {{ T }}; {lets} f{}", depth - 1)
    };
    ends("functions that call functions", functions(40));
    let inside = format!("{} T {}", "let f = () { ".repeat(24), " }; union f(), f()".repeat(24));
    ends("functions in functions", inside);
}

#[test]
fn large_queries_end() {
    let numbered = |each: &dyn Fn(usize) -> String| {
        let mut text = String::with_capacity(LARGE + 100);
        let mut n = 0;
        while text.len() < LARGE {
            text += &each(n);
            n += 1;
        }
        text
    };
    for (name, before, part) in [
        ("operators", "T", " | take 1"),
        ("conditions", "T | where a", " or a"),
        ("columns", "T | project a", ", a"),
        ("values", "print 1", ", 1"),
        ("statements", "", "T;"),
        ("bad characters", "", "^"),
        ("quotes", "", "\""),
        ("backquotes", "", "`"),
        ("backslashes", "print \"", "\\"),
        ("dashes", "T | ", "project-"),
        ("dashed words", "T | ", "set-or-"),
        ("hints", "T | ", "hint."),
        ("exclamation marks", "", "!"),
        ("one name", "T | where ", "a"),
        ("one number", "print ", "1"),
        ("hexadecimal digits", "print 0x", "f"),
        ("guids", "print ", "74be27de-1e4e-49d9-b579-fe0b331d3642 "),
        ("open typed literals", "print ", "datetime("),
        ("blanks", "T", " "),
        ("comments", "T", "// c\n"),
        ("one comment", "T //", "c"),
        ("wide blanks", "T", "\u{3000}"),
        ("emoji", "", "🙂"),
        ("bars", "T", "|"),
        ("dots", "T", "."),
        ("commas", "T | project ", ","),
        ("semicolons", "", ";"),
        ("lets without a value", "", "let x = ;"),
        ("steps", "T | where a", ".b[0]"),
        ("unions", "union T", ", T"),
        ("wildcards", "union T", ", T*"),
        ("joins", "T", " | join U on a"),
        ("expansions", "T", " | mv-expand a"),
        ("slips", "T", " | wher a"),
        ("unclosed calls", "T | where f(a", " f(a"),
        ("words", "T", " project"),
        ("closing brackets", "T | where a", ") | where b"),
        ("json", "print dynamic([1", ",1"),
    ] {
        ends(name, format!("{before}{}", part.repeat(LARGE.saturating_sub(before.len()) / part.len())));
    }
    ends("new columns", format!("T{}", numbered(&|n| format!(" | extend a{n} = 1"))));
    ends("lets", format!("{} T", numbered(&|n| format!("let a{n} = b{n}; "))));
    ends("functions", format!("{} T", numbered(&|n| format!("let a{} = () {{ a{n}() }}; ", n + 1))));
    ends("one wide row", format!("print {} a = 1 | project-reorder *, a", numbered(&|n| format!("a{n} = 1, "))));
    let wide = numbered(&|n| format!("a{n}, "));
    let wide = wide.trim_end_matches(", ");
    for operator in
        ["project", "project-away", "project-keep", "project-reorder", "distinct", "summarize by", "sort by"]
    {
        ends(operator, format!("T | project {wide} | {operator} {wide}"));
    }
    ends("joined", format!("T | project {wide} | join (T | project {wide}) on {wide}"));
    ends("looked up", format!("T | project {wide} | lookup (T | project {wide}) on {wide}"));
    ends("extremes", format!("T | project {wide} | summarize arg_max(a, {wide}), arg_max(a, *) by {wide}"));
    ends("renamed", format!("T | project {wide} | project-rename {}", numbered(&|n| format!("b{n} = a{n}, "))));
    ends("applied", format!("T | project {wide} | mv-apply {wide} on (take 1)"));
}

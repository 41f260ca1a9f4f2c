//! How the steps of the parser and of the resolver grow with a query.

use super::parser::{parse, steps};
use super::resolver::analyzed;
use super::schema::NoSchema;

/// A query of so many parts.
type Family = Box<dyn Fn(usize) -> String>;

fn families() -> Vec<(&'static str, Family)> {
    fn numbered(n: usize, each: impl Fn(usize) -> String) -> String {
        (0..n).map(each).collect()
    }
    vec![
        ("stages", Box::new(|n| format!("T{}", " | where a == 1 | take 5".repeat(n)))),
        ("extends", Box::new(|n| format!("T{}", numbered(n, |i| format!(" | extend a{i} = b + {i}"))))),
        ("one extend", Box::new(|n| format!("T | extend b = 1{}", numbered(n, |i| format!(", a{i} = b + {i}"))))),
        ("projects", Box::new(|n| format!("T{}", " | project a, b, c".repeat(n)))),
        ("summarizes", Box::new(|n| format!("T{}", " | summarize c = count() by a, b".repeat(n)))),
        ("one project", Box::new(|n| format!("T | project a{}", numbered(n, |i| format!(", a{i}"))))),
        ("conditions", Box::new(|n| format!("T | where a == 1{}", " and b == 'x' or c has 'y'".repeat(n)))),
        ("in list", Box::new(|n| format!("T | where a in ('x'{})", numbered(n, |i| format!(", '{i}'"))))),
        ("dynamic list", Box::new(|n| format!("print dynamic(['x'{}])", numbered(n, |i| format!(", '{i}'"))))),
        ("concatenation", Box::new(|n| format!("T | extend x = strcat('a'{})", ", b, 'c'".repeat(n)))),
        ("sum", Box::new(|n| format!("T | extend x = 1{}", " + b * 2".repeat(n)))),
        ("path", Box::new(|n| format!("T | extend x = a{}", ".b[0]".repeat(n)))),
        ("unions", Box::new(|n| format!("union T{}", ", (U | where a == 1)".repeat(n)))),
        ("unions in a row", Box::new(|n| format!("T{}", " | union U".repeat(n)))),
        ("joins", Box::new(|n| format!("T{}", " | join kind=inner (U | project a, b) on a".repeat(n)))),
        ("lookups", Box::new(|n| format!("T{}", " | lookup (U | project a, b) on a".repeat(n)))),
        ("lets", Box::new(|n| format!("{}T", numbered(n, |i| format!("let v{i} = {i};"))))),
        (
            "lets of lets",
            Box::new(|n| format!("let v0 = 1;{}T", numbered(n, |i| format!("let v{} = v{i} + v{i};", i + 1)))),
        ),
        (
            "tables of tables",
            Box::new(|n| format!("let t0 = T;{}t{n}", numbered(n, |i| format!("let t{} = union t{i}, t{i};", i + 1)))),
        ),
        (
            "functions of functions",
            Box::new(|n| {
                format!(
                    "let f0 = () {{ T }};{}f{n}()",
                    numbered(n, |i| format!("let f{} = () {{ union f{i}(), f{i}() }};", i + 1))
                )
            }),
        ),
        (
            "functions in functions",
            Box::new(|n| format!("{} T {} f()", "let f = () { ".repeat(n), " }; union f(), f()".repeat(n - 1) + " };")),
        ),
        ("parentheses", Box::new(|n| format!("T | where {}a == 1{}", "(".repeat(n), ")".repeat(n)))),
        ("calls", Box::new(|n| format!("T | where {}a{} == 1", "tostring(".repeat(n), ")".repeat(n)))),
        ("two calls", Box::new(|n| format!("T | where {}a{} == 1", "strcat(b, ".repeat(n), ")".repeat(n)))),
        ("cases", Box::new(|n| format!("T | extend x = {}a{}", "iff(b == 1, c, ".repeat(n), ")".repeat(n)))),
        ("scalars", Box::new(|n| format!("print {}1{}", "toscalar(print ".repeat(n), ")".repeat(n)))),
        ("nested joins", Box::new(|n| format!("{}T{}", "T | join (".repeat(n), ") on a".repeat(n)))),
        ("nested unions", Box::new(|n| format!("{}T{}", "union (".repeat(n), "), U".repeat(n)))),
        ("applies", Box::new(|n| format!("T{}a{}", " | mv-apply a on (where ".repeat(n), ")".repeat(n)))),
        ("expands", Box::new(|n| format!("T{}", " | mv-expand a".repeat(n)))),
        ("parses", Box::new(|n| format!("T{}", " | parse a with 'x' b 'y' c".repeat(n)))),
        (
            "renames",
            Box::new(|n| format!("T | project a{}", " | project-rename b = a | project-rename a = b".repeat(n))),
        ),
        ("evaluates", Box::new(|n| format!("T{}", " | evaluate bag_unpack(a)".repeat(n)))),
        ("statements", Box::new(|n| "T | where a == 1;".repeat(n))),
        ("slips", Box::new(|n| format!("T{}", " | wher a == 1".repeat(n)))),
        ("unclosed", Box::new(|n| format!("T | where {}", "f(a, ".repeat(n)))),
        ("stray", Box::new(|n| format!("T | where a{}", " ) | where b".repeat(n)))),
        ("nothing", Box::new(|n| format!("T | project a{}", " | where ".repeat(n)))),
        ("datatable", Box::new(|n| format!("datatable(a: string, b: long)['x', 1{}]", ", 'y', 2".repeat(n)))),
        ("arguments", Box::new(|n| format!("let f = (a: long) {{ a + 1 }};T | where b == 1{}", " + f(2)".repeat(n)))),
        (
            "names of many columns",
            Box::new(|n| {
                let columns = numbered(n, |i| format!("c{i}, "));
                format!("T | project {columns} a | where a == 1{}", numbered(n, |i| format!(" or c{i} == 1")))
            }),
        ),
        (
            "calls among many lets",
            Box::new(|n| {
                let lets = numbered(n, |i| format!("let v{i} = {i};"));
                format!("let f = () {{ T }};{lets}union f(){}", ", f()".repeat(n))
            }),
        ),
        (
            "missing columns",
            Box::new(|n| format!("T | project a, b{}", numbered(n, |i| format!(" | where x{i} == 1")))),
        ),
    ]
}

/// Families whose rows grow with the query: an operator looks at every column that it is given, and a name is looked for
/// among them. Their steps are bounded by (operators + names) x columns.
const WIDE: &[&str] = &["extends", "joins", "lookups", "parses", "names of many columns"];

/// Numbers of parts: below the depth that is refused, and each twice the one before.
const SIZES: [usize; 4] = [11, 22, 44, 88];

/// Twice the query takes at most this many times the steps. What is over two is what a query begins with.
const LINEAR: f64 = 2.2;
const QUADRATIC: f64 = 4.2;

fn resolver_steps(query: &str) -> u64 {
    analyzed(&parse(query), &NoSchema).1
}

#[track_caller]
fn grows_at_most(name: &str, what: &str, steps: [u64; 4], most: f64) {
    for (smaller, larger) in steps.iter().zip(&steps[1..]) {
        // A few steps are no growth.
        #[expect(clippy::cast_precision_loss, reason = "far below the precision of a double")]
        let ratio = (*larger as f64) / (*smaller as f64 + 20.0);
        assert!(ratio <= most, "{name}: {what} takes {steps:?} steps for {SIZES:?} parts");
    }
}

#[test]
fn steps_grow_with_the_query() {
    for (name, query) in families() {
        let queries = SIZES.map(&query);
        grows_at_most(name, "the parser", [0, 1, 2, 3].map(|at| steps(&queries[at])), LINEAR);
        let most = if WIDE.contains(&name) { QUADRATIC } else { LINEAR };
        grows_at_most(name, "the resolver", [0, 1, 2, 3].map(|at| resolver_steps(&queries[at])), most);
    }
}

/// At the service's limit of 10,000 characters, the worst takes milliseconds.
#[test]
fn the_longest_query_takes_few_steps() {
    for (name, query) in families() {
        let parts = (1..).find(|parts| query(parts + 1).len() > 10_000).unwrap_or(1);
        let query = query(parts);
        let (parser, resolver) = (steps(&query), resolver_steps(&query));
        assert!(parser < 400_000, "{name}: {parser}");
        assert!(resolver < 4_000_000, "{name}: {resolver}");
    }
}

/// Each stage of these doubles the columns: they end, and say that nothing is known of the result.
#[test]
fn columns_that_double_end() {
    let joined = |i: usize| format!("let t{} = t{i} | join kind=inner t{i} on a;", i + 1);
    for query in [
        format!("print a = 1, b = 2{}", " | extend arg_max(a, *)".repeat(40)),
        format!("let t0 = print a = 1, b = 2;{}t40", (0..40).map(joined).collect::<String>()),
    ] {
        let tree = parse(&query);
        let (facts, _) = analyzed(&tree, &NoSchema);
        assert!(facts.diagnostics.iter().any(|one| one.message.contains("too large")), "{:?}", facts.diagnostics);
    }
}

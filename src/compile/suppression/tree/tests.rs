use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What an author may write, before negations are pushed down.
#[derive(Debug, Clone)]
enum Written {
    All(Vec<Written>),
    Any(Vec<Written>),
    Not(Box<Written>),
    /// A property and a value.
    Leaf(usize, usize),
}

const PROPERTIES: [&str; 3] = ["AccountName", "HostName", "IncidentTitle"];
const VALUES: [&str; 3] = ["a", "b", "c"];

/// An incident: the values that each property has.
type Facts = BTreeMap<&'static str, Vec<&'static str>>;

fn written() -> impl Strategy<Value = Written> {
    let leaf = (0..PROPERTIES.len(), 0..VALUES.len()).prop_map(|(of, value)| Written::Leaf(of, value));
    leaf.prop_recursive(5, 60, 13, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..13).prop_map(Written::All),
            prop::collection::vec(inner.clone(), 1..13).prop_map(Written::Any),
            inner.prop_map(|inner| Written::Not(Box::new(inner))),
        ]
    })
}

fn pushed(written: &Written, negated: bool) -> Tree {
    let all = |parts: &[Written]| parts.iter().map(|part| pushed(part, negated)).collect();
    match written {
        Written::All(parts) if negated => Tree::Any(all(parts)),
        Written::Any(parts) if negated => Tree::All(all(parts)),
        Written::All(parts) => Tree::All(all(parts)),
        Written::Any(parts) => Tree::Any(all(parts)),
        Written::Not(inner) => pushed(inner, !negated),
        Written::Leaf(of, value) => Tree::Test(Test {
            subject: Subject::Property(PROPERTIES[*of]),
            operator: Operator::Equals,
            negated,
            values: vec![VALUES[*value].to_owned()],
        }),
    }
}

fn holds(written: &Written, facts: &Facts) -> bool {
    match written {
        Written::All(parts) => parts.iter().all(|part| holds(part, facts)),
        Written::Any(parts) => parts.iter().any(|part| holds(part, facts)),
        Written::Not(inner) => !holds(inner, facts),
        Written::Leaf(of, value) => facts[PROPERTIES[*of]].contains(&VALUES[*value]),
    }
}

/// A condition as the service reads it.
fn fires(condition: &Value, facts: &Facts, depth: usize) -> bool {
    assert!(depth <= LEVELS, "{condition}");
    let properties = &condition["conditionProperties"];
    if condition["conditionType"] == "Boolean" {
        let inner = properties["innerConditions"].as_array().unwrap();
        assert!((2..=10).contains(&inner.len()), "{condition}");
        let mut inner = inner.iter().map(|one| fires(one, facts, depth + 1));
        return if properties["operator"] == "And" { inner.all(|one| one) } else { inner.any(|one| one) };
    }
    let has = &facts[properties["propertyName"].as_str().unwrap()];
    let found =
        properties["propertyValues"].as_array().unwrap().iter().any(|value| has.contains(&value.as_str().unwrap()));
    match properties["operator"].as_str().unwrap() {
        "Equals" => found,
        "NotEquals" => !found,
        other => panic!("{other}"),
    }
}

fn incidents() -> Vec<Facts> {
    // Every property has any of the eight sets of values.
    let sets = |n: usize| (0..3).filter(|at| n & (1 << at) != 0).map(|at| VALUES[at]).collect::<Vec<_>>();
    (0..512usize).map(|n| (0..3).map(|at| (PROPERTIES[at], sets(n >> (3 * at) & 7))).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_sent_fires_exactly_where_the_condition_holds(written in written()) {
        let tree = Tree::simple(pushed(&written, false));
        if let Ok(parts) = tree.conjuncts() {
            let bodies: Vec<Value> = parts.iter().map(Tree::body).collect();
            for facts in incidents() {
                let sent = bodies.iter().all(|body| fires(body, &facts, 0));
                prop_assert_eq!(sent, holds(&written, &facts), "{:?} {:?}", bodies, facts);
            }
        }
    }
}

fn leaf(of: &'static str, value: &str) -> Tree {
    let subject = Subject::Property(of);
    Tree::Test(Test { subject, operator: Operator::Contains, negated: false, values: vec![value.to_owned()] })
}

#[test]
fn a_large_group_becomes_groups_in_a_group() {
    let many = Tree::Any((0..23).map(|n| Tree::All(vec![leaf("AccountName", &n.to_string())])).collect());
    assert_eq!(Tree::simple(many), {
        let Tree::Test(test) = leaf("AccountName", "0") else { panic!() };
        Tree::Test(Test { values: (0..23).map(|n| n.to_string()).collect(), ..test })
    });
    let mut all: Vec<Tree> = (0..11).map(|n| leaf("IncidentTitle", &n.to_string())).collect();
    all.push(leaf("HostName", "h"));
    // What must all hold of one property can't be joined: it stays twelve conditions, each of its own.
    let parts = Tree::simple(Tree::All(all.clone())).conjuncts().unwrap();
    assert_eq!((parts.len(), parts.iter().all(|part| matches!(part, Tree::Test(_)))), (12, true));
    // In a group it becomes two groups of six.
    let either = Tree::simple(Tree::Any(vec![Tree::All(all), leaf("Url", "u")]));
    assert_eq!(either.conjuncts(), Err(TOO_DEEP));
}

#[test]
fn three_levels_are_written_in_two() {
    let deep = Tree::Any(vec![
        Tree::All(vec![
            leaf("HostName", "a"),
            Tree::Any(vec![leaf("HostName", "b"), Tree::All(vec![leaf("Url", "c"), leaf("FileName", "d")])]),
        ]),
        leaf("FileName", "e"),
    ]);
    let parts = Tree::simple(deep).conjuncts().unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].levels(), 2);
    assert_eq!(parts[0].count(), 6);
}

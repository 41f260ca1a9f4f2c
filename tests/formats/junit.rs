//! JUnit XML, read by a strict parser.

use palisade::report::junit;

use crate::{assert_inert, hostile};

#[test]
fn the_report_is_well_formed_and_complete() {
    let loaded = hostile();
    let text = junit::suite("check", &loaded.problems, &loaded.sources);
    assert_inert(&text);
    let document = roxmltree::Document::parse(&text).unwrap();
    let named = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).collect::<Vec<_>>();
    let suite = named("testsuite")[0];
    let cases = named("testcase");
    assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
    let failures = named("failure");
    let errors: Vec<_> = loaded.problems.iter().filter(|problem| problem.is_error()).collect();
    assert_eq!(suite.attribute("failures"), Some(failures.len().to_string().as_str()));
    assert_eq!(failures.len(), errors.len());
    assert_eq!(named("system-out").len(), loaded.problems.len() - errors.len());
    for error in errors {
        assert!(failures.iter().any(|failure| failure.attribute("type") == Some(error.code.name())), "{error:?}");
    }
    let clean = cases.iter().filter(|case| case.attribute("name") == Some("no problem")).collect::<Vec<_>>();
    assert_eq!(clean.iter().filter_map(|case| case.attribute("classname")).collect::<Vec<_>>(), ["rules/e.yaml"]);
    // What an attacker wrote is in texts, and made no element of its own.
    let known = ["testsuites", "testsuite", "testcase", "failure", "system-out"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{node:?}");
    }
}

#![allow(clippy::unwrap_used)]

use super::*;
use jiff::Timestamp;
use serde_json::json;

const RULE: &str = "/w/alertrules/a";

fn commit(serial: u32, etag: Option<&str>, replaced: Option<&str>) -> Commit {
    let text = |etag: Option<&str>| etag.map(str::to_owned);
    Commit { serial, resource: RULE.to_owned(), etag: text(etag), replaced: text(replaced) }
}

fn log(entries: &[(&str, bool, Commit)]) -> Vec<Logged> {
    let logged = |(at, (principal, is_edit, commit)): (usize, &(&str, bool, Commit))| Logged {
        number: at as u64 + 1,
        method: "PUT".to_owned(),
        path: RULE.to_owned(),
        status: 200,
        api_version: String::new(),
        principal: (*principal).to_owned(),
        is_edit: *is_edit,
        started: Timestamp::UNIX_EPOCH,
        ended: Timestamp::UNIX_EPOCH,
        seen: 0,
        commits: vec![commit.clone()],
        faults: Vec::new(),
    };
    entries.iter().enumerate().map(logged).collect()
}

fn snapshot(etag: Option<&str>) -> Value {
    let rules = etag.map(|etag| json!({"a": {"id": "/W/alertRules/A", "etag": etag}})).unwrap_or(json!({}));
    json!({"/w": {"alertRules": rules, "deleted": ["x"], "metadata": {"m": {"id": "/W/metadata/m"}}}})
}

fn writes(etag: Option<&str>) -> Reviewed {
    Reviewed { writes: [(RULE.to_owned(), etag.map(str::to_owned))].into(), ..Reviewed::default() }
}

fn deletes(etag: &str) -> Reviewed {
    Reviewed { deletes: [(RULE.to_owned(), Some(etag.to_owned()))].into(), ..Reviewed::default() }
}

#[test]
fn what_was_reviewed_is_fine() {
    let made = ("us", false, commit(1, Some("1"), None));
    let updated = ("us", false, commit(2, Some("2"), Some("1")));
    let deleted = ("us", false, commit(2, None, Some("2")));
    let plans = [writes(None), writes(Some("1")), deletes("2")];
    // The log is in the order of answers, which need not be that of commits.
    let whole = log(&[deleted, updated, made]);
    assert_eq!(audit(&snapshot(None), &whole, &snapshot(None), "us", &plans), []);
    assert_eq!(audit(&snapshot(Some("7")), &[], &snapshot(Some("7")), "us", &[]), []);
}

#[test]
fn others_may_do_as_they_like() {
    let whole = log(&[
        ("kim", false, commit(1, Some("1"), Some("0"))),
        ("us", true, commit(2, Some("2"), Some("1"))),
        ("kim", false, commit(2, None, Some("2"))),
    ]);
    assert_eq!(audit(&snapshot(Some("0")), &whole, &snapshot(None), "us", &[]), []);
}

#[test]
fn a_version_that_no_plan_had_seen_is_not_replaced() {
    let whole = log(&[("kim", true, commit(1, Some("1"), Some("0"))), ("us", false, commit(2, Some("2"), Some("1")))]);
    let found = audit(&snapshot(Some("0")), &whole, &snapshot(Some("2")), "us", &[writes(Some("0"))]);
    let [Finding::Unreviewed { number: 2, replaced, .. }] = found.as_slice() else { unreachable!("{found:?}") };
    assert_eq!(replaced.as_deref(), Some("1"));
}

#[test]
fn what_no_plan_deletes_stays() {
    let whole = log(&[("us", false, commit(1, None, Some("0")))]);
    let found = audit(&snapshot(Some("0")), &whole, &snapshot(None), "us", &[writes(Some("0")), deletes("9")]);
    assert!(matches!(found.as_slice(), [Finding::Deleted { number: 1, .. }]), "{found:?}");
}

#[test]
fn one_plan_makes_one_version() {
    let whole = log(&[("us", false, commit(1, Some("1"), None)), ("us", false, commit(2, Some("2"), Some("1")))]);
    let found = audit(&snapshot(None), &whole, &snapshot(Some("2")), "us", &[writes(None)]);
    assert!(found.iter().any(|one| matches!(one, Finding::Repeated { times: 2, planned: 1, .. })), "{found:?}");
    assert!(found.iter().any(|one| matches!(one, Finding::Unreviewed { .. })), "{found:?}");
}

#[test]
fn every_live_version_has_a_cause() {
    let found = audit(&snapshot(None), &[], &snapshot(Some("1")), "us", &[]);
    assert!(matches!(found.as_slice(), [Finding::NoCause { .. }]), "{found:?}");
    let found = audit(&snapshot(Some("1")), &[], &snapshot(None), "us", &[]);
    assert!(matches!(found.as_slice(), [Finding::Gone { .. }]), "{found:?}");
    let whole = log(&[("kim", false, commit(2, Some("2"), Some("1")))]);
    let found = audit(&snapshot(Some("0")), &whole, &snapshot(Some("2")), "us", &[]);
    assert!(matches!(found.as_slice(), [Finding::Gone { .. }]), "{found:?}");
}

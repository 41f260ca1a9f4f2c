//! Where each check begins and ends: what it must find, and what it must leave alone.

use std::collections::BTreeSet;

use palisade::diagnostic::page::Example;

use crate::pairs::run;

/// The codes that an ordinary rule with these keys gives.
fn codes(keys: &str) -> BTreeSet<&'static str> {
    run(&[Example { path: None, whole: false, text: keys }])
        .problems
        .iter()
        .map(|problem| problem.code.name())
        .collect()
}

/// The codes that an ordinary rule with this query gives, and with keys after it.
fn query_with(query: &str, keys: &str) -> BTreeSet<&'static str> {
    let lines: String = query.lines().map(|line| format!("  {line}\n")).collect();
    codes(&format!("query: |\n{lines}{keys}"))
}

fn query(text: &str) -> BTreeSet<&'static str> {
    query_with(text, "")
}

#[track_caller]
fn finds(code: &'static str, found: BTreeSet<&'static str>) {
    assert_eq!(found, BTreeSet::from([code]));
}

#[track_caller]
fn finds_nothing(found: BTreeSet<&'static str>) {
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn how_far_a_query_looks_back() {
    let reaches =
        |condition: &str| query(&format!("let back = 3h;\nSigninLogs | where {condition} and isnotempty(back)"));
    for condition in [
        "TimeGenerated > ago(2h)",
        "TimeGenerated >= ago(1d) ",
        "ago(90m) < TimeGenerated",
        "TimeGenerated between (ago(7d) .. now())",
        "TimeGenerated > ago(2 * 1h)",
        "TimeGenerated > ago(back)",
        "TimeGenerated > ago(back + 1h)",
        "TimeGenerated > now() - 2h",
        "TimeGenerated > now(-2h)",
        "TimeGenerated > startofday(ago(2d))",
        "TimeGenerated > ago(totimespan('1.00:00:00'))",
        "TimeGenerated > ago(timespan(2h))",
    ] {
        assert_eq!(reaches(condition), BTreeSet::from(["lookback-beyond-period"]), "{condition}");
    }
    for condition in [
        "TimeGenerated > ago(1h)",
        "TimeGenerated < ago(7d)",
        "TimeGenerated !between (ago(7d) .. now())",
        "CreatedDateTime > ago(7d)",
        "TimeGenerated > ago(toscalar(T | project X))",
        "TimeGenerated > datetime(2020-01-01)",
        "TimeGenerated > ago(-7d)",
    ] {
        assert_eq!(reaches(condition), BTreeSet::new(), "{condition}");
    }
    finds_nothing(codes("kind: NRT\nquery: SigninLogs | where TimeGenerated > ago(7d)"));
}

/// Each name is used twenty times by the next: followed one by one, that would be 20 to the power of 9 values.
#[test]
fn spans_of_time_are_computed_once() {
    let lets: String =
        (1..10).map(|n| format!("let b{n} = b{}{};\n", n - 1, format!(" + b{}", n - 1).repeat(19))).collect();
    let far = query(&format!("let b0 = 1h;\n{lets}SigninLogs | where TimeGenerated > ago(b9)"));
    finds_nothing(far);
    let near = query(&format!("let b0 = 1h;\n{lets}SigninLogs | where TimeGenerated > ago(b2) and A == b9"));
    finds("lookback-beyond-period", near);
}

#[test]
fn filters_that_come_late_or_never() {
    let grouped =
        "SigninLogs | where ResultType == 1\n| summarize N = count(), TimeGenerated = max(TimeGenerated) by A, B";
    for late in ["A == 1", "N > 5 and A startswith 'x'", "A in (names)", "tolower(A) == 'x'"] {
        finds(
            "late-filter",
            query(&format!("let names = dynamic(['x']);\n{grouped}, C = array_length(names)\n| where {late}")),
        );
    }
    for needed in ["N > 5", "A == N", "bin(TimeGenerated, 1h) > ago(1h)", "A == 1 or N > 5"] {
        finds_nothing(query(&format!("{grouped}\n| where {needed}")));
    }
    finds("no-filter", query("SigninLogs | extend A = 1 | mv-expand A"));
    finds("no-filter", query("SigninLogs | where A == 1 | join kind=inner (AuditLogs | summarize by B) on B"));
    for filtered in [
        "SigninLogs | search 'x' | mv-expand A",
        "SigninLogs | take 5 | mv-expand A",
        "let T = datatable(A: dynamic, TimeGenerated: datetime)[]; T | mv-expand A",
        "_Im_Dns(starttime=ago(1h)) | mv-expand A",
        "SigninLogs | extend A = 1",
    ] {
        finds_nothing(query(filtered));
    }
    finds("wide-join", query("SigninLogs | where A == 1 | join kind=inner (AuditLogs | extend C = 1) on B"));
    finds_nothing(query("SigninLogs | where A == 1 | join kind=inner (AuditLogs | where C == 1) on B"));
    finds_nothing(query("SigninLogs | where A == 1 | lookup AuditLogs on B"));
}

#[test]
fn names_that_are_bound() {
    finds("duplicate-let", query("let a = 1;\nlet a = a + 1;\nSigninLogs | where A == a"));
    finds_nothing(query(
        "let T = SigninLogs;\nlet f = () { let T = T | where A == 1; T };\nunion T, (f()) | where B == 1",
    ));
    finds("unused-let", query("let f = () { let inner = 1; 2 };\nSigninLogs | where A == 1"));
    finds_nothing(query("let SigninLogs = SigninLogs | where A == 1;\nSigninLogs | where B == 1"));
    finds_nothing(query("let f = (a: long) { a + 1 };\nSigninLogs | where A == f(1)"));
    finds("function-arguments", query("SigninLogs | where A == strcat()"));
    finds_nothing(query("let strcat = () { 'own' };\nSigninLogs | where A == strcat()"));
    finds("unknown-function", query("SigninLogs | where A == toupperr(B)"));
    finds_nothing(query("SigninLogs | where A == our_own_function(B)"));
}

#[test]
fn nothing_is_claimed_of_columns_that_are_not_known() {
    let mapped = |query: &str| {
        query_with(
            query,
            "entityMappings:\n  - entityType: IP\n    fieldMappings: [{identifier: Address, columnName: Somewhere}]",
        )
    };
    finds_nothing(mapped("SigninLogs | where A == 1"));
    finds_nothing(mapped("SigninLogs | where A == 1 | extend B = 1"));
    finds_nothing(mapped("_Im_Dns | where A == 1"));
    finds_nothing(mapped("SigninLogs | where A == 1 | evaluate bag_unpack(B)"));
    finds_nothing(mapped("SigninLogs | where A == 1 | summarize arg_max(TimeGenerated, *) by B"));
    finds_nothing(mapped("workspace('x').SigninLogs | where A == 1"));
    finds("missing-column", mapped("SigninLogs | where A == 1 | project TimeGenerated, B"));
    finds("missing-column", mapped("SigninLogs | where A == 1 | distinct TimeGenerated, somewhere"));
    // Which columns there are is not known where the query does not parse.
    finds("kql-syntax", mapped("SigninLogs | where | project TimeGenerated"));
}

#[test]
fn a_union_of_unknown_tables_may_split_a_column() {
    finds_nothing(query(
        "SigninLogs | where X == 1 | project TimeGenerated, A\n\
         | union (AuditLogs | where X == 1 | project TimeGenerated, A = 1)\n\
         | extend B = strcat(A_string, A_long)",
    ));
    finds("kql-meaning", query("SigninLogs | where X == 1 | project TimeGenerated, A | where A_text == 1"));
}

#[test]
fn placeholders_of_alerts() {
    let shown = |format: &str| {
        query_with(
            "SigninLogs | where X == 1 | project TimeGenerated, A, B, C, D",
            &format!("alertDetailsOverride:\n  alertDescriptionFormat: '{format}'"),
        )
    };
    finds_nothing(shown("{{A}} {{ B }} {C} }} {{C}}"));
    finds("too-many", shown("{{A}}{{B}}{{C}}{{D}}"));
    finds("missing-column", shown("{{a}}"));
    for broken in ["{{A}", "{{A", "{{}}", "{{A {{B}}"] {
        finds("placeholder-form", shown(broken));
    }
}

#[test]
fn texts_of_alerts() {
    let named = |text: &str| codes(&format!("alertDetailsOverride:\n  alertDisplayNameFormat: '{text}'"));
    finds_nothing(named(&"x".repeat(256)));
    finds("text-length", named(&"x".repeat(257)));
    finds("text-length", named(&"ä".repeat(129)));
    finds_nothing(named(&format!("{} {{{{UserPrincipalName}}}}", "x".repeat(255))));
    let described =
        |length| codes(&format!("alertDetailsOverride:\n  alertDescriptionFormat: '{}'", "x".repeat(length)));
    finds_nothing(described(5120));
    finds("text-length", described(5121));
}

/// Rules are checked as at the begin of 2026.
#[test]
fn starts() {
    let starts = |time: &str| codes(&format!("startTimeUtc: {time}"));
    finds("start-time-passed", starts("2025-12-31T23:59:59Z"));
    finds("start-time-soon", starts("2026-01-01T00:00:00Z"));
    finds("start-time-soon", starts("2026-01-01T00:09:59Z"));
    finds_nothing(starts("2026-01-01T00:10:00Z"));
    finds_nothing(starts("2026-01-31T00:00:00Z"));
    finds("start-time-range", starts("2026-01-31T00:00:01Z"));
}

#[test]
fn tactics_and_techniques() {
    let both =
        |tactics: &str, techniques: &str| codes(&format!("tactics: [{tactics}]\nrelevantTechniques: [{techniques}]"));
    finds_nothing(both("CredentialAccess", "T1110, T1110.003"));
    finds_nothing(both("PreAttack", "T1595"));
    finds_nothing(both("Persistence, ImpairProcessControl", "T0839"));
    finds_nothing(both("Persistence, Execution", "T1053.005"));
    finds("technique-without-tactic", both("Impact", "T1053.005"));
    finds("technique-without-tactic", both("", "T1110"));
    finds("unknown-technique", both("Execution", "T1053.001"));
    finds("unknown-technique", both("Execution", "T1059.099"));
    finds("technique-form", both("Execution", "T1059.1"));
    finds("unknown-tactic", both("Impacts", "T1110"));
}

#[test]
fn secrets_are_whole() {
    let fake = "aB3dE6gH9kL2mN5".repeat(8);
    for secret in [
        format!("https://x.example/y?sv=1&sig={fake}"),
        format!("DefaultEndpointsProtocol=https;AccountName=x;AccountKey={fake}=="),
        format!("Bearer eyJ{fake}.{fake}"),
        format!("ghp_{}", &fake[..36]),
        "AKIAZ7QX3B5N2M8K4R6T".to_owned(),
    ] {
        finds("secret-in-text", codes(&format!("description: '{secret}'")));
        finds("secret-in-text", query(&format!("SigninLogs | where A == '{secret}'")));
    }
    for text in [
        "AKIA",
        "sig=",
        "ghp_",
        "-----BEGIN RSA PRIVATE KEY-----",
        "eyJ0eXAi",
        &"sig=".repeat(30),
        "xAKIAZ7QX3B5N2M8K4R6T",
    ] {
        finds_nothing(query(&format!("SigninLogs | where A has '{text}'")));
    }
}

#[test]
fn searches_and_tables() {
    finds("all-tables", query("search * | where A == 1"));
    finds("all-tables", query("union withsource=T * | where A == 1"));
    finds("unbounded-search", query("find where A == 1"));
    finds_nothing(query("union Signin*, AuditLogs | where A == 1"));
    finds_nothing(query("SigninLogs | search 'x'"));
}

#[test]
fn what_nobody_sees() {
    for hidden in ['\u{2028}', '\u{2029}', '\u{202e}', '\u{200b}', '\u{1}', '\u{85}'] {
        let escape = format!("\\u{:04x}", hidden as u32);
        let found = codes(&format!("query: \"SigninLogs | where A == 'x' // {escape}\""));
        assert!(found.contains("hidden-in-query"), "{hidden:?}: {found:?}");
    }
    finds_nothing(query("SigninLogs\t| where A == 'Zoë — naïve'"));
}

//! The language server as an editor sees it: the real program, over pipes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod editor;

use std::time::Duration;

use serde_json::{Value, json};

use editor::{Editor, RULE, applied};

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

#[test]
fn a_wrong_column_is_found_in_utf_16_and_corrected() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(project.path());
    // Before the column stand characters of two bytes, of two UTF-16 units, and lines that end with CR LF.
    let rule = RULE
        .replace("ACCOUNT", "{identifier: FullName, \"🙂é\": x, columnName: UserPrincipalNam}")
        .replace('\n', "\r\n");
    let uri = editor.open("rules/a.yaml", &rule);
    let told = editor.told(&uri);
    let missing = told.iter().find(|one| one["code"] == "missing-column").unwrap();
    let line = rule.lines().position(|line| line.contains("UserPrincipalNam}")).unwrap();
    let before = rule.lines().nth(line).unwrap().split("UserPrincipalNam}").next().unwrap();
    let character = before.encode_utf16().count();
    assert_eq!(
        missing["range"],
        json!({"start": {"line": line, "character": character}, "end": {"line": line, "character": character + 16}})
    );
    assert_eq!((missing["severity"].as_u64(), missing["source"].as_str()), (Some(1), Some("palisade")));
    assert!(missing["codeDescription"]["href"].as_str().unwrap().ends_with("#missing-column"));
    let actions = editor.actions(&uri, &missing["range"]);
    let fix = actions.iter().find(|action| action["isPreferred"] == true).unwrap();
    assert_eq!(fix["title"], "Write `UserPrincipalName` instead of `UserPrincipalNam`");
    assert_eq!(fix["diagnostics"][0]["code"], "missing-column");
    let corrected = applied(&rule, fix, &uri);
    assert_eq!(corrected, rule.replace("UserPrincipalNam}", "UserPrincipalName}"));
    editor.change(&uri, 2, &corrected);
    assert!(!codes(&editor.told_of(&uri, 2)).contains(&"missing-column"));
    assert!(!project.path().join("rules").exists(), "nothing is written");
    assert_eq!(editor.shut_down(), Some(0));
}

#[test]
fn an_exception_is_written_where_it_holds() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(project.path());
    let rule = RULE
        .replace("  | where ResultType == 1\n", "  | where ResultType == 1 and UserAgent contains \"python client\"\n")
        .replace("severity: Medium", "severity: Medium\ntactics: [Guessing]")
        .replace("ACCOUNT", "{identifier: FullName, columnName: UserPrincipalName}");
    let uri = editor.open("rules/a.yaml", &rule);
    let mut text = rule;
    let mut told = editor.told(&uri);
    let mut version = 1;
    for (code, line) in [
        ("contains-for-has", "  // palisade: allow contains-for-has say here why this is fine"),
        ("unknown-tactic", "# palisade: allow unknown-tactic say here why this is fine"),
    ] {
        let problem = told.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{code}: {told:#?}"));
        let actions = editor.actions(&uri, &problem["range"]);
        let title = format!("Allow {code} here, with a reason");
        let allow = actions.iter().find(|action| action["title"] == title.as_str()).unwrap();
        text = applied(&text, allow, &uri);
        assert!(text.lines().any(|written| written == line), "{text}");
        version += 1;
        editor.change(&uri, version, &text);
        told = editor.told_of(&uri, version);
        assert!(!codes(&told).contains(&code) && !codes(&told).contains(&"unused-exception"), "{told:#?}");
    }
    // The page of a code, at its name and at a problem.
    let line = text.lines().position(|line| line.contains("allow unknown-tactic")).unwrap();
    let page = editor.ask(
        "textDocument/hover",
        json!({
            "textDocument": {"uri": uri}, "position": {"line": line, "character": 22},
        }),
    );
    assert!(page["contents"]["value"].as_str().unwrap().starts_with("**unknown-tactic** (warning)"), "{page}");
    assert_eq!(editor.shut_down(), Some(0));
}

#[test]
fn documents_are_checked_among_themselves() {
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir(project.path().join("rules")).unwrap();
    let rule = RULE.replace("ACCOUNT", "{identifier: FullName, columnName: UserPrincipalName}");
    std::fs::write(project.path().join("rules/a.yaml"), &rule).unwrap();
    std::fs::write(project.path().join("palisade.yaml"), "policy: {checks: {version-missing: error}}\n").unwrap();
    let mut editor = Editor::start(project.path());
    let other = rule.replace("severity: Medium", "severity: High");
    let uri = editor.open("rules/b.yaml", &other);
    let told = editor.told(&uri);
    let duplicate = told.iter().find(|one| one["code"] == "duplicate-id").unwrap_or_else(|| panic!("{told:#?}"));
    let related = &duplicate["relatedInformation"][0]["location"]["uri"];
    assert!(related.as_str().unwrap().ends_with("rules/a.yaml"), "{related}");
    // A file that is not open has its problems too, by the policy of the project.
    let first = editor.uri("rules/a.yaml");
    let told = editor.told(&first);
    assert!(told.iter().any(|one| one["code"] == "version-missing" && one["severity"] == 1), "{told:#?}");
    // What is open goes before what is saved, the project's own file included.
    let policy = editor.open("palisade.yaml", "policy: {checks: {version-missing: \"off\"}}\n");
    editor.told(&policy);
    assert!(!codes(&editor.told(&first)).contains(&"version-missing"));
    editor.close(&policy);
    assert!(codes(&editor.told(&first)).contains(&"version-missing"));
    // With the last document the project goes.
    editor.close(&uri);
    while !editor.told(&first).is_empty() {}
    assert_eq!(editor.shut_down(), Some(0));
}

#[test]
fn typing_is_gathered() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(project.path());
    let rule = RULE.replace("ACCOUNT", "{identifier: FullName, columnName: UserPrincipalName}");
    let uri = editor.open("rules/a.yaml", &rule);
    editor.told(&uri);
    for version in 2..=60 {
        editor.change(&uri, version, &format!("{rule}# {}\n", "x".repeat(version)));
    }
    let mut checks = 1;
    while editor.next_told(&uri)["version"] != 60 {
        checks += 1;
    }
    assert!(checks < 20, "{checks} checks of 59 changes");
    assert_eq!(editor.shut_down(), Some(0));
}

#[test]
fn edits_by_range_and_a_byte_order_mark() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(project.path());
    let uri = editor.open("rules/a.yaml", "\u{feff}severty: Medium # 🙂\nquery: T\nseverity: High\nkind: NRT\n");
    let told = editor.told(&uri);
    let key = told.iter().find(|one| one["code"] == "misspelled-key").unwrap_or_else(|| panic!("{told:#?}"));
    assert_eq!(key["range"]["start"], json!({"line": 0, "character": 1}));
    editor.notify(
        "textDocument/didChange",
        json!({
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [
                {"range": {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 8}}, "text": "tags"},
                {"range": {"start": {"line": 0, "character": 16}, "end": {"line": 0, "character": 18}}, "text": ""},
            ],
        }),
    );
    assert!(!codes(&editor.told_of(&uri, 2)).contains(&"misspelled-key"));
    assert_eq!(editor.shut_down(), Some(0));
}

#[test]
fn the_protocol_is_kept() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start_raw(project.path());
    assert_eq!(editor.refused("textDocument/hover", json!({})), -32002, "before initialize");
    editor.initialize();
    assert_eq!(editor.refused("palisade/nothing", json!({})), -32601);
    assert_eq!(editor.refused("textDocument/hover", json!({"textDocument": 1})), -32602);
    assert_eq!(editor.refused("initialize", json!({"capabilities": {}})), -32600);
    assert_eq!(editor.refused("workspace/executeCommand", json!({"command": "x", "arguments": ["y"]})), -32602);
    // What is no file, is not open or has no sense is passed over.
    editor.notify("textDocument/didOpen", json!({"textDocument": 7}));
    editor.notify(
        "textDocument/didChange",
        json!({
            "textDocument": {"uri": "file:///nowhere.yaml", "version": 1}, "contentChanges": [{"text": ""}],
        }),
    );
    editor.notify(
        "textDocument/didOpen",
        json!({
            "textDocument": {"uri": "untitled:x", "languageId": "yaml", "version": 1, "text": "kind: NRT"},
        }),
    );
    let actions = editor.ask(
        "textDocument/codeAction",
        json!({
            "textDocument": {"uri": "untitled:x"}, "context": {"diagnostics": []},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 9}},
        }),
    );
    assert_eq!(actions, Value::Null);
    editor.ask("shutdown", Value::Null);
    assert_eq!(editor.refused("textDocument/hover", json!({})), -32600, "after shutdown");
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended(), Some(0));

    let mut editor = Editor::start(project.path());
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended(), Some(1), "exit without shutdown");

    let mut editor = Editor::start(project.path());
    editor.hang_up();
    assert_eq!(editor.ended(), Some(1), "the editor is gone");

    let mut editor = Editor::start(project.path());
    editor.write_raw(b"Content-Length: 5\r\n\r\n{\"a\":");
    assert_eq!(editor.ended(), Some(1), "no message");
}

#[test]
fn the_page_of_a_code_is_shown_where_the_editor_can() {
    let project = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(project.path());
    let uri = editor.open("rules/a.yaml", &RULE.replace("ACCOUNT", "{identifier: FullName, columnName: Nobody}"));
    let told = editor.told(&uri);
    let missing = told.iter().find(|one| one["code"] == "missing-column").unwrap();
    let actions = editor.actions(&uri, &missing["range"]);
    let explain = actions.iter().find(|action| action["title"] == "Explain missing-column").unwrap();
    editor.ask("workspace/executeCommand", explain["command"].clone());
    let shown = editor.request_of_server("window/showDocument");
    assert!(shown["uri"].as_str().unwrap().ends_with("docs/checks.md#missing-column"), "{shown}");
    assert!(editor.elapsed() < Duration::from_secs(60));
    assert_eq!(editor.shut_down(), Some(0));
}

//! Microsoft's own parser inside the program, where its npm package is found. `tests/oracle/run` installs it.
#![cfg(feature = "kusto-engine")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use palisade::ops::query::{Engine, Judge};

fn package() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Engine::find(&Path::new(env!("CARGO_MANIFEST_DIR")).join(target).join("oracle"))
}

#[test]
fn microsoft_gives_its_verdict() {
    let Some(package) = package() else {
        eprintln!("@kusto/language-service-next is not installed: nothing was tested");
        return;
    };
    let engine = Engine::load(&package).unwrap();
    assert_eq!(engine.syntax("T | where a == 1").unwrap().to_string(), "[]");
    let faults = engine.syntax("T | wher a").unwrap();
    assert_eq!(faults[0].to_string(), r#"["KS176","Query operator expected.",4,4]"#);
    // A depth that JavaScript can't bear is an error, and the next query is judged as ever.
    let deep = format!("print {}1{}", "(".repeat(50_000), ")".repeat(50_000));
    assert!(engine.syntax(&deep).is_err());
    assert_eq!(engine.syntax("print 1").unwrap().to_string(), "[]");
}

#[test]
fn check_asks_it_about_each_query() {
    let Some(package) = package() else {
        eprintln!("@kusto/language-service-next is not installed: nothing was tested");
        return;
    };
    let project = tempfile::tempdir().unwrap();
    let rule = |query: &str| {
        format!("id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000\nkind: NRT\nname: x\nseverity: Medium\nquery: {query}\n")
    };
    let check = |query: &str, engine: &std::path::Path| {
        std::fs::write(project.path().join("a.yaml"), rule(query)).unwrap();
        let engine = format!("--kusto-engine={}", engine.display());
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(["check", "--format", "json", &engine])
            .current_dir(project.path())
            .output()
            .unwrap();
        (run.status.code(), String::from_utf8(run.stdout).unwrap())
    };
    let package = package.canonicalize().unwrap();
    let (exit, told) = check("SigninLogs | where A == 1", &package);
    assert!(exit == Some(0) && !told.contains("kusto-disagrees"), "{told}");
    let (exit, told) = check("SigninLogs | wher A == 1", &package);
    assert!(exit == Some(3) && told.contains("kql-syntax") && !told.contains("kusto-disagrees"), "{told}");
    let (exit, _) = check("SigninLogs | where A == 1", project.path());
    assert_eq!(exit, Some(64), "no package there");
}

#[test]
fn what_is_no_package_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Engine::find(folder.path()), None);
    let why = Engine::load(folder.path()).err().unwrap();
    assert!(why.contains("bridge.min.js"), "{why}");
    std::fs::write(folder.path().join("bridge.min.js"), "throw new Error('broken')").unwrap();
    let why = Engine::load(folder.path()).err().unwrap();
    assert!(why.ends_with("bridge.min.js: broken"), "{why}");
}

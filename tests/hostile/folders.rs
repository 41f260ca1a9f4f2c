//! Hostile folders: links, devices, pipes, and more files than anybody has.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::project::Project;

/// What must never be read: it does not parse, so a reader of it would say so.
const SECRET: &str = "secret: [";

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_fifo_is_never_opened() {
    for name in ["x.yaml", "palisade.yaml", ".gitignore"] {
        let project = Project::new();
        fifo(&project.path(name));
        project.refused("file-unreadable", name);
    }
    let project = Project::new();
    fifo(&project.path("pipe"));
    symlink("pipe", project.path("x.yaml")).unwrap();
    project.refused("file-unreadable", "x.yaml");
}

#[test]
fn a_device_is_never_read() {
    for name in ["x.yaml", "palisade.yaml"] {
        let project = Project::new();
        symlink("/dev/zero", project.path(name)).unwrap();
        project.refused("link-outside", name);
    }
    // Git passes over a .gitignore that is a link.
    let project = Project::new();
    symlink("/dev/zero", project.path(".gitignore")).unwrap();
    project.accepted();
}

#[test]
fn no_link_leads_out() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.yaml"), SECRET).unwrap();
    for (name, target) in [
        ("x.yaml", outside.path().join("x.yaml")),
        ("palisade.yaml", outside.path().join("x.yaml")),
        ("rules", outside.path().to_owned()),
        ("root", "/".into()),
        ("up", "..".into()),
        ("proc", "/proc/self/root".into()),
    ] {
        let project = Project::new();
        if name == "proc" && !target.exists() {
            continue;
        }
        symlink(&target, project.path(name)).unwrap();
        project.refused("link-outside", name);
        assert!(!project.check().text.contains("secret"), "{name} was read");
    }
    // Through a second link, and beside a folder whose name begins with the project's.
    let project = Project::new();
    symlink(outside.path(), project.path("a")).unwrap();
    symlink("a/x.yaml", project.path("x.yaml")).unwrap();
    project.refused("link-outside", "x.yaml");
    let both = tempfile::tempdir().unwrap();
    fs::create_dir(both.path().join("project")).unwrap();
    fs::create_dir(both.path().join("project-2")).unwrap();
    fs::write(both.path().join("project-2/x.yaml"), SECRET).unwrap();
    symlink("../project-2", both.path().join("project/x")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
        .args(["check", "-C"])
        .arg(both.path().join("project"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!String::from_utf8(output.stdout).unwrap().contains("secret"));
}

#[test]
fn links_that_lead_nowhere_are_told() {
    let project = Project::new();
    symlink("nowhere.yaml", project.path("x.yaml")).unwrap();
    symlink("itself.yml", project.path("itself.yml")).unwrap();
    project.refused("link-outside", "x.yaml");
    project.refused("link-outside", "itself.yml");
}

#[test]
fn a_loop_ends() {
    let project = Project::new();
    fs::create_dir_all(project.path("a/b")).unwrap();
    symlink("../../a", project.path("a/b/again")).unwrap();
    project.refused("link-outside", "a/b/again");
}

#[test]
fn folders_that_link_to_each_other_are_entered_once() {
    let project = Project::new();
    for from in 0..14 {
        let folder = project.path(&format!("f{from}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("x.yaml"), "a: 1").unwrap();
        for to in (0..14).filter(|to| *to != from) {
            symlink(format!("../f{to}"), folder.join(format!("to{to}"))).unwrap();
        }
    }
    // 14! ways lead through them.
    let verdict = project.check();
    assert_eq!(verdict.exit, 0, "{}", verdict.text);
    assert!(verdict.text.contains("14 files"), "{}", verdict.text);
}

#[test]
fn a_link_inside_of_the_project_is_followed() {
    let project = Project::new();
    fs::create_dir(project.path(".kept")).unwrap();
    fs::write(project.path(".kept/x.yaml"), "a: [").unwrap();
    symlink(".kept", project.path("rules")).unwrap();
    project.refused("yaml-syntax", "rules/x.yaml");
}

#[test]
fn a_folder_may_have_a_files_name() {
    let project = Project::new();
    fs::create_dir(project.path("x.yaml")).unwrap();
    project.accepted();
    fs::write(project.path("x.yaml/y.yaml"), "a: [").unwrap();
    project.refused("yaml-syntax", "x.yaml/y.yaml");
    let project = Project::new();
    fs::create_dir(project.path("palisade.yaml")).unwrap();
    project.refused("file-unreadable", "palisade.yaml");
}

#[test]
fn names_are_only_names() {
    let project = Project::new();
    for name in ["\u{1b}[2J.yaml", "a\nb.yaml", "\u{202e}x.yaml", "@everyone.yaml", "<b>.yaml"] {
        fs::write(project.path(name), "a: [").unwrap();
    }
    let text = project.check().text;
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    assert!(!text.contains("a\nb"), "{text:?}");
}

#[test]
fn depth_of_folders_is_no_trouble() {
    let project = Project::new();
    let mut path = project.path("d");
    for _ in 0..900 {
        path.push("d");
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("x.yaml"), "a: [").unwrap();
    let verdict = project.check();
    assert_eq!(verdict.exit, 3, "{}", verdict.text);
}

#[test]
fn a_hundred_thousand_files_are_read() {
    let project = Project::new().within(Duration::from_secs(10));
    for folder in 0..100 {
        let folder = project.path(&folder.to_string());
        fs::create_dir(&folder).unwrap();
        // Hard links: each is a file, and the disk keeps one.
        fs::write(folder.join("0.yaml"), "a: 1\n").unwrap();
        for n in 1..1000 {
            fs::hard_link(folder.join("0.yaml"), folder.join(format!("{n}.yaml"))).unwrap();
        }
    }
    let verdict = project.check();
    assert_eq!(verdict.exit, 0, "{}", verdict.text);
    assert!(verdict.text.contains("100000 files"), "{}", verdict.text);
}

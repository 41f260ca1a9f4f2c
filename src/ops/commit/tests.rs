//! A commit is read as the folder that it makes: whatever the walk finds in a checkout is found without it.

use std::fs;
use std::process::Command;

use super::*;
use crate::ops::files;

fn git(folder: &Path, args: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn committed(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        write(root, path, text);
    }
    git(root, &["init", "-q"]);
    git(root, &["add", "-A", "-f"]);
    git(root, &["commit", "-q", "-m", "one"]);
}

/// Paths with their texts, or the codes of their faults.
fn shown(found: Vec<Found>) -> Vec<(String, String)> {
    found
        .into_iter()
        .map(|found| {
            let text = found.text.unwrap_or_else(|fault| fault.code.name().to_owned());
            (found.path, text)
        })
        .collect()
}

const FILES: &[(&str, &str)] = &[
    ("palisade.yaml", "project: x\nexclude: [vendor/**]\n"),
    ("rules/a.yaml", "a: 1\n"),
    ("rules/b.YML", "\u{feff}b: 1\n"),
    ("rules/ignored.yaml", "c: 1\n"),
    ("rules/deep/kept-ignored.yaml", "d: 1\n"),
    ("rules/deep/.gitignore", "!kept-*\n"),
    ("build/e.yaml", "e: 1\n"),
    (".gitignore", "*ignored.yaml\n/build/\n"),
    (".hidden/f.yaml", "f: 1\n"),
    ("other/palisade.yaml", ""),
    ("other/g.yaml", "g: 1\n"),
    ("vendor/h.yaml", "h: 1\n"),
    ("README.md", "x"),
];

#[test]
fn what_the_walk_finds_is_found_without_a_checkout() {
    let root = tempfile::tempdir().unwrap();
    committed(root.path(), FILES);
    let mut problems = Vec::new();
    let text = FILES[0].1;
    let mut sources = crate::diagnostic::Sources::default();
    let node = crate::rule::yaml::parse(sources.add("palisade.yaml", text), text).unwrap().remove(0);
    let settings = ProjectSettings::read(node, &mut problems);
    let walked = shown(files::find(root.path(), &[], &settings));
    let commit = Commit::open(root.path(), "HEAD").unwrap();
    // Then the folder goes its own way.
    write(root.path(), "rules/a.yaml", "a: 2\n");
    fs::remove_file(root.path().join("rules/b.YML")).unwrap();
    let read = shown(commit.files(&settings));
    assert_eq!(read, walked);
    let paths: Vec<&str> = read.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["rules/a.yaml", "rules/b.YML", "rules/deep/kept-ignored.yaml"]);
    assert_eq!(read[1].1, "b: 1\n");
    assert_eq!(shown(commit.project_file().into_iter().collect()), [("palisade.yaml".into(), text.into())]);
}

#[test]
fn a_project_may_be_a_folder_of_its_repository() {
    let root = tempfile::tempdir().unwrap();
    committed(root.path(), &[("deep/er/rules/a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    git(root.path(), &["tag", "v1"]);
    git(root.path(), &["mv", "deep/er", "elsewhere"]);
    git(root.path(), &["commit", "-q", "-m", "two"]);
    fs::create_dir_all(root.path().join("deep/er")).unwrap();
    let folder = root.path().join("deep/er");
    let commit = Commit::open(&folder, "v1").unwrap();
    let read = shown(commit.files(&ProjectSettings::default()));
    assert_eq!(read, [("rules/a.yaml".to_owned(), "a: 1\n".to_owned())]);
    assert!(commit.project_file().is_none());
    assert!(matches!(Commit::open(&folder, "HEAD"), Err(CommitError::NoFolder { .. })));
}

#[test]
#[cfg(unix)]
fn what_is_kept_elsewhere_is_a_fault() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    write(root, "rules/lfs.yaml", pointer);
    write(root, "rules/text.yaml", "a: 1\n");
    write(root, "rules/latin.yaml", "a: 1\n");
    fs::write(root.join("rules/latin.yaml"), b"a: \xe9\n").unwrap();
    fs::write(root.join("rules/large.yaml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    std::os::unix::fs::symlink("text.yaml", root.join("rules/link.yaml")).unwrap();
    std::os::unix::fs::symlink("../rules", root.join("rules/folder")).unwrap();
    std::os::unix::fs::symlink("rules/text.yaml", root.join("readme")).unwrap();
    committed(root, &[]);
    let head = git::text(root, &["rev-parse", "HEAD"]).unwrap().unwrap();
    git(root, &["update-index", "--add", "--cacheinfo", &format!("160000,{head},modules/sub")]);
    git(root, &["commit", "-q", "-m", "two"]);
    let read = shown(Commit::open(root, "HEAD").unwrap().files(&ProjectSettings::default()));
    let expected = [
        ("modules/sub", "file-unreadable"),
        ("rules/folder", "link-outside"),
        ("rules/large.yaml", "file-too-large"),
        ("rules/latin.yaml", "file-not-text"),
        ("rules/lfs.yaml", "file-unreadable"),
        ("rules/link.yaml", "link-outside"),
        ("rules/text.yaml", "a: 1\n"),
    ];
    assert_eq!(read, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
}

#[test]
fn hostile_names_of_commits_are_refused() {
    let root = tempfile::tempdir().unwrap();
    committed(root.path(), &[("a.yaml", "a: 1\n")]);
    for name in ["", "-", "--upload-pack=touch x", "--output=x", "HEAD\n", "a\0b"] {
        assert_eq!(Commit::open(root.path(), name).unwrap_err(), CommitError::Reference(name.to_owned()));
    }
    for name in ["nothing", "HEAD..HEAD", "^HEAD", ":a.yaml", "HEAD:a.yaml", "HEAD~9", "HEAD HEAD", "$(x)"] {
        assert_eq!(Commit::open(root.path(), name).unwrap_err(), CommitError::Unknown(name.to_owned()), "{name}");
    }
    let outside = tempfile::tempdir().unwrap();
    assert_eq!(Commit::open(outside.path(), "HEAD").unwrap_err(), CommitError::NoRepository);
}

//! Every example does what its page says: it checks, plans, applies, and then there is nothing left to do.

use std::path::Path;

use crate::program::palisade;
use crate::tree;

#[test]
fn examples() {
    let found = tree::folders(&crate::folder("examples"));
    assert!(found.len() >= 2, "the examples are gone");
    crate::all(&found, |example| run(example, &["--all"]));
}

/// The repository is a project of its own, without a workspace: it goes to the embedded one.
#[test]
fn this_repository() {
    let root = crate::folder("");
    let work = tree::Work::of(&root.join("rules"));
    let rules = work.root.parent().unwrap().join("whole/rules");
    std::fs::create_dir_all(rules.parent().unwrap()).unwrap();
    std::fs::rename(&work.root, &rules).unwrap();
    std::fs::copy(root.join("palisade.yaml"), rules.with_file_name("palisade.yaml")).unwrap();
    lives(rules.parent().unwrap(), &["-w", "local"]).unwrap();
}

fn run(example: &Path, workspaces: &[&str]) -> Result<(), String> {
    lives(&tree::Work::of(example).root, workspaces).map_err(|why| format!("{}: {why}", example.display()))
}

fn lives(project: &Path, workspaces: &[&str]) -> Result<(), String> {
    let with = |words: &[&str]| words.iter().chain(workspaces).map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (args, exit) in [
        (vec!["check".to_owned()], 0),
        (with(&["plan", "--detailed-exitcode"]), 2),
        (with(&["apply", "--auto-approve"]), 0),
        (with(&["plan", "--detailed-exitcode"]), 0),
    ] {
        let output = palisade(&args, project);
        if output.status.code() != Some(exit) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
            return Err(format!("palisade {}: {}\n{stdout}\n{stderr}", args.join(" "), output.status));
        }
    }
    Ok(())
}

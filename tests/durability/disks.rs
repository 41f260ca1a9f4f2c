//! Disks that are full or can't be written to: a message, exit 1, and no file by half.
//!
//! Small disks are mounted in a namespace of the test's own, so nothing is left of them. Where the system allows no
//! such namespace, those tests say that they looked at nothing.

use std::path::Path;
use std::process::{Command, Output};

use crate::server::PALISADE;

const RULES: usize = 40;

/// Rules of about 4 KB each, more together than the small disks hold.
fn project(folder: &Path) {
    let query = "  | where Computer != 'nowhere'\n".repeat(130);
    for n in 0..RULES {
        let rule = format!(
            "id: 00000000-0000-4000-8000-{n:012}\nname: Rule {n}\nkind: NRT\nseverity: Low\n\
             query: |\n  SecurityEvent\n{query}"
        );
        std::fs::write(folder.join(format!("r{n}.yaml")), rule).unwrap();
    }
    std::fs::write(folder.join("w.yaml"), "kind: Workspace\nname: w\nemulator: disk/state.db\n").unwrap();
    std::fs::create_dir(folder.join("disk")).unwrap();
}

/// Runs a shell script in which `disk` is a folder on a disk of `size`, and `$palisade` works in the project around
/// it. `None` where the system does not allow it.
fn on_small_disk(size: &str, script: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let mount = format!("mount -t tmpfs -o size={size},mode=755 tmpfs disk 2>/dev/null || exit 99\nset -u\n{script}");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount])
        .current_dir(folder.path())
        .env("palisade", PALISADE)
        .output();
    match output {
        Ok(output) if output.status.success() => Some(text(&output)),
        Ok(output) if output.status.code() == Some(99) || refused(&output) => skip(),
        Ok(output) => panic!("{}", text(&output)),
        Err(_) => skip(),
    }
}

/// Whether the system gave no namespace.
fn refused(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stderr).starts_with("unshare:")
}

fn skip() -> Option<String> {
    eprintln!("no disk could be mounted here: nothing was tested");
    None
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Says what is in the folder, and how the last command ended.
const TELL: &str = "echo \"exit $?:\" $(ls -A disk)\n";

#[test]
fn a_plan_is_saved_whole_or_not_at_all() {
    let script = format!(
        "echo old > disk/old.json
        $palisade plan -w local --quiet --out disk/new.json >/dev/null; {TELL}
        $palisade plan -w local --quiet --out disk/old.json >/dev/null; {TELL}
        cat disk/old.json
        mount -o remount,ro disk
        $palisade plan -w local --quiet --out disk/new.json >/dev/null; {TELL}"
    );
    let Some(told) = on_small_disk("16k", &script) else { return };
    let (out, errors) = told.split_once("error:").unwrap();
    assert_eq!(out, "exit 1: old.json\nexit 1: old.json\nold\nexit 1: old.json\n", "{told}");
    assert!(errors.contains("could not be saved to disk/new.json: No space left on device"), "{told}");
    assert!(errors.contains("could not be saved to disk/new.json: Read-only file system"), "{told}");
}

#[test]
fn a_device_that_takes_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let run = |arguments: &[&str], stdout: &str| {
        let stdout = std::fs::OpenOptions::new().write(true).open(stdout).unwrap();
        let mut command = Command::new(PALISADE);
        let output = command.arg("-C").arg(folder.path()).args(arguments).stdout(stdout).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (exit, why) = run(&["plan", "-w", "local", "--out", "/dev/full"], "/dev/null");
    assert!(exit == Some(1) && why.contains("could not be saved to /dev/full: No space left"), "{exit:?} {why}");
    // A result that goes to a file of the shell's is as good as one of ours.
    for arguments in [&["check", "--format", "json"][..], &["plan", "-w", "local"], &["compile", "-w", "local"]] {
        let (exit, why) = run(arguments, "/dev/full");
        assert!(exit == Some(1) && why.contains("could not be printed: No space left"), "{exit:?} {why}");
    }
}

#[test]
fn what_a_full_disk_took_is_kept_and_the_rest_comes_later() {
    // Too small for the state itself, for any rule, and for all of them.
    let sizes = ["12k", "40k", "100k", "160k"];
    let sampled = if std::env::var_os("PALISADE_FULL").is_some() { &sizes[..] } else { &["100k"] };
    for size in sampled {
        let script = "
            $palisade apply --auto-approve --quiet >first 2>&1; echo exit $?
            mount -o remount,size=20m disk
            $palisade plan --format json --quiet >plan; echo exit $?
            $palisade apply --auto-approve --quiet >second 2>&1; echo exit $?
            $palisade plan --detailed-exitcode --quiet >/dev/null; echo exit $?
            cat plan";
        let Some(told) = on_small_disk(size, script) else { return };
        let (exits, plan) = told.split_at(told.find('{').unwrap());
        assert_eq!(exits, "exit 1\nexit 0\nexit 0\nexit 0\n", "{told}");
        let plan: serde_json::Value = serde_json::from_str(plan).unwrap();
        let summary = &plan["summary"];
        let (left, there) = (summary["create"].as_u64().unwrap(), summary["noop"].as_u64().unwrap());
        assert_eq!(left + there, RULES as u64, "{summary}");
        assert!(left > 0, "{size} was enough");
        eprintln!("a disk of {size} took {there} of {RULES} rules");
    }
}
